"""What another policy would make of forms that were decided: who would change, and because of which checks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from consent_intake.rules.check import Check, Verdict
from consent_intake.rules.consent_decision import Decision, Outcome
from consent_intake.rules.form_id_checks import FormIdStatus
from schemas.reason_codes import ReasonCode

Change = tuple[str, str]
"""From what, to what."""

NOT_MADE = "-"
"""Verdict of a check that one of the two did not make."""

_STATUS_OF_REASON: Mapping[str | None, FormIdStatus] = {
    None: FormIdStatus.ISSUED,
    ReasonCode.FORM_ID_USED: FormIdStatus.USED,
    ReasonCode.FORM_ID_OTHER_PARENT: FormIdStatus.OTHER_PARENT,
    ReasonCode.ORG_MISMATCH: FormIdStatus.OTHER_ORGANIZATION,
}


@dataclass(frozen=True)
class Rescored:
    """One form under another policy.

    Attributes:
        consent_id: whose form.
        outcome: from the stored one to the other policy's.
        reasons: the other policy's.
        checks: verdicts that changed, by check.
    """

    consent_id: UUID
    outcome: Change
    reasons: tuple[ReasonCode, ...]
    checks: Mapping[str, Change]

    @property
    def changed(self) -> bool:
        """Whether the outcome is another one."""
        return self.outcome[0] != self.outcome[1]

    @property
    def newly_approved(self) -> bool:
        """Whether the form would open a case that it did not open by itself."""
        return self.changed and self.outcome[1] == Outcome.APPROVED


@dataclass(frozen=True)
class PolicyDiff:
    """All forms together. ``unopened`` counts those whose sealed parts could not be read any more."""

    forms: tuple[Rescored, ...]
    unopened: int = 0

    @property
    def outcomes(self) -> Counter[Change]:
        """How many forms go from which outcome to which."""
        return Counter(form.outcome for form in self.forms)

    @property
    def checks(self) -> Counter[tuple[str, Change]]:
        """How many forms change which check's verdict, and how."""
        return Counter((name, change) for form in self.forms for name, change in form.checks.items())

    @property
    def newly_approved(self) -> tuple[Rescored, ...]:
        """Forms that were rejected or reviewed and would now be approved without anybody looking."""
        return tuple(form for form in self.forms if form.newly_approved)


def rescored(consent_id: UUID, outcome: str, records: Sequence[Mapping[str, Any]], other: Decision) -> Rescored:
    """Compare a stored decision (its outcome and the register's records of its checks) with another policy's."""
    before = {str(record["check"]): str(record["verdict"]) for record in records}
    after = {check.name: check.verdict.value for check in _worst_last(other.checks)}
    names = dict.fromkeys((*before, *after))
    changes = {name: (before.get(name, NOT_MADE), after.get(name, NOT_MADE)) for name in names}
    changed = {name: change for name, change in changes.items() if change[0] != change[1]}
    return Rescored(consent_id, (outcome, other.outcome.value), other.reasons, changed)


def stored_form_id(records: Sequence[Mapping[str, Any]]) -> FormIdStatus:
    """Return what was known of the printed id then; a decision that did not look counts as unknown."""
    found = next((record for record in records if record["check"] == "form_id"), None)
    if found is None:
        return FormIdStatus.UNKNOWN
    return _STATUS_OF_REASON.get(found["reason"], FormIdStatus.UNKNOWN)


def was_duplicate(records: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the file was there already then."""
    return any(record["check"] == "file" and record["reason"] == ReasonCode.DUPLICATE for record in records)


def _worst_last(checks: Sequence[Check]) -> list[Check]:
    return sorted(checks, key=lambda check: check.verdict is not Verdict.PASSED)
