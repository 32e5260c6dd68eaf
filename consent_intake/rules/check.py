"""One check of a form and how it ended."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.reason_codes import ReasonCode


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Check:
    """A check's outcome. Holds codes and scores only, so that it may be stored in the clear.

    Attributes:
        name: which check, such as ``birth_date``.
        verdict: passed, failed, or unclear: a person has to look.
        reason: why not passed; None when passed.
        score: what was measured, when something was.
        threshold: what it was measured against.
    """

    name: str
    verdict: Verdict
    reason: ReasonCode | None = None
    score: float | None = None
    threshold: float | None = None

    def record(self) -> dict[str, str | float | None]:
        """Return the form in which the register keeps it."""
        return {
            "check": self.name,
            "verdict": self.verdict.value,
            "reason": self.reason.value if self.reason else None,
            "score": None if self.score is None else round(self.score, 3),
            "threshold": self.threshold,
        }


def passed(name: str, score: float | None = None, threshold: float | None = None) -> Check:
    """Return a passed check."""
    return Check(name, Verdict.PASSED, None, score, threshold)


def failed(name: str, reason: ReasonCode, score: float | None = None, threshold: float | None = None) -> Check:
    """Return a check that the form clearly does not pass."""
    return Check(name, Verdict.FAILED, reason, score, threshold)


def unclear(name: str, reason: ReasonCode, score: float | None = None, threshold: float | None = None) -> Check:
    """Return a check that only a person can settle."""
    return Check(name, Verdict.UNCLEAR, reason, score, threshold)
