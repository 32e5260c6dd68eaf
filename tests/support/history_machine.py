"""The ground of a state machine over a whole line: does an act, lets it die where asked, and has it witnessed."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine, invariant

from schemas.consent_events import RevokedBy
from schemas.topics import TOPICS, Writer
from schemas.values import Language
from services.portal.revocations import CannotBeRevoked
from services.portal.snapshot_pages import PageForm, SnapshotClosed, SnapshotMissing, open_page
from services.register import audit
from services.register.expiry import expire_all
from services.register.states import Purpose
from services.register.tables import Person
from services.runtime.record import Record
from tests.support.consent_model import ENDED, NEW_YORK, Model
from tests.support.crashes import Crash, CrashingDatabase, CrashPoint
from tests.support.gate_witness import Step, Witness
from tests.support.line_desk import LineDesk
from tests.support.register_builders import NOON
from tests.support.whole_line import Meanwhile, Waiting, WholeLine, nothing


class HistoryMachine(RuleBasedStateMachine):
    """One history; all of a run share one register, so that its chain and its backlog grow."""

    line: ClassVar[WholeLine]
    database: ClassVar[CrashingDatabase]
    model: ClassVar[Model]
    witness: ClassVar[Witness]
    runner: ClassVar[asyncio.Runner]
    steps: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.desk = LineDesk(self.line, self.model)

    @invariant()
    def count(self) -> None:
        type(self).steps += 1

    @property
    def consents(self) -> list[UUID]:
        """Every consent of this history, oldest first."""
        return self.witness.uploaded

    @property
    def today(self) -> date:
        return self.line.clock.now.astimezone(NEW_YORK).date()

    def begin(self) -> None:
        """Open a desk of its own on a day of its own; nothing waits from before."""
        self.line.clock.now = NOON
        self.line.records.old = self.line.records.held = False
        self.witness.uploaded.clear()
        self.do(self.line.lose_what_waits(), Step("agency"))
        self.do(self.desk.open(), Step("agency"))

    def teardown(self) -> None:
        """See that everything stands where it was told to, and that what ended is shut."""
        self.do(self.line.send_mail(), Step("courier"))
        self.witness.stands_as_modelled(self.consents)
        for consent_id in self.consents:
            if self.model.consents[consent_id].status in ENDED:
                self.runner.run(self.witness.require_shut(consent_id))

    def pick(self, which: int) -> UUID:
        """Return one of the newest consents."""
        newest = self.consents[-4:]
        return newest[which % len(newest)]

    def do(self, act: Coroutine[Any, Any, Any], step: Step, dies: CrashPoint | None = None) -> None:
        """Do it, die where asked, and have it witnessed either way."""
        self.database.crash_at(dies)
        try:
            self.runner.run(act)
        except Crash:
            step.died = True
        finally:
            self.database.crash_at(None)
        self.runner.run(self.witness.look(step))

    def deliver(
        self, waiting: Waiting | None, dies: CrashPoint | None = None, meanwhile: Meanwhile | None = None
    ) -> None:
        """Let a worker take a record; ``meanwhile`` happens in its slow part."""
        if waiting is not None:
            self.line.maker.meanwhile = self.line.reader.meanwhile = meanwhile or nothing
            self.do(self.line.deliver(waiting), Step(waiting.group.value, revokes=meanwhile is not None), dies)
            self.line.maker.meanwhile = self.line.reader.meanwhile = nothing

    def carry(self, consent_id: UUID, deliveries: int, meanwhile: Meanwhile | None = None) -> None:
        """Have so many of the records that wait about a consent worked on."""
        self.do(self.line.publish(), Step("portal"))
        for _ in range(deliveries):
            mine = (one for one in self.line.waiting if one.record.consent_id == consent_id)
            if (waiting := next(mine, None)) is None:
                return
            self.deliver(waiting, meanwhile=meanwhile)

    async def revoked(self, consent_id: UUID, by: RevokedBy) -> None:
        """Revoke; one that was rejected can't be."""
        try:
            await self.desk.revoke(consent_id, by)
        except CannotBeRevoked:
            return

    async def opened(self, step: Step, consent_id: UUID, person: Person, form: PageForm, language: Language) -> None:
        """Open a page in the portal, if there is one; else ask the gate for it."""
        snapshot_id = await self.line.snapshot_of(consent_id)
        if snapshot_id is None:
            await self.asked(consent_id, Purpose.VIEW, person_id=person.id)
            return
        try:
            page = await open_page(
                self.line.portal,
                caller=self.desk.acting(person),
                snapshot_id=snapshot_id,
                language=language,
                form=form,
            )
        except (SnapshotMissing, SnapshotClosed):
            return
        step.handed_out = (page.consent_id, person.id)

    async def asked(self, consent_id: UUID, purpose: Purpose, **who: UUID | None) -> None:
        """Ask the gate itself."""
        async with self.database.transaction() as tx:
            await self.line.gate.decide(tx, consent_id, purpose, audit.SYSTEM, **who)

    async def swept(self) -> None:
        """Close what is over, as the notifier does every hour."""
        await expire_all(self.database, vault=self.line.vault, now=self.line.clock())

    async def at(self, now: datetime) -> None:
        """Let it be that time."""
        self.line.clock.now = now


def readers_of(record: Record) -> tuple[Writer, ...]:
    """Return the groups that read a record's topic."""
    return next(topic.readers for topic in TOPICS if topic.name == record.topic)


@contextmanager
def histories_on(url: str, folder: Path, machine: type[HistoryMachine]) -> Iterator[type[HistoryMachine]]:
    """Return the machine over a line of its own on a register."""
    with asyncio.Runner() as runner:
        database = CrashingDatabase(url)
        line, model = WholeLine(database, folder), Model()
        witness = Witness(url, line, model)
        given = {"line": line, "database": database, "model": model, "witness": witness, "runner": runner, "steps": 0}
        yield type(machine.__name__, (machine,), given)
        witness.close()
        runner.run(database.close())
