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
    **{name: box_number(name) for name in ("parent_name", "birth_date", "case_identifier", "signature", "signed_on")},
}
"""What the data's placeholders stand for: the numbers printed beside the boxes of the form."""


def sentence(code: ReasonCode, language: Language) -> str:
    """Return what happened and what to do, for people outside operations.

    Raises:
        KeyError: the code has no text (a test keeps the data complete).
    """
    return _texts()[code.value][language.value].format_map(_BOXES)


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
    data: dict[str, dict[str, str]] = json.loads(files("services.texts").joinpath("reasons.json").read_bytes())
    return data
