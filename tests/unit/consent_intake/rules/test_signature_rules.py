import pytest

from consent_intake.rules.check import Check, Verdict
from consent_intake.rules.form_reading import Crop, SignatureInk, ZoneWord
from consent_intake.rules.signature_model import SignatureModel, Tree, Trees
from consent_intake.rules.signature_rules import check_signature
from consent_intake.rules.signature_thresholds import SignatureThresholds
from schemas.reason_codes import ReasonCode

THRESHOLDS = SignatureThresholds()
CROP, WITNESS_CROP = Crop(left=1, top=2, width=3, height=4), Crop(left=5, top=6, width=7, height=8)
SIGNED = {
    "stroke_length": 300.0,
    "own_length": 300.0,
    "own_part": 60.0,
    "height": 25.0,
    "width": 120.0,
    "largest_part": 60.0,
    "straightness": 0.25,
    "solidity": 0.2,
    "faint_part": 60.0,
    "pen_odds": 3.4,
}
EMPTY = dict.fromkeys(SIGNED, 0.0)


def _model(score: float) -> SignatureModel:
    return SignatureModel(name="test", measures=(), start=score, slope=1.0, offset=0.0, trees=())


SURE, UNSURE, NOT = _model(5.0), _model(0.5), _model(-5.0)


def _ink(**changes: float) -> SignatureInk:
    return SignatureInk(measures=SIGNED | changes, crop=CROP)


def _check(ink: SignatureInk | None, *, model: SignatureModel = SURE, witness: SignatureInk | None = None) -> Check:
    return check_signature(ink, witness, model=model, thresholds=THRESHOLDS, name="Ana Perez", printed_here=True)


def _signed_with(text: str, confidence: float) -> Check:
    words = (ZoneWord(text=text, confidence=confidence),)
    return _check(SignatureInk(measures=SIGNED, words=words))


def test_enough_ink_that_the_model_knows_is_a_signature() -> None:
    check = _check(_ink())
    assert (check.verdict, check.reason) == (Verdict.PASSED, None)
    assert (check.score, check.threshold) == (pytest.approx(0.9933, abs=1e-4), THRESHOLDS.approve_chance)
    assert (check.field, check.crop) == ("signature", CROP)


def test_a_chance_below_the_threshold_goes_to_a_person() -> None:
    check = _check(_ink(), model=UNSURE)
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.SIGNATURE_UNCLEAR)
    assert check.score == pytest.approx(0.6225, abs=1e-4)


@pytest.mark.parametrize(
    ("measure", "value", "limit"),
    [
        ("stroke_length", 54.9, THRESHOLDS.least_stroke_length),
        ("height", 5.9, THRESHOLDS.least_height),
        ("width", 15.9, THRESHOLDS.least_width),
        ("largest_part", 5.4, THRESHOLDS.least_largest_part),
        ("straightness", 0.75, THRESHOLDS.most_straight),
        ("solidity", 0.76, THRESHOLDS.most_solid),
        ("boxed", 40.1, THRESHOLDS.most_boxed),
    ],
)
def test_no_chance_is_high_enough_without_evidence(measure: str, value: float, limit: float) -> None:
    check = _check(_ink(**{measure: value}), model=_model(600.0))
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.SIGNATURE_UNCLEAR)
    assert (check.score, check.threshold) == (value, limit)


def test_a_ring_around_the_place_to_sign_goes_to_a_person() -> None:
    ring = _ink(loops=1.0, loop_area=0.7 * SIGNED["width"] * SIGNED["height"])
    assert _check(ring).verdict is Verdict.UNCLEAR
    assert _check(_ink(loops=2.0, loop_area=0.7 * SIGNED["width"] * SIGNED["height"])).verdict is Verdict.PASSED
    assert _check(_ink(loops=1.0, loop_area=0.1 * SIGNED["width"] * SIGNED["height"])).verdict is Verdict.PASSED


def test_an_empty_box_is_told_so_at_once() -> None:
    check = _check(SignatureInk(measures=EMPTY, crop=CROP), witness=SignatureInk(measures=EMPTY))
    assert (check.verdict, check.reason) == (Verdict.FAILED, ReasonCode.MISSING_SIGNATURE)
    assert (check.field, check.crop) == ("signature", CROP)


def test_dust_is_an_empty_box_when_the_model_agrees() -> None:
    dust = _ink(stroke_length=6.0, own_length=6.0, own_part=2.0, largest_part=2.5, faint_part=4.0)
    assert _check(dust, model=NOT).reason is ReasonCode.MISSING_SIGNATURE
    assert _check(dust, model=SURE).verdict is Verdict.UNCLEAR


def test_a_line_through_the_whole_box_is_an_empty_box() -> None:
    crease = _ink(stroke_length=370.0, own_length=3.0, own_part=1.0, straightness=0.97, faint_part=0.0)
    assert _check(crease, model=NOT).reason is ReasonCode.MISSING_SIGNATURE


@pytest.mark.parametrize(("measure", "value"), [("own_length", 12.0), ("own_part", 5.5), ("faint_part", 12.0)])
def test_any_sign_of_ink_goes_to_a_person_instead(measure: str, value: float) -> None:
    box = SignatureInk(measures=EMPTY | {measure: value})
    assert _check(box, model=NOT).reason is ReasonCode.SIGNATURE_UNCLEAR


def test_a_signature_in_the_witness_box_alone_is_told_so() -> None:
    witness = SignatureInk(measures=SIGNED, crop=WITNESS_CROP)
    check = _check(SignatureInk(measures=EMPTY, crop=CROP), witness=witness)
    assert (check.verdict, check.reason) == (Verdict.FAILED, ReasonCode.SIGNED_AS_WITNESS)
    assert (check.field, check.crop) == ("witness", WITNESS_CROP)


@pytest.mark.parametrize(("measure", "value"), [("stroke_length", 39.0), ("width", 15.0), ("straightness", 0.9)])
def test_a_mark_in_the_witness_box_is_no_signature_there(measure: str, value: float) -> None:
    witness = SignatureInk(measures=SIGNED | {measure: value})
    check = _check(SignatureInk(measures=EMPTY), witness=witness)
    assert check.reason is ReasonCode.MISSING_SIGNATURE


def test_a_witness_beside_a_signature_changes_nothing() -> None:
    assert _check(_ink(), witness=SignatureInk(measures=SIGNED)).verdict is Verdict.PASSED


@pytest.mark.parametrize("ink", [None, SignatureInk()])
def test_a_box_that_nobody_measured_goes_to_a_person(ink: SignatureInk | None) -> None:
    assert _check(ink).reason is ReasonCode.SIGNATURE_UNCLEAR


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("VOID", 0.4),
        ("FIRME AQUÍ", 0.4),
        ("Cancelado", 0.5),
        ("N/A", 0.8),
        ("X", 0.9),
        ("/s/ Marcus", 0.3),
        ("s/Rivera", 0.3),
        ("11/14/2026", 0.3),
        ("11/14", 0.8),
        ("4471-2093", 0.8),
        ("44712093", 0.8),
        ("Pendina", 0.2),
        ("ninquno", 0.3),
        ("--N!A", 0.4),
        ("CANCELE", 0.25),
        ("Refusod", 0.3),
        ("will sign later", 0.4),
        ("!e!", 0.6),
        ("20216", 0.4),
    ],
)
def test_a_word_that_speaks_against_a_signature_goes_to_a_person(text: str, confidence: float) -> None:
    check = _signed_with(text, confidence)
    assert (check.verdict, check.reason) == (Verdict.UNCLEAR, ReasonCode.SIGNATURE_UNCLEAR)


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("000.220", 0.5),
        ("qoro", 0.8),
        ("Marcus Rivera", 0.3),
        ("x", 0.4),
        ("1/1", 0.5),
        ("uee", 0.95),
        ("Mmmn", 0.7),
        ("Cleee", 0.66),
        ("!!?!", 0.3),
        ("!-2", 0.1),
        ("", 1.0),
    ],
)
def test_what_a_recogniser_makes_of_loops_does_not(text: str, confidence: float) -> None:
    assert _signed_with(text, confidence).verdict is Verdict.PASSED


@pytest.mark.parametrize("text", ["Rivera", "Daynell"])
def test_a_name_that_can_be_read_passes_only_when_the_model_is_very_sure(text: str) -> None:
    words = (ZoneWord(text=text, confidence=0.95),)
    sure, quite = _model(6.0), _model(2.0)
    assert _check(SignatureInk(measures=SIGNED), model=quite).verdict is Verdict.PASSED
    assert _check(SignatureInk(measures=SIGNED, words=words), model=sure).verdict is Verdict.PASSED
    check = _check(SignatureInk(measures=SIGNED, words=words), model=quite)
    assert (check.verdict, check.threshold) == (Verdict.UNCLEAR, THRESHOLDS.legible_chance)


@pytest.mark.parametrize("text", ["VOID", "Pendiente", "refused", "N/A"])
def test_no_chance_is_high_enough_beside_a_word_that_takes_the_consent_back(text: str) -> None:
    words = (ZoneWord(text=text, confidence=0.95),)
    assert _check(SignatureInk(measures=SIGNED, words=words), model=_model(600.0)).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize(
    ("words", "stops"),
    [
        ([("M.D.", 0.2)], True),
        ([("A.", 0.6), ("L.", 0.6)], True),
        ([("J.R.M", 0.4)], True),
        ([("W", 0.5), ("e", 0.4)], True),
        ([("Wm", 0.5), ("e", 0.4)], False),
        ([("Is1", 0.3), ("Denise", 0.4)], True),
        ([("S!", 0.3), ("Paul", 0.4)], True),
        ([("1/", 0.3), ("Jorge", 0.4)], True),
        ([("!!", 0.3), ("Paul", 0.4)], True),
        ([("S.", 0.3), ("Paul", 0.4)], False),
        ([("L", 0.3), ("Torres", 0.4)], False),
        ([("M?", 0.6)], False),
        ([("T.", 0.5), ("Rivera", 0.4)], False),
        ([("K.0.0.", 0.6)], True),
        ([("M.0.", 0.6)], True),
        ([("K", 0.97), ("1", 0.39), ("0", 0.7)], True),
        ([("K.", 0.96), ("M.", 1.0), ("NO.", 0.41)], True),
        ([("K.", 0.96), ("M.", 1.0), ("Noor", 0.41)], False),
        ([("K.", 0.96), ("Mo.", 1.0)], False),
        ([("--", 0.97), ("MA", 0.42)], True),
        ([("--", 0.7), ("MA", 0.42)], False),
        ([("-", 0.97), ("MA", 0.42)], False),
        ([("1!1", 0.6)], False),
        ([("4-8", 0.6)], False),
        ([("MARTA", 0.6), ("CN", 0.5)], True),
        ([("MARTA", 0.3), ("CN", 0.3)], False),
        ([("ANNN", 0.9), ("MM", 0.9)], False),
        ([("RECEU", 0.3)], True),
        ([("SPECIM", 0.3)], True),
        ([("Reyes", 0.3)], False),
        ([("1c/Oma", 0.3)], True),
        ([("!S1", 0.3), ("Omar", 0.4)], True),
        ([("/Ne", 0.3), ("Ortiz", 0.4)], True),
        ([("Ana/Ortiz", 0.3)], False),
    ],
)
def test_initials_printed_capitals_and_cut_stamps_are_stopped_and_nothing_like_them(
    words: list[tuple[str, float]], stops: bool
) -> None:
    read = tuple(ZoneWord(text=text, confidence=confidence) for text, confidence in words)
    verdict = _check(SignatureInk(measures=SIGNED, words=read), model=_model(600.0)).verdict
    assert verdict is (Verdict.UNCLEAR if stops else Verdict.PASSED)


def test_a_word_in_two_pieces_is_still_that_word() -> None:
    words = (ZoneWord(text="Pend", confidence=0.3), ZoneWord(text="iente", confidence=0.3))
    assert _check(SignatureInk(measures=SIGNED, words=words), model=_model(600.0)).verdict is Verdict.UNCLEAR


@pytest.mark.parametrize("name", ["Marcus Rivera", "Walter Garcia", "Rosa Nolan", "Sofia Carter", "Samuel Vidal"])
def test_no_persons_name_is_one_of_the_words_that_stop(name: str) -> None:
    words = tuple(ZoneWord(text=part, confidence=0.95) for part in name.split())
    assert _check(SignatureInk(measures=SIGNED, words=words), model=_model(600.0)).verdict is Verdict.PASSED


def test_a_signature_with_a_faint_line_through_the_whole_box_goes_to_a_person() -> None:
    assert _check(_ink(faint_line_all=0.95), model=_model(600.0)).verdict is Verdict.UNCLEAR


def test_pale_remains_across_the_box_go_to_a_person_and_a_streak_in_one_place_does_not() -> None:
    across, in_one_place = {"remains": 45.0, "remains_span": 0.8}, {"remains": 45.0, "remains_span": 0.2}
    check = _check(_ink(**across), model=_model(600.0))
    assert (check.verdict, check.score, check.threshold) == (Verdict.UNCLEAR, 45.0, THRESHOLDS.crossed_remains)
    assert _check(_ink(**in_one_place), model=_model(600.0)).verdict is Verdict.PASSED
    assert _check(_ink(remains=20.0, remains_span=0.8), model=_model(600.0)).verdict is Verdict.PASSED


def test_the_words_count_where_the_model_knows_them() -> None:
    against_capitals = Tree(
        measure=(0, -1, -1), limit=(0.5, 0.0, 0.0), left=(1, 0, 0), right=(2, 0, 0), value=(0.0, 5.0, -5.0)
    )
    second = Trees(measures=("word_capitals",), start=0.0, slope=1.0, offset=0.0, trees=(against_capitals,))
    model = SURE.model_copy(update={"second": second})
    named, capitals = ((ZoneWord(text=text, confidence=0.3),) for text in ("Rivera", "RIV"))
    assert _check(SignatureInk(measures=SIGNED, words=named), model=model).verdict is Verdict.PASSED
    assert _check(SignatureInk(measures=SIGNED, words=capitals), model=model).verdict is Verdict.UNCLEAR


def test_a_month_beside_a_number_is_a_date() -> None:
    words = tuple(ZoneWord(text=text, confidence=0.3) for text in ("oct", "22", "202lo"))
    assert _check(SignatureInk(measures=SIGNED, words=words)).verdict is Verdict.UNCLEAR


def test_narrow_ink_may_be_initials_and_passes_only_when_the_model_is_nearly_certain() -> None:
    narrow = SignatureInk(measures={**SIGNED, "width": THRESHOLDS.narrow_width - 1})
    wide = SignatureInk(measures={**SIGNED, "width": THRESHOLDS.narrow_width})
    quite, certain = _model(3.5), _model(6.0)
    assert _check(wide, model=quite).verdict is Verdict.PASSED
    assert _check(narrow, model=quite).verdict is Verdict.UNCLEAR
    assert _check(narrow, model=quite).threshold == THRESHOLDS.narrow_chance
    assert _check(narrow, model=certain).verdict is Verdict.PASSED
