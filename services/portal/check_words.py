"""The checks of a form as a reviewer reads them: names and verdicts in words, the doubtful ones first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.reason_codes import ReasonCode
from services.portal.languages import mark

CHECK_WORDS: Mapping[str, str] = {
    "file": mark("File"),
    "form": mark("Form"),
    "revision": mark("Edition of the form"),
    "organization": mark("Organization"),
    "role": mark("Role"),
    "parent_name": mark("Name"),
    "birth_date": mark("Date of birth"),
    "case_identifier": mark("Case Identifier"),
    "signature": mark("Signature"),
    "signed_on": mark("Date of signature"),
    "period": mark("Period"),
    "starts_on": mark("First day"),
    "expires_on": mark("Last day"),
    "safety": mark("Safety box"),
    "duplicate": mark("Sent before"),
}
"""English name of each check; one that is not here is shown by its code."""

REVIEW_WORDS: Mapping[ReasonCode, str] = {
    ReasonCode.SIGNATURE_UNCLEAR: mark("The mark in the signature box may not be a signature."),
    ReasonCode.SAFETY_REVIEW: mark("The safety box is marked: showing a page may put somebody in danger."),
    ReasonCode.ILLEGIBLE: mark("Part of the form could not be read with certainty."),
    ReasonCode.ROLE_AMBIGUOUS: mark("It is not clear which role box is marked."),
    ReasonCode.ORG_MISMATCH: mark("The organization on the form may be another one."),
}
"""Why a form waits, said to the reviewer; the sentences in services/texts tell an organization what to do instead."""

HINT = "hint."
"""Prefix of the checks that compare what is typed into a PDF's form fields with what is printed on its page."""

VERDICT_WORDS: Mapping[str, tuple[str, str]] = {
    "failed": (mark("Does not fit"), "bad"),
    "unclear": (mark("Unsure"), "attention"),
    "passed": (mark("In order"), "good"),
}
"""English word and tone of each verdict, in the order in which they are listed."""


@dataclass(frozen=True)
class ShownCheck:
    """One line of the list.

    Attributes:
        certainty: measured score and threshold, where something was measured.
        in_the_file: it compared text hidden in the file, not the page itself.
    """

    name: str
    verdict: str
    tone: str
    certainty: str
    in_the_file: bool

    @property
    def sound(self) -> bool:
        """Whether a reviewer need not look at it."""
        return self.tone == "good"


def shown_checks(records: Sequence[Mapping[str, Any]]) -> list[ShownCheck]:
    """Return the checks of a stored decision, what failed or is unsure first."""
    order = list(VERDICT_WORDS)
    known = [record for record in records if record.get("verdict") in VERDICT_WORDS]
    return [_shown(record) for record in sorted(known, key=lambda record: order.index(record["verdict"]))]


def _shown(record: Mapping[str, Any]) -> ShownCheck:
    code, score, threshold = str(record.get("check", "")), record.get("score"), record.get("threshold")
    word, tone = VERDICT_WORDS[record["verdict"]]
    measured = "" if score is None else f"{score:g}" if threshold is None else f"{score:g} / {threshold:g}"
    name = code.removeprefix(HINT)
    return ShownCheck(CHECK_WORDS.get(name, name.replace("_", " ")), word, tone, measured, code.startswith(HINT))
