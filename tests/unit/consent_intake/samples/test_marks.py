import numpy as np
import pytest

from consent_intake.samples.ink import Ink
from consent_intake.samples.marks import MARK_KINDS, MARK_OUTCOMES, Expected, draw_mark
from consent_intake.samples.signatures import COMPOSED, HELD_OUT_STYLES, SIGNATURE_STYLES, TRAINING_STYLES, sign
from tests.support.signature_zones import FORM, mark_of, signature_of, zone

KINDS_OF_THE_SPECIFICATION = {
    *("empty", "stray_mark", "smudge", "thumb_print", "fold", "staple", "streak", "dots", "line", "strike_through"),
    *("typed_name", "script_name", "slash_s", "date_written", "not_applicable", "void", "copy", "refused", "x_mark"),
    *("initials", "sticker", "printed_label", "check_mark", "bracket", "witness", "crossed_out"),
}


def _drawn(kind: str, seed: int, *, held_out: bool | None = None) -> bytes:
    ink = Ink()
    draw_mark(ink, FORM, "Marcus Rivera", kind, np.random.default_rng(seed), held_out=held_out)
    return ink.content()


def _signed(style: str, seed: int) -> bytes:
    ink = Ink()
    sign(ink, FORM.signature, FORM.signature_baseline, np.random.default_rng(seed), style=style)
    return ink.content()


def test_every_kind_that_must_not_pass_can_be_drawn() -> None:
    assert set(MARK_KINDS) >= KINDS_OF_THE_SPECIFICATION
    assert set(MARK_OUTCOMES) == set(MARK_KINDS)
    assert MARK_OUTCOMES["witness"] is Expected.SIGNED_AS_WITNESS


def test_training_and_scoring_share_no_style() -> None:
    assert not set(TRAINING_STYLES) & set(HELD_OUT_STYLES)
    assert set(SIGNATURE_STYLES) == {*TRAINING_STYLES, COMPOSED, *HELD_OUT_STYLES}
    assert len(SIGNATURE_STYLES) >= 8


@pytest.mark.parametrize("kind", MARK_KINDS)
def test_a_mark_is_the_same_for_the_same_seed_only(kind: str) -> None:
    assert _drawn(kind, 1) == _drawn(kind, 1)
    if kind != "empty":
        assert _drawn(kind, 1) != _drawn(kind, 2)


@pytest.mark.parametrize("style", SIGNATURE_STYLES)
def test_a_signature_is_the_same_for_the_same_seed_only(style: str) -> None:
    assert _signed(style, 1) == _signed(style, 1)
    assert _signed(style, 1) != _signed(style, 2)


@pytest.mark.parametrize("kind", [k for k, outcome in MARK_OUTCOMES.items() if outcome is Expected.REVIEW])
def test_a_mark_leaves_ink_in_the_signature_box(kind: str) -> None:
    assert any(zone(mark_of(kind, seed)).ink.any() for seed in range(3))


def test_the_witness_signs_outside_the_signature_box() -> None:
    assert not zone(mark_of("witness", 1)).ink.any()
    assert zone(mark_of("witness", 1), box="witness").ink.any()


@pytest.mark.parametrize("style", SIGNATURE_STYLES)
def test_a_signature_stays_mostly_inside_its_box(style: str) -> None:
    ink = zone(signature_of(style, 3)).ink
    assert np.count_nonzero(ink) > 1_000
    assert np.count_nonzero(ink[:, -8:]) < 0.1 * np.count_nonzero(ink)


def test_words_of_training_and_scoring_differ() -> None:
    learnt = {_drawn("typed_name", seed, held_out=False) for seed in range(20)}
    scored = {_drawn("typed_name", seed, held_out=True) for seed in range(20)}
    assert not learnt & scored


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(KeyError):
        _drawn("scrawl", 1)
    with pytest.raises(KeyError):
        _signed("scrawl", 1)
