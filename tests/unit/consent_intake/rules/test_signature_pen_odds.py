"""What the network of pens is asked for: names that can be read, narrow ink, ink that the trees doubt."""

import pytest

from consent_intake.rules.check import Check, Verdict
from consent_intake.rules.form_reading import SignatureInk, ZoneWord
from consent_intake.rules.signature_model import PEN_ODDS, SignatureModel
from consent_intake.rules.signature_rules import check_signature
from consent_intake.rules.signature_thresholds import SignatureThresholds

THRESHOLDS = SignatureThresholds()
SIGNED = {"stroke_length": 300.0, "height": 25.0, "width": 120.0, "largest_part": 60.0} | {
    "own_length": 300.0,
    "straightness": 0.25,
    "solidity": 0.2,
}


def _model(score: float) -> SignatureModel:
    return SignatureModel(name="test", measures=(), start=score, slope=1.0, offset=0.0, trees=())


def _check(ink: SignatureInk, *, model: SignatureModel) -> Check:
    return check_signature(ink, None, model=model, thresholds=THRESHOLDS)


def test_ink_that_may_be_initials_passes_only_when_the_network_is_sure_of_a_pen_too() -> None:
    def narrow(pen_odds: float) -> SignatureInk:
        measures = {**SIGNED, "width": THRESHOLDS.narrow_width - 1, PEN_ODDS: pen_odds}
        return SignatureInk(measures=measures)

    certain = _model(6.0)
    assert _check(narrow(THRESHOLDS.narrow_pen_odds), model=certain).verdict is Verdict.PASSED
    assert _check(narrow(THRESHOLDS.narrow_pen_odds - 0.01), model=certain).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "words",
    [
        (ZoneWord(text="Ange", confidence=0.9), ZoneWord(text="Davis", confidence=0.9)),
        (
            ZoneWord(text="Ange", confidence=THRESHOLDS.name_sure),
            ZoneWord(text="Davis", confidence=THRESHOLDS.name_sure),
        ),
        (ZoneWord(text="Rivera", confidence=0.95),),
    ],
)
def test_a_name_that_is_read_goes_to_a_person_unless_the_network_says_that_a_pen_wrote_it(
    words: tuple[ZoneWord, ...],
) -> None:
    def checked(pen_odds: float, model: SignatureModel) -> Check:
        return _check(SignatureInk(measures={**SIGNED, PEN_ODDS: pen_odds}, words=words), model=model)

    certain = _model(20.0)
    assert checked(THRESHOLDS.name_pen_odds, certain).verdict is Verdict.PASSED
    refused = checked(THRESHOLDS.name_pen_odds - 0.01, certain)
    assert (refused.verdict, refused.threshold) == (Verdict.UNCLEAR, THRESHOLDS.name_pen_odds)
    assert checked(20.0, _model(1.0)).verdict is Verdict.UNCLEAR


def test_where_the_trees_are_not_quite_sure_the_network_must_be() -> None:
    def checked(pen_odds: float, score: float) -> Verdict:
        return _check(SignatureInk(measures={**SIGNED, PEN_ODDS: pen_odds}), model=_model(score)).verdict

    assert checked(THRESHOLDS.doubted_pen_odds, 2.5) is Verdict.PASSED
    assert checked(THRESHOLDS.doubted_pen_odds - 0.01, 2.5) is Verdict.UNCLEAR
    assert checked(0.0, 4.5) is Verdict.PASSED
    assert checked(20.0, 1.0) is Verdict.UNCLEAR
