"""A notifier in one process for tests: a real register, a vault in memory, senders that keep what they are handed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

import notifier
from notifier.delivery.courier import Courier
from notifier.delivery.desk import Desk, Nudge
from notifier.delivery.packing import Packer
from notifier.rules.outgoing import Mail, WebhookCall
from notifier.stage import deliver, tell_in_review, tell_refused, tell_rejected, tell_revoked
from schemas.case_events import CaseRefused
from schemas.consent_events import ConsentRejected, ConsentReviewNeeded, ConsentRevoked, RevokedBy
from schemas.event import Event
from schemas.reason_codes import ReasonCode
from schemas.snapshot_events import RenderedPage, SnapshotRefused, SnapshotRendered
from schemas.values import Language
from services.register import consents
from services.register.database import Database
from services.register.messages import webhook_secret_purpose
from services.register.states import Channel, ConsentStatus
from services.register.tables import Consent, Message, Organization, Person
from services.texts.catalogue import translations
from services.vault.master_key import MasterKey
from services.vault.sealed_text import seal_text
from tests.support.memory_senders import MemoryMailSender, MemoryWebhookSender
from tests.support.register_builders import GateWorld, MovableClock, a_consent, a_person, an_organization

PORTAL = "https://portal.example"
WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the specification's own example
TEXTS = Path(notifier.__file__).parent / "po"


def strict_texts(language: Language) -> Any:
    return translations(TEXTS, language, strict=True)


@dataclass
class NotifierWorld:
    database: Database
    gates: GateWorld = field(default_factory=GateWorld)
    master: MasterKey = field(default_factory=lambda: MasterKey(b"m" * 32))
    mail: MemoryMailSender = field(default_factory=MemoryMailSender)
    webhooks: MemoryWebhookSender = field(default_factory=MemoryWebhookSender)
    nudge: Nudge = field(default_factory=Nudge)

    @property
    def clock(self) -> MovableClock:
        return self.gates.clock

    def packer(self) -> Packer:
        return Packer(keys=self.master, portal_url=PORTAL, translations=strict_texts)

    def mail_courier(self, send: Any = None) -> Courier[Mail]:
        return Courier(
            channel=Channel.EMAIL,
            database=self.database,
            clock=self.clock,
            pack=self.packer().mail,
            send=send or self.mail.send,
        )

    def webhook_courier(self, send: Any = None) -> Courier[WebhookCall]:
        return Courier(
            channel=Channel.WEBHOOK,
            database=self.database,
            clock=self.clock,
            pack=self.packer().webhook_call,
            send=send or self.webhooks.send,
        )

    async def send_all(self) -> None:
        await self.mail_courier().send_all_due()
        await self.webhook_courier().send_all_due()

    async def handle(self, event: Event) -> Sequence[Event]:
        """Handle an event as the runtime does: one transaction, rolled back when the handler raises."""
        desk = Desk(self.clock, self.nudge)
        handlers: dict[type[Event], Any] = {
            ConsentRejected: partial(tell_rejected, desk=desk),
            ConsentReviewNeeded: partial(tell_in_review, desk=desk),
            ConsentRevoked: partial(tell_revoked, desk=desk),
            CaseRefused: partial(tell_refused, desk=desk),
            SnapshotRefused: partial(tell_refused, desk=desk),
            SnapshotRendered: partial(deliver, desk=desk, gate=self.gates.gate, clock=self.clock),
        }
        async with self.database.transaction() as tx:
            events: Sequence[Event] = await handlers[type(event)](event, None, tx)
            return events

    async def organization(self, *, webhook: str | None = None) -> Organization:
        async with self.database.transaction() as tx:
            organization = await an_organization(tx)
            if webhook is not None:
                purpose = webhook_secret_purpose(organization.id)
                organization.webhook_url = webhook
                organization.webhook_secret_sealed = seal_text(self.master, purpose, WEBHOOK_SECRET)
            return organization

    async def person(self, organization: Organization | None, **values: Any) -> Person:
        language = values.pop("language", Language.ENGLISH)
        async with self.database.transaction() as tx:
            person = await a_person(tx, organization, **values)
            person.language = language
            return person

    async def consent(
        self,
        status: ConsentStatus,
        *,
        organization: Organization | None = None,
        person: Person | None = None,
    ) -> Consent:
        """Return a consent in a status; one that opens its case has a grant, and a snapshot when rendered."""
        organization = organization or await self.organization()
        person = person or await self.person(organization)
        async with self.database.transaction() as tx:
            if status in {ConsentStatus.APPROVED, ConsentStatus.FETCHED, ConsentStatus.RENDERED}:
                today = self.clock().date()
                consent = await self.gates.approved_consent(
                    tx,
                    organization=organization,
                    person=person,
                    status=status,
                    starts_on=today - timedelta(days=10),
                    expires_on=today + timedelta(days=300),
                )
                consent.snapshot_id = uuid4() if status is ConsentStatus.RENDERED else None
                return consent
            consent = await a_consent(tx, organization, person)
            steps = {
                ConsentStatus.UPLOADED: (),
                ConsentStatus.CASE_REVIEW: (ConsentStatus.APPROVED, ConsentStatus.CASE_REVIEW),
                ConsentStatus.REFUSED: (ConsentStatus.APPROVED, ConsentStatus.REFUSED),
            }
            for step in steps.get(status, (status,)):
                reasons = [ReasonCode.FIGURES_DO_NOT_RECONCILE] if step is ConsentStatus.CASE_REVIEW else []
                await consents.move(tx, consent, step, at=self.clock(), reasons=reasons)
            return consent

    async def move(self, consent: Consent, status: ConsentStatus, *reasons: ReasonCode) -> None:
        async with self.database.transaction() as tx:
            found = await consents.lock(tx, consent.id)
            assert await consents.move(tx, found, status, at=self.clock(), reasons=reasons)

    async def messages(self, **values: Any) -> list[Message]:
        """Return the message rows whose columns have these values, oldest first."""
        query = select(Message).filter_by(**values).order_by(Message.created_at, Message.id)
        async with self.database.reading() as tx:
            return list(await tx.scalars(query))

    async def status_of(self, consent_id: UUID) -> ConsentStatus:
        async with self.database.reading() as tx:
            return (await consents.get(tx, consent_id)).status


def rejected(consent: Consent, *reasons: ReasonCode) -> ConsentRejected:
    return ConsentRejected(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        reasons=reasons or (ReasonCode.MISSING_SIGNATURE,),
    )


def review_needed(consent: Consent, *reasons: ReasonCode) -> ConsentReviewNeeded:
    return ConsentReviewNeeded(
        consent_id=consent.id, organization_id=consent.organization_id, reasons=reasons or (ReasonCode.ILLEGIBLE,)
    )


def revoked(consent: Consent) -> ConsentRevoked:
    return ConsentRevoked(consent_id=consent.id, organization_id=consent.organization_id, revoked_by=RevokedBy.PARENT)


def case_refused(consent: Consent, reason: ReasonCode = ReasonCode.CASE_NOT_FOUND) -> CaseRefused:
    return CaseRefused(consent_id=consent.id, organization_id=consent.organization_id, reason=reason)


def case_in_review(consent: Consent) -> CaseRefused:
    return case_refused(consent, ReasonCode.FIGURES_DO_NOT_RECONCILE)


def snapshot_refused(consent: Consent, reason: ReasonCode = ReasonCode.PAGE_DOES_NOT_FIT) -> SnapshotRefused:
    return SnapshotRefused(consent_id=consent.id, organization_id=consent.organization_id, reason=reason)


def rendered(consent: Consent, *, snapshot_id: UUID | None = None) -> SnapshotRendered:
    return SnapshotRendered(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        snapshot_id=snapshot_id or consent.snapshot_id or uuid4(),
        party=consent.party,
        pages=(RenderedPage(language=Language.ENGLISH, pdf_sha256="0" * 64, size_bytes=10),),
    )
