"""Whether the signature box holds a signature: yes only on evidence, no only on emptiness, else a person looks.

Measures that the rules use, lengths in points, all of the ink that the blank form does not have:

* ``stroke_length``, ``height``, ``width``, ``largest_part``: of all ink.
* ``own_length``, ``own_part``: without straight lines that run through the whole box, such as creases and streaks.
* ``straightness``: share of the strokes on the one line that holds most of them.
* ``solidity``: share of its hull that the ink fills.
* ``loops``, ``loop_area``: areas that the strokes enclose, and their size in square points.
* ``faint_part``: largest bent part of what is hardly darker than paper.
* ``remains``, ``remains_span``: pale lines away from the ink, all together, and the share of the box that they span.
* ``boxed``: width of a level line that ends in a corner on both sides, as a frame's do; 0.0 without one.
* ``pen_odds``: the logarithm of the odds, by a network that looks at the picture, that a pen signed.

The model looks at these and some thirty more (adapters/signature_ink.py).
"""

from collections.abc import Mapping

from consent_intake.rules.check import Check, failed, passed, unclear
from consent_intake.rules.form_reading import SignatureInk
from consent_intake.rules.signature_model import PEN_ODDS, SignatureModel
from consent_intake.rules.signature_thresholds import SignatureThresholds
from consent_intake.rules.signature_words import (
    words_are_a_whole_name,
    words_are_few_capitals,
    words_are_hardly_any,
    words_are_initials_of,
    words_are_legible,
    words_speak_against,
    words_take_back,
)
from consent_intake.rules.word_measures import word_measures
from schemas.reason_codes import ReasonCode

_NAME = "signature"


def check_signature(
    ink: SignatureInk | None,
    witness: SignatureInk | None,
    *,
    model: SignatureModel,
    thresholds: SignatureThresholds,
    name: str,
    printed_here: bool,
) -> Check:
    """Return PASSED for a signature, FAILED for a box that is not signed, UNCLEAR for all between.

    Args:
        ink: in the signature box; None or without measures when nobody looked.
        witness: in the witness's box.
        model: what the chance of a signature comes from.
        thresholds: what it must reach.
        name: of the parent whom the uploader names.
        printed_here: whether the register knows the form's printing; any other form has to be signed more surely.
    """
    if ink is None or not ink.measures:
        return unclear(_NAME, ReasonCode.SIGNATURE_UNCLEAR, field=_NAME)
    chance = signature_chance(ink, model)
    if _is_empty(ink.measures, thresholds) and chance < thresholds.unsigned_chance:
        return _not_signed(ink, witness, thresholds)
    weakness = _weakness(ink.measures, thresholds)
    if weakness is not None:
        return unclear(_NAME, ReasonCode.SIGNATURE_UNCLEAR, *weakness, field=_NAME, crop=ink.crop)
    limit = _least_chance(ink, thresholds)
    penned = ink.measures.get(PEN_ODDS, 0.0)
    least = _least_pen_odds(ink, chance, thresholds, name=name, printed_here=printed_here)
    convinced = chance >= thresholds.convinced_chance and penned >= thresholds.convinced_pen_odds
    if chance < limit or words_speak_against(ink.words, thresholds, convinced=convinced):
        return unclear(_NAME, ReasonCode.SIGNATURE_UNCLEAR, chance, limit, field=_NAME, crop=ink.crop)
    if least is not None and penned < least:
        return unclear(_NAME, ReasonCode.SIGNATURE_UNCLEAR, penned, least, field=_NAME, crop=ink.crop)
    return passed(_NAME, chance, limit, field=_NAME, crop=ink.crop)


def _least_chance(ink: SignatureInk, thresholds: SignatureThresholds) -> float:
    """Return the chance that this ink needs: more where a name can be read, or it may be initials."""
    legible = words_are_legible(ink.words, thresholds)
    limit = thresholds.legible_chance if legible else thresholds.approve_chance
    return max(limit, thresholds.narrow_chance) if _is_narrow(ink, thresholds) else limit


def _least_pen_odds(
    ink: SignatureInk, chance: float, thresholds: SignatureThresholds, *, name: str, printed_here: bool
) -> float | None:
    """Return how sure the network must be that a pen signed; None where it is not asked.

    It is asked where a name can be read, which may be a script font's, where the ink may be initials, and where the
    trees are not quite sure; they have to be surer where letters are read, which may be a note's or those of a /s/.
    """
    named = words_are_legible(ink.words, thresholds) or words_are_a_whole_name(ink.words, thresholds)
    unread = not named and words_are_hardly_any(ink.words)
    asked = (
        (thresholds.sure_name_pen_odds if chance >= thresholds.sure_chance else thresholds.name_pen_odds, named),
        (thresholds.narrow_pen_odds, _is_narrow(ink, thresholds)),
        (thresholds.unprinted_pen_odds, chance < thresholds.unprinted_chance and not printed_here),
        (thresholds.capitals_pen_odds, _are_capitals(ink, thresholds)),
        (thresholds.initials_pen_odds, words_are_initials_of(ink.words, name)),
        (thresholds.doubted_pen_odds, chance < (thresholds.unread_chance if unread else thresholds.doubted_chance)),
    )
    return max((odds for odds, is_asked in asked if is_asked), default=None)


def _are_capitals(ink: SignatureInk, thresholds: SignatureThresholds) -> bool:
    return words_are_few_capitals(ink.words) and ink.measures.get("width", 0.0) < thresholds.capitals_width


def _is_narrow(ink: SignatureInk, thresholds: SignatureThresholds) -> bool:
    return ink.measures.get("width", 0.0) < thresholds.narrow_width


def signature_chance(ink: SignatureInk, model: SignatureModel) -> float:
    """Return the model's probability of a signature; none without ink, about which the model knows nothing."""
    if ink.measures.get("stroke_length", 0.0) <= 0:
        return 0.0
    return model.chance_with_words(ink.measures, word_measures(ink.words))


def is_taken_back(ink: SignatureInk, thresholds: SignatureThresholds) -> bool:
    """Return whether the ink says that the parent does not sign: crossed out, or VOID, REFUSED, N/A and their like.

    No digital signature makes up for that.
    """
    return ink.measures.get("faint_line_all", 0.0) >= thresholds.crossed_line or words_take_back(ink.words)


def is_print(ink: SignatureInk, thresholds: SignatureThresholds) -> bool:
    """Return whether what is in the box can be read, as the name or the seal that a viewer prints for a signer can."""
    return words_are_legible(ink.words, thresholds)


def _not_signed(ink: SignatureInk, witness: SignatureInk | None, thresholds: SignatureThresholds) -> Check:
    if witness is not None and _holds_a_signature(witness.measures, thresholds):
        length, least = witness.measures["stroke_length"], thresholds.witness_length
        return failed(_NAME, ReasonCode.SIGNED_AS_WITNESS, length, least, field="witness", crop=witness.crop)
    length, least = _own(ink.measures, "own_length", "stroke_length"), thresholds.no_ink_length
    return failed(_NAME, ReasonCode.MISSING_SIGNATURE, length, least, field=_NAME, crop=ink.crop)


def _is_empty(measures: Mapping[str, float], thresholds: SignatureThresholds) -> bool:
    return (
        _own(measures, "own_length", "stroke_length") < thresholds.no_ink_length
        and _own(measures, "own_part", "largest_part") < thresholds.no_ink_part
        and measures.get("faint_part", 0.0) < thresholds.no_faint_part
    )


def _own(measures: Mapping[str, float], name: str, otherwise: str) -> float:
    return measures.get(name, measures.get(otherwise, 0.0))


def _holds_a_signature(measures: Mapping[str, float], thresholds: SignatureThresholds) -> bool:
    return (
        measures.get("stroke_length", 0.0) >= thresholds.witness_length
        and measures.get("width", 0.0) >= thresholds.witness_width
        and measures.get("straightness", 1.0) < thresholds.most_straight
    )


def _weakness(measures: Mapping[str, float], thresholds: SignatureThresholds) -> tuple[float, float] | None:
    """Return the first measure that is no signature's, and its limit; None when all are."""
    least = {
        "stroke_length": thresholds.least_stroke_length,
        "height": thresholds.least_height,
        "width": thresholds.least_width,
        "largest_part": thresholds.least_largest_part,
    }
    most = {"straightness": thresholds.most_straight, "solidity": thresholds.most_solid}
    too_little = [(measures.get(name, 0.0), limit) for name, limit in least.items() if measures.get(name, 0.0) < limit]
    too_much = [(measures.get(name, 1.0), limit) for name, limit in most.items() if measures.get(name, 1.0) >= limit]
    ring = [(_ring(measures), thresholds.most_ring)] if _ring(measures) >= thresholds.most_ring else []
    line = measures.get("faint_line_all", 0.0)
    boxed = measures.get("boxed", 0.0)
    framed = [(boxed, thresholds.most_boxed)] if boxed >= thresholds.most_boxed else []
    crossed = [(line, thresholds.crossed_line)] if line >= thresholds.crossed_line else []
    return next(iter(too_little + too_much + ring + framed + crossed + _remains(measures, thresholds)), None)


def _remains(measures: Mapping[str, float], thresholds: SignatureThresholds) -> list[tuple[float, float]]:
    """Return how long pale lines across the box are, and the limit; nothing when they are short or in one place."""
    if measures.get("remains_span", 0.0) < thresholds.crossed_span:
        return []
    length = measures.get("remains", 0.0)
    return [(length, thresholds.crossed_remains)] if length >= thresholds.crossed_remains else []


def _ring(measures: Mapping[str, float]) -> float:
    """Return which part of the ink's extent its one loop encloses; 0 when it has more loops, or none."""
    extent = measures.get("width", 0.0) * measures.get("height", 0.0)
    return measures.get("loop_area", 0.0) / extent if measures.get("loops") == 1 and extent > 0 else 0.0
