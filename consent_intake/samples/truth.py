"""What is known about a form, whoever made it, so that what was read can be scored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from schemas.consent_records import ConsentClaim
from schemas.values import Language
from services.consent_form.code import FormCode


class Family(StrEnum):
    """What is the matter with a form; scores are told by family."""

    GOOD = "good"
    UNSIGNED = "unsigned"
    WRONG_BOX = "wrong_box"
    """Signed in the witness's box only."""
    OTHER_PERSON = "other_person"
    DIGIT_OFF = "digit_off"
    """One character of the case identifier or one digit of the birth date differs from the claim."""
    WRONG_ROLE = "wrong_role"
    """The other side of the case is ticked, or both are."""
    OTHER_FAULT = "other_fault"
    LETTER = "letter"
    """Another organization's letter."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known about a form.

    Attributes:
        kind: name of its kind.
        family: what is the matter with it.
        channel: ``vector`` or the device that it went through.
        fill: how the boxes were filled: prefilled, typed or hand; ``letter`` for a foreign letter.
        claim: what the uploader says.
        organization_code: of the uploader, as in the code of its forms.
        organization_name: of the uploader.
        today: legal day of the upload.
        language: of the form.
        code: what its printed code says; None for a letter, and when nobody noted it.
        written: what is on the paper by field: combs without gaps, names as spelled.
        by_hand: fields that a hand wrote.
        signed: whether a parent's signature is in the signature box.
        told_at_once: whether the uploader has to hear at once that the signature is missing.
        style: of the signature.
        printed_on: when the form was printed, as a register would know; None when nobody noted it.
    """

    kind: str
    family: Family
    channel: str
    fill: str
    claim: ConsentClaim
    organization_code: str
    organization_name: str
    today: date
    language: Language
    code: FormCode | None
    written: Mapping[str, str]
    by_hand: frozenset[str]
    signed: bool
    told_at_once: bool = False
    style: str | None = None
    printed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Specimen:
    """One uploaded file and what is known about it."""

    document: bytes
    truth: Truth
