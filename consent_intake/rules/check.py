"""One check of a form and how it ended."""

from dataclasses import dataclass, replace
from enum import StrEnum

from consent_intake.rules.form_reading import Crop
from schemas.reason_codes import ReasonCode


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Check:
    """A check's outcome. Holds codes, scores and places only, so that it may be stored in the clear.

    Attributes:
        name: which check, such as ``birth_date``.
        verdict: passed, failed, or unclear: a person has to look.
        reason: why not passed; None when passed.
        score: what was measured, when something was.
        threshold: what it was measured against.
        field: the box of the form that it is about, by the layout's name; None when it is about the whole form.
        crop: where that is on the stored picture; None when there is nothing to look at.
    """

    name: str
    verdict: Verdict
    reason: ReasonCode | None = None
    score: float | None = None
    threshold: float | None = None
    field: str | None = None
    crop: Crop | None = None

    def at(self, field: str | None, crop: Crop | None) -> "Check":
        """Return the same outcome with the place on the form that it is about."""
        return replace(self, field=field, crop=crop)

    def record(self) -> dict[str, str | float | None]:
        """Return the form in which the register keeps it: where it looked is sealed with the rest of the why-card."""
        return {
            "check": self.name,
            "verdict": self.verdict.value,
            "reason": self.reason.value if self.reason else None,
            "score": None if self.score is None else round(self.score, 3),
            "threshold": self.threshold,
        }


def passed(
    name: str,
    score: float | None = None,
    threshold: float | None = None,
    *,
    field: str | None = None,
    crop: Crop | None = None,
) -> Check:
    """Return a passed check."""
    return Check(name, Verdict.PASSED, None, score, threshold, field, crop)


def failed(
    name: str,
    reason: ReasonCode,
    score: float | None = None,
    threshold: float | None = None,
    *,
    field: str | None = None,
    crop: Crop | None = None,
) -> Check:
    """Return a check that the form clearly does not pass."""
    return Check(name, Verdict.FAILED, reason, score, threshold, field, crop)


def unclear(
    name: str,
    reason: ReasonCode,
    score: float | None = None,
    threshold: float | None = None,
    *,
    field: str | None = None,
    crop: Crop | None = None,
) -> Check:
    """Return a check that only a person can settle."""
    return Check(name, Verdict.UNCLEAR, reason, score, threshold, field, crop)
