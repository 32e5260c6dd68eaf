"""What one form's reading and decision are worth, beside what is known about the form. Holds no value of the form."""

import unicodedata
from dataclasses import dataclass
from typing import Final

from consent_intake.rules.check import Verdict
from consent_intake.rules.consent_decision import Decision, Outcome
from consent_intake.rules.form_reading import FormReading
from consent_intake.samples.truth import Family, Truth
from schemas.reason_codes import ReasonCode
from services.consent_form.prefill import date_digits
from services.parent_names import same_person

CLAIMED_FIELDS: Final = ("parent_name", "birth_date", "case_identifier")
"""Fields that a claim is compared with, one check each, of the same name."""

TOLD_UNSIGNED: Final = frozenset({ReasonCode.MISSING_SIGNATURE, ReasonCode.SIGNED_AS_WITNESS})


@dataclass(frozen=True, slots=True)
class FieldScore:
    """How one field was read.

    Attributes:
        name: of the field.
        by_hand: whether a hand wrote it.
        exact: whether the reading has the letters and digits that are on the paper; capitals, spaces, signs and
            accents are not told apart, as nowhere in the product.
        to_the_accent: whether accents are right too.
        engines: by engine, whether its reading is.
        claim_holds: whether the claim says what is on the paper; None for a field without a claim.
        confirmed: whether the check of the claim passed.
    """

    name: str
    by_hand: bool
    exact: bool
    to_the_accent: bool
    engines: tuple[tuple[str, bool], ...]
    claim_holds: bool | None
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ScoredForm:
    """How one form was read and decided.

    Attributes:
        number: of the form in its set.
        kind: name of its kind.
        family: what is the matter with it.
        channel: what it went through.
        fill: how it was filled.
        language: of the form.
        style: of the signature.
        signed: whether a parent's signature is in its box.
        told_at_once: whether the uploader has to hear at once that the signature is missing.
        outcome: what becomes of it.
        reasons: why.
        signature: verdict on the signature box; None when no check of it was made.
        has_code: whether the paper has our code.
        registered: whether the page was found.
        code_read: whether the code was read, and right.
        fields: the fields that are on the paper.
        cpu_seconds: of reading, every process.
    """

    number: int
    kind: str
    family: Family
    channel: str
    fill: str
    language: str
    style: str | None
    signed: bool
    told_at_once: bool
    outcome: Outcome
    reasons: tuple[ReasonCode, ...]
    signature: Verdict | None
    has_code: bool
    registered: bool
    code_read: bool
    fields: tuple[FieldScore, ...]
    cpu_seconds: float

    @property
    def told_unsigned(self) -> bool:
        """Whether the uploader hears that the form is not signed, without a person having looked."""
        return self.outcome is Outcome.REJECTED and bool(TOLD_UNSIGNED & set(self.reasons))


def score_form(
    number: int, truth: Truth, reading: FormReading, decision: Decision, *, cpu_seconds: float
) -> ScoredForm:
    """Compare a reading and a decision with the truth."""
    verdicts = {check.name: check.verdict for check in decision.checks}
    return ScoredForm(
        number=number,
        kind=truth.kind,
        family=truth.family,
        channel=truth.channel,
        fill=truth.fill,
        language=truth.language.value,
        style=truth.style,
        signed=truth.signed,
        told_at_once=truth.told_at_once,
        outcome=decision.outcome,
        reasons=decision.reasons,
        signature=verdicts.get("signature"),
        has_code=truth.code is not None,
        registered=reading.registered,
        code_read=truth.code is not None and reading.code == truth.code,
        fields=tuple(_field_score(name, truth, reading, verdicts) for name in truth.written),
        cpu_seconds=cpu_seconds,
    )


def _field_score(name: str, truth: Truth, reading: FormReading, verdicts: dict[str, Verdict]) -> FieldScore:
    on_paper = truth.written[name]
    read = reading.fields.get(name)
    return FieldScore(
        name=name,
        by_hand=name in truth.by_hand,
        exact=read is not None and same_text(read.text, on_paper),
        to_the_accent=read is not None and _letters(read.text) == _letters(on_paper),
        engines=tuple((one.engine.value, same_text(one.text, on_paper)) for one in (read.readings if read else ())),
        claim_holds=_claim_holds(name, truth),
        confirmed=verdicts.get(name) is Verdict.PASSED,
    )


def same_text(read: str, on_paper: str) -> bool:
    """Return whether a reading has the paper's letters and digits, whatever their capitals, spaces, signs, accents."""
    return _without_accents(_letters(read)) == _without_accents(_letters(on_paper))


def _letters(text: str) -> str:
    return "".join(character for character in unicodedata.normalize("NFC", text).casefold() if character.isalnum())


def _without_accents(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _claim_holds(name: str, truth: Truth) -> bool | None:
    on_paper = truth.written[name]
    match name:
        case "parent_name":
            return same_person(on_paper, truth.claim.parent_name)
        case "birth_date":
            return on_paper == date_digits(truth.claim.birth_date)
        case "case_identifier":
            return on_paper == truth.claim.case_identifier
        case _:
            return None
