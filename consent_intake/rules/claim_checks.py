"""Does the paper say what the uploader says it says: one function per rule, one reason code each.

A field that reads clearly and differs fails. A field that does not read clearly goes to a person: rejecting a family's
form because a machine misread a digit would be the machine's fault.
"""

from datetime import date

from consent_intake.rules.check import Check, failed, passed, unclear
from consent_intake.rules.comb_text import agreed, case_identifier_in_comb, comb_characters, date_in_comb
from consent_intake.rules.form_reading import WrittenText
from schemas.reason_codes import ReasonCode
from schemas.values import CaseIdentifier, Party
from services.consent_form.code import FormCode
from services.parent_names import SAME_PERSON_SIMILARITY, name_similarity, name_words, same_person

SURE = 0.86
"""Recognition confidence from which a difference counts as the paper's, not the reader's.

Typed combs read at 0.9 and more; of 28 hand-written dates none that was misread twice alike reached it.
"""

READABLE = 0.30
"""Below it, what was read is a guess, and even an agreeing guess is worth nothing."""

OTHER_PERSON_SIMILARITY = 60.0
"""At or below it the names have little in common; unrelated names score below 70."""

WRITTEN_INK = 0.004
"""Share of ink in a box that somebody wrote into: one thin digit in eight cells has about 0.008."""

MARKED_INK = 0.10
"""Share of ink of a ticked box: a thin single stroke across the box has about 0.13."""

UNMARKED_INK = 0.04
"""Share of ink up to which a box is empty: specks and the edge of the frame."""

ORGANIZATION_SIMILARITY = 50.0
"""Below it the name written on the form is another one than the printed code's."""


def check_name(written: WrittenText, claimed: str) -> Check:
    """Compare names whatever the accents, the order, and a second surname that only one side has."""
    if written.confidence < READABLE or not name_words(written.text):
        return unclear("parent_name", ReasonCode.ILLEGIBLE, written.confidence, READABLE)
    alike = name_similarity(written.text, claimed)
    if same_person(written.text, claimed):
        return passed("parent_name", alike, SAME_PERSON_SIMILARITY)
    if written.confidence >= SURE and alike <= OTHER_PERSON_SIMILARITY:
        return failed("parent_name", ReasonCode.NAME_MISMATCH, alike, OTHER_PERSON_SIMILARITY)
    return unclear("parent_name", ReasonCode.ILLEGIBLE, alike, SAME_PERSON_SIMILARITY)


def check_birth_date(written: WrittenText, claimed: date) -> Check:
    """The eight characters must be the claimed date."""
    read = agreed(written, date_in_comb)
    mismatch = None if read is None else ReasonCode.BIRTH_DATE_MISMATCH
    return _check_comb("birth_date", written, matches=read == claimed, mismatch=mismatch)


def check_case_identifier(written: WrittenText, claimed: CaseIdentifier) -> Check:
    """The nine characters must be the claimed New York Case Identifier."""
    read = agreed(written, case_identifier_in_comb)
    mismatch = ReasonCode.CASE_ID_MISMATCH
    if read is None:  # sure of every character, and yet no identifier
        mismatch = ReasonCode.CASE_ID_INVALID
    known = read is not None or agreed(written, comb_characters) is not None
    return _check_comb("case_identifier", written, matches=read == claimed, mismatch=mismatch if known else None)


def _check_comb(name: str, written: WrittenText, *, matches: bool, mismatch: ReasonCode | None) -> Check:
    """``mismatch`` is None when the two readings of the comb disagree, or make no sense."""
    if written.confidence < READABLE:
        return unclear(name, ReasonCode.ILLEGIBLE, written.confidence, READABLE)
    if matches:
        return passed(name, written.confidence, READABLE)
    if mismatch is not None and written.confidence >= SURE:
        return failed(name, mismatch, written.confidence, SURE)
    return unclear(name, ReasonCode.ILLEGIBLE, written.confidence, SURE)


def check_role(noncustodial: float, custodial: float, claimed: Party) -> Check:
    """Exactly one role box is ticked, and it is the claimed side of the case."""
    both = (noncustodial, custodial)
    if any(UNMARKED_INK < ink < MARKED_INK for ink in both):
        return unclear("role", ReasonCode.ROLE_AMBIGUOUS, min(both, key=lambda ink: abs(ink - MARKED_INK)), MARKED_INK)
    if (noncustodial >= MARKED_INK) == (custodial >= MARKED_INK):
        return failed("role", ReasonCode.ROLE_AMBIGUOUS, max(both), MARKED_INK)
    ticked = Party.NONCUSTODIAL if noncustodial >= MARKED_INK else Party.CUSTODIAL
    if ticked is not claimed:
        return failed("role", ReasonCode.ROLE_MISMATCH, max(both), MARKED_INK)
    return passed("role", max(both), MARKED_INK)


def check_organization(code: FormCode | None, written: WrittenText, *, form_code: str, organization_name: str) -> Check:
    """The form was printed for the uploader's organization, and nobody wrote another name over it."""
    if code is None:
        return unclear("organization", ReasonCode.ILLEGIBLE)
    if code.organization_code != form_code:
        return failed("organization", ReasonCode.ORG_MISMATCH)
    alike = name_similarity(written.text, organization_name)
    if written.text and written.confidence >= SURE and alike < ORGANIZATION_SIMILARITY:
        return unclear("organization", ReasonCode.ORG_MISMATCH, alike, ORGANIZATION_SIMILARITY)
    return passed("organization", alike, ORGANIZATION_SIMILARITY)


def check_safety(ink: float) -> Check:
    """A mark in the safety box, or what may be one, puts the form into a person's hands."""
    if ink > UNMARKED_INK:
        return unclear("safety", ReasonCode.SAFETY_REVIEW, ink, UNMARKED_INK)
    return passed("safety", ink, UNMARKED_INK)


def check_field_hint(name: str, written: WrittenText, hint: str | None) -> Check:
    """A PDF's own form field that contradicts what is seen: somebody may be hiding something, so a person looks."""
    if not hint or not written.text:
        return passed(f"hint.{name}")
    seen, said = comb_characters(written.text), comb_characters(hint)
    agrees = seen == said or same_person(written.text, hint)
    return passed(f"hint.{name}") if agrees else unclear(f"hint.{name}", ReasonCode.ILLEGIBLE)
