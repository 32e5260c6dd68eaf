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


def _check(ink: SignatureInk, *, model: SignatureModel, name: str = "Ana Perez") -> Check:
    return check_signature(ink, None, model=model, thresholds=THRESHOLDS, name=name, printed_here=True)


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

    for model, least in ((_model(3.5), THRESHOLDS.name_pen_odds), (_model(20.0), THRESHOLDS.sure_name_pen_odds)):
        assert checked(least, model).verdict is Verdict.PASSED
        refused = checked(least - 0.01, model)
        assert (refused.verdict, refused.threshold) == (Verdict.UNCLEAR, least)
    assert checked(20.0, _model(1.0)).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("text", "doubtful", "sure"), [("", 2.1, 2.3), ("wTW", 2.1, 2.3), ("el", 2.1, 2.3), ("wlsn", 3.1, 3.3)]
)
def test_where_the_trees_are_not_quite_sure_the_network_must_be_and_sooner_where_letters_are_read(
    text: str, doubtful: float, sure: float
) -> None:
    def checked(pen_odds: float, score: float) -> Verdict:
        words = (ZoneWord(text=text, confidence=0.3),) if text else ()
        return _check(SignatureInk(measures={**SIGNED, PEN_ODDS: pen_odds}, words=words), model=_model(score)).verdict

    assert checked(THRESHOLDS.doubted_pen_odds, doubtful) is Verdict.PASSED
    assert checked(THRESHOLDS.doubted_pen_odds - 0.01, doubtful) is Verdict.UNCLEAR
    assert checked(0.0, sure) is Verdict.PASSED
    assert checked(20.0, 1.0) is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("text", "width", "asked"),
    [
        ("LOB", 93.0, True),
        ("QM", 93.0, True),
        ("K10", 93.0, True),
        ("K1O4", 93.0, True),
        ("LOB", 134.0, True),
        ("KMNO", 117.0, True),
        ("LOB", 136.0, False),
        ("LOBET", 93.0, False),
        ("Lo", 93.0, False),
        ("L", 93.0, False),
    ],
)
def test_two_to_four_capitals_may_be_initials_unless_they_are_wide(text: str, width: float, *, asked: bool) -> None:
    words = (ZoneWord(text=text, confidence=0.4),)

    def checked(pen_odds: float) -> Verdict:
        measures = {**SIGNED, "width": width, PEN_ODDS: pen_odds}
        return _check(SignatureInk(measures=measures, words=words), model=_model(6.0)).verdict

    assert checked(THRESHOLDS.capitals_pen_odds) is Verdict.PASSED
    assert checked(THRESHOLDS.capitals_pen_odds - 0.01) is (Verdict.UNCLEAR if asked else Verdict.PASSED)


@pytest.mark.parametrize(
    ("text", "name", "asked"),
    [
        ("AN", "Ángel I. Núñez", True),
        ("MIW", "Mohammed J. Whitlock", True),
        ("K. M. NO.", "Kwame Mensah Davis", True),
        ("NC", "Cruz-Nolan, Celia", True),
        ("CN", "Nolan, Celia", True),
        ("K0", "Keisha Ortiz", True),
        ("NA", "Ángel I. Ortiz", False),
        ("WIS", "Mohammed J. Whitlock", False),
        ("An", "Ángel I. Núñez", False),
        ("ANGEL", "Ángel I. Núñez", False),
        ("", "Ángel I. Núñez", False),
    ],
)
def test_the_parents_own_initials_are_no_signature_however_wide(text: str, name: str, *, asked: bool) -> None:
    words = tuple(ZoneWord(text=word, confidence=0.4) for word in text.split())

    def checked(pen_odds: float) -> Verdict:
        measures = {**SIGNED, "width": 180.0, PEN_ODDS: pen_odds}
        return _check(SignatureInk(measures=measures, words=words), model=_model(6.0), name=name).verdict

    assert checked(THRESHOLDS.initials_pen_odds) is Verdict.PASSED
    assert checked(THRESHOLDS.initials_pen_odds - 0.01) is (Verdict.UNCLEAR if asked else Verdict.PASSED)


@pytest.mark.parametrize("text", ["D-d-", "S/111", "!wo", "C/R"])
def test_strokes_that_look_like_initials_or_a_slash_s_count_unless_trees_and_network_are_convinced(text: str) -> None:
    def checked(*, score: float = 6.0, pen_odds: float = THRESHOLDS.convinced_pen_odds, sure: float = 0.74) -> Verdict:
        ink = SignatureInk(measures={**SIGNED, PEN_ODDS: pen_odds}, words=(ZoneWord(text=text, confidence=sure),))
        return _check(ink, model=_model(score)).verdict

    assert checked() is Verdict.PASSED
    assert checked(sure=THRESHOLDS.word_sure) is Verdict.UNCLEAR
    assert checked(pen_odds=THRESHOLDS.convinced_pen_odds - 0.01) is Verdict.UNCLEAR
    assert checked(score=5.2) is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "words",
    [
        (("VOID", 0.5),),
        (("Mas.", 0.67), ("4", 1.0), ("20k", 0.35)),
        (("Mas.", 0.67), ("202l", 0.35)),
        (("zO2b", 0.3),),
        (("1/7/23", 0.5),),
        (("N/A", 0.5),),
    ],
)
def test_what_says_that_nobody_signed_counts_however_convinced_they_are(words: tuple[tuple[str, float], ...]) -> None:
    read = tuple(ZoneWord(text=text, confidence=sure) for text, sure in words)
    ink = SignatureInk(measures={**SIGNED, PEN_ODDS: 20.0}, words=read)
    assert _check(ink, model=_model(20.0)).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    "words", [(("4", 1.0),), (("R", 0.5), ("4", 0.89)), (("Rw", 0.5), ("0", 1.0)), (("2020", 0.4),)]
)
def test_a_lone_digit_or_one_that_is_not_sure_is_no_date(words: tuple[tuple[str, float], ...]) -> None:
    read = tuple(ZoneWord(text=text, confidence=sure) for text, sure in words)
    ink = SignatureInk(measures={**SIGNED, PEN_ODDS: 20.0}, words=read)
    assert _check(ink, model=_model(20.0)).verdict is Verdict.PASSED


@pytest.mark.parametrize(("score", "pen_odds", "passes"), [(4.1, 1.99, False), (4.1, 2.0, True), (4.3, 0.0, True)])
def test_a_form_whose_printing_nobody_knows_has_to_be_signed_more_surely(
    score: float, pen_odds: float, *, passes: bool
) -> None:
    ink = SignatureInk(measures={**SIGNED, PEN_ODDS: pen_odds})
    model = _model(score)
    assert _check(ink, model=model).verdict is Verdict.PASSED
    elsewhere = check_signature(ink, None, model=model, thresholds=THRESHOLDS, name="Ana Perez", printed_here=False)
    assert elsewhere.verdict is (Verdict.PASSED if passes else Verdict.UNCLEAR)
