"""The checks of a form as a reviewer reads them: names and verdicts in words, the doubtful ones first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

VERDICT_WORDS: Mapping[str, tuple[str, str]] = {
    "failed": (mark("Does not fit"), "bad"),
    "unclear": (mark("Unsure"), "attention"),
    "passed": (mark("In order"), "good"),
}
"""English word and tone of each verdict, in the order in which they are listed."""


@dataclass(frozen=True)
class ShownCheck:
    """One line of the list. ``certainty``: measured score and threshold, where something was measured."""

    name: str
    verdict: str
    tone: str
    certainty: str


def shown_checks(records: Sequence[Mapping[str, Any]]) -> list[ShownCheck]:
    """Return the checks of a stored decision, what failed or is unsure first."""
    order = list(VERDICT_WORDS)
    known = [record for record in records if record.get("verdict") in VERDICT_WORDS]
    return [_shown(record) for record in sorted(known, key=lambda record: order.index(record["verdict"]))]


def _shown(record: Mapping[str, Any]) -> ShownCheck:
    code, score, threshold = str(record.get("check", "")), record.get("score"), record.get("threshold")
    word, tone = VERDICT_WORDS[record["verdict"]]
    measured = "" if score is None else f"{score:g}" if threshold is None else f"{score:g} / {threshold:g}"
    return ShownCheck(CHECK_WORDS.get(code, code.replace("_", " ")), word, tone, measured)
