"""The checks of a form as a reviewer reads them: names, verdicts and measures in words, the doubtful ones first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party
from schemas.why_card import ExplainedCheck
from services.consent_form.layout import box_number
from services.portal.languages import mark, say
from services.texts.reasons import reviewer_sentence

ROLE_WORDS: Mapping[Party, str] = {
    Party.NONCUSTODIAL: mark("Noncustodial parent"),
    Party.CUSTODIAL: mark("Custodial parent"),
}
"""English words of each side of a case."""

CHECK_WORDS: Mapping[str, str] = {
    "file": mark("File"),
    "form": mark("Form"),
    "revision": mark("Edition of the form"),
    "form_id": mark("Number of the printed form"),
    "organization": mark("Organization"),
    "role": mark("Role"),
    "parent_name": mark("Name"),
    "birth_date": mark("Date of birth"),
    "case_identifier": mark("Case Identifier"),
    "signature": mark("Signature"),
    "digital_signature": mark("Digital signature"),
    "signed_on": mark("Date of signature"),
    "period": mark("Period"),
    "starts_on": mark("First day"),
    "expires_on": mark("Last day"),
    "safety": mark("Safety box"),
    "duplicate": mark("Sent before"),
}
"""English name of each check; one that is not here is shown by its code."""

HINT = "hint."
"""Prefix of the checks that compare what is typed into a PDF's form fields with what is printed on its page."""

VERDICT_WORDS: Mapping[str, tuple[str, str]] = {
    "failed": (mark("Does not fit"), "bad"),
    "unclear": (mark("Unsure"), "attention"),
    "passed": (mark("In order"), "good"),
}
"""English word and tone of each verdict, in the order in which they are listed."""

MEASURES: Mapping[tuple[str, bool], str] = {
    ("failed", True): mark("Measured %(score)s: from %(threshold)s on it counts against the form."),
    ("failed", False): mark("Measured %(score)s: up to %(threshold)s it counts against the form."),
    ("unclear", True): mark("Measured %(score)s: less than %(threshold)s is needed to be sure."),
    ("unclear", False): mark("Measured %(score)s: at least %(threshold)s is needed to be sure."),
    ("passed", True): mark("Measured %(score)s: at least %(threshold)s is needed."),
    ("passed", False): mark("Measured %(score)s: at most %(threshold)s is allowed."),
}
"""What a score means beside its threshold, by verdict and by whether it reaches it."""


@dataclass(frozen=True)
class ShownCheck:
    """One check.

    Attributes:
        code: its name in the why-card.
        name: in English words.
        box: number of the form's box that it is about, if it is about one.
        verdict: in English words.
        tone: of the verdict's tag.
        measure: what was measured, in a sentence; empty when nothing was.
        why: what to look at; empty when the check passed.
        read: what was read there.
        claimed: what the uploader typed.
        has_picture: whether the place can be cut out of the page.
        in_the_file: it compared text hidden in the file, not the page itself.
    """

    code: str
    name: str
    box: int | None
    verdict: str
    tone: str
    measure: str
    why: str
    read: str | None
    claimed: str | None
    has_picture: bool
    in_the_file: bool

    @property
    def sound(self) -> bool:
        """Whether a reviewer need not look at it."""
        return self.tone == "good"


def shown_checks(checks: Sequence[ExplainedCheck], language: Language) -> list[ShownCheck]:
    """Return the checks in words of a language, what failed or is unsure first."""
    order = list(VERDICT_WORDS)
    known = [check for check in checks if check.verdict in VERDICT_WORDS]
    return [_shown(check, language) for check in sorted(known, key=lambda check: order.index(check.verdict))]


def recorded_checks(records: Sequence[Mapping[str, Any]]) -> list[ExplainedCheck]:
    """Return what the register keeps of the checks: codes and scores, for a form whose why-card cannot be opened."""
    return [
        ExplainedCheck.model_validate({"name": str(record.get("check", "")), **_kept(record)}) for record in records
    ]


def _kept(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record.get(name) for name in ("verdict", "reason", "score", "threshold")}


def _shown(check: ExplainedCheck, language: Language) -> ShownCheck:
    word, tone = VERDICT_WORDS[check.verdict]
    name = check.name.removeprefix(HINT)
    is_role = name == "role"
    return ShownCheck(
        code=check.name,
        name=CHECK_WORDS.get(name, name.replace("_", " ")),
        box=_box(check),
        verdict=word,
        tone=tone,
        measure=_measure(check, language),
        why=_why(check, language),
        read=_role(check.read, language) if is_role else check.read,
        claimed=_role(check.claimed, language) if is_role else check.claimed,
        has_picture=check.place is not None,
        in_the_file=check.name.startswith(HINT),
    )


def _why(check: ExplainedCheck, language: Language) -> str:
    """Return what to look at; where a picture stands beside what was read, "could not be read" says nothing more."""
    obvious = check.reason is ReasonCode.ILLEGIBLE and check.place is not None
    return "" if check.reason is None or obvious else reviewer_sentence(check.reason, language)


def _box(check: ExplainedCheck) -> int | None:
    try:
        return box_number(check.field) if check.field else None
    except KeyError:
        return None


def _measure(check: ExplainedCheck, language: Language) -> str:
    if check.score is None or check.threshold is None:
        return ""
    text = MEASURES[check.verdict, check.score >= check.threshold]
    return say(language, text, score=f"{check.score:.3g}", threshold=f"{check.threshold:.3g}")


def _role(value: str | None, language: Language) -> str | None:
    return say(language, ROLE_WORDS[Party(value)]) if value in set(Party) else value
