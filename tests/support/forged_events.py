"""One event for every topic, as its writer would make it about a consent, and ways to forge one thing about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from schemas.case_events import CaseFetched, CaseRefused, CaseReviewed, CaseReviewOutcome
from schemas.consent_events import (
    ConsentApproved,
    ConsentRejected,
    ConsentReviewed,
    ConsentReviewNeeded,
    ConsentRevoked,
    ConsentUploaded,
    ReviewOutcome,
    RevokedBy,
)
from schemas.event import Event
from schemas.reason_codes import ReasonCode
from schemas.snapshot_events import RenderedPage, SnapshotRefused, SnapshotRendered
from schemas.topics import TOPICS, Topic
from schemas.values import Language, sha256_of
from services.portal.revocations import revoke_consent
from services.portal.snapshot_pages import PageForm, SnapshotClosed, open_page
from services.register import consents, grants
from services.register.database import Database
from services.register.tables import AuditEntry, Consent, DeadLetter, Grant, Message, OutgoingEvent
from services.runtime.event_processor import Outcome
from services.runtime.record import Record
from tests.support.consent_model import Model, Paper
from tests.support.line_desk import LineDesk
from tests.support.whole_line import WholeLine

HASH = "0" * 64

DELIVERIES: Mapping[str, int] = {"uploaded": 0, "approved": 1, "fetched": 2, "rendered": 3, "delivered": 4}
"""After how many records a sound form is where; the last one needs the courier, too."""


FROM = {"consent.uploaded": "uploaded", "consent.approved": "approved", "case.fetched": "fetched",
        "snapshot.rendered": "rendered"}  # fmt: skip
"""Where a consent stands when the real event of a topic is about to be worked on."""


def _about(event: type[Event], **fields: Any) -> Callable[[Consent, Grant | None], Event]:
    return lambda consent, _grant: event(consent_id=consent.id, organization_id=consent.organization_id, **fields)


EVENTS: Mapping[str, Callable[[Consent, Grant | None], Event]] = {
    "consent.uploaded": lambda consent, _grant: ConsentUploaded(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        document_sha256=consent.document_sha256,
        media_type=consent.media_type,
    ),
    "consent.reviewed": lambda consent, _grant: ConsentReviewed(
        consent_id=consent.id, review_id=uuid4(), reviewer_id=uuid4(), outcome=ReviewOutcome.APPROVED
    ),
    "consent.revoked": _about(ConsentRevoked, revoked_by=RevokedBy.PARENT),
    "consent.approved": lambda consent, grant: ConsentApproved(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        party=consent.party,
        grant_sha256=grant.grant_sha256 if grant else HASH,
        grant_signature=grant.signature if grant else "A" * 86,
    ),
    "consent.rejected": _about(ConsentRejected, reasons=(ReasonCode.MISSING_SIGNATURE,)),
    "consent.review": _about(ConsentReviewNeeded, reasons=(ReasonCode.ILLEGIBLE,)),
    "case.reviewed": _about(CaseReviewed, review_id=uuid4(), reviewer_id=uuid4(), outcome=CaseReviewOutcome.READ_AGAIN),
    "case.fetched": lambda consent, _grant: CaseFetched(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        party=consent.party,
        case_copy_sha256=HASH,
        as_of=consent.uploaded_at,
    ),
    "case.refused": _about(CaseRefused, reason=ReasonCode.CASE_NOT_FOUND),
    "snapshot.rendered": lambda consent, _grant: SnapshotRendered(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        snapshot_id=consent.snapshot_id or uuid4(),
        party=consent.party,
        pages=(RenderedPage(language=Language.ENGLISH, pdf_sha256=HASH, size_bytes=1),),
    ),
    "snapshot.refused": _about(SnapshotRefused, reason=ReasonCode.PAGE_DOES_NOT_FIT),
}


@dataclass(frozen=True)
class Effects:
    """All that events can bring about, counted or listed: two of these are equal when nothing happened between."""

    statuses: tuple[tuple[UUID, str], ...]
    messages: int
    told: int
    sealed: int
    read: int

    def but_for_what_was_told(self) -> "Effects":
        """Return the same without the events: a refusal that is asked for again is told again, to nobody's harm."""
        return replace(self, told=0)


@dataclass
class Scene:
    """A line, a desk, and consents that have come as far as a test wants."""

    database: Database
    folder: Path
    line: WholeLine = field(init=False)
    desk: LineDesk = field(init=False)

    def __post_init__(self) -> None:
        self.line = WholeLine(self.database, self.folder)
        self.desk = LineDesk(self.line, Model())

    async def consent(self, step: str = "uploaded", *, days: int = 90, verdict: str = "good") -> UUID:
        """Return a consent that stands there; what waits about it then is not delivered."""
        if not self.desk.people:
            await self.desk.open()
        today = self.line.clock().date()
        scan = await self.desk.paper(self.desk.people[0], Paper(verdict, today, today + timedelta(days)))
        return await self.carried(await self.desk.upload(self.desk.people[0], scan), step)

    async def carried(self, consent_id: UUID, step: str) -> UUID:
        """Have what waits about an uploaded consent worked on until it stands there."""
        await self.line.publish()
        for _ in range(DELIVERIES[step]):
            await self.line.deliver(self.waiting(consent_id))
        if step == "delivered":
            await self.line.send_mail()
        return consent_id

    def waiting(self, consent_id: UUID) -> Any:
        """Return the record that waits about a consent."""
        return next(one for one in self.line.waiting if one.record.consent_id == consent_id)

    async def event(self, topic: str, consent_id: UUID, /, **changes: Any) -> Event:
        """Return the topic's event about a consent; ``changes`` are what is forged about it."""
        async with self.database.reading() as tx:
            consent, grant = await consents.get(tx, consent_id), await grants.load(tx, consent_id)
        return EVENTS[topic](consent, grant).model_copy(update=changes)

    async def send(self, event: Event) -> Outcome:
        """Let whoever reads the event's topic work on it."""
        return await self.process(self.line.forged(event))

    async def process(self, record: Record) -> Outcome:
        """Let whoever reads the record's topic work on it."""
        (reader,) = self.topic(record.topic).readers
        return await self.line.process(reader, record)

    @staticmethod
    def topic(name: str) -> Topic:
        """Return a topic by its name."""
        return next(topic for topic in TOPICS if topic.name == name)

    async def status(self, consent_id: UUID) -> tuple[str, list[str]]:
        """Return where a consent stands, and why."""
        async with self.database.reading() as tx:
            consent = await consents.get(tx, consent_id)
        return consent.status.value, list(consent.reasons)

    async def dead_letter(self) -> tuple[str, bool] | None:
        """Return the code of the only dead letter, and whether it holds later events up."""
        async with self.database.reading() as tx:
            rows = list(await tx.scalars(select(DeadLetter)))
        assert len(rows) <= 1
        return (rows[0].code, rows[0].parks_later_events) if rows else None

    async def refusals(self, consent_id: UUID) -> list[str]:
        """Return the reasons that the gate recorded about a consent, oldest first."""
        query = select(AuditEntry.detail).where(AuditEntry.consent_id == consent_id)
        query = query.where(AuditEntry.act == "disclosure.refused").order_by(AuditEntry.sequence)
        async with self.database.reading() as tx:
            return [detail["reason"] for detail in await tx.scalars(query)]

    async def kinds_of_messages(self, consent_id: UUID) -> set[str]:
        """Return what people were told about a consent."""
        async with self.database.reading() as tx:
            return set(await tx.scalars(select(Message.kind).where(Message.consent_id == consent_id)))

    async def standing_for(self, topic: str) -> UUID:
        """Return a consent that stands where the topic's real event would find it."""
        if topic == "consent.revoked":
            return await self.revoked(await self.consent("approved"))
        if topic == "consent.rejected":
            consent_id = await self.consent(verdict="bad")
            await self.line.deliver(self.waiting(consent_id))
            return consent_id
        if topic == "consent.review":
            consent_id = await self.consent(verdict="unsure")
            await self.line.deliver(self.waiting(consent_id))
            return consent_id
        if topic in {"case.reviewed", "case.refused"}:
            return await self.with_an_old_record()
        if topic == "snapshot.refused":
            consent_id = await self.consent("fetched")
            await self.desk.let_take_part(self.desk.organizations[0], active=False)
            await self.line.deliver(self.waiting(consent_id))
            await self.desk.let_take_part(self.desk.organizations[0], active=True)
            return consent_id
        return await self.consent(FROM[topic])

    async def with_an_old_record(self) -> UUID:
        """Return a consent whose case a reviewer has to settle."""
        consent_id = await self.consent("approved")
        self.line.records.old = True
        await self.line.deliver(self.waiting(consent_id))
        assert (await self.status(consent_id))[0] == "case_review"
        return consent_id

    async def revoked(self, consent_id: UUID) -> UUID:
        """Revoke it as its uploader."""
        caller = self.desk.acting(self.desk.people[0])
        await revoke_consent(self.line.portal, caller=caller, consent_id=consent_id, by=RevokedBy.PARENT)
        return consent_id

    def real_hash(self, consent_id: UUID) -> str:
        """Return the hash that the real event carries."""
        record = self.waiting(consent_id).record
        return str(self.topic(record.topic).event.read(record.value).case_copy_sha256)

    async def tampered(self, consent_id: UUID) -> None:
        """Let the register name another document than the one that was approved."""
        async with self.database.transaction() as tx:
            changed = update(Consent).where(Consent.id == consent_id)
            await tx.execute(changed.values(document_sha256=sha256_of(consent_id.bytes)))

    async def why_closed(self, consent_id: UUID) -> str | None:
        """Open a consent's page as its uploader; return why that is refused, None when it opens."""
        snapshot_id = await self.line.snapshot_of(consent_id)
        assert snapshot_id is not None
        caller = self.desk.acting(self.desk.people[0])
        wanted: dict[str, Any] = {"snapshot_id": snapshot_id, "language": Language.SPANISH, "form": PageForm.WEB}
        try:
            await open_page(self.line.portal, caller=caller, **wanted)
        except SnapshotClosed as closed:
            return closed.reason.value
        return None

    def paper(self) -> Paper:
        """Return a sound form from today on."""
        today = self.line.clock().date()
        return Paper("good", today, today + timedelta(90))

    async def effects(self) -> Effects:
        """Return what there is now."""
        async with self.database.reading() as tx:
            rows = (await tx.execute(select(Consent.id, Consent.status).order_by(Consent.id))).all()
            messages = await tx.scalar(select(func.count()).select_from(Message))
            ours = OutgoingEvent.topic.not_like("dlq.%")
            told = await tx.scalar(select(func.count()).select_from(OutgoingEvent).where(ours))
        statuses = tuple((row.id, row.status.value) for row in rows)
        return Effects(statuses, messages or 0, told or 0, len(self.line.vault.sealed), self.line.records.asked)
