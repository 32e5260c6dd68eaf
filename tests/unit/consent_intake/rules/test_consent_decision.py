from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from consent_intake.rules.check import Check, Verdict, failed, passed, unclear
from consent_intake.rules.consent_decision import (
    REQUIRED_CHECKS,
    Decision,
    Outcome,
    Uploader,
    combined,
    decide,
    rule_version,
)
from consent_intake.rules.form_id_checks import FormIdStatus
from consent_intake.rules.form_reading import (
    Crop,
    DigitalSignature,
    ForeignLetter,
    FormReading,
    Registration,
    SignatureInk,
    ZoneWord,
)
from consent_intake.rules.period_checks import Period
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.consent_form.code import FormCode
from tests.support.form_readings import (
    BLANK,
    CLAIM,
    CODE,
    EMPTY,
    GOOD,
    POLICY,
    SIGNED,
    SIGNED_MEASURES,
    TODAY,
    comb,
    line,
    reading,
    with_boxes,
    with_fields,
)

UPLOADER = Uploader("BFF", "Bronx Family Forward")


def judged(form: FormReading, *, today: date = TODAY, **options: Any) -> Decision:
    return decide(form, CLAIM, UPLOADER, policy=POLICY, today=today, **options)


def test_a_complete_signed_form_is_approved_without_reasons() -> None:
    decision = judged(GOOD)
    assert (decision.outcome, decision.reasons) == (Outcome.APPROVED, ())
    assert all(check.verdict is Verdict.PASSED for check in decision.checks)


def test_the_same_signature_is_enough_on_a_form_whose_printing_is_known_and_goes_to_a_person_on_another() -> None:
    asked = POLICY.signature.model_copy(update={"unprinted_chance": 1.0})
    policy = POLICY.model_copy(update={"signature": asked})

    def outcome(printed_on: date | None) -> Outcome:
        return decide(GOOD, CLAIM, UPLOADER, policy=policy, today=TODAY, printed_on=printed_on).outcome

    assert (outcome(TODAY), outcome(None)) == (Outcome.APPROVED, Outcome.REVIEW)


def measured(**changes: float) -> SignatureInk:
    return SIGNED.model_copy(update={"measures": SIGNED_MEASURES | changes})


def digital(**changes: object) -> DigitalSignature:
    whole = DigitalSignature(
        intact=True,
        valid=True,
        trusted=True,
        modification="NONE",
        coverage="ENTIRE_FILE",
        signer_name=CLAIM.parent_name,
        signed_at=datetime(2026, 11, 15, 2, 0, tzinfo=UTC),
    )
    return whole.model_copy(update=changes)


LETTER = ForeignLetter(
    language=Language.ENGLISH, consent_words=3, signature_zone=Crop(left=1, top=2, width=30, height=10)
)


def code_of(**changes: str) -> FormCode:
    parts = {name: getattr(CODE, name) for name in ("form", "revision", "language", "organization_code", "serial")}
    return FormCode(**(parts | changes))


REJECTED = {
    "no signature": (reading(signature=EMPTY), ReasonCode.MISSING_SIGNATURE),
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
    "signed in the box of the witness": (reading(signature=EMPTY, witness=SIGNED), ReasonCode.SIGNED_AS_WITNESS),
    "two forms in one file": (reading(forms=2), ReasonCode.SEVERAL_FORMS),
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
    "another birth date, unsure": (
        with_fields(birth_date=comb("01151983", again="", confidence=0.7)),
        ReasonCode.ILLEGIBLE,
    ),
    "right birth date, but a guess": (
        with_fields(birth_date=comb("01151988", again="", confidence=0.1)),
        ReasonCode.ILLEGIBLE,
    ),
    "case read in two ways": (with_fields(case_identifier=comb("AB12345C1", again="AB12345C7")), ReasonCode.ILLEGIBLE),
    "another case, unsure": (
        with_fields(case_identifier=comb("AB12845C1", again="", confidence=0.6)),
        ReasonCode.ILLEGIBLE,
    ),
    "a faint tick": (with_boxes(role_custodial=0.06), ReasonCode.ROLE_AMBIGUOUS),
    "no code": (reading(code=None), ReasonCode.ILLEGIBLE),
    "a revision nobody knows": (reading(code=code_of(revision="2031-01")), ReasonCode.ILLEGIBLE),
    "another name over the organization": (with_fields(organization=line("Zeta Quux")), ReasonCode.ORG_MISMATCH),
    "signing date unreadable": (with_fields(signed_on=comb("1114226")), ReasonCode.ILLEGIBLE),
    "signing date read in two ways, one not recent": (
        with_fields(signed_on=comb("11142026", again="01142026")),
        ReasonCode.ILLEGIBLE,
    ),
    "period unsure": (with_fields(expires_on=comb("10312027", again="", confidence=0.7)), ReasonCode.ILLEGIBLE),
    "faint writing in the period": (
        with_fields(expires_on=BLANK.model_copy(update={"ink": 0.02})),
        ReasonCode.ILLEGIBLE,
    ),
    "signature zone unread": (reading(signature=None), ReasonCode.SIGNATURE_UNCLEAR),
    "another organization's letter": (FormReading(page_count=1, letter=LETTER), ReasonCode.FOREIGN_FORM),
    "a file changed after it was signed": (
        reading(digital_signatures=(digital(modification="FORM_FILLING"),)),
        ReasonCode.DIGITAL_SIGNATURE_INVALID,
    ),
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
    form = with_boxes(safety_yes=0.05).model_copy(update={"signature": EMPTY})
    decision = judged(form)
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (ReasonCode.SAFETY_REVIEW,))


def test_a_document_that_is_here_already_is_rejected_as_a_duplicate() -> None:
    decision = judged(GOOD, duplicate=True)
    assert (decision.outcome, decision.reasons) == (Outcome.REJECTED, (ReasonCode.DUPLICATE,))


def test_a_clear_failure_is_told_at_once_even_when_something_else_is_unreadable() -> None:
    form = with_fields(parent_name=BLANK).model_copy(update={"signature": EMPTY})
    assert judged(form).reasons == (ReasonCode.MISSING_SIGNATURE,)


def test_a_signing_date_read_in_two_recent_ways_is_accepted() -> None:
    assert judged(with_fields(signed_on=comb("11142026", again="11112026", confidence=0.9))).outcome is Outcome.APPROVED


def test_the_last_day_of_the_period_still_counts() -> None:
    form = with_fields(starts_on=comb("11012026"), expires_on=comb(TODAY.strftime("%m%d%Y")))
    assert judged(form).outcome is Outcome.APPROVED
    tomorrow = judged(form, today=TODAY + timedelta(days=1))
    assert tomorrow.reasons == (ReasonCode.EXPIRED,)


UNSIGNED_INK: dict[str, SignatureInk] = {
    "VOID": SIGNED.model_copy(update={"words": (ZoneWord(text="VOID", confidence=0.8),)}),
    "a straight line": measured(straightness=0.9),
    "a small mark": measured(stroke_length=30.0),
    "a low mark": measured(height=4.0),
    "a narrow mark": measured(width=12.0),
    "many dots": measured(largest_part=4.0),
    "a thumb": measured(solidity=0.9),
    "nobody looked": SignatureInk(),
}


@pytest.mark.parametrize("name", UNSIGNED_INK)
def test_ink_that_may_be_no_signature_is_never_approved(name: str) -> None:
    decision = judged(reading(signature=UNSIGNED_INK[name]))
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (ReasonCode.SIGNATURE_UNCLEAR,))


def test_loops_that_a_recogniser_takes_for_letters_are_still_a_signature() -> None:
    words = (ZoneWord(text="(0oo0oso", confidence=0.8), ZoneWord(text="Ute,", confidence=0.3))
    assert judged(reading(signature=SIGNED.model_copy(update={"words": words}))).outcome is Outcome.APPROVED


def test_what_is_stored_about_a_decision_holds_no_value_of_the_form() -> None:
    records = repr([check.record() for check in judged(GOOD).checks])
    for value in ("Perez", "Pérez", "1988", "AB12345C1", "BFF", "Bronx", "0001abcd"):
        assert value not in records


PERIOD = Period(date(2026, 11, 14), date(2026, 11, 14), date(2027, 11, 14))
ALL_PASSED = tuple(passed(name) for name in sorted(REQUIRED_CHECKS))


def test_all_required_checks_and_a_period_make_an_approval() -> None:
    assert combined(ALL_PASSED, PERIOD) == Decision(Outcome.APPROVED, (), ALL_PASSED, PERIOD)
    assert combined((*ALL_PASSED, passed("hint.parent_name")), PERIOD).outcome is Outcome.APPROVED


@pytest.mark.parametrize("name", sorted(REQUIRED_CHECKS))
def test_nothing_is_approved_when_a_check_was_left_out(name: str) -> None:
    without = [check for check in ALL_PASSED if check.name != name]
    assert combined(without, PERIOD).outcome is Outcome.REVIEW
    assert combined([*without, passed("another")], PERIOD).outcome is Outcome.REVIEW


def test_nothing_is_approved_without_dates_or_without_checks() -> None:
    assert combined(ALL_PASSED, None).outcome is Outcome.REVIEW
    assert combined([], PERIOD).outcome is Outcome.REVIEW


@pytest.mark.parametrize("name", sorted(REQUIRED_CHECKS))
def test_a_check_that_passed_once_and_not_twice_is_in_doubt(name: str) -> None:
    twice = [*ALL_PASSED, Check(name, Verdict.UNCLEAR)]
    assert combined(twice, PERIOD).outcome is Outcome.REVIEW


def test_decide_makes_every_required_check() -> None:
    assert {check.name for check in judged(GOOD).checks} >= REQUIRED_CHECKS


def test_safety_comes_first_then_a_retired_form_then_failures_then_doubts() -> None:
    doubt = unclear("parent_name", ReasonCode.ILLEGIBLE)
    failure = failed("signature", ReasonCode.MISSING_SIGNATURE)
    retired = failed("revision", ReasonCode.FORM_RETIRED)
    safety = unclear("safety", ReasonCode.SAFETY_REVIEW)
    assert combined([doubt, failure, retired, safety]).reasons == (ReasonCode.SAFETY_REVIEW,)
    assert combined([doubt, failure, retired]).reasons == (ReasonCode.FORM_RETIRED,)
    assert combined([doubt, failure]).reasons == (ReasonCode.MISSING_SIGNATURE,)
    assert combined([doubt]).reasons == (ReasonCode.ILLEGIBLE,)


def test_a_mark_in_the_safety_box_is_seen_even_when_the_file_holds_two_forms() -> None:
    decision = judged(with_boxes(safety_yes=0.3).model_copy(update={"forms": 2}))
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (ReasonCode.SAFETY_REVIEW,))


FORM_IDS = {
    FormIdStatus.UNKNOWN: (Outcome.REVIEW, ReasonCode.FORM_ID_UNKNOWN),
    FormIdStatus.USED: (Outcome.REVIEW, ReasonCode.FORM_ID_USED),
    FormIdStatus.OTHER_PARENT: (Outcome.REJECTED, ReasonCode.FORM_ID_OTHER_PARENT),
    FormIdStatus.OTHER_ORGANIZATION: (Outcome.REJECTED, ReasonCode.ORG_MISMATCH),
}


@pytest.mark.parametrize("status", FORM_IDS)
def test_a_form_whose_id_was_not_given_out_for_it_is_never_approved(status: FormIdStatus) -> None:
    decision = judged(GOOD, form_id=status)
    assert (decision.outcome, *decision.reasons) == FORM_IDS[status]


def test_a_digital_signature_of_the_parent_stands_in_for_ink_and_its_day_for_the_date() -> None:
    form = with_fields(signed_on=BLANK).model_copy(update={"signature": EMPTY, "digital_signatures": (digital(),)})
    decision = judged(form)
    assert decision.outcome is Outcome.APPROVED
    assert decision.period == PERIOD, "02:00 UTC is the evening before in New York"


def test_a_written_date_counts_before_a_digital_signatures_own_clock() -> None:
    form = with_fields(signed_on=comb("11102026")).model_copy(update={"digital_signatures": (digital(),)})
    period = judged(form).period
    assert period is not None
    assert period.signed_on == date(2026, 11, 10)


NO_STAND_IN = {
    "of somebody else": ({"signer_name": "Terrence Whitlock"}, Outcome.REJECTED),
    "that leads to no trusted root": ({"trusted": False}, Outcome.REVIEW),
    "that is broken": ({"intact": False}, Outcome.REVIEW),
    "over a part of the file": ({"coverage": "ENTIRE_REVISION"}, Outcome.REVIEW),
    "with a change after it": ({"modification": "LTA_UPDATES"}, Outcome.REVIEW),
}


@pytest.mark.parametrize("name", NO_STAND_IN)
def test_no_other_digital_signature_makes_an_empty_box_signed(name: str) -> None:
    changes, _outcome = NO_STAND_IN[name]
    form = reading(signature=EMPTY, digital_signatures=(digital(**changes),))
    assert judged(form).outcome is not Outcome.APPROVED


def test_an_untrusted_signature_in_the_parents_name_keeps_the_form_from_being_called_unsigned() -> None:
    form = reading(signature=EMPTY, digital_signatures=(digital(trusted=False),))
    decision = judged(form)
    assert (decision.outcome, decision.reasons) == (Outcome.REVIEW, (ReasonCode.SIGNATURE_UNCLEAR,))


def test_a_digital_signature_does_not_move_a_signature_out_of_the_box_of_the_witness() -> None:
    form = reading(signature=EMPTY, witness=SIGNED, digital_signatures=(digital(),))
    assert judged(form).outcome is not Outcome.APPROVED


def test_each_check_knows_its_box_and_where_it_is_on_the_picture() -> None:
    place = Crop(left=1000, top=1090, width=400, height=60)
    boxes = {"role_noncustodial": Crop(left=10, top=20, width=5, height=5)}
    boxes["role_custodial"] = Crop(left=10, top=50, width=5, height=5)
    birth_date = comb("01151988").model_copy(update={"crop": place})
    form = with_fields(birth_date=birth_date).model_copy(update={"box_crops": boxes})
    checks = {check.name: check for check in judged(form).checks}
    assert (checks["birth_date"].field, checks["birth_date"].crop) == ("birth_date", place)
    assert checks["role"].crop == Crop(left=10, top=20, width=5, height=35)
    assert checks["signature"].crop == SIGNED.crop
    assert checks["parent_name"].crop is None


def test_the_rule_version_names_the_thresholds_and_the_code() -> None:
    assert rule_version(POLICY).startswith("2026-01.1+rules.")
    assert len(rule_version(POLICY)) <= 20, "as wide as the register's column"


def test_the_required_checks_are_these_twelve() -> None:
    about_the_paper = {"file", "revision", "form_id", "organization", "safety"}
    about_the_claim = {"parent_name", "birth_date", "case_identifier", "role"}
    assert about_the_paper | about_the_claim | {"signature", "signed_on", "period"} == REQUIRED_CHECKS
