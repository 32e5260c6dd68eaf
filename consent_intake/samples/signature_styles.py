"""How people sign: each style draws one signature of nobody into a place."""

from math import pi
from pathlib import Path
from typing import Final

import numpy as np
from numpy.random import Generator

from consent_intake.samples.curves import Curve, Pen, Place, points_of, slanted, smooth_noise, through, wander, warped
from consent_intake.samples.ink import Point, letter_outlines, letters_width

FONT_FILES: Final = Path(__file__).resolve().parent / "fonts"
PEN_FONTS: Final = (FONT_FILES / "HomemadeApple-Regular.ttf", FONT_FILES / "Caveat-SemiBold.ttf")
OTHER_PEN_FONTS: Final = (FONT_FILES / "LaBelleAurore-Regular.ttf",)
"""Kept away from training."""

_GIVEN: Final = ("Maria", "Luis", "Ana", "Darnell", "Keisha", "Jorge", "Wei", "Tanya", "Omar", "Rosa", "Paul", "Denise")
_FAMILY: Final = (
    *("Torres", "Johnson", "Ramos", "Baptiste", "Chen", "Williams", "Ortiz", "Okafor", "Singh", "Nowak"),
    *("Delgado", "Brown", "Castillo", "Levy", "Hernandez"),
)


def any_name(random: Generator, *, short: bool = False) -> str:
    """Return a made-up name; short: an initial and a family name."""
    given, family = (str(random.choice(names)) for names in (_GIVEN, _FAMILY))
    return f"{given[0]}. {family}" if short else f"{given} {family}"


def loops(pen: Pen, place: Place, random: Generator) -> None:
    """A capital and a run of loops that get smaller, none like the one before, slanted."""
    pen.draw(place.on_page(_run_of_loops(place.width, place.height, random)))


def two_words(pen: Pen, place: Place, random: Generator) -> None:
    """Given name and surname, each a run of loops."""
    first = _run_of_loops(place.width * 0.42, place.height, random)
    second = _run_of_loops(place.width * 0.46, place.height * 0.9, random)
    pen.draw(place.on_page(first))
    pen.draw(place.on_page(second + np.array([place.width * 0.56, 0.0])))


def angular(pen: Pen, place: Place, random: Generator) -> None:
    """Quick peaks of changing height, then a tail."""
    width, height, count = place.width, place.height, int(random.integers(7, 14))
    points: list[Point] = []
    tallest = int(random.integers(3))
    for index in range(count):
        peak = height * (1.0 if index == tallest else float(random.uniform(0.2, 0.6)))
        x = width * 0.75 * index / count + float(random.uniform(-2.5, 2.5))
        points += [(x, float(random.uniform(-3, 2))), (x + width * 0.25 / count, peak)]
    points += [(width * 0.85, 3.0), (width, float(random.uniform(-3, 12)))]
    pen.draw(place.on_page(through(points, 8)))


def flourish(pen: Pen, place: Place, random: Generator) -> None:
    """A large first letter, a wave, and a line back under the name."""
    width, height = place.width, place.height
    wave = _wave(random, 0.74 * width, height * float(random.uniform(0.15, 0.3)), height * 0.16)
    pen.draw(
        place.on_page(np.concatenate([_capital(0.26 * width, height, random), wave + np.array([0.26 * width, 0])]))
    )
    under = [(0.98, 0.1), (0.6, -0.12), (0.2, -0.16), (0.45, -0.2), (0.9, -0.1)]
    pen.draw(place.on_page(through([(x * width, y * height) for x, y in under])))


def tall_and_flat(pen: Pen, place: Place, random: Generator) -> None:
    """One or two tall letters, then a line that hardly moves."""
    width, height = place.width, place.height
    curves = [_capital(0.2 * width, height, random)]
    if random.random() < 0.5:  # noqa: PLR2004 - a coin
        curves.append(_capital(0.16 * width, 0.8 * height, random) + np.array([0.2 * width, 0.0]))
    start = 0.2 * width * len(curves)
    flat = _wave(random, width - start, height * float(random.uniform(0.03, 0.09)), height * 0.1)
    pen.draw(place.on_page(np.concatenate([*curves, flat + np.array([start, 0.0])])))


def underlined(pen: Pen, place: Place, random: Generator) -> None:
    """A run of loops or peaks over a line drawn with a swing."""
    (loops if random.random() < 0.6 else angular)(pen, place, random)  # noqa: PLR2004 - more often loops
    width, height = place.width, place.height
    swing = through(
        [(0.05 * width, -0.12 * height), (0.5 * width, -0.2 * height), (width, -0.08 * height)]
        + ([(0.6 * width, -0.26 * height), (0.2 * width, -0.22 * height)] if random.random() < 0.4 else [])  # noqa: PLR2004
    )
    pen.draw(place.on_page(swing + smooth_noise(len(swing), random, 1.0)))


def scribble(pen: Pen, place: Place, random: Generator) -> None:
    """A tangle: the hand goes back and forth and up and down while it moves right."""
    count = int(random.integers(10, 22))
    along = np.sort(random.uniform(0, 1, count)) + random.normal(0, 0.12, count)
    up = random.uniform(0, 1, count) ** 1.3
    points = [(float(x) * place.width, float(y) * place.height) for x, y in zip(along, up, strict=True)]
    pen.draw(place.on_page(slanted(through(points, 10), float(random.uniform(0, 0.4)))))


def cursive_letters(pen: Pen, place: Place, random: Generator) -> None:
    """Joined school letters: capitals, then loops, humps, cups and tall loops in a random order, dots and crosses."""
    words = 1 if random.random() < 0.3 else 2  # noqa: PLR2004
    left = 0.0
    for _ in range(words):
        width = place.width / words * float(random.uniform(0.75, 0.95))
        word, marks = _cursive_word(width, place.height, random)
        lean = float(random.uniform(0.1, 0.5))
        for curve in (word, *marks):
            pen.draw(place.on_page(slanted(curve, lean) + np.array([left, 0.0])))
        left += place.width / words


def lognormal(pen: Pen, place: Place, random: Generator) -> None:
    """The kinematic model of quick handwriting: arcs whose speed rises and falls as a lognormal, overlapping."""
    strokes = int(random.integers(10, 20))
    apart = 0.085
    t = np.linspace(0, apart * strokes + 0.5, 30 * strokes)
    velocity = np.column_stack([np.full(t.size, float(random.uniform(0.25, 0.6))), np.zeros(t.size)])
    up = True
    for index in range(strokes):
        size = (1.6 if index < int(strokes / 5) else 0.7) * float(random.lognormal(0, 0.4))
        after = np.maximum(t - apart * index, 1e-6)
        speed = np.exp(-((np.log(after) + 2.1) ** 2) / (2 * 0.3**2)) / after
        start = (pi / 2 if up else -pi / 2) + float(random.normal(-0.2, 0.45))
        angle = start + float(random.normal(0.3, 1.1)) * np.clip((after - 0.05) / 0.2, 0, 1)
        velocity += size * speed[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        up = not up
    pen.draw(place.on_page(_fitted(np.cumsum(velocity, axis=0), place.width, place.height)))


def pen_script(pen: Pen, place: Place, random: Generator) -> None:
    """A legible name in a handwriting, bent, letters closer or wider than printed."""
    bent_letters(pen, place, random, PEN_FONTS[int(random.integers(len(PEN_FONTS)))])


def joined_hand(pen: Pen, place: Place, random: Generator) -> None:
    """Like pen_script in another handwriting, underlined at times."""
    bent_letters(pen, place, random, OTHER_PEN_FONTS[0])
    if random.random() < 0.35:  # noqa: PLR2004
        line = through([(0.0, -6.0), (0.5 * place.width, -8.0), (0.9 * place.width, -5.0)])
        pen.draw(place.on_page(line + smooth_noise(len(line), random, 1.2)))


def garland(pen: Pen, place: Place, random: Generator) -> None:
    """Cups that swell and fade, crossed once like a t."""
    t = np.linspace(0, 1, 220)
    cups = float(random.uniform(5, 10))
    swell = 0.25 + 0.75 * np.abs(np.sin(pi * (t * float(random.uniform(0.8, 1.6)) + random.random())))
    y = place.height * swell * np.abs(np.sin(pi * cups * (t + 0.02 * wander(t, random, 1.0)))) ** 0.8
    x = place.width * t + 4.0 * np.sin(2 * pi * cups * t + 1.0)
    pen.draw(place.on_page(slanted(np.column_stack([x, y]), float(random.uniform(0.1, 0.4)))))
    at = float(random.uniform(0.2, 0.7)) * place.width
    cross = through([(at, 0.75 * place.height), (at + 0.3 * place.width, 0.85 * place.height)])
    pen.draw(place.on_page(cross + smooth_noise(len(cross), random, 0.8)))


def short_form(pen: Pen, place: Place, random: Generator) -> None:
    """Two joined capitals and a tail: the short signature of somebody who signs all day."""
    height = place.height
    first = _capital(0.75 * height, height, random)
    second = _capital(0.7 * height, 0.85 * height, random) + np.array([0.7 * height, 0.0])
    tail_length = float(random.uniform(0.8, 2.2)) * height
    tail = _wave(random, tail_length, 0.12 * height, 0.15 * height) + np.array([1.4 * height, 0.0])
    pen.draw(place.on_page(np.concatenate([first, second, tail])))


def with_dots(pen: Pen, place: Place, random: Generator) -> None:
    """Peaks with dots above and behind, and a stroke under them."""
    angular(pen, place, random)
    for _ in range(int(random.integers(2, 5))):
        spot = (float(random.uniform(0.1, 1.0)) * place.width, float(random.uniform(0.6, 1.0)) * place.height)
        dot = through([spot, (spot[0] + 0.9, spot[1] + 0.4), (spot[0] + 0.3, spot[1] + 0.9)], 4)
        pen.draw(place.on_page(dot))
    line = through([(0.3 * place.width, -4.0), (0.95 * place.width, -2.0)])
    pen.draw(place.on_page(line + smooth_noise(len(line), random, 0.8)))


def ellipses(pen: Pen, place: Place, random: Generator) -> None:
    """Overlapping ovals of one movement, with a stroke through the last."""
    turns = int(random.integers(3, 6))
    t = np.linspace(0, 1, turns * 40)
    radius = place.width / 4 * (1 + wander(t, random, 0.5))
    x = place.width * (0.15 + 0.65 * t) + radius * np.cos(2 * pi * turns * t)
    y = place.height * (0.5 + (0.5 - 0.25 * t) * np.sin(2 * pi * turns * t + 0.4)) + wander(t, random, 3.0)
    pen.draw(place.on_page(_fitted(np.column_stack([x, y]), place.width, place.height)))
    end = through([(0.5 * place.width, 0.1 * place.height), (1.05 * place.width, 0.8 * place.height)])
    pen.draw(place.on_page(end + smooth_noise(len(end), random, 1.0)))


def apart(pen: Pen, place: Place, random: Generator) -> None:
    """Many separate strokes: half printed, half written letters that hardly touch."""
    count = int(random.integers(6, 11))
    step = place.width / count
    for index in range(count):
        tall = place.height * (1.0 if index in {0, count // 2} else float(random.uniform(0.3, 0.6)))
        knots = int(random.integers(3, 6))
        xs, ys = random.uniform(0, step * 1.1, knots), random.uniform(-0.1, 1, knots) * tall
        curve = through([(float(x), float(y)) for x, y in zip(xs, ys, strict=True)], 10)
        pen.draw(place.on_page(slanted(curve, 0.2) + np.array([index * step, 0.0])))


def _run_of_loops(width: float, height: float, random: Generator) -> Curve:
    turns = float(random.uniform(4, 8))
    t = np.linspace(0, 1, int(turns * 26))
    uneven = wander(t, random, 0.3)
    tall = height * (0.32 + 0.68 * np.exp(-4.5 * t)) * (1 + uneven)
    radius = width / turns * float(random.uniform(0.3, 0.6)) * (1 + wander(t, random, 0.45))
    phase = 2 * pi * turns * (t + 0.03 * wander(t, random, 1.0))
    y = tall * (0.5 + 0.5 * np.sin(phase)) + height * 0.06 * wander(t, random, 1.0)
    x = width * t + radius * np.cos(phase) + y * float(random.uniform(0.0, 0.45))
    return np.column_stack([x, y])


_CAPITALS: Final[tuple[tuple[Point, ...], ...]] = (
    ((0.6, 0.55), (0.1, 0.95), (0.0, 0.35), (0.4, -0.04), (0.85, 0.5), (0.45, 0.92), (0.55, 0.2), (1.0, 0.12)),
    ((0.1, 0.05), (0.3, 1.0), (0.45, 0.4), (0.55, 0.95), (0.7, 0.1), (1.0, 0.1)),
    ((0.2, 0.9), (0.25, 0.0), (0.2, 0.95), (0.8, 0.85), (0.3, 0.5), (0.7, 0.05), (1.0, 0.1)),
    ((0.9, 0.85), (0.4, 1.0), (0.3, 0.6), (0.7, 0.4), (0.5, -0.05), (0.0, 0.1), (0.5, 0.15), (1.0, 0.12)),
    ((0.0, 0.8), (0.5, 1.0), (1.0, 0.9), (0.5, 0.85), (0.45, 0.0), (0.2, 0.1), (1.0, 0.1)),
)


def _capital(width: float, height: float, random: Generator) -> Curve:
    shape = _CAPITALS[int(random.integers(len(_CAPITALS)))]
    points = [
        (x * width + float(random.normal(0, 0.06)) * width, y * height + float(random.normal(0, 0.05)) * height)
        for x, y in shape
    ]
    return through(points)


def _wave(random: Generator, width: float, amplitude: float, level: float) -> Curve:
    t = np.linspace(0, 1, 130)
    waves = float(random.uniform(4, 8))
    swing = np.sin(2 * pi * waves * t + 4.5)
    return np.column_stack(
        [
            width * t + 3 * np.cos(2 * pi * waves * t),
            level + amplitude * (1 - 0.6 * t) * swing * (1 + wander(t, random, 0.5)),
        ]
    )


_LETTER_SHAPES: Final[tuple[tuple[Point, ...], ...]] = (
    ((0.5, 0.2), (0.9, 0.42), (0.5, 0.5), (0.2, 0.22), (0.5, 0.0), (1.0, 0.08)),
    ((0.3, 0.45), (0.35, 0.0), (0.6, 0.45), (0.8, 0.3), (0.8, 0.0), (1.0, 0.08)),
    ((0.2, 0.42), (0.3, 0.02), (0.7, 0.05), (0.8, 0.45), (0.8, 0.05), (1.0, 0.08)),
    ((0.4, 0.4), (0.7, 0.98), (0.4, 1.0), (0.35, 0.1), (0.6, 0.0), (1.0, 0.1)),
    ((0.8, 0.4), (0.4, 0.48), (0.2, 0.2), (0.5, 0.0), (0.8, 0.35), (0.8, 0.05), (1.0, 0.08)),
    ((0.6, 0.4), (0.5, -0.35), (0.2, -0.3), (0.6, 0.0), (1.0, 0.1)),
    ((0.4, 0.35), (0.5, 0.42), (0.6, 0.3), (0.5, 0.03), (0.2, 0.05), (1.0, 0.08)),
)


def _cursive_word(width: float, height: float, random: Generator) -> tuple[Curve, list[Curve]]:
    count = int(random.integers(3, 8))
    step = width / (count + 1.4)
    points = [(x * step * 1.4, y * height) for x, y in _CAPITALS[int(random.integers(len(_CAPITALS)))]]
    marks: list[Curve] = []
    for index in range(count):
        shape = _LETTER_SHAPES[int(random.integers(len(_LETTER_SHAPES)))]
        left, size = (index + 1.4) * step, float(random.normal(1, 0.14))
        points += [(left + x * step, y * height * size + float(random.normal(0, 0.6))) for x, y in shape]
        if random.random() < 0.15:  # noqa: PLR2004 - an i or a t
            spot = (left + 0.5 * step, 0.75 * height)
            long = step * (0.9 if random.random() < 0.5 else 0.12)  # noqa: PLR2004
            marks.append(through([spot, (spot[0] + long, spot[1] + 0.8)], 6))
    return through(points, 8), marks


def bent_letters(pen: Pen, place: Place, random: Generator, font: Path, name: str | None = None) -> None:
    """Write a name, any without one, in a font's letters, each a little off the others, and bend it as a whole."""
    name = name or any_name(random, short=bool(random.random() < 0.3))  # noqa: PLR2004
    size = min(float(random.uniform(0.8, 1.2)) * place.height, place.width / max(letters_width(name, 1.0, font), 0.1))
    squeeze, lean, left = float(random.uniform(0.82, 1.02)), float(random.uniform(-0.05, 0.35)), 0.0
    outlines: list[Curve] = []
    for letter in letter_outlines(name, size, font):
        rise, grow = float(random.normal(0, 0.05)) * size, float(random.normal(1, 0.1))
        for contour in letter:
            points = np.array(contour) * np.array([squeeze, grow])
            outlines.append(slanted(points, lean + float(random.normal(0, 0.01))) + np.array([left, rise]))
        left += float(random.normal(0, 0.03)) * size
    bent = warped(outlines, random, 0.09 * size, reach=float(random.uniform(18, 45)))
    pen.ink.shapes([points_of(place.on_page(outline)) for outline in bent])


def _fitted(curve: Curve, width: float, height: float) -> Curve:
    """Return a curve stretched to a width and height, from the baseline up."""
    low, size = curve.min(axis=0), np.maximum(np.ptp(curve, axis=0), 1e-6)
    return np.asarray((curve - low) / size * np.array([width, height]))
