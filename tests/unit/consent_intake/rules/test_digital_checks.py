from typing import Any

import pytest

from consent_intake.rules.check import Verdict
from consent_intake.rules.digital_checks import accepted_signature, check_digital, names_the_parent
from consent_intake.rules.form_reading import DigitalSignature
from schemas.reason_codes import ReasonCode

PARENT = "Marisol Vega-Ortiz"


def signature(**changes: Any) -> DigitalSignature:
    values: dict[str, Any] = {
        "intact": True,
        "valid": True,
        "trusted": True,
        "modification": "NONE",
        "coverage": "ENTIRE_FILE",
        "signer_name": PARENT,
    }
    return DigitalSignature(**(values | changes))


def test_a_whole_trusted_signature_of_the_parent_stands_for_ink() -> None:
    good = signature()

    check = check_digital([good], "Vega Ortiz, Marisol")

    assert accepted_signature([good], "Vega Ortiz, Marisol") is good
    assert check is not None
    assert check.verdict is Verdict.PASSED


def test_a_file_without_signatures_is_not_judged() -> None:
    assert check_digital([], PARENT) is None
    assert accepted_signature([], PARENT) is None


TAMPERED = [
    {"intact": False},
    {"valid": False},
    {"modification": "FORM_FILLING"},
    {"modification": "LTA_UPDATES"},
    {"modification": "OTHER"},
    {"coverage": "ENTIRE_REVISION"},
    {"coverage": "CONTIGUOUS_BLOCK_FROM_START"},
    {"coverage": "UNCLEAR"},
]


@pytest.mark.parametrize("changes", TAMPERED)
def test_a_damaged_or_changed_signature_is_for_a_person(changes: dict[str, Any]) -> None:
    check = check_digital([signature(**changes)], PARENT)

    assert accepted_signature([signature(**changes)], PARENT) is None
    assert check is not None
    assert check.verdict is Verdict.UNCLEAR
    assert check.reason is ReasonCode.DIGITAL_SIGNATURE_INVALID


@pytest.mark.parametrize("changes", [{"trusted": False}, {"signer_name": "Bronx Family Futures"}, {"signer_name": ""}])
def test_a_whole_signature_that_proves_nothing_about_the_parent_leaves_the_ink_to_decide(
    changes: dict[str, Any],
) -> None:
    assert check_digital([signature(**changes)], PARENT) is None
    assert accepted_signature([signature(**changes)], PARENT) is None


@pytest.mark.parametrize("changes", TAMPERED)
def test_a_strangers_damaged_seal_is_for_a_person_too(changes: dict[str, Any]) -> None:
    check = check_digital([signature(signer_name="Office Scanner 3", trusted=False, **changes)], PARENT)

    assert check is not None
    assert check.verdict is Verdict.UNCLEAR


def test_a_parent_who_signs_after_and_over_the_organizations_seal_is_accepted() -> None:
    seal = signature(signer_name="Bronx Family Futures", modification="FORM_FILLING", coverage="ENTIRE_REVISION")
    parent = signature()

    assert accepted_signature([seal, parent], PARENT) is parent


def test_a_damaged_signature_keeps_a_good_one_from_being_accepted() -> None:
    check = check_digital([signature(intact=False, signer_name=""), signature()], PARENT)

    assert accepted_signature([signature(), signature(intact=False)], PARENT) is None
    assert check is not None
    assert check.verdict is Verdict.UNCLEAR


def test_an_untrusted_certificate_with_the_parents_name_can_be_told_from_a_scanners() -> None:
    assert names_the_parent([signature(trusted=False)], PARENT)
    assert not names_the_parent([signature(trusted=False, signer_name="Office Scanner 3")], PARENT)
