"""The whole line in one process: the real stages, register, gate, vault, outbox and portal acts.

Made up are only the broker (lists of records, which a test delivers as often and in whatever order it likes), the
reader of forms, the agency's records, and the typesetter.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import update
from typing_extensions import override

from case_fetcher.rules.agency_case import AgencyCase
from case_fetcher.stage import fetch_case, settle_case
from consent_intake.rules.form_reading import FormReading, ReadForm
from consent_intake.stage import Intake, decide_reviewed, decide_upload, read_upload
from notifier.delivery.courier import Courier
from notifier.delivery.desk import Desk, Nudge
from notifier.stage import deliver, tell_in_review, tell_refused, tell_rejected, tell_revoked
from schemas import topics
from schemas.event import Event, EventAttributes, attributes_for
from schemas.topics import Topic, Writer, topic_for
from schemas.values import Language, ScopeItem
from services.portal.context import PortalContext
from services.portal.rate_limits import RateLimits
from services.portal.settings import PortalSettings
from services.register import consents
from services.register.agreements import Agreements
from services.register.database import Database, Transaction
from services.register.gate import Gate
from services.register.grants import GrantSigner, GrantVerifier
from services.register.states import Channel
from services.register.tables import Message, OutgoingEvent
from services.runtime.event_processor import EventProcessor, Outcome
from services.runtime.record import OutgoingRecord, Record
from services.runtime.relay import OutgoingRelay
from services.runtime.stage import Consumer, Stage
from services.runtime.worker_status import WorkerStatus
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from services.vault.vault import Kind
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rules.page_content import PageRequest
from snapshot_renderer.rules.page_model import MadePage
from snapshot_renderer.stage import finish_snapshot, prepare_pages
from tests.support.agency_cases import an_agency_case
from tests.support.form_readings import POLICY
from tests.support.memory_senders import Accepted
from tests.support.register_builders import MovableClock

Meanwhile = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """Let nothing happen."""


class NotingVault(FileVault):
    """The vault in files; ``sealed`` lists what was sealed since a test last looked."""

    def __init__(self, folder: Path, clock: MovableClock) -> None:
        super().__init__(folder, MasterKey(b"k" * 32), clock)
        self.sealed: list[tuple[UUID, Kind]] = []

    @override
    async def seal(self, tx: Transaction, consent_id: UUID, kind: Kind, plain: bytes) -> None:
        self.sealed.append((consent_id, kind))
        await super().seal(tx, consent_id, kind, plain)


@dataclass
class KnownForms:
    """Reads every document as the form that a test said it is. ``meanwhile`` happens while one is read."""

    forms: dict[bytes, FormReading] = field(default_factory=dict)
    meanwhile: Meanwhile = nothing

    async def read(self, document: bytes) -> ReadForm:
        await self.meanwhile()
        return ReadForm(self.forms[document], b"a picture")


@dataclass
class AgencyRecords:
    """One case under every identifier, of an hour ago unless ``old``; held for staff when ``held``.

    ``changes`` are other values of the case than ``an_agency_case`` has.
    """

    clock: MovableClock
    old: bool = False
    held: bool = False
    asked: int = 0
    changes: dict[str, object] = field(default_factory=dict)

    async def find(self, case_identifier: str, _scope: Collection[ScopeItem]) -> AgencyCase | None:
        self.asked += 1
        as_of = self.clock() - (timedelta(days=30) if self.old else timedelta(hours=1))
        case = an_agency_case(as_of=as_of, case_identifier=case_identifier, **self.changes)
        return replace(case, held_for_staff=self.held)


@dataclass
class TwoTinyPages:
    """Makes pages of a few bytes. ``meanwhile`` happens while they are made."""

    meanwhile: Meanwhile = nothing

    async def make(self, _request: PageRequest) -> Mapping[Language, MadePage]:
        await self.meanwhile()
        return {
            language: MadePage(f"%PDF {language.value}".encode(), f"<html {language.value}>".encode(), "7" * 64)
            for language in Language
        }


@dataclass
class StillNudge:
    """A relay that a test drives itself."""

    async def run(self) -> None:
        """Publish nothing."""

    def nudge(self) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Waiting:
    """A record that a group has not committed yet."""

    group: Writer
    record: Record


class WholeLine:
    """Every stage and the portal over one register.

    Attributes:
        waiting: what each group has not committed, in the order of publishing.
        published: every record of the stages' topics, in the order of publishing.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.clock = database, MovableClock()
        self.vault = NotingVault(folder / "vault", self.clock)
        self.key = Ed25519PrivateKey.generate()
        self.agreements = Agreements()
        self.verifier = GrantVerifier(self.key.public_key())
        self.gate = self.make_gate()
        self.reader, self.records, self.maker = KnownForms(), AgencyRecords(self.clock), TwoTinyPages()
        self.portal = PortalContext(
            settings=PortalSettings(home=folder),
            database=database,
            vault=self.vault,
            master_key=MasterKey(b"m" * 32),
            gate=self.gate,
            agreements=self.agreements,
            clock=self.clock,
            relay=StillNudge(),
            rate_limits=RateLimits(),
        )
        self.sent: list[Message] = []
        self.waiting: list[Waiting] = []
        self.published: list[Record] = []
        self._logs: dict[str, int] = defaultdict(int)
        self.processors = {stage.name: self._processor(stage) for stage in self._stages()}
        self._portal_relay = OutgoingRelay(database, _Lists(self), Writer.PORTAL, self.clock)

    def make_gate(self) -> Gate:
        """Return the line's gate."""
        return Gate(vault=self.vault, verifier=self.verifier, agreements=self.agreements, clock=self.clock)

    async def publish(self) -> None:
        """Publish what the portal's acts left in the outbox."""
        await self._portal_relay.publish_waiting()

    async def deliver(self, waiting: Waiting) -> Outcome:
        """Deliver a record and commit its offset, unless the worker leaves it or dies."""
        outcome = await self.process(waiting.group, waiting.record)
        if outcome is not Outcome.LEFT and waiting in self.waiting:
            self.waiting.remove(waiting)
        return outcome

    async def process(self, group: Writer, record: Record) -> Outcome:
        """Let a group work on a record, whether or not it is its turn."""
        return await self.processors[group].process(record)

    async def drain(self) -> None:
        """Deliver everything that waits, in order."""
        await self.publish()
        while self.waiting:
            await self.deliver(self.waiting[0])
            await self.publish()

    async def lose_what_waits(self) -> None:
        """Forget every record, as a broker does that lost its data, and whatever was still to be published."""
        self.waiting.clear()
        self.published.clear()
        async with self.database.transaction() as tx:
            unpublished = update(OutgoingEvent).where(OutgoingEvent.published_at.is_(None))
            await tx.execute(unpublished.values(published_at=self.clock()))

    async def snapshot_of(self, consent_id: UUID) -> UUID | None:
        """Return the id of a consent's snapshot, once it was made."""
        async with self.database.reading() as tx:
            return (await consents.get(tx, consent_id)).snapshot_id

    async def send_mail(self) -> None:
        """Let the courier send every e-mail that is due; ``sent`` holds the rows as they were taken."""
        await self._courier.send_all_due()

    def forged(self, event: Event, *, event_id: UUID | None = None, topic: Topic | None = None) -> Record:
        """Return a record as whoever can write to the broker could append it; nobody waits for it."""
        table = topic or topic_for(event)
        attributes = attributes_for(event, parent=uuid4(), writer=table.writer, ordinal=0, time=self.clock())
        if event_id is not None:
            attributes = EventAttributes.model_validate({**attributes.model_dump(), "id": event_id})
        key = str(event.consent_id).encode()
        return self._numbered(OutgoingRecord(table.name, 0, key, event.value(), tuple(attributes.headers())))

    def again(self, record: Record, event_id: UUID | None = None) -> Record:
        """Return the same bytes at a new place in the topic; under another event id when one is given."""
        named = dict(record.headers) | ({"ce_id": str(event_id).encode()} if event_id else {})
        return self._numbered(OutgoingRecord(record.topic, 0, record.key, record.value, tuple(named.items())))

    def _numbered(self, record: OutgoingRecord) -> Record:
        offset = self._logs[record.topic]
        self._logs[record.topic] += 1
        return Record(record.topic, 0, offset, record.key, record.value, record.headers)

    def append(self, record: OutgoingRecord) -> None:
        """Take a record that was published."""
        read_by = next((topic.readers for topic in topics.TOPICS if topic.name == record.topic), ())
        numbered = self._numbered(record)
        if read_by:
            self.published.append(numbered)
        self.waiting += [Waiting(group, numbered) for group in read_by]

    def _processor(self, stage: Stage) -> EventProcessor:
        return EventProcessor(
            stage,
            database=self.database,
            relay=OutgoingRelay(self.database, _Lists(self), stage.name, self.clock),
            status=WorkerStatus(stage.name.value, None, self.clock),
            clock=self.clock,
            pause=_never_again,
            dead_letter_limit=1_000_000,
        )

    def _stages(self) -> tuple[Stage, ...]:
        return (self._intake(), self._fetcher(), self._renderer(), self._notifier())

    def _intake(self) -> Stage:
        intake = Intake(vault=self.vault, signer=GrantSigner(self.key), clock=self.clock, policy=POLICY)
        read = partial(read_upload, database=self.database, vault=self.vault, reader=self.reader)
        consumers = (
            Consumer(topics.CONSENT_UPLOADED, partial(decide_upload, intake=intake), read),
            Consumer(topics.CONSENT_REVIEWED, partial(decide_reviewed, intake=intake)),
        )
        return Stage(Writer.CONSENT_INTAKE, consumers, ())

    def _fetcher(self) -> Stage:
        given = {"gate": self.gate, "source": self.records, "vault": self.vault, "clock": self.clock}
        oldest = timedelta(days=7)
        consumers = (
            Consumer(topics.CONSENT_APPROVED, partial(fetch_case, oldest=oldest, **given)),
            Consumer(topics.CASE_REVIEWED, partial(settle_case, oldest=oldest, **given)),
        )
        return Stage(Writer.CASE_FETCHER, consumers, ())

    def _renderer(self) -> Stage:
        given = {"gate": self.gate, "vault": self.vault, "clock": self.clock}
        prepare = partial(
            prepare_pages, database=self.database, maker=self.maker, editorial=packaged_editorial(), **given
        )
        return Stage(
            Writer.SNAPSHOT_RENDERER,
            (Consumer(topics.CASE_FETCHED, partial(finish_snapshot, **given), prepare),),
            (),
        )

    def _notifier(self) -> Stage:
        desk = Desk(self.clock, Nudge())
        self._courier: Courier[Message] = Courier(
            channel=Channel.EMAIL, database=self.database, clock=self.clock, pack=_as_it_is, send=self._send
        )
        told = {
            topics.CONSENT_REJECTED: partial(tell_rejected, desk=desk),
            topics.CONSENT_REVIEW: partial(tell_in_review, desk=desk),
            topics.CONSENT_REVOKED: partial(tell_revoked, desk=desk),
            topics.CASE_REFUSED: partial(tell_refused, desk=desk),
            topics.SNAPSHOT_REFUSED: partial(tell_refused, desk=desk),
            topics.SNAPSHOT_RENDERED: partial(deliver, desk=desk, gate=self.gate, clock=self.clock),
        }
        return Stage(Writer.NOTIFIER, tuple(Consumer(topic, handle) for topic, handle in told.items()), ())

    async def _send(self, message: Message) -> Accepted:
        self.sent.append(message)
        return Accepted()


async def _as_it_is(_tx: Transaction, message: Message) -> Message:
    return message


async def _never_again(_seconds: float) -> bool:
    return False


class _Lists:
    def __init__(self, line: WholeLine) -> None:
        self._line = line

    async def publish(self, records: Sequence[OutgoingRecord]) -> None:
        for record in records:
            self._line.append(record)

    async def close(self) -> None:
        pass
