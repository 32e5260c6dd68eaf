"""Signatures put together at random: a beginning, a run of one movement, lifts of the pen, an end.

Wider than any hand: it is there so that the model learns what pens do, not what the named styles look like.
"""

from collections.abc import Callable
from math import pi
from typing import Final

import numpy as np
from numpy.random import Generator

from consent_intake.samples.curves import Curve, Pen, Place, slanted, smooth_noise, through, wander

_LIFTED: Final = 0.45
"""Share of runs in which the pen is lifted."""
_ENDED: Final = 0.6
"""Share with something after the run."""


def composed(pen: Pen, place: Place, random: Generator) -> None:
    """Draw one."""
    start = float(random.choice([0.0, 0.12, 0.25], p=[0.3, 0.35, 0.35])) * place.width
    lean = float(random.uniform(-0.2, 0.6))
    if start:
        pen.draw(place.on_page(slanted(_beginning(start * 1.2, place.height, random), lean)))
    run = _run(place.width - start, place.height * float(random.uniform(0.35, 1.0)), random)
    for piece in _lifted(slanted(run, lean) + np.array([start, 0.0]), random):
        pen.draw(place.on_page(piece))
    if random.random() < _ENDED:
        _END[int(random.integers(len(_END)))](pen, place, random)


def in_pieces(pen: Pen, place: Place, random: Generator) -> None:
    """Draw one of three to eight short movements; the pen is lifted between most of them."""
    count, left = int(random.integers(3, 9)), 0.0
    lean = float(random.uniform(-0.2, 0.6))
    for _ in range(count):
        width = place.width / count * float(random.uniform(0.5, 1.3))
        high = place.height * float(random.uniform(0.35, 1.0))
        if random.random() < 0.5:  # noqa: PLR2004 - a coin
            piece = _beginning(width, high, random)
        else:
            piece = _run(width, high, random, turns=float(random.uniform(1.0, 2.5)))
        raised = float(random.normal(0, 0.05)) * place.height
        pen.draw(place.on_page(slanted(piece, lean + float(random.normal(0, 0.05))) + np.array([left, raised])))
        left += width * float(random.uniform(0.8, 1.25))
    if random.random() < _ENDED / 2:
        _END[int(random.integers(len(_END)))](pen, place, random)


def _beginning(width: float, height: float, random: Generator) -> Curve:
    """A large letter of nobody's alphabet: an oval, or a few strokes up and down."""
    if random.random() < 0.4:  # noqa: PLR2004 - a little less often
        turns = float(random.uniform(0.8, 2.3))
        t = np.linspace(0, 2 * pi * turns, 60)
        fade = 1 - 0.3 * t / t.max()
        x, y = width / 2 * (1 + fade * np.cos(t + pi / 2)), height / 2 * (1 + fade * np.sin(t + pi / 2))
        return np.column_stack([x, y])
    count = int(random.integers(3, 7))
    xs, ys = np.sort(random.uniform(-0.1, 1.0, count)), random.uniform(-0.1, 1.0, count)
    ys[:: 2 if random.random() < 0.5 else 3] = float(random.uniform(0.8, 1.0))  # noqa: PLR2004 - heads or tails
    return through([(float(x) * width, float(y) * height) for x, y in zip(xs, ys, strict=True)], 12)


def _run(width: float, height: float, random: Generator, *, turns: float | None = None) -> Curve:
    """One movement repeated: its kind, its rhythm and its height all drift."""
    turns = turns or float(random.uniform(2.5, 11))
    t = np.linspace(0, 1, int(turns * 28))
    phase = 2 * pi * turns * (t + 0.05 * wander(t, random, 1.0))
    envelope = _envelope(t, random) * (1 + wander(t, random, float(random.uniform(0, 0.6))))
    shape = _SHAPES[int(random.integers(len(_SHAPES)))](phase)
    swing = width / turns * float(random.uniform(0.0, 0.75))
    x = width * t + swing * np.cos(phase + float(random.uniform(0, 2 * pi))) * (1 + wander(t, random, 0.4))
    y = height * np.maximum(envelope, 0.05) * shape + height * wander(t, random, float(random.uniform(0, 0.25)))
    return np.column_stack([x, y])


def _envelope(t: Curve, random: Generator) -> Curve:
    kind = int(random.integers(4))
    if kind == 0:
        return np.asarray(0.3 + 0.7 * np.exp(-float(random.uniform(1, 6)) * t))
    if kind == 1:
        return np.asarray(0.35 + 0.65 * np.sin(pi * t))
    if kind == 2:  # noqa: PLR2004 - the third of four
        return np.asarray(0.4 + 0.6 * t)
    return np.full_like(t, 0.7)


_SHAPES: Final[tuple[Callable[[Curve], Curve], ...]] = (
    lambda phase: 0.5 + 0.5 * np.sin(phase),
    lambda phase: np.abs(np.sin(phase / 2)),
    lambda phase: 1 - np.abs(np.sin(phase / 2)),
    lambda phase: 0.5 + np.arcsin(np.sin(phase)) / pi,
    lambda phase: np.clip(0.5 + 0.8 * np.sin(phase), 0, 1),
)
"""Waves, humps, cups, peaks, flattened waves; each between 0 and 1."""


def _lifted(run: Curve, random: Generator) -> list[Curve]:
    """Cut a run where the pen leaves the paper: a short gap each time."""
    if random.random() >= _LIFTED:
        return [run]
    cuts = np.sort(random.integers(8, len(run) - 8, int(random.integers(1, 8))))
    pieces, start = [], 0
    for cut in (*cuts.tolist(), len(run)):
        if cut - start > 4:  # noqa: PLR2004 - a spline needs a few points
            moved = run[start:cut] + random.normal(0, 1.0, 2)
            pieces.append(moved)
        start = cut + int(random.integers(0, 6))
    return pieces or [run]


def _under(pen: Pen, place: Place, random: Generator) -> None:
    """A line under the name, there and back at times."""
    left, right, low = (
        float(random.uniform(-0.05, 0.4)),
        float(random.uniform(0.7, 1.1)),
        float(random.uniform(-0.3, 0)),
    )
    line = through([(x * place.width, low * place.height) for x in (left, (left + right) / 2, right)])
    back = line[::-1] + np.array([0.0, -2.0]) if random.random() < 0.3 else line[:0]  # noqa: PLR2004
    both = np.concatenate([line, back])
    pen.draw(place.on_page(both + smooth_noise(len(both), random, 1.5)))


def _through_it(pen: Pen, place: Place, random: Generator) -> None:
    """One quick stroke through the last letters."""
    x, y = float(random.uniform(0.4, 0.8)), float(random.uniform(0.0, 0.6))
    end = (float(random.uniform(0.9, 1.2)), float(random.uniform(0.2, 1.0)))
    stroke = through([(x * place.width, y * place.height), (end[0] * place.width, end[1] * place.height)])
    pen.draw(place.on_page(stroke + smooth_noise(len(stroke), random, 1.0)))


def _dots(pen: Pen, place: Place, random: Generator) -> None:
    """A dot or two."""
    for _ in range(int(random.integers(1, 3))):
        x, y = float(random.uniform(0, 1.05)) * place.width, float(random.uniform(0, 1)) * place.height
        pen.draw(place.on_page(through([(x, y), (x + 1.0, y + 0.5)], 4)))


def _tail(pen: Pen, place: Place, random: Generator) -> None:
    """A long last stroke."""
    bend = float(random.uniform(-0.4, 0.6)) * place.height
    points = [(0.8 * place.width, 0.2 * place.height), (place.width, bend), (1.2 * place.width, 0.1 * place.height)]
    pen.draw(place.on_page(through(points)))


_END: Final[tuple[Callable[[Pen, Place, Generator], None], ...]] = (_under, _through_it, _dots, _tail)
