"""Events about reading the agency's case record."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.event import Event
from schemas.reason_codes import ReasonCode
from schemas.values import Party, Sha256


class CaseFetched(Event):
    """A sealed copy of the consented part of the case is in the vault."""

    event_type: ClassVar[str] = "nyc.snapshot.case.fetched.v1"

    organization_id: UUID
    party: Party
    case_copy_sha256: Sha256 = Field(description="SHA-256 of the case copy before sealing")
    as_of: AwareDatetime = Field(description="when the agency's record was current")


class CaseRefused(Event):
    """The case stays shut, or waits for a reviewer (the register says which: REFUSED or CASE_REVIEW).

    The reason that is shown never says that a safety flag exists.
    """

    event_type: ClassVar[str] = "nyc.snapshot.case.refused.v1"

    organization_id: UUID
    reason: ReasonCode


class CaseReviewOutcome(StrEnum):
    """What a reviewer can decide about a case record that can't be shown."""

    READ_AGAIN = "read_again"
    NO_PAGE = "no_page"


class CaseReviewed(Event):
    """A reviewer settled a case whose record can't be shown; the register holds the consent's new state already."""

    event_type: ClassVar[str] = "nyc.snapshot.case.reviewed.v1"

    organization_id: UUID
    review_id: UUID
    reviewer_id: UUID
    outcome: CaseReviewOutcome
