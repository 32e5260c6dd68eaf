"""Time travel past each limit: what is due is gone, what is not is there, and the audit log has the proof."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from typing_extensions import override

from schemas.consent_events import RevokedBy
from schemas.values import Language
from services.register import audit, consents, printed_forms
from services.register.database import Database, Transaction
from services.register.states import ConsentStatus
from services.register.tables import AuditEntry, Consent, PrintedForm, VaultCaseKey
from services.settings import RetentionSettings
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from services.vault.reshredding import newly_shredded, reshred
from services.vault.retention import StillOpens, erase_due, forget_printed_forms
from services.vault.vault import OF_THE_CASE, Kind, ObjectMissing
from tests.support.register_builders import CLAIM_INDEX, NOON, GateWorld, a_consent, a_person, an_organization

THIRTY = RetentionSettings(case_days=30, closed_form_days=10)
LATE = NOON + timedelta(days=30, seconds=1)


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    return FileVault(tmp_path / "vault", MasterKey(b"m" * 32))


async def a_delivered_one(database: Database, vault: FileVault) -> UUID:
    async with database.transaction() as tx:
        consent = await GateWorld(vault=vault).approved_consent(tx, status=ConsentStatus.DELIVERED)
        for kind in OF_THE_CASE:
            await vault.seal(tx, consent.id, kind, b"a case")
    return consent.id


async def a_closed_one(database: Database, vault: FileVault, status: ConsentStatus) -> UUID:
    async with database.transaction() as tx:
        organization = await an_organization(tx)
        consent = await a_consent(tx, organization, await a_person(tx, organization))
        await vault.seal(tx, consent.id, Kind.DOCUMENT, b"a form")
        if status is ConsentStatus.REFUSED:
            await consents.move(tx, consent, ConsentStatus.APPROVED, at=NOON)
        await consents.move(tx, consent, status, at=NOON)
    return consent.id


async def kinds_that_open(database: Database, vault: FileVault, consent_id: UUID) -> set[Kind]:
    found = set()
    async with database.reading() as tx:
        for kind in Kind:
            try:
                await vault.open(tx, consent_id, kind)
            except ObjectMissing:
                continue
            found.add(kind)
    return found


async def test_what_was_made_of_a_case_goes_thirty_days_after_delivery_and_not_before(
    register_database: Database, vault: FileVault
) -> None:
    consent_id = await a_delivered_one(register_database, vault)
    assert await erase_due(register_database, vault, THIRTY, now=NOON + timedelta(days=30)) == 0
    assert await kinds_that_open(register_database, vault, consent_id) == OF_THE_CASE | {Kind.DOCUMENT, Kind.GRANT}
    assert await erase_due(register_database, vault, THIRTY, now=LATE) == 1
    assert await kinds_that_open(register_database, vault, consent_id) == {Kind.DOCUMENT, Kind.GRANT}
    names = {path.name for path in vault.path_of(consent_id, Kind.DOCUMENT).parent.iterdir()}
    assert names == {"document.sealed", "grant.sealed"}
    assert await erase_due(register_database, vault, THIRTY, now=LATE) == 0
    async with register_database.reading() as tx:
        proof = (await tx.scalars(select(AuditEntry).where(AuditEntry.act == "vault.erased"))).one()
        assert (proof.consent_id, proof.detail["opened"]) == (consent_id, 0)
        assert set(proof.detail["tried"]) == {kind.value for kind in OF_THE_CASE}
        assert (await audit.verify(tx)).intact


@pytest.mark.parametrize("status", [ConsentStatus.REJECTED, ConsentStatus.REFUSED])
async def test_a_form_that_led_to_nothing_goes_whole(
    sqlite_register: Database, vault: FileVault, status: ConsentStatus
) -> None:
    consent_id = await a_closed_one(sqlite_register, vault, status)
    assert await erase_due(sqlite_register, vault, THIRTY, now=NOON + timedelta(days=10)) == 0
    assert await erase_due(sqlite_register, vault, THIRTY, now=NOON + timedelta(days=11)) == 1
    assert await kinds_that_open(sqlite_register, vault, consent_id) == set()


async def test_a_consent_that_ended_by_itself_is_nothing_for_retention(
    sqlite_register: Database, vault: FileVault
) -> None:
    consent_id = await a_delivered_one(sqlite_register, vault)
    async with sqlite_register.transaction() as tx:
        await consents.revoke(tx, consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=vault)
    assert await erase_due(sqlite_register, vault, THIRTY, now=LATE) == 0


async def test_nothing_is_called_erased_while_it_opens(sqlite_register: Database, tmp_path: Path) -> None:
    class Forgetful(FileVault):
        @override
        async def erase_case(self, tx: Transaction, consent_id: UUID) -> None:
            """Do nothing, as a broken store would."""

    vault = Forgetful(tmp_path / "vault", MasterKey(b"m" * 32))
    await a_delivered_one(sqlite_register, vault)
    with pytest.raises(StillOpens):
        await erase_due(sqlite_register, vault, THIRTY, now=LATE)
    async with sqlite_register.reading() as tx:
        assert list(await tx.scalars(select(AuditEntry).where(AuditEntry.act == "vault.erased"))) == []


async def test_an_erased_case_that_a_backup_brings_back_is_erased_again_and_the_consent_goes_on(
    sqlite_register: Database, vault: FileVault
) -> None:
    consent_id = await a_delivered_one(sqlite_register, vault)
    async with sqlite_register.reading() as tx:
        wrapped = (await tx.get_one(VaultCaseKey, consent_id)).wrapped_key
    await erase_due(sqlite_register, vault, THIRTY, now=LATE)
    async with sqlite_register.reading() as tx:
        listed = await newly_shredded(tx, since=None)
    assert [(one.consent_id, one.case_only) for one in listed] == [(consent_id, True)]
    async with sqlite_register.transaction() as tx:
        row = await tx.get_one(VaultCaseKey, consent_id)
        row.wrapped_key, row.destroyed_at = wrapped, None
    assert await reshred(sqlite_register, vault, listed, now=LATE) == 1
    assert await kinds_that_open(sqlite_register, vault, consent_id) == {Kind.DOCUMENT, Kind.GRANT}
    async with sqlite_register.reading() as tx:
        assert (await consents.get(tx, consent_id)).status is ConsentStatus.DELIVERED


async def test_ids_of_printed_forms_are_forgotten_unless_their_consent_still_opens_a_case(
    register_database: Database,
) -> None:
    world = GateWorld()

    async def printed(tx: Transaction, serial: str, consent: Consent, *, used: bool, at: datetime = NOON) -> None:
        await printed_forms.issue(
            tx, serial, organization_id=consent.organization_id, language=Language.ENGLISH, revision="2026-11",
            printed_by=consent.uploaded_by, actor=audit.SYSTEM, at=at, claim_index=CLAIM_INDEX,
        )  # fmt: skip
        assert await printed_forms.mark_used(tx, serial, consent_id=consent.id, at=at) if used else True

    async with register_database.transaction() as tx:
        open_one = await world.approved_consent(tx)
        ended = await world.approved_consent(tx)
        await printed(tx, "0001", open_one, used=False)
        await printed(tx, "0002", open_one, used=True)
        await printed(tx, "0003", ended, used=True)
        await printed(tx, "0004", ended, used=False, at=LATE)
        await consents.revoke(tx, ended.id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=world.vault)
    async with register_database.transaction() as tx:
        assert await forget_printed_forms(tx, before=LATE) == 2
    async with register_database.reading() as tx:
        assert sorted(await tx.scalars(select(PrintedForm.serial))) == ["0002", "0004"]
