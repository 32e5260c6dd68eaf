"""While keys or objects can't be reached the portal says so, shows nothing and stores nothing."""

from uuid import UUID

from sqlalchemy import func, select
from typing_extensions import override

from services.register.database import Transaction
from services.register.tables import Consent
from services.runtime.failures import TemporarilyUnavailable
from services.vault.vault import Kind
from tests.support.memory_vault import MemoryVault
from tests.support.portal_world import CLAIM_FIELDS, PDF_BYTES, PortalWorld


class AwayVault(MemoryVault):
    @override
    async def seal(self, tx: Transaction, consent_id: UUID, kind: Kind, plain: bytes) -> None:
        raise TemporarilyUnavailable("kms")


async def test_an_upload_is_refused_for_now_and_leaves_nothing_behind(world: PortalWorld) -> None:
    object.__setattr__(world.context, "vault", AwayVault())
    async with world.api(world.staff) as client:
        answer = await client.post("/api/v1/consents", data=CLAIM_FIELDS, files={"form": ("scan.pdf", PDF_BYTES)})
    assert answer.status_code == 503
    assert answer.json()["code"] == "PART_AWAY"
    assert int(answer.headers["retry-after"]) > 0
    async with world.context.database.reading() as tx:
        assert await tx.scalar(select(func.count()).select_from(Consent)) == 0
