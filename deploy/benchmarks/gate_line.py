"""How long a revocation takes to reach each step of the line: the real stages and the portal, at work as it is made.

At every step a worker discloses again and again while somebody else revokes, over connections of their own. Timed is
what the gate let through before the revocation's commit and ended after it, and the first refusal. What the gate lets
through after the commit is counted; there must be none. The broker, the reader of forms, the agency's records and the
typesetter are the stand-ins of the tests: what they take is not the product's, and pages are made in no time.
"""

import asyncio
import logging
import random
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import structlog
from typing_extensions import override

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a checkout: the stand-ins are the tests' own

from schemas.consent_events import RevokedBy
from schemas.values import Language
from services.portal.revocations import revoke_consent
from services.portal.snapshot_pages import PageForm, SnapshotClosed, open_page
from services.register import migrate
from services.register.database import Database, Transaction
from services.register.gate import Allowed, Gate, Refused
from services.register.states import Purpose
from services.runtime.clock import legal_day
from tests.support.consent_model import Model, Paper
from tests.support.line_desk import LineDesk
from tests.support.postgres_server import PostgresMissing, running_postgres
from tests.support.whole_line import WholeLine

STEPS: Mapping[str, int] = {
    "uploaded": 0, "approved": 1, "fetched": 2, "rendered": 3, "delivered": 4, "page open": 4
}  # fmt: skip
"""After how many records a form stands there. ``delivered``: the e-mail that tells of the page; then its opening."""

HEAD_START = 0.03
"""A revocation begins within so many seconds after the work: some works are done before it, some are in its way."""


@dataclass
class Trial:
    """Times of one revocation, in seconds after its commit."""

    ended_after: float = 0.0
    refused_after: float = 0.0
    let_through: int = 0


@dataclass
class Noted:
    """Every answer of the gate, with the moment at which it was asked."""

    answers: list[tuple[float, bool]] = field(default_factory=list)


class NotingGate(Gate):
    """The product's gate; notes when it was asked and whether it opened."""

    noted: Noted

    @override
    async def decide(
        self, tx: Transaction, consent_id: UUID, purpose: Purpose, *given: Any, **named: Any
    ) -> Allowed | Refused:
        asked = time.perf_counter()
        answer = await super().decide(tx, consent_id, purpose, *given, **named)
        self.noted.answers.append((asked, isinstance(answer, Allowed)))
        return answer


class NotingLine(WholeLine):
    """A line whose gate notes."""

    @override
    def make_gate(self) -> Gate:
        gate = NotingGate(vault=self.vault, verifier=self.verifier, agreements=self.agreements, clock=self.clock)
        gate.noted = Noted()
        return gate

    @property
    def answers(self) -> list[tuple[float, bool]]:
        """Every answer since the list was cleared."""
        if not isinstance(self.gate, NotingGate):
            raise TypeError("the gate has to note")
        return self.gate.noted.answers


async def prepared(desk: LineDesk, step: str) -> UUID:
    """Return a consent that stands at a step."""
    line, today = desk.line, legal_day(desk.line.clock())
    scan = await desk.paper(desk.people[0], Paper("good", today, today + timedelta(90)))
    consent_id = await desk.upload(desk.people[0], scan)
    await line.publish()
    for _ in range(STEPS[step]):
        await line.deliver(next(one for one in line.waiting if one.record.consent_id == consent_id))
    if step == "page open":
        await line.send_mail()
    return consent_id


async def work_at(desk: LineDesk, step: str, consent_id: UUID) -> Callable[[], Awaitable[None]]:
    """Return what discloses at a step, each time anew."""
    line = desk.line
    if step == "delivered":
        return line.send_mail
    if step != "page open":
        waiting = next(one for one in line.waiting if one.record.consent_id == consent_id)
        line.waiting.clear()

        async def process() -> None:
            await line.process(waiting.group, line.again(waiting.record, uuid4()))

        return process
    snapshot_id = await line.snapshot_of(consent_id)
    if snapshot_id is None:
        raise SystemExit("no page was made")
    wanted = {"snapshot_id": snapshot_id, "language": Language.ENGLISH, "form": PageForm.PDF}

    async def view() -> None:
        try:
            await open_page(line.portal, caller=desk.acting(desk.people[0]), **wanted)
        except SnapshotClosed:
            return

    return view


async def trial(desk: LineDesk, elsewhere: WholeLine, step: str, chance: random.Random) -> Trial:
    """Work on a consent and revoke it meanwhile."""
    line = desk.line
    if not isinstance(line, NotingLine):
        raise TypeError("the line has to note")
    consent_id = await prepared(desk, step)
    work = await work_at(desk, step, consent_id)
    line.answers.clear()
    line.sent.clear()
    committed: list[float] = []
    worked: list[tuple[float, float, bool]] = []

    async def revoke() -> None:
        await asyncio.sleep(chance.random() * HEAD_START)
        caller = desk.acting(desk.people[0])
        await revoke_consent(elsewhere.portal, caller=caller, consent_id=consent_id, by=RevokedBy.PARENT)
        committed.append(time.perf_counter())

    async def disclose() -> None:
        while True:
            last, begun, sent, answered = bool(committed), time.perf_counter(), len(line.sent), len(line.answers)
            await work()
            opened = any(allowed for _, allowed in line.answers[answered:]) or len(line.sent) > sent
            worked.append((begun, time.perf_counter(), opened))
            if last:
                return

    await asyncio.gather(disclose(), revoke())
    moment = committed[0]
    ended = [end - moment for begun, end, opened in worked if opened and begun <= moment]
    return Trial(
        ended_after=max(0.0, *ended, 0.0),
        refused_after=next(end - moment for begun, end, _ in worked if begun >= moment),
        let_through=sum(1 for asked, allowed in line.answers if allowed and asked > moment)
        + sum(1 for begun, _, opened in worked if opened and begun > moment),
    )


async def revocations(url: str, folder: Path, count: int) -> dict[str, list[Trial]]:
    """Make so many trials at every step."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    migrate.upgrade(url)
    database, second = Database(url), Database(url)
    chance, found = random.Random(1), {}  # noqa: S311 - when to revoke, the same each time
    try:
        desk = LineDesk(NotingLine(database, folder), Model())
        await desk.open()
        elsewhere = WholeLine(second, folder)
        for step in STEPS:
            found[step] = [await trial(desk, elsewhere, step, chance) for _ in range(count)]
    finally:
        await database.close()
        await second.close()
    return found


@contextmanager
def empty_register(folder: Path) -> Iterator[str]:
    """Yield the URL of an empty register: PostgreSQL's, where it is installed."""
    try:
        with running_postgres() as server:
            yield server.url_of(server.create_database())
    except PostgresMissing:
        yield f"sqlite:///{folder}/line.db"
