"""How far a consent has come, in the words and steps that people see. Pure: English words, translated by the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.register.states import TERMINAL, ConsentStatus
from services.register.tables import TimelineEntry

STATUS_WORDS: Mapping[ConsentStatus, str] = {
    ConsentStatus.UPLOADED: "Received",
    ConsentStatus.IN_REVIEW: "In review",
    ConsentStatus.APPROVED: "Approved",
    ConsentStatus.FETCHED: "Case read",
    ConsentStatus.CASE_REVIEW: "Case record in review",
    ConsentStatus.RENDERED: "Page made",
    ConsentStatus.DELIVERED: "Delivered",
    ConsentStatus.REJECTED: "Not accepted",
    ConsentStatus.REFUSED: "No page",
    ConsentStatus.REVOKED: "Revoked",
    ConsentStatus.EXPIRED: "Expired",
}
"""One word for each state, the same one everywhere."""

WHAT_HAPPENED: Mapping[ConsentStatus, str] = {
    ConsentStatus.UPLOADED: "We have the form and are checking it. This usually takes less than a minute.",
    ConsentStatus.IN_REVIEW: (
        "A reviewer at the agency has to look at the form. We will e-mail you when the reviewer has decided."
    ),
    ConsentStatus.APPROVED: "The form is in order. We are reading the case record.",
    ConsentStatus.FETCHED: "We have read the case record and are making the page.",
    ConsentStatus.CASE_REVIEW: (
        "The form is in order, but the case record cannot be shown as it is. Agency staff have it mended. "
        "We will e-mail you when the page is ready."
    ),
    ConsentStatus.RENDERED: "The page is made. We are telling you by e-mail.",
    ConsentStatus.DELIVERED: "The page is ready. Open it in the language that the parent prefers.",
    ConsentStatus.REJECTED: "The form can't be used.",
    ConsentStatus.REFUSED: "No page was made for this form.",
    ConsentStatus.REVOKED: "This consent was revoked. Its pages can't be opened any more.",
    ConsentStatus.EXPIRED: "This consent has ended. Ask the parent to sign a new form if a new page is needed.",
}
"""What a state means for the reader, and what to do where something is to be done."""

TIMELINE_WORDS: Mapping[ConsentStatus, str] = {
    ConsentStatus.UPLOADED: "Form received",
    ConsentStatus.IN_REVIEW: "Form passed to a reviewer",
    ConsentStatus.APPROVED: "Form checked and approved",
    ConsentStatus.FETCHED: "Case record read",
    ConsentStatus.CASE_REVIEW: "Case record passed to a reviewer",
    ConsentStatus.RENDERED: "Page made in English and Spanish",
    ConsentStatus.DELIVERED: "Page delivered",
    ConsentStatus.REJECTED: "Form not accepted",
    ConsentStatus.REFUSED: "No page was made",
    ConsentStatus.REVOKED: "Consent revoked",
    ConsentStatus.EXPIRED: "Consent ended",
}

_STEPS = (
    (ConsentStatus.UPLOADED, "Received"),
    (ConsentStatus.APPROVED, "Form checked"),
    (ConsentStatus.FETCHED, "Case read"),
    (ConsentStatus.RENDERED, "Page made"),
    (ConsentStatus.DELIVERED, "Delivered"),
)

STEP_LABELS = tuple(label for _, label in _STEPS)


TELLS_REASONS = frozenset(
    {ConsentStatus.REJECTED, ConsentStatus.REFUSED, ConsentStatus.CASE_REVIEW, ConsentStatus.EXPIRED}
)
"""States whose reasons an organization sees. Never a form review's: which forms are reviewed, and why, would tell which
are held for safety. A case record in review has reasons about its figures and dates only."""


@dataclass(frozen=True)
class Progress:
    """How many of the five steps are complete, and whether it stopped there. 5: all."""

    complete: int
    stopped: bool


def progress(status: ConsentStatus, timeline: Sequence[TimelineEntry]) -> Progress:
    """Return how far a consent came."""
    reached = {ConsentStatus(entry.status) for entry in timeline}
    complete = max((number for number, (step, _) in enumerate(_STEPS, start=1) if step in reached), default=0)
    return Progress(complete, stopped=status in TERMINAL and complete < len(_STEPS))


def reference(consent_id: UUID) -> str:
    """Return what people call a consent by, in e-mails too; it says nothing about the parent."""
    return consent_id.hex[:8]


def tone(status: ConsentStatus) -> str:
    """Return how a status word is coloured: good, bad, neutral (ended), attention (a person's turn) or busy."""
    match status:
        case ConsentStatus.DELIVERED | ConsentStatus.RENDERED:
            return "good"
        case ConsentStatus.REJECTED | ConsentStatus.REFUSED:
            return "bad"
        case ConsentStatus.REVOKED | ConsentStatus.EXPIRED:
            return "neutral"
        case ConsentStatus.IN_REVIEW | ConsentStatus.CASE_REVIEW:
            return "attention"
        case ConsentStatus.UPLOADED | ConsentStatus.APPROVED | ConsentStatus.FETCHED:
            return "busy"
