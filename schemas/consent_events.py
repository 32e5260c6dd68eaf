"""Events about a consent form and what became of it."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from schemas.event import Event
from schemas.reason_codes import ReasonCode
from schemas.values import Party, Sha256


class ConsentUploaded(Event):
    """A sealed form and its register row are durable; the uploader has its receipt."""

    event_type: ClassVar[str] = "nyc.snapshot.consent.uploaded.v1"

    organization_id: UUID
    document_sha256: Sha256
    media_type: str


class ReviewOutcome(StrEnum):
    """What a reviewer can decide about an uncertain form."""

    APPROVED = "approved"
    REJECTED = "rejected"


class ConsentReviewed(Event):
    """A reviewer, never the uploader, decided an uncertain form in the portal.

    The days are what the reviewer read on the paper where the machine could not; None leaves a day to the reading.
    """

    event_type: ClassVar[str] = "nyc.snapshot.consent.reviewed.v1"

    review_id: UUID
    reviewer_id: UUID
    outcome: ReviewOutcome
    reasons: tuple[ReasonCode, ...] = ()
    signed_on: date | None = None
    starts_on: date | None = None
    expires_on: date | None = None


class ConsentApproved(Event):
    """A grant was minted for this consent. The signature opens nothing by itself: the gate checks the register too."""

    event_type: ClassVar[str] = "nyc.snapshot.consent.approved.v1"

    organization_id: UUID
    party: Party
    grant_sha256: Sha256 = Field(description="SHA-256 of the sealed grant's canonical bytes")
    grant_signature: str = Field(description="Ed25519 over those bytes, URL-safe base64 without padding")


class ConsentRejected(Event):
    """The form can't open anything; the uploader is told what to do."""

    event_type: ClassVar[str] = "nyc.snapshot.consent.rejected.v1"

    organization_id: UUID
    reasons: tuple[ReasonCode, ...] = Field(min_length=1)


class ConsentReviewNeeded(Event):
    """The form is uncertain: a person has to look at it."""

    event_type: ClassVar[str] = "nyc.snapshot.consent.review.v1"

    organization_id: UUID
    reasons: tuple[ReasonCode, ...] = Field(min_length=1)


class RevokedBy(StrEnum):
    """On whose behalf a consent was revoked."""

    PARENT = "parent"
    ORGANIZATION = "organization"
    AGENCY = "agency"


class ConsentRevoked(Event):
    """The consent is revoked in the register already; this tells the people concerned."""

    event_type: ClassVar[str] = "nyc.snapshot.consent.revoked.v1"

    organization_id: UUID
    revoked_by: RevokedBy
