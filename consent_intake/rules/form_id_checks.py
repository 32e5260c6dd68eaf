"""Whether the printed id is one that this installation gave out, to this organization and for this parent."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from consent_intake.rules.check import Check, failed, passed, unclear
from schemas.reason_codes import ReasonCode
from services.consent_form.code import FormCode

NAME: Final = "form_id"


class FormIdStatus(StrEnum):
    """What the register knows of a printed id (services.register.printed_forms.status_of says it in these words)."""

    ISSUED = "issued"
    """Printed for this organization; prefilled ones for this parent, case and role, and not used before."""
    UNKNOWN = "unknown"
    """Not printed by this installation, or never at all."""
    USED = "used"
    """A prefilled form that came with another consent before."""
    OTHER_ORGANIZATION = "other_organization"
    OTHER_PARENT = "other_parent"
    """Prefilled for another parent's case or role."""


_DOUBTS: Final[Mapping[FormIdStatus, ReasonCode]] = {
    FormIdStatus.UNKNOWN: ReasonCode.FORM_ID_UNKNOWN,
    FormIdStatus.USED: ReasonCode.FORM_ID_USED,
}
_FAILURES: Final[Mapping[FormIdStatus, ReasonCode]] = {
    FormIdStatus.OTHER_ORGANIZATION: ReasonCode.ORG_MISMATCH,
    FormIdStatus.OTHER_PARENT: ReasonCode.FORM_ID_OTHER_PARENT,
}


def check_form_id(code: FormCode | None, status: FormIdStatus) -> Check:
    """The printed id was given out for this form.

    Args:
        code: as read; without one there is no id to ask about, whatever ``status`` says, and a person looks.
        status: what the register knows of the code's serial.
    """
    if code is None:
        return unclear(NAME, ReasonCode.ILLEGIBLE)
    if status in _FAILURES:
        return failed(NAME, _FAILURES[status])
    if status in _DOUBTS:
        return unclear(NAME, _DOUBTS[status])
    return passed(NAME)
