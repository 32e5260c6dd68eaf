import pytest

from consent_intake.rules.check import Verdict
from consent_intake.rules.form_id_checks import FormIdStatus, check_form_id
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.consent_form.code import FORM_ID, FormCode
from services.register.printed_forms import STATUSES

CODE = FormCode(FORM_ID, "2026-11", Language.ENGLISH, "BFF", "0001abcd0001abcd")


@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        (FormIdStatus.ISSUED, Verdict.PASSED, None),
        (FormIdStatus.UNKNOWN, Verdict.UNCLEAR, ReasonCode.FORM_ID_UNKNOWN),
        (FormIdStatus.USED, Verdict.UNCLEAR, ReasonCode.FORM_ID_USED),
        (FormIdStatus.OTHER_ORGANIZATION, Verdict.FAILED, ReasonCode.ORG_MISMATCH),
        (FormIdStatus.OTHER_PARENT, Verdict.FAILED, ReasonCode.FORM_ID_OTHER_PARENT),
    ],
)
def test_only_an_id_that_was_given_out_for_this_form_passes(
    status: FormIdStatus, verdict: Verdict, reason: ReasonCode | None
) -> None:
    check = check_form_id(CODE, status)
    assert (check.verdict, check.reason) == (verdict, reason)


@pytest.mark.parametrize("status", list(FormIdStatus))
def test_a_form_without_a_readable_code_never_passes(status: FormIdStatus) -> None:
    assert check_form_id(None, status).verdict is Verdict.UNCLEAR


def test_every_word_of_the_register_is_understood() -> None:
    assert set(STATUSES) == {status.value for status in FormIdStatus}
