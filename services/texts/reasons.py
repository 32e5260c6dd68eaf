"""The sentence of every reason code: what happened and what to do, in plain English and Spanish.

Written for the staff member who uploaded a form, at about a sixth-grade level. A sentence never says that a safety flag
exists: a form or case that is held for safety reads exactly like any other that a person has to look at.
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.consent_form.layout import box_number

_BOXES: dict[str, int] = {
    "role": box_number("role_noncustodial"),
    "period": box_number("starts_on"),
    "safety": box_number("safety_yes"),
    **{name: box_number(name) for name in ("parent_name", "birth_date", "case_identifier", "organization")},
    **{name: box_number(name) for name in ("signature", "signed_on", "witness")},
}
"""What the data's placeholders stand for: the numbers printed beside the boxes of the form."""


ALL_PASSED = {
    Language.ENGLISH: "Every check passed. Nothing has to be done.",
    Language.SPANISH: "Todas las comprobaciones salieron bien. No hay que hacer nada.",
}
"""The sentence of a form that was approved."""


def sentence(code: ReasonCode, language: Language) -> str:
    """Return what happened and what to do, for people outside operations.

    Raises:
        KeyError: the code has no text (a test keeps the data complete).
    """
    return _texts()[code.value][language.value].format_map(_BOXES)


def reviewer_sentence(code: ReasonCode, language: Language) -> str:
    """Return why a form waits and what to look at, for the agency's reviewer: unlike others, told the true reason."""
    texts = _reviewer_texts().get(code.value)
    return sentence(code, language) if texts is None else texts[language.value].format_map(_BOXES)


def decision_sentence(reasons: Sequence[ReasonCode], language: Language, *, for_reviewer: bool) -> str:
    """Return the one plain thing to do about a decided form: the first reason's; ``for_reviewer`` when it waits."""
    if not reasons:
        return ALL_PASSED[language]
    return (reviewer_sentence if for_reviewer else sentence)(reasons[0], language)


def sentences(codes: Sequence[str], language: Language) -> list[str]:
    """Return the sentences of stored reason codes, each once, in order; a code no longer known is left out."""
    known = (ReasonCode(code) for code in codes if code in ReasonCode.__members__)
    return list(dict.fromkeys(sentence(code, language) for code in known))


def shown(code: ReasonCode) -> ReasonCode:
    """Return the code that may be shown or sent outside the agency in place of this one.

    A code is as telling as a sentence, so the safety review is shown as any request that is held for staff.
    """
    return ReasonCode.HELD_FOR_STAFF if code is ReasonCode.SAFETY_REVIEW else code


@cache
def _texts() -> dict[str, dict[str, str]]:
    return _read("reasons.json")


@cache
def _reviewer_texts() -> dict[str, dict[str, str]]:
    return _read("reviewer_reasons.json")


def _read(name: str) -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = json.loads(files("services.texts").joinpath(name).read_bytes())
    return data
