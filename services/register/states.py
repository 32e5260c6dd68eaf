"""The words for where things stand; stored in the register and shown, translated, everywhere."""

from enum import StrEnum


class ConsentStatus(StrEnum):
    """Where a consent stands. ``TERMINAL`` ones have told somebody what happened.

    ``IN_REVIEW``: a person has to look at the form. ``CASE_REVIEW``: the form is in order, and the agency's record
    can't be shown truthfully (it contradicts itself, or is too old); a person has the record mended and read again.
    """

    UPLOADED = "uploaded"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    FETCHED = "fetched"
    CASE_REVIEW = "case_review"
    RENDERED = "rendered"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    REFUSED = "refused"
    REVOKED = "revoked"
    EXPIRED = "expired"


TERMINAL = frozenset(
    {
        ConsentStatus.DELIVERED,
        ConsentStatus.REJECTED,
        ConsentStatus.REFUSED,
        ConsentStatus.REVOKED,
        ConsentStatus.EXPIRED,
    }
)

OPENS_THE_CASE = frozenset(
    {ConsentStatus.APPROVED, ConsentStatus.FETCHED, ConsentStatus.RENDERED, ConsentStatus.DELIVERED}
)
"""States in which the gate may say yes."""


FOR_A_PERSON = frozenset({ConsentStatus.IN_REVIEW, ConsentStatus.CASE_REVIEW})
"""States in which a consent waits for a reviewer, not for a machine."""


class OrganizationStatus(StrEnum):
    """Where an organization stands with the agency."""

    REQUESTED = "requested"
    ACTIVE = "active"
    DECLINED = "declined"
    SUSPENDED = "suspended"


class PersonRole(StrEnum):
    """What a signed-in person may do."""

    ORGANIZATION_ADMIN = "organization_admin"
    ORGANIZATION_STAFF = "organization_staff"
    REVIEWER = "reviewer"
    AGENCY_ADMIN = "agency_admin"
    OPERATOR = "operator"


class PersonStatus(StrEnum):
    """Whether a person may sign in."""

    INVITED = "invited"
    ACTIVE = "active"
    DEACTIVATED = "deactivated"


class PrintedFormKind(StrEnum):
    """What was on a consent form when it was printed."""

    BLANK = "blank"
    PREFILLED = "prefilled"


class Channel(StrEnum):
    """A way of telling somebody."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    INBOX = "inbox"


class DeliveryState(StrEnum):
    """Where one message to one recipient stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Purpose(StrEnum):
    """For what the gate is asked; every disclosure has one."""

    FETCH = "fetch"
    RENDER = "render"
    DELIVER = "deliver"
    VIEW = "view"


class DeadLetterState(StrEnum):
    """What became of a dead letter."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"
