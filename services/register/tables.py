"""The register's tables. Which room writes which table is said in each docstring; everybody may read."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from schemas.values import Language, Party
from services.register.account_tables import (
    Invitation,
    PasswordReset,
    RecoveryCode,
    SecondFactor,
    SecondStep,
    SignIn,
)
from services.register.database import Base, UtcDateTime, Word
from services.register.event_tables import DeadLetter, OutgoingEvent, ProcessedEvent
from services.register.form_tables import PrintedForm
from services.register.hold_tables import LegalHold
from services.register.intake_tables import IntakeDecision, Review, ShadowDecision
from services.register.states import (
    Channel,
    ConsentStatus,
    DeliveryState,
    OrganizationStatus,
    PersonRole,
    PersonStatus,
)

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Consent",
    "DeadLetter",
    "Grant",
    "IdempotencyKey",
    "IntakeDecision",
    "Invitation",
    "LegalHold",
    "Message",
    "Organization",
    "OutgoingEvent",
    "PasswordReset",
    "Person",
    "PrintedForm",
    "ProcessedEvent",
    "RecoveryCode",
    "Review",
    "SecondFactor",
    "SecondStep",
    "ShadowDecision",
    "SignIn",
    "SnapshotFile",
    "TimelineEntry",
    "VaultCaseKey",
    "VaultKey",
    "VaultStandingKey",
]


class Organization(Base):
    """A community organization. Written by the portal."""

    __tablename__ = "organizations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(140), unique=True)
    form_code: Mapped[str] = mapped_column(String(12), unique=True, doc="printed in the consent form's code")
    status: Mapped[OrganizationStatus] = mapped_column(Word(OrganizationStatus, 20))
    contact_email: Mapped[str] = mapped_column(String(254))
    language: Mapped[Language] = mapped_column(Word(Language, 2))
    agreement_version: Mapped[str | None] = mapped_column(String(20))
    agreement_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreement_accepted_by: Mapped[UUID | None]
    webhook_url: Mapped[str | None] = mapped_column(String(500))
    webhook_secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    webhook_disabled_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, doc="set by the notifier when the receiver says it is gone (410); cleared when an address is saved"
    )
    request_note: Mapped[str | None] = mapped_column(String(1000), doc="why it asks to take part, in its own words")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[UUID | None]


class Person(Base):
    """A person who signs in: organization staff, reviewer, agency or operations. Written by the portal."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"), doc="None: the agency")
    email: Mapped[str] = mapped_column(String(254), unique=True)
    display_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[PersonRole] = mapped_column(Word(PersonRole, 30))
    status: Mapped[PersonStatus] = mapped_column(Word(PersonStatus, 20))
    language: Mapped[Language] = mapped_column(Word(Language, 2))
    password_hash: Mapped[str | None] = mapped_column(String(200), doc="Argon2id")
    agreement_version: Mapped[str | None] = mapped_column(String(20))
    agreement_accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiKey(Base):
    """A bearer key of an organization; only its SHA-256 is stored. Written by the portal."""

    __tablename__ = "api_keys"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), doc="who made it; acts for this person")
    label: Mapped[str] = mapped_column(String(80))
    token_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Consent(Base):
    """One uploaded form and where it stands. Written through services.register.consents only."""

    __tablename__ = "consents"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    status: Mapped[ConsentStatus] = mapped_column(Word(ConsentStatus, 20))
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    party: Mapped[Party] = mapped_column(Word(Party, 20), doc="as claimed; equals the grant's once approved")
    document_sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(60))
    size_bytes: Mapped[int]
    claim_index: Mapped[str] = mapped_column(
        String(64), doc="keyed hash of case identifier + party, to find duplicates"
    )
    starts_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    snapshot_id: Mapped[UUID | None]
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status_since: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_consents_organization_uploaded", "organization_id", "uploaded_at"),
        Index("ix_consents_organization_document", "organization_id", "document_sha256"),
        Index("ix_consents_status_since", "status", "status_since"),
    )


class TimelineEntry(Base):
    """One step in a consent's life, as shown to its organization. Written through services.register.consents."""

    __tablename__ = "consent_timeline"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    status: Mapped[ConsentStatus] = mapped_column(Word(ConsentStatus, 20))
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class IdempotencyKey(Base):
    """An upload request that was answered. Written by the portal."""

    __tablename__ = "idempotency_keys"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True, doc="keyed hash of the sender's own text")
    request_sha256: Mapped[str] = mapped_column(String(64), doc="keyed hash of document and claim")
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Grant(Base):
    """The signature over a sealed grant. Written by consent_intake through services.register.grants."""

    __tablename__ = "grants"

    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), primary_key=True)
    grant_sha256: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(100))
    minted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SnapshotFile(Base):
    """One sealed page in one language: its PDF and its web page. Written by snapshot_renderer."""

    __tablename__ = "snapshot_files"

    snapshot_id: Mapped[UUID] = mapped_column(primary_key=True)
    language: Mapped[Language] = mapped_column(Word(Language, 2), primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    pdf_sha256: Mapped[str] = mapped_column(String(64))
    twin_sha256: Mapped[str | None] = mapped_column(String(64), doc="of the web page; none before 2026-11")
    inputs_sha256: Mapped[str | None] = mapped_column(String(64), doc="of case copy, grant, organization and days")
    rule_book_sha256: Mapped[str | None] = mapped_column(String(64))
    templates_sha256: Mapped[str | None] = mapped_column(String(64), doc="all three: none before 2026-11")
    unsealed_sha256: Mapped[str | None] = mapped_column(String(64), doc="of the PDF before its seal; none: no seal")
    size_bytes: Mapped[int]
    rendered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """One link of the hash chain: who did what, when and why. Written through services.register.audit only."""

    __tablename__ = "audit_entries"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    act: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str] = mapped_column(String(80), doc="person:<id>, stage:<name>, key:<id> or system")
    consent_id: Mapped[UUID | None] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, doc="ids, codes, hashes, times; never a person's data")
    previous_hash: Mapped[str] = mapped_column(String(64))
    entry_hash: Mapped[str] = mapped_column(String(64), unique=True)


class Message(Base):
    """One message to one recipient through one channel. Written by the notifier (and its sender)."""

    __tablename__ = "messages"

    id: Mapped[UUID] = mapped_column(primary_key=True, doc="deterministic; also the Message-ID and webhook-id")
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consents.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[Channel] = mapped_column(Word(Channel, 10))
    kind: Mapped[str] = mapped_column(String(40), doc="template name, such as snapshot_ready")
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, doc="ids and languages for the template")
    state: Mapped[DeliveryState] = mapped_column(Word(DeliveryState, 10))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(String(60), doc="a code, never the server's text")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="inbox only")

    __table_args__ = (Index("ix_messages_state_next", "state", "next_attempt_at"),)


class VaultKey(Base):
    """The wrapped data key of one consent; destroying the row makes every object of it unreadable. Vault only."""

    __tablename__ = "vault_keys"

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    master_key_id: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VaultCaseKey(Base):
    """The key of what was made of a consent's case record, wrapped by the consent's own data key. Vault only."""

    __tablename__ = "vault_case_keys"

    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class VaultStandingKey(Base):
    """A key that stays the same while master keys change: of the claim index, of sealed texts. Vault only."""

    __tablename__ = "vault_standing_keys"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    wrapped_key: Mapped[bytes] = mapped_column(LargeBinary)
    master_key_id: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
