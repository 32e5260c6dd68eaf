"""What a legal hold keeps beyond a consent's last day is kept, and not shown."""

from uuid import UUID

from services.register.states import ConsentStatus
from services.register.tables import Consent
from services.vault.vault import Kind
from tests.support.portal_world import CLAIM_FIELDS, PDF_BYTES, PortalWorld


async def test_what_was_typed_is_not_shown_after_the_last_day_though_it_is_kept(world: PortalWorld) -> None:
    async with world.api(world.staff) as client:
        answer = await client.post("/api/v1/consents", data=CLAIM_FIELDS, files={"form": ("scan.pdf", PDF_BYTES)})
    consent_id = UUID(answer.json()["id"])
    async with world.browser(world.staff) as client:
        assert "Marisol" in (await client.get(f"/consents/{consent_id}")).text
        async with world.context.database.transaction() as tx:
            (await tx.get_one(Consent, consent_id)).status = ConsentStatus.EXPIRED
        shown = await client.get(f"/consents/{consent_id}")
    assert shown.status_code == 200
    assert "Marisol" not in shown.text
    async with world.context.database.reading() as tx:
        assert b"Marisol" in await world.vault.open(tx, consent_id, Kind.CLAIM)
