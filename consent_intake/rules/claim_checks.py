"""Does the paper say what the uploader says it says: one function per rule, one reason code each.

A field that reads clearly and differs fails. A field that does not read clearly goes to a person: rejecting a family's
form because a machine misread a digit would be the machine's fault.
"""

from datetime import date

from consent_intake.rules.birth_dates import as_birth_date, is_birth_date
from consent_intake.rules.check import Check, failed, passed, unclear
from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.comb_evidence import Evidence, Fit, evidence, sure_text
from consent_intake.rules.comb_text import case_identifier_in_comb, comb_characters
from consent_intake.rules.form_reading import WrittenText
from consent_intake.rules.name_likeness import name_likeness
from schemas.reason_codes import ReasonCode
from schemas.values import CaseIdentifier, Party
from services.consent_form.code import FormCode
from services.parent_names import name_similarity, name_words

_MONTHS = 12


def check_name(written: WrittenText, claimed: str, *, thresholds: ClaimThresholds) -> Check:
    """Compare names whatever the accents, the order, initials, and a second surname that only one side has.

    The engine that reads the name best decides: another person's name reads like the claimed one in none. What reads as
    a piece of the claimed name is no other person's, but a name half hidden by a thumb: a person looks.
    """
    readable = [reading for reading in written.readings if name_words(reading.text)]
    if not readable:
        return unclear("parent_name", ReasonCode.ILLEGIBLE, written.confidence, thresholds.name_readable)
    alike = max(name_likeness(reading.text, claimed) for reading in readable)
    if alike >= thresholds.name_similarity:
        return passed("parent_name", alike, thresholds.name_similarity)
    apart = max(name_similarity(reading.text, claimed) for reading in readable)
    sure = max(reading.confidence for reading in readable) >= thresholds.name_sure
    in_part = any(_is_part_of(reading.text, claimed) for reading in readable)
    if sure and apart <= thresholds.other_person_similarity and not in_part:
        return failed("parent_name", ReasonCode.NAME_MISMATCH, apart, thresholds.other_person_similarity)
    return unclear("parent_name", ReasonCode.ILLEGIBLE, alike, thresholds.name_similarity)


def _is_part_of(read: str, claimed: str) -> bool:
    pieces, words = name_words(read), name_words(claimed)
    return all(any(piece in word for word in words) for piece in pieces)


def check_birth_date(written: WrittenText, claimed: date, *, thresholds: ClaimThresholds) -> Check:
    """The eight characters must be the claimed date, month first, or day first where the day can be no month."""
    written = as_birth_date(written)
    month_first, day_first = f"{claimed:%m%d}{claimed.year:04d}", f"{claimed:%d%m}{claimed.year:04d}"
    found = evidence(written, month_first, thresholds)
    if found.fit is not Fit.CONFIRMED:
        other_way = evidence(written, day_first, thresholds)
        if other_way.fit is Fit.CONFIRMED:  # 05/03 may be either day: a person looks
            fit = Fit.CONFIRMED if claimed.day > _MONTHS else Fit.OPEN
            found = Evidence(fit, other_way.weakest)
    if found.fit is Fit.CONTRADICTED and not is_birth_date(written.text):
        found = Evidence(Fit.OPEN, found.weakest)  # read wrongly: nobody was born on such a day
    return _comb_check("birth_date", found, ReasonCode.BIRTH_DATE_MISMATCH, thresholds)


def check_case_identifier(written: WrittenText, claimed: CaseIdentifier, *, thresholds: ClaimThresholds) -> Check:
    """The nine characters must be the claimed New York Case Identifier."""
    found = evidence(written, claimed, thresholds)
    read = sure_text(written, thresholds)
    no_identifier = read is not None and case_identifier_in_comb(read) is None
    mismatch = ReasonCode.CASE_ID_INVALID if no_identifier else ReasonCode.CASE_ID_MISMATCH
    return _comb_check("case_identifier", found, mismatch, thresholds)


def _comb_check(name: str, found: Evidence, mismatch: ReasonCode, thresholds: ClaimThresholds) -> Check:
    if found.fit is Fit.CONFIRMED:
        return passed(name, found.weakest, thresholds.cell_with_second)
    if found.fit is Fit.CONTRADICTED:
        return failed(name, mismatch, found.weakest, thresholds.cell_not_claimed)
    return unclear(name, ReasonCode.ILLEGIBLE, found.weakest, thresholds.cell_alone)


def check_role(noncustodial: float, custodial: float, claimed: Party, *, thresholds: ClaimThresholds) -> Check:
    """Exactly one role box is ticked, and it is the claimed side of the case."""
    both, ticked_at = (noncustodial, custodial), thresholds.marked_ink
    if any(thresholds.unmarked_ink < ink < ticked_at for ink in both):
        nearest = min(both, key=lambda ink: abs(ink - ticked_at))
        return unclear("role", ReasonCode.ROLE_AMBIGUOUS, nearest, ticked_at)
    if (noncustodial >= ticked_at) == (custodial >= ticked_at):
        return failed("role", ReasonCode.ROLE_AMBIGUOUS, max(both), ticked_at)
    ticked = Party.NONCUSTODIAL if noncustodial >= ticked_at else Party.CUSTODIAL
    if ticked is not claimed:
        return failed("role", ReasonCode.ROLE_MISMATCH, max(both), ticked_at)
    return passed("role", max(both), ticked_at)


def check_organization(
    code: FormCode | None,
    written: WrittenText,
    *,
    form_code: str,
    organization_name: str,
    thresholds: ClaimThresholds,
) -> Check:
    """The form was printed for the uploader's organization, and nobody wrote another name over it.

    Only the first words in its box are read: where they are the beginning of the organization's name, they are enough.
    """
    if code is None:
        return unclear("organization", ReasonCode.ILLEGIBLE)
    if code.organization_code != form_code:
        return failed("organization", ReasonCode.ORG_MISMATCH)
    alike = name_similarity(written.text, organization_name)
    beginning = name_similarity(written.text, organization_name[: len(written.text)])
    if beginning >= thresholds.name_similarity:
        alike = max(alike, beginning)
    if written.text and written.confidence >= thresholds.name_sure and alike < thresholds.organization_similarity:
        return unclear("organization", ReasonCode.ORG_MISMATCH, alike, thresholds.organization_similarity)
    return passed("organization", alike, thresholds.organization_similarity)


def check_safety(ink: float, *, thresholds: ClaimThresholds) -> Check:
    """A mark in the safety box, or what may be one, puts the form into a person's hands."""
    if ink > thresholds.unmarked_ink:
        return unclear("safety", ReasonCode.SAFETY_REVIEW, ink, thresholds.unmarked_ink)
    return passed("safety", ink, thresholds.unmarked_ink)


def check_field_hint(name: str, written: WrittenText, hint: str | None, *, thresholds: ClaimThresholds) -> Check:
    """A PDF's own form field that contradicts what is seen: somebody may be hiding something, so a person looks."""
    if not hint or (written.ink < thresholds.written_ink and not written.text):
        return passed(f"hint.{name}")
    if written.cells:
        said = comb_characters(hint)
        agrees = said == comb_characters(written.text) or evidence(written, said, thresholds).fit is Fit.CONFIRMED
    else:
        agrees = name_likeness(written.text, hint) >= thresholds.name_similarity
    return passed(f"hint.{name}") if agrees else unclear(f"hint.{name}", ReasonCode.ILLEGIBLE)
