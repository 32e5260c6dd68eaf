"""The kinds of message there are. The name is stored with each message and is never re-used for something else."""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """What a message tells. The portal writes what is about accounts, and resource links; the notifier all others."""

    SNAPSHOT_READY = "snapshot_ready"
    CONSENT_REJECTED = "consent_rejected"
    CONSENT_IN_REVIEW = "consent_in_review"
    REVIEW_WAITING = "review_waiting"
    CASE_IN_REVIEW = "case_in_review"
    CASE_REVIEW_WAITING = "case_review_waiting"
    CASE_REFUSED = "case_refused"
    SNAPSHOT_REFUSED = "snapshot_refused"
    CONSENT_REVOKED = "consent_revoked"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a name
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    ORGANIZATION_DECLINED = "organization_declined"
    RESOURCE = "resource"
    EMAIL_FAILED = "email_failed"
    WEBHOOK_FAILED = "webhook_failed"
    WEBHOOK_DISABLED = "webhook_disabled"


TELLS_REASONS = frozenset({Kind.CONSENT_REJECTED, Kind.CASE_REFUSED, Kind.CASE_IN_REVIEW, Kind.SNAPSHOT_REFUSED})
"""Kinds that carry reasons. A message about a form's review never does: which forms are reviewed, and why, would tell
which ones are held for safety. A case in review is about the record's figures and dates only."""

CARRIES_TOKEN = frozenset({Kind.INVITATION, Kind.PASSWORD_RESET})
"""Kinds with a one-time link, for people who can't sign in yet or any more."""

FOR_REVIEWERS = frozenset({Kind.REVIEW_WAITING, Kind.CASE_REVIEW_WAITING})
"""Kinds for the agency's own reviewers."""

STILL_TRUE_WHILE: Mapping[Kind, frozenset[str]] = {
    Kind.SNAPSHOT_READY: frozenset({"rendered", "delivered"}),
    Kind.CONSENT_IN_REVIEW: frozenset({"in_review"}),
    Kind.REVIEW_WAITING: frozenset({"in_review"}),
    Kind.CASE_IN_REVIEW: frozenset({"case_review"}),
    Kind.CASE_REVIEW_WAITING: frozenset({"case_review"}),
}
"""Statuses of the consent in which a message of this kind is still worth sending; other kinds always are."""

WEBHOOK_TYPES: Mapping[Kind, tuple[str, str]] = {
    Kind.SNAPSHOT_READY: ("snapshot.ready", "rendered"),
    Kind.CONSENT_REJECTED: ("consent.rejected", "rejected"),
    Kind.CONSENT_IN_REVIEW: ("consent.in_review", "in_review"),
    Kind.CASE_IN_REVIEW: ("case.in_review", "case_review"),
    Kind.CASE_REFUSED: ("case.refused", "refused"),
    Kind.SNAPSHOT_REFUSED: ("snapshot.refused", "refused"),
    Kind.CONSENT_REVOKED: ("consent.revoked", "revoked"),
}
"""Kinds that an organization's webhook is told of: the webhook's ``type``, and the consent's status at that moment."""
