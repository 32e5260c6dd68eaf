from datetime import UTC, datetime

import pytest

from consent_intake.rules.check import Check, Verdict, failed, unclear
from consent_intake.rules.digital_stand_in import signature_settled
from consent_intake.rules.form_reading import DigitalSignature, SignatureInk, ZoneWord
from consent_intake.rules.signature_thresholds import SignatureThresholds
from schemas.reason_codes import ReasonCode

PARENT = "Marcus Rivera"
ACCEPTED = DigitalSignature(
    intact=True,
    valid=True,
    trusted=True,
    modification="NONE",
    coverage="ENTIRE_FILE",
    signer_name=PARENT,
    signed_at=datetime(2026, 11, 15, 14, 0, tzinfo=UTC),
)
EMPTY = failed("signature", ReasonCode.MISSING_SIGNATURE)
UNCLEAR = unclear("signature", ReasonCode.SIGNATURE_UNCLEAR)
INK = {"stroke_length": 300.0, "width": 120.0, "height": 14.0, "straightness": 0.3, "faint_line_all": 0.35}


def _settled(check: Check, text: str = "", *, trusted: bool = True, **measures: float) -> Verdict:
    words = tuple(ZoneWord(text=word, confidence=0.95) for word in text.split())
    ink = SignatureInk(measures=INK | measures, words=words)
    signature = ACCEPTED.model_copy(update={"trusted": trusted})
    return signature_settled(check, ink, (signature,), PARENT, SignatureThresholds()).verdict


def test_it_stands_in_for_an_empty_box() -> None:
    assert _settled(EMPTY) is Verdict.PASSED


@pytest.mark.parametrize("text", [PARENT, "MARCUS RIVERA", "Digitally signed by Marcus Rivera Date: 2026.11.14"])
def test_it_stands_in_for_what_a_viewer_prints(text: str) -> None:
    assert _settled(UNCLEAR, text) is Verdict.PASSED


@pytest.mark.parametrize(
    "text",
    ["VOID", "REFUSED", "Refused to sign", "N/A", "Pending", "ANULADO", "Marcus Rivera VOID", "se nego a firmar"],
)
@pytest.mark.parametrize("check", [EMPTY, UNCLEAR], ids=["empty", "unclear"])
def test_it_does_not_stand_in_for_ink_that_takes_the_consent_back(text: str, check: Check) -> None:
    assert _settled(check, text) is Verdict.UNCLEAR


@pytest.mark.parametrize("check", [EMPTY, UNCLEAR], ids=["empty", "unclear"])
def test_it_does_not_stand_in_for_a_box_that_is_crossed_out(check: Check) -> None:
    assert _settled(check, PARENT, faint_line_all=0.97) is Verdict.UNCLEAR


def test_it_does_not_stand_in_for_ink_that_nobody_can_read() -> None:
    assert _settled(UNCLEAR) is Verdict.UNCLEAR


def test_one_that_proves_nothing_stands_in_for_nothing_but_keeps_a_person_in_the_loop() -> None:
    assert _settled(EMPTY, trusted=False) is Verdict.UNCLEAR
    assert _settled(UNCLEAR, PARENT, trusted=False) is Verdict.UNCLEAR


def test_a_box_that_nobody_looked_at_is_not_made_good() -> None:
    assert signature_settled(UNCLEAR, None, (ACCEPTED,), PARENT, SignatureThresholds()).verdict is Verdict.UNCLEAR
