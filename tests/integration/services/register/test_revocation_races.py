"""Revocations against disclosures on PostgreSQL, over many connections at once: the order in the log is the judge."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from typing_extensions import override

from schemas.consent_events import RevokedBy
from schemas.values import Language
from services.portal.revocations import revoke_consent
from services.portal.snapshot_pages import PageForm, SnapshotClosed, open_page
from services.register import audit, consents
from services.register.database import Database, Transaction
from services.register.states import ConsentStatus, Purpose
from services.register.tables import AuditEntry
from services.runtime.event_processor import Outcome
from services.vault.vault import Kind, ObjectMissing
from tests.support.consent_model import Model, Paper
from tests.support.line_desk import LineDesk
from tests.support.memory_vault import MemoryVault
from tests.support.register_builders import NOON, GateWorld, a_person, an_organization
from tests.support.whole_line import WholeLine

pytestmark = pytest.mark.postgres

CONNECTIONS = 14
"""At once; the pool holds fifteen."""

LAST = 4
"""Records that are worked on until a page can be seen."""

CONSENTS = 75
"""Each is asked for by all four purposes while it is revoked: 300 races."""


@pytest.fixture
async def register(postgres_register_url: str) -> AsyncIterator[Database]:
    database = Database(postgres_register_url)
    yield database
    await database.close()


async def _at_once(acts: list[Coroutine[Any, Any, Any]]) -> None:
    """Do all of them, as many at a time as there are connections. What one raises, this raises."""
    free = asyncio.Semaphore(CONNECTIONS)

    async def in_turn(act: Coroutine[Any, Any, Any]) -> None:
        async with free:
            await act

    await asyncio.gather(*(in_turn(act) for act in acts))


async def _acts_by_consent(database: Database) -> dict[UUID, list[str]]:
    """Return what the log says about each consent, in the order of its numbers."""
    found: dict[UUID, list[str]] = defaultdict(list)
    async with database.reading() as tx:
        assert (await audit.verify(tx)).intact
        for entry in await tx.scalars(select(AuditEntry).order_by(AuditEntry.sequence)):
            if entry.consent_id is not None:
                found[entry.consent_id].append(entry.act)
    return found


def _outcomes(acts: dict[UUID, list[str]], revoked: list[UUID]) -> Counter[str]:
    """Count what became of the disclosures; none may follow its consent's revocation."""
    seen: Counter[str] = Counter()
    for consent_id in revoked:
        mine = acts[consent_id]
        assert mine.count("consent.revoked") == 1
        assert "disclosure.allowed" not in mine[mine.index("consent.revoked") :]
        seen.update(act for act in mine if act.startswith("disclosure."))
    return seen


class SlowVaultThatForgetsNothing(MemoryVault):
    """What it holds opens after a revocation too, and slowly: nothing but the lock on the consent's row is left."""

    def __init__(self) -> None:
        super().__init__()
        self._order = random.Random(7)

    @override
    async def open(self, tx: Transaction, consent_id: UUID, kind: Kind) -> bytes:
        await asyncio.sleep(self._order.uniform(0, 0.02))
        return await super().open(tx, consent_id, kind)

    @override
    async def destroy_key(self, tx: Transaction, consent_id: UUID) -> None:
        """Keep it."""


async def test_three_hundred_decisions_race_revocations_and_none_is_made_after_one(register: Database) -> None:
    world, order = GateWorld(vault=SlowVaultThatForgetsNothing()), random.Random(6)
    async with register.transaction() as tx:
        organization = await an_organization(tx)
        person = await a_person(tx, organization)
        ids = [
            (
                await world.approved_consent(
                    tx, organization=organization, person=person, status=ConsentStatus.RENDERED
                )
            ).id
            for _ in range(CONSENTS)
        ]

    async def ask(consent_id: UUID, purpose: Purpose) -> None:
        async with register.transaction() as tx:
            await world.gate.decide(tx, consent_id, purpose, audit.SYSTEM, person_id=person.id)

    async def revoke(consent_id: UUID) -> None:
        async with register.transaction() as tx:
            actor, at = audit.SYSTEM, world.clock()
            assert await consents.revoke(tx, consent_id, by=RevokedBy.PARENT, actor=actor, at=at, vault=world.vault)

    acts: list[Coroutine[Any, Any, Any]] = []
    for consent_id in ids:
        mine = [revoke(consent_id), *(ask(consent_id, purpose) for purpose in Purpose)]
        order.shuffle(mine)
        acts += mine
    await _at_once(acts)
    seen = _outcomes(await _acts_by_consent(register), ids)
    assert sum(seen.values()) == 4 * CONSENTS
    assert seen["disclosure.allowed"] > CONSENTS
    assert seen["disclosure.refused"] > CONSENTS


async def _as_far_as(line: WholeLine, desk: LineDesk, deliveries: int) -> UUID:
    """Bring a form in and have it worked on so often; what waits then is not delivered."""
    today = NOON.date()
    scan = await desk.paper(desk.people[0], Paper("good", today, today + timedelta(90)))
    consent_id = await desk.upload(desk.people[0], scan)
    await line.publish()
    for _ in range(deliveries):
        mine = next(one for one in line.waiting if one.record.consent_id == consent_id)
        assert await line.deliver(mine) is Outcome.HANDLED
    return consent_id


class Racers:
    """Workers and a viewer on one side, whoever revokes on the other; all on one register."""

    def __init__(self, line: WholeLine, desk: LineDesk) -> None:
        self.line, self.caller = line, desk.acting(desk.people[0])
        self.outcomes: list[Outcome] = []

    async def work(self, consent_id: UUID, *, renamed: bool) -> None:
        """Work on what waits about a consent; under another event id when it is a repeat of somebody's."""
        waiting = next(one for one in self.line.waiting if one.record.consent_id == consent_id)
        record = self.line.again(waiting.record, consent_id) if renamed else waiting.record
        self.outcomes.append(await self.line.process(waiting.group, record))

    async def view(self, consent_id: UUID) -> None:
        """Open the page, if it still opens."""
        snapshot_id = await self.line.snapshot_of(consent_id)
        assert snapshot_id is not None
        wanted: dict[str, Any] = {"snapshot_id": snapshot_id, "language": Language.ENGLISH, "form": PageForm.PDF}
        try:
            await open_page(self.line.portal, caller=self.caller, **wanted)
        except SnapshotClosed:
            return

    def about(self, consent_id: UUID, deliveries: int) -> list[Coroutine[Any, Any, Any]]:
        """Return two disclosures of what comes next, and a revocation."""
        viewed = deliveries == LAST
        revocation = revoke_consent(
            self.line.portal, caller=self.caller, consent_id=consent_id, by=RevokedBy.ORGANIZATION
        )
        if viewed:
            return [self.view(consent_id), self.view(consent_id), revocation]
        return [self.work(consent_id, renamed=False), self.work(consent_id, renamed=True), revocation]


async def test_every_step_of_the_line_races_revocations_and_no_deadlock_is_left_unanswered(
    register: Database, tmp_path: Path
) -> None:
    line, order = WholeLine(register, tmp_path), random.Random(7)
    desk = LineDesk(line, Model())
    await desk.open()
    racers = Racers(line, desk)
    ids: list[UUID] = []
    acts: list[Coroutine[Any, Any, Any]] = []
    for deliveries in (1, 2, 3, LAST):
        for _ in range(6):
            ids.append(await _as_far_as(line, desk, deliveries))
            mine = racers.about(ids[-1], deliveries)
            order.shuffle(mine)
            acts += mine
    before = _outcomes_so_far(await _acts_by_consent(register))
    await _at_once(acts)
    after = _outcomes(await _acts_by_consent(register), ids)
    assert after["disclosure.allowed"] > before["disclosure.allowed"]
    assert after["disclosure.refused"] > before["disclosure.refused"]
    assert set(racers.outcomes) <= {Outcome.HANDLED, Outcome.DEAD_LETTERED}
    async with register.reading() as tx:
        for consent_id in ids:
            for kind in Kind:
                with pytest.raises(ObjectMissing):
                    await line.vault.open(tx, consent_id, kind)


def _outcomes_so_far(acts: dict[UUID, list[str]]) -> Counter[str]:
    return Counter(act for mine in acts.values() for act in mine)
