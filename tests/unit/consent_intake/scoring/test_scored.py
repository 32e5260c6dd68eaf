"""A reading and a decision are compared with the paper, not with the claim."""

from dataclasses import replace
from datetime import date

import pytest

from consent_intake.rules.check import failed, passed
from consent_intake.rules.consent_decision import Decision, Outcome
from consent_intake.rules.form_reading import Engine, EngineText, FormReading, Registration, WrittenText
from consent_intake.samples.truth import Family, Truth
from consent_intake.scoring.scored import score_form
from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party
from services.consent_form.code import FormCode

CODE = FormCode("CSC1", "2026-11", Language.ENGLISH, "BFF", "0" * 16)
TRUTH = Truth(
    kind="case_one_off",
    family=Family.DIGIT_OFF,
    channel="phone",
    fill="hand",
    claim=ConsentClaim(
        parent_name="José Núñez", birth_date=date(1987, 4, 12), case_identifier="AB12345C1", party=Party.CUSTODIAL
    ),
    organization_code="BFF",
    organization_name="Bronx Fathers Forward",
    today=date(2026, 11, 22),
    language=Language.ENGLISH,
    code=CODE,
    written={"parent_name": "JOSÉ NÚÑEZ", "case_identifier": "AB12345C7", "signed_on": "11202026"},
    by_hand=frozenset({"parent_name", "case_identifier", "signed_on"}),
    signed=True,
)
READING = FormReading(
    page_count=1,
    registration=Registration.MARKS,
    code=CODE,
    fields={
        "parent_name": WrittenText(text="José  Núñez", confidence=0.9),
        "case_identifier": WrittenText(
            text="AB12345C7",
            confidence=0.9,
            readings=(
                EngineText(engine=Engine.CELLS, text="AB12345C7"),
                EngineText(engine=Engine.RAPIDOCR, text="AB12345C1"),
            ),
        ),
    },
)
CHECKS = (passed("parent_name"), failed("case_identifier", ReasonCode.CASE_ID_MISMATCH), passed("signature"))
DECISION = Decision(Outcome.REJECTED, (ReasonCode.CASE_ID_MISMATCH,), CHECKS)


def scored_fields(reading: FormReading = READING) -> dict[str, tuple[bool, bool | None, bool]]:
    form = score_form(3, TRUTH, reading, DECISION, cpu_seconds=0.1)
    return {field.name: (field.exact, field.claim_holds, field.confirmed) for field in form.fields}


def test_a_field_is_exact_when_it_is_what_the_paper_says_whatever_was_claimed() -> None:
    assert scored_fields()["case_identifier"] == (True, False, False)
    assert scored_fields()["parent_name"] == (True, True, True)


@pytest.mark.parametrize(
    ("read", "exact", "to_the_accent"),
    [
        ("josé núñez", True, True),
        ("JOSÉ-NÚÑEZ.", True, True),
        ("JOSE NUNEZ", True, False),
        ("JOSÉ NÚÑES", False, False),
        ("", False, False),
    ],
)
def test_a_lost_accent_is_told_apart_from_another_letter(read: str, exact: bool, to_the_accent: bool) -> None:
    fields = {**READING.fields, "parent_name": WrittenText(text=read)}
    form = score_form(3, TRUTH, READING.model_copy(update={"fields": fields}), DECISION, cpu_seconds=0.1)
    (name,) = (field for field in form.fields if field.name == "parent_name")
    assert (name.exact, name.to_the_accent) == (exact, to_the_accent)


def test_a_field_that_was_not_read_is_not_exact() -> None:
    assert scored_fields()["signed_on"] == (False, None, False)


def test_each_engine_is_scored_on_its_own() -> None:
    form = score_form(3, TRUTH, READING, DECISION, cpu_seconds=0.1)
    (case,) = (field for field in form.fields if field.name == "case_identifier")
    assert case.engines == (("cells", True), ("rapidocr", False))


def test_a_wrong_code_counts_as_not_read() -> None:
    other = replace(CODE, serial="1" * 16)
    reading = READING.model_copy(update={"code": other})
    assert score_form(3, TRUTH, READING, DECISION, cpu_seconds=0.1).code_read
    assert not score_form(3, TRUTH, reading, DECISION, cpu_seconds=0.1).code_read


def test_a_scored_form_holds_no_value_of_the_form() -> None:
    text = repr(score_form(3, TRUTH, READING, DECISION, cpu_seconds=0.1))
    assert not any(value in text for value in ("NÚÑEZ", "Núñez", "AB12345", "1987", "11202026"))
