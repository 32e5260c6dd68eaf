"""An operator asks why, and the audit log knows."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from consent_intake.commands.explaining import ConsentNotFound, Explained, explained, print_explanation, write_crops
from schemas.consent_events import RevokedBy
from schemas.values import Language
from services.register import audit, consents
from services.register.database import Database
from services.register.tables import AuditEntry
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from services.vault.vault import Kind
from tests.support.form_readings import EMPTY, comb, reading, with_fields
from tests.support.intake_desk import Desk, an_upload
from tests.support.register_builders import NOON

UNSIGNED = reading(signature=EMPTY)


async def explain(desk: Desk, reference: str | None = None, *, with_picture: bool = False) -> Explained:
    asked = reference or str(desk.consent_id)
    return await explained(desk.database, desk.world.vault, asked, with_picture=with_picture, clock=desk.world.clock)


async def audited(desk: Desk) -> list[AuditEntry]:
    async with desk.database.reading() as tx:
        return list(await tx.scalars(select(AuditEntry).where(AuditEntry.act == "consent.explained")))


async def test_a_decision_is_explained_with_every_check_and_what_to_do(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    await desk.decide(UNSIGNED)
    print_explanation(await explain(desk), None, values=False)
    shown = capsys.readouterr().out
    for expected in (
        "rejected",
        "2026-01.1+rules.",
        "EN: The signature box is empty. Ask the parent to sign in box 6 and upload the form again.",
        "ES: La casilla de la firma está vacía.",
        "MISSING_SIGNATURE",
        "case_identifier",
        "form_id",
        "printed form: issued",
    ):
        assert expected in shown
    for value in ("Perez", "Pérez", "1988", "AB12345C1"):
        assert value not in shown, "values are shown when they are asked for"


async def test_what_was_read_and_typed_is_shown_when_it_is_asked_for(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    await desk.decide(with_fields(birth_date=comb("01151983", again="", confidence=0.7)))
    print_explanation(await explain(desk), Language.SPANISH, values=True)
    shown = capsys.readouterr().out
    for expected in ("01/15/1983", "01/15/1988", "comprobación", "leído", "ES: Una parte del formulario"):
        assert expected in shown
    assert "EN: " not in shown


async def test_the_reference_on_the_portals_pages_is_enough_on_each_database(register_database: Database) -> None:
    desk = await an_upload(register_database)
    await desk.decide()
    assert (await explain(desk, desk.consent_id.hex[:8])).consent.id == desk.consent_id
    assert (await explain(desk, str(desk.consent_id).upper())).consent.id == desk.consent_id


@pytest.mark.parametrize("reference", ["", "abc", "0" * 8, "0" * 32, "%%%%%%%%", "zzzzzzzz"])
async def test_what_is_no_reference_finds_nothing(desk: Desk, reference: str) -> None:
    await desk.decide()
    with pytest.raises(ConsentNotFound):
        await explain(desk, reference or " ")


async def test_opening_what_is_sealed_is_audited(desk: Desk) -> None:
    await explain(desk)
    assert await audited(desk) == [], "nothing was sealed yet"
    await desk.decide()
    await explain(desk)
    await explain(desk, with_picture=True)
    entries = await audited(desk)
    assert [entry.detail["parts"] for entry in entries] == ["why_card", "why_card.page"]
    assert {entry.consent_id for entry in entries} == {desk.consent_id}
    assert all(entry.actor.startswith("operator:") for entry in entries)


async def test_a_form_that_is_not_decided_yet_says_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    print_explanation(await explain(desk), None, values=False)
    assert "not decided yet" in capsys.readouterr().out


async def test_after_the_key_is_destroyed_what_the_register_keeps_is_told_and_that_the_rest_is_gone(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    await desk.decide(with_fields(birth_date=comb("01151983", again="", confidence=0.7)))
    async with desk.database.transaction() as tx:
        await consents.revoke(
            tx, desk.consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=desk.world.vault
        )
    found = await explain(desk, with_picture=True)
    assert (found.card, found.picture) == (None, None)
    print_explanation(found, None, values=True)
    shown = capsys.readouterr().out
    for expected in ("There is no sealed why-card", "review", "ILLEGIBLE", "Part of the form could not be read"):
        assert expected in shown
    assert "01/15/1983" not in shown
    print_explanation(Explained(found.consent, found.decision, (), None, None, key_destroyed=True), None, values=True)
    assert "The key of this consent was destroyed" in capsys.readouterr().out
    assert await audited(desk) == []


async def test_a_destroyed_key_is_told_apart_from_a_why_card_that_never_was(
    sqlite_register: Database, tmp_path: Path
) -> None:
    desk = await an_upload(sqlite_register, FileVault(tmp_path / "vault", MasterKey(b"\7" * 32)))
    await desk.decide()
    before = await explain(desk)
    async with desk.database.transaction() as tx:
        await consents.revoke(
            tx, desk.consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=desk.world.vault
        )
    after = await explain(desk)
    assert (before.card is None, before.key_destroyed) == (False, False)
    assert (after.card is None, after.key_destroyed) == (True, True)


async def test_crops_are_cut_out_of_the_sealed_picture(desk: Desk, tmp_path: Path) -> None:
    await desk.decide(UNSIGNED)
    page = BytesIO()
    Image.new("L", (1700, 2200), 255).save(page, "PNG")
    async with desk.database.transaction() as tx:
        await desk.world.vault.seal(tx, desk.consent_id, Kind.REVIEW_IMAGE, page.getvalue())
    count = write_crops(await explain(desk, with_picture=True), tmp_path / "crops")
    written = sorted(path.name for path in (tmp_path / "crops").iterdir())
    assert (count, written) == (1, ["signature.png"])
    with Image.open(tmp_path / "crops" / "signature.png") as cut:
        assert cut.width > 756
    assert write_crops(await explain(desk), tmp_path / "none") == 0
