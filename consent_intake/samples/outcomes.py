"""Which samples can be asked for, and what has to become of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from schemas.reason_codes import ReasonCode


class Result(StrEnum):
    """What becomes of a form."""

    APPROVED = "approved"
    REJECTED = "rejected"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class ExpectedOutcome:
    """What has to become of a sample on a good scan; on a bad one, review is always acceptable and approval never is.

    Attributes:
        result: approved, rejected, or a person looks.
        reason: the reason given; None for an approval.
        what: the sample in one line, for help texts.
        refused_at_the_door: the drop endpoint refuses the file already, so no consent comes of it.
    """

    result: Result
    reason: ReasonCode | None
    what: str
    refused_at_the_door: bool = False


def _rejected(reason: ReasonCode, what: str) -> ExpectedOutcome:
    return ExpectedOutcome(Result.REJECTED, reason, what)


OUTCOMES: Final[Mapping[str, ExpectedOutcome]] = MappingProxyType(
    {
        "approved": ExpectedOutcome(Result.APPROVED, None, "complete, signed and dated"),
        "unsigned": _rejected(ReasonCode.MISSING_SIGNATURE, "no signature"),
        "signed_as_witness": _rejected(ReasonCode.SIGNED_AS_WITNESS, "signed in the witness box only"),
        "undated": _rejected(ReasonCode.MISSING_DATE, "signed but not dated"),
        "future_date": _rejected(ReasonCode.DATE_FUTURE, "dated three weeks from now"),
        "expired": _rejected(ReasonCode.EXPIRED, "signed 14 months ago"),
        "period_backwards": _rejected(ReasonCode.PERIOD_INVALID, "ends before it starts"),
        "wrong_name": _rejected(ReasonCode.NAME_MISMATCH, "another person's name than the claim's"),
        "wrong_birth_date": _rejected(ReasonCode.BIRTH_DATE_MISMATCH, "another birth date than the claim's"),
        "wrong_case": _rejected(ReasonCode.CASE_ID_MISMATCH, "another case than the claim's"),
        "wrong_role": _rejected(ReasonCode.ROLE_MISMATCH, "the other role than the claim's"),
        "two_roles": _rejected(ReasonCode.ROLE_AMBIGUOUS, "both roles ticked"),
        "other_organization": _rejected(ReasonCode.ORG_MISMATCH, "printed for another organization"),
        "unclear_signature": ExpectedOutcome(
            Result.REVIEW, ReasonCode.SIGNATURE_UNCLEAR, "an X, a stray line or a printed name in the signature box"
        ),
        "safety": ExpectedOutcome(Result.REVIEW, ReasonCode.SAFETY_REVIEW, "safety box ticked"),
        "signed_on_a_computer": ExpectedOutcome(
            Result.REVIEW,
            ReasonCode.SIGNATURE_UNCLEAR,
            "an empty signature box and a digital signature that nobody vouches for",
        ),
        "changed_after_signing": ExpectedOutcome(
            Result.REVIEW,
            ReasonCode.DIGITAL_SIGNATURE_INVALID,
            "signed by hand and on a computer, and then something was added to the file",
        ),
        "retired_revision": _rejected(ReasonCode.FORM_RETIRED, "an older form"),
        "junk": _rejected(ReasonCode.WRONG_FORM, "a letter, not the form"),
        "encrypted": _rejected(ReasonCode.FILE_ENCRYPTED, "a PDF with a password"),
        "many_pages": _rejected(ReasonCode.TOO_MANY_PAGES, "a PDF of 200 pages"),
        "empty": ExpectedOutcome(Result.REJECTED, ReasonCode.FILE_EMPTY, "a file of 0 bytes", refused_at_the_door=True),
    }
)
"""Every sample that can be asked for, by name."""
