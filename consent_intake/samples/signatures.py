"""Signatures of nobody, in styles that have little in common: some for training, others kept away from it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from numpy.random import Generator

from consent_intake.samples import signature_styles as styles
from consent_intake.samples.composed_signatures import composed, in_pieces
from consent_intake.samples.curves import Pen, Place, any_pen, any_tilt
from consent_intake.samples.ink import Ink
from consent_intake.samples.mixed_signatures import distorted
from consent_intake.samples.penned_names import penned_name
from services.consent_form.layout import FieldBox
from services.fonts import FONT_FOLDER

Style = Callable[[Pen, Place, Generator], None]

_TRAINING: Final[Mapping[str, Style]] = MappingProxyType(
    {
        "loops": styles.loops,
        "angular": styles.angular,
        "flourish": styles.flourish,
        "two_words": styles.two_words,
        "tall_and_flat": styles.tall_and_flat,
        "underlined": styles.underlined,
        "scribble": styles.scribble,
        "cursive_letters": styles.cursive_letters,
        "lognormal": styles.lognormal,
        "pen_script": styles.pen_script,
        "penned_name": penned_name,
    }
)
_HELD_OUT: Final[Mapping[str, Style]] = MappingProxyType(
    {
        "garland": styles.garland,
        "short_form": styles.short_form,
        "with_dots": styles.with_dots,
        "joined_hand": styles.joined_hand,
        "ellipses": styles.ellipses,
        "apart": styles.apart,
    }
)
_OF_LETTERS: Final = frozenset({"pen_script", "penned_name"})
COMPOSED: Final = "composed"
"""Put together at random: training has many of them beside the named styles."""
COMPOSED_SHORT: Final = "composed_short"
COMPOSED_APART: Final = "composed_apart"
"""Shorter ones, and ones in pieces. Training alone has them."""


def _composed(pen: Pen, place: Place, random: Generator) -> None:
    """Put together from movements, or from the beginning of one training style and the end of another, distorted."""
    if random.random() < 0.4:  # noqa: PLR2004 - the others are mixed
        composed(distorted(pen, random) if random.random() < 0.5 else pen, place, random)  # noqa: PLR2004
        return
    bent, share = distorted(pen, random), float(random.choice([0.35, 0.5, 0.65, 1.0]))
    high = place.height * random.uniform(0.6, 1.0, 2)
    first = replace(place, width=share * place.width, height=float(high[0]))
    _any_movement(random)(bent, first, random)
    if share < 1:
        second = replace(place, left=first.left + first.width, width=(1 - share) * place.width, height=float(high[1]))
        _any_movement(random)(bent, second, random)


def _composed_short(pen: Pen, place: Place, random: Generator) -> None:
    """Put together as ever, in a third to three quarters of the width."""
    _composed(pen, replace(place, width=place.width * float(random.uniform(0.3, 0.75))), random)


def _composed_apart(pen: Pen, place: Place, random: Generator) -> None:
    """In pieces, bent in half of them."""
    in_pieces(distorted(pen, random) if random.random() < 0.5 else pen, place, random)  # noqa: PLR2004


def _any_movement(random: Generator) -> Style:
    """Return a training style that is drawn as lines, not as letters."""
    choices = [style for name, style in _TRAINING.items() if name not in _OF_LETTERS]
    return choices[int(random.integers(len(choices)))]


_STYLES: Final = MappingProxyType({**_TRAINING, COMPOSED: _composed, **_HELD_OUT})

_FOR_TRAINING: Final = MappingProxyType({COMPOSED_SHORT: _composed_short, COMPOSED_APART: _composed_apart})

TRAINING_STYLES: Final = tuple(_TRAINING)
"""The signature model learns from these."""
HELD_OUT_STYLES: Final = tuple(_HELD_OUT)
"""The model never sees these: it is scored on them."""
SIGNATURE_STYLES: Final = tuple(_STYLES)
PLAIN_STYLES: Final = ("loops", "angular", "flourish", "two_words")
"""Signatures that nobody takes for anything else: sample forms are about everything but the signature."""

_WIDEST: Final = 200.0
_TALLEST: Final = 42.0
_AFTER_THE_PRINTED_X: Final = 24.0


def sign(ink: Ink, box: FieldBox, baseline: float, random: Generator, *, style: str | None = None) -> None:
    """Write a random signature on the line of a box.

    Args:
        ink: of the pen that signs.
        box: to sign in, points.
        baseline: y of its line.
        random: of the sample.
        style: one of SIGNATURE_STYLES, COMPOSED_SHORT or COMPOSED_APART; None: any of SIGNATURE_STYLES.

    Raises:
        KeyError: for a style that is not known.
    """
    chosen = style or SIGNATURE_STYLES[int(random.integers(len(SIGNATURE_STYLES)))]
    draw = _STYLES[chosen] if chosen in _STYLES else _FOR_TRAINING[chosen]
    draw(any_pen(ink, random), _place(box, baseline, random), random)


def _place(box: FieldBox, baseline: float, random: Generator) -> Place:
    width = min(box.width * 0.62, float(random.uniform(85, _WIDEST)))
    height = min(baseline - box.y, _TALLEST) * float(random.uniform(0.55, 0.95))
    rightmost = max(_AFTER_THE_PRINTED_X + 1, box.width * 0.9 - width)
    left = box.x + float(random.uniform(_AFTER_THE_PRINTED_X, rightmost))
    return Place(left, baseline + float(random.uniform(-3.0, 2.0)), width, height, any_tilt(random))


def mark_without_meaning(ink: Ink, box: FieldBox, baseline: float, name: str, random: Generator) -> None:
    """Draw what is no clear signature: an X, a straight stray line, or the name in printed letters."""
    left = box.x + float(random.uniform(40, 110))
    kind = int(random.integers(3))
    if kind == 0:
        size = float(random.uniform(12, 17))
        for start, end in (((0, 0), (size, size)), ((0, size), (size, 0))):
            ink.stroke([(left + start[0], baseline - 2 - start[1]), (left + end[0], baseline - 2 - end[1])], [1.5])
    elif kind == 1:
        ink.stroke([(left, baseline - 22), (left + 90, baseline - 14)], [1.2])
    else:
        ink.letters(name, (left, baseline - 4), 13.0, FONT_FOLDER / "PublicSans-Regular.ttf")
