from datetime import timedelta

import pytest

from consent_intake.rules.check import Verdict
from consent_intake.rules.consent_decision import Decision, Outcome, Uploader, decide
from consent_intake.rules.form_reading import FormReading, Registration, SignatureInk, ZoneWord
from schemas.reason_codes import ReasonCode
from services.consent_form.code import FormCode
from tests.support.form_readings import (
    BLANK,
    CLAIM,
    CODE,
    GOOD,
    SIGNED,
    TODAY,
    comb,
    line,
    reading,
    with_boxes,
    with_fields,
)

UPLOADER = Uploader("BFF", "Bronx Family Forward")


def judged(form: FormReading, **options: bool) -> Decision:
    return decide(form, CLAIM, UPLOADER, today=TODAY, **options)


def test_a_complete_signed_form_is_approved_without_reasons() -> None:
    decision = judged(GOOD)
    assert (decision.outcome, decision.reasons) == (Outcome.APPROVED, ())
    assert all(check.verdict is Verdict.PASSED for check in decision.checks)


def code_of(**changes: str) -> FormCode:
    parts = {name: getattr(CODE, name) for name in ("form", "revision", "language", "organization_code", "serial")}
    return FormCode(**(parts | changes))


REJECTED = {
    "no signature": (reading(signature=SignatureInk()), ReasonCode.MISSING_SIGNATURE),
    "no signing date": (with_fields(signed_on=BLANK), ReasonCode.MISSING_DATE),
    "signed tomorrow": (with_fields(signed_on=comb("11172026")), ReasonCode.DATE_FUTURE),
    "another person": (with_fields(parent_name=line("Terrence Whitlock")), ReasonCode.NAME_MISMATCH),
    "another birth date": (with_fields(birth_date=comb("11251968")), ReasonCode.BIRTH_DATE_MISMATCH),
    "another case": (with_fields(case_identifier=comb("KT60873M5")), ReasonCode.CASE_ID_MISMATCH),
    "no case identifier": (with_fields(case_identifier=comb("993379937")), ReasonCode.CASE_ID_INVALID),
    "the other role": (with_boxes(role_noncustodial=0.0, role_custodial=0.35), ReasonCode.ROLE_MISMATCH),
    "both roles": (with_boxes(role_custodial=0.35), ReasonCode.ROLE_AMBIGUOUS),
    "no role": (with_boxes(role_noncustodial=0.0), ReasonCode.ROLE_AMBIGUOUS),
    "another organization": (reading(code=code_of(organization_code="QFT")), ReasonCode.ORG_MISMATCH),
    "a retired form": (reading(code=code_of(revision="2026-05")), ReasonCode.FORM_RETIRED),
    "signed too long ago": (with_fields(signed_on=comb("11012025")), ReasonCode.EXPIRED),
    "ended yesterday": (
        with_fields(starts_on=comb("11012026"), expires_on=comb("11152026")),
        ReasonCode.EXPIRED,
    ),
    "ends before it starts": (
        with_fields(starts_on=comb("12012026"), expires_on=comb("11202026")),
        ReasonCode.PERIOD_INVALID,
    ),
    "longer than a year": (
        with_fields(starts_on=comb("11142026"), expires_on=comb("11152027")),
        ReasonCode.PERIOD_INVALID,
    ),
    "not our form": (FormReading(page_count=1), ReasonCode.WRONG_FORM),
    "locked file": (FormReading(problem=ReasonCode.FILE_ENCRYPTED), ReasonCode.FILE_ENCRYPTED),
    "broken file": (FormReading(problem=ReasonCode.FILE_UNREADABLE), ReasonCode.FILE_UNREADABLE),
    "too many pages": (FormReading(problem=ReasonCode.TOO_MANY_PAGES), ReasonCode.TOO_MANY_PAGES),
    "page too large": (FormReading(problem=ReasonCode.PAGE_TOO_LARGE), ReasonCode.PAGE_TOO_LARGE),
}


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_clearly_wrong_is_rejected_with_its_reason(name: str) -> None:
    form, reason = REJECTED[name]
    decision = judged(form)
    assert (decision.outcome, decision.reasons) == (Outcome.REJECTED, (reason,))


REVIEWED = {
    "unsure name": (with_fields(parent_name=line("Terrence Whitlock", 0.5)), ReasonCode.ILLEGIBLE),
    "a near name": (with_fields(parent_name=line("Mario Alan Perezon")), ReasonCode.ILLEGIBLE),
    "no name": (with_fields(parent_name=BLANK), ReasonCode.ILLEGIBLE),
    "birth date read in two ways": (with_fields(birth_date=comb("01151988", again="01151938")), ReasonCode.ILLEGIBLE),
    "another birth date, unsure": (with_fields(birth_date=comb("01151983", confidence=0.7)), ReasonCode.ILLEGIBLE),
    "birth date that is none": (with_fields(birth_date=comb("19881501")), ReasonCode.ILLEGIBLE),
    "right birth date, but a guess": (with_fields(birth_date=comb("01151988", confidence=0.1)), ReasonCode.ILLEGIBLE),
    "case read in two ways": (with_fields(case_identifier=comb("AB12345C1", again="AB12345C7")), ReasonCode.ILLEGIBLE),
    "another case, unsure": (with_fields(case_identifier=comb("AB12845C1", confidence=0.6)), ReasonCode.ILLEGIBLE),
    "a faint tick": (with_boxes(role_custodial=0.06), ReasonCode.ROLE_AMBIGUOUS),
    "no code": (reading(code=None), ReasonCode.ILLEGIBLE),
    "a revision nobody knows": (reading(code=code_of(revision="2031-01")), ReasonCode.ILLEGIBLE),
    "another name over the organization": (with_fields(organization=line("Zeta Quux")), ReasonCode.ORG_MISMATCH),
    "signing date unreadable": (with_fields(signed_on=comb("1114226")), ReasonCode.ILLEGIBLE),
    "signing date read in two ways, one not recent": (
        with_fields(signed_on=comb("11142026", again="01142026")),
        ReasonCode.ILLEGIBLE,
    ),
    "period unsure": (with_fields(expires_on=comb("10312027", confidence=0.7)), ReasonCode.ILLEGIBLE),
    "faint writing in the period": (
        with_fields(expires_on=BLANK.model_copy(update={"ink": 0.02})),
        ReasonCode.ILLEGIBLE,
    ),
    "signature zone unread": (reading(signature=None), ReasonCode.SIGNATURE_UNCLEAR),
    "two different forms": (reading(several_forms=True), ReasonCode.ILLEGIBLE),
    "corners lost": (reading(registration=Registration.UNSURE, page_index=None), ReasonCode.ILLEGIBLE),
    "a form field that says another case": (
        reading(field_hints={"case_identifier": "KT60873M5"}),
        ReasonCode.ILLEGIBLE,
    ),
}


@pytest.mark.parametrize("name", REVIEWED)
def test_what_is_in_doubt_goes_to_a_person(name: str) -> None:
    form, reason = REVIEWED[name]
    decision = judged(form)
    assert decision.outcome is Outcome.REVIEW
    assert reason in decision.reasons


def test_a_mark_in_the_safety_box_goes_to_a_person_with_no_other_word_even_when_the_form_fails() -> None:
    form = with_boxes(safety_yes=0.05).model_copy(update={"signature": SignatureInk()})
    decision = judged(form)
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (ReasonCode.SAFETY_REVIEW,))


def test_a_document_that_is_here_already_is_rejected_as_a_duplicate() -> None:
    decision = judged(GOOD, duplicate=True)
    assert (decision.outcome, decision.reasons) == (Outcome.REJECTED, (ReasonCode.DUPLICATE,))


def test_a_clear_failure_is_told_at_once_even_when_something_else_is_unreadable() -> None:
    form = with_fields(parent_name=BLANK).model_copy(update={"signature": SignatureInk()})
    assert judged(form).reasons == (ReasonCode.MISSING_SIGNATURE,)


def test_a_signing_date_read_in_two_recent_ways_is_accepted() -> None:
    assert judged(with_fields(signed_on=comb("11142026", again="11112026", confidence=0.6))).outcome is Outcome.APPROVED


def test_the_last_day_of_the_period_still_counts() -> None:
    form = with_fields(starts_on=comb("11012026"), expires_on=comb(TODAY.strftime("%m%d%Y")))
    assert judged(form).outcome is Outcome.APPROVED
    tomorrow = decide(form, CLAIM, UPLOADER, today=TODAY + timedelta(days=1))
    assert tomorrow.reasons == (ReasonCode.EXPIRED,)


UNSIGNED_INK = {
    "a typed name": {"words": (ZoneWord(text="Maria", confidence=0.93),)},
    "VOID": {"words": (ZoneWord(text="VOID", confidence=0.4),)},
    "FIRME AQUÍ": {"words": (ZoneWord(text="AQUÍ", confidence=0.5),)},
    "a date": {"words": (ZoneWord(text="11/14/2026", confidence=0.5),)},
    "a straight line": {"straightness": 0.9},
    "a small mark": {"stroke_length": 30.0},
    "a low mark": {"height": 4.0},
    "a narrow mark": {"width": 12.0},
    "many dots": {"largest_part": 4.0},
    "a thumb": {"solidity": 0.7},
}


@pytest.mark.parametrize("name", UNSIGNED_INK)
def test_ink_that_may_be_no_signature_is_never_approved(name: str) -> None:
    ink = SIGNED.model_copy(update=UNSIGNED_INK[name])
    decision = judged(reading(signature=ink))
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (ReasonCode.SIGNATURE_UNCLEAR,))


def test_loops_that_a_recogniser_takes_for_letters_are_still_a_signature() -> None:
    words = (ZoneWord(text="(0oo0oso", confidence=0.8), ZoneWord(text="Ute,", confidence=0.3))
    assert judged(reading(signature=SIGNED.model_copy(update={"words": words}))).outcome is Outcome.APPROVED


def test_what_is_stored_about_a_decision_holds_no_value_of_the_form() -> None:
    records = repr([check.record() for check in judged(GOOD).checks])
    for value in ("Perez", "Pérez", "1988", "AB12345C1", "BFF", "Bronx", "0001abcd"):
        assert value not in records
