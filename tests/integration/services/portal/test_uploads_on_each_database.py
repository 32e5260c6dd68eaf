import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select
from typing_extensions import override

from services.portal.acting import Acting
from services.portal.uploads import IdempotencyKeyReused, Receipt, accept_upload
from services.register import audit
from services.register.database import Database, Transaction
from services.register.tables import Consent, IdempotencyKey, OutgoingEvent
from services.vault.vault import Kind
from tests.support.memory_vault import MemoryVault
from tests.support.portal_world import CLAIM, PDF_BYTES, PNG_BYTES, PortalWorld, portal_world


@pytest.fixture
async def world(register_database: Database, tmp_path: Path) -> AsyncIterator[PortalWorld]:
    """A portal over each kind of register."""
    async with portal_world(register_database, tmp_path) as made:
        yield made


class FullDisk(Exception):
    """No space left."""


class FullVault(MemoryVault):
    """Has no room for anything."""

    @override
    async def seal(self, tx: Transaction, consent_id: UUID, kind: Kind, plain: bytes) -> None:
        raise FullDisk


def _acting(world: PortalWorld) -> Acting:
    assert world.staff.organization_id is not None
    actor = audit.person_actor(world.staff.person_id)
    return Acting(world.staff.person_id, world.staff.organization_id, actor)


async def _send(world: PortalWorld, key: str | None, document: bytes = PDF_BYTES) -> Receipt:
    return await accept_upload(
        world.context, caller=_acting(world), claim=CLAIM, document=document, idempotency_key=key
    )


async def test_eight_requests_with_one_key_at_once_make_one_consent(world: PortalWorld) -> None:
    receipts = await asyncio.gather(*(_send(world, "k-1") for _ in range(8)))
    assert len({receipt.consent_id for receipt in receipts}) == 1
    assert sorted(receipt.repeated for receipt in receipts) == [False] + [True] * 7
    async with world.context.database.reading() as tx:
        for table in (Consent, OutgoingEvent, IdempotencyKey):
            assert await tx.scalar(select(func.count()).select_from(table)) == 1
        assert (await audit.verify(tx)).intact


async def test_of_two_forms_with_one_key_at_once_one_is_taken_and_one_refused(world: PortalWorld) -> None:
    results = await asyncio.gather(_send(world, "k-1"), _send(world, "k-1", PNG_BYTES), return_exceptions=True)
    assert {type(result) for result in results} == {Receipt, IdempotencyKeyReused}


async def test_requests_without_a_key_are_different_forms(world: PortalWorld) -> None:
    receipts = await asyncio.gather(*(_send(world, None) for _ in range(3)))
    assert len({receipt.consent_id for receipt in receipts}) == 3
    async with world.context.database.reading() as tx:
        assert (await audit.verify(tx)).intact


async def test_when_sealing_fails_nothing_is_promised(world: PortalWorld) -> None:
    full = FullVault()
    context = replace(world.context, vault=full)
    with pytest.raises(FullDisk):
        await accept_upload(context, caller=_acting(world), claim=CLAIM, document=PDF_BYTES, idempotency_key="k-1")
    async with world.context.database.reading() as tx:
        for table in (Consent, OutgoingEvent, IdempotencyKey):
            assert await tx.scalar(select(func.count()).select_from(table)) == 0
    assert world.relay.nudges == 0
