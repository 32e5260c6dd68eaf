"""What paper, machines and fingers leave in a box that nobody signed."""

from math import cos, pi, sin

import numpy as np

from consent_intake.samples.curves import points_of, smooth_noise, through
from consent_intake.samples.spots import Spot
from services.consent_form.layout import PAGE_HEIGHT, PAGE_WIDTH
from services.fonts import FONT_FOLDER


def empty(spot: Spot) -> None:
    """Nothing."""
    del spot


def specks(spot: Spot) -> None:
    """Dust and toner: a dozen small grains."""
    for _ in range(int(spot.random.integers(4, 22))):
        size = spot.between(0.5, 2.0)
        spot.blot((spot.any_x(), spot.any_y()), size, size * spot.between(0.6, 1.4))


def dots(spot: Spot) -> None:
    """A pen that was put down one to five times."""
    for _ in range(int(spot.random.integers(1, 6))):
        size = spot.between(1.2, 3.2)
        spot.blot((spot.any_x(), spot.any_y()), size, size, rough=0.1)


def fold(spot: Spot) -> None:
    """The crease of a folded letter: one straight thin line over the whole page, level or upright."""
    spot.grey(0.25, 0.72)
    width = spot.between(0.4, 1.3)
    if spot.chance(0.65):
        at, fall = spot.any_y(), spot.between(-6, 6)
        points = through([(0.0, at), (PAGE_WIDTH / 2, at + fall / 2), (PAGE_WIDTH, at + fall)], 60)
    else:
        at, fall = spot.any_x(), spot.between(-8, 8)
        points = through([(at, 0.0), (at + fall / 2, PAGE_HEIGHT / 2), (at + fall, PAGE_HEIGHT)], 60)
    points += smooth_noise(len(points), spot.random, 0.4)
    widths = [width * spot.between(0.3, 1.4) for _ in points[1:]]
    spot.ink.stroke(points_of(points), widths)
    spot.ink.use()


def streak(spot: Spot) -> None:
    """Dirt on a scanner's or fax's glass: one to three straight lines along the paper's way."""
    spot.grey(0.1, 0.6)
    for _ in range(int(spot.random.integers(1, 4))):
        width = spot.between(0.4, 2.2)
        if spot.chance(0.75):
            at = spot.any_x()
            spot.ink.stroke([(at, 0.0), (at, PAGE_HEIGHT)], [width])
        else:
            at = spot.any_y()
            spot.ink.stroke([(0.0, at), (PAGE_WIDTH, at)], [width])
    spot.ink.use()


def ghost(spot: Spot) -> None:
    """Print that shines through from the other side: pale and mirrored."""
    from_behind = ("tneserp", "eht", "fo", "syad", "ytriht", "nihtiw", "ecivres", "yb")
    spot.grey(0.8, 0.9)
    y = spot.box.y - 4.0
    while y < spot.box.bottom + 12:
        words = " ".join(spot.random.permutation(from_behind))
        spot.ink.letters(words, (spot.box.x + spot.between(-10, 10), y), 10.0, FONT_FOLDER / "PublicSans-Regular.ttf")
        y += 13.0
    spot.ink.use()


def stray_mark(spot: Spot) -> None:
    """A pen that slipped: one short bent stroke."""
    x, y, long = spot.any_x(40), spot.any_y(10), spot.between(8, 42)
    bend = spot.between(-8, 8)
    points = through([(x, y), (x + long / 2, y + bend), (x + long, y + spot.between(-6, 6))])
    spot.ink.stroke(points_of(points), [spot.between(0.7, 1.8)] * len(points))


def smudge(spot: Spot) -> None:
    """Ink or dirt wiped with a sleeve: soft stripes side by side."""
    x, y = spot.any_x(70), spot.any_y(26)
    long, high = spot.between(18, 90), spot.between(8, 26)
    for _ in range(int(spot.random.integers(20, 70))):
        spot.grey(0.25, 0.85)
        top, start = y + spot.between(0, high), x + spot.between(0, long / 2)
        end = start + spot.between(4, long / 2)
        bent = through(
            [(start, top), ((start + end) / 2, top + spot.between(-2, 2)), (end, top + spot.between(-3, 3))], 6
        )
        spot.ink.stroke(points_of(bent), [spot.between(0.8, 4.0)] * len(bent))
    spot.ink.use()


def thumb_print(spot: Spot) -> None:
    """Ridges of a thumb in an oval, broken, pressed unevenly."""
    wide, high = spot.between(30, 46), spot.between(34, 58)
    cx, cy = spot.any_x(wide) + wide / 2, spot.box.y + spot.between(14, spot.box.height - 14)
    tilt, ridges = spot.between(-0.6, 0.6), int(spot.random.integers(6, 11))
    off = spot.between(-0.15, 0.15)
    for ridge in range(1, ridges + 1):
        share = ridge / ridges
        angles = np.linspace(0, 2 * pi, 64)
        wobble = 1 + smooth_noise(64, spot.random, 0.06)[:, 0]
        points = []
        for angle, w in zip(angles, wobble, strict=True):
            right, down = wide / 2 * share * w * cos(angle), high / 2 * (share * w * sin(angle) + off * (1 - share))
            points.append((cx + right * cos(tilt) - down * sin(tilt), cy + right * sin(tilt) + down * cos(tilt)))
        _broken(spot, points, spot.between(0.7, 1.5))
    spot.ink.use()


def staple(spot: Spot) -> None:
    """A staple on the box, or its shadow and two holes."""
    x, y, long, tilt = spot.any_x(36), spot.any_y(), spot.between(26, 36), spot.between(-0.7, 0.7)
    spot.grey(0.1, 0.5)
    ends = ((x, y), (x + long * cos(tilt), y + long * sin(tilt)))
    if spot.chance(0.75):
        spot.ink.stroke(list(ends), [spot.between(1.0, 2.2)])
    for end in ends:
        spot.blot(end, spot.between(1.5, 3.5), spot.between(1.5, 3.5))
    spot.ink.use()


def _broken(spot: Spot, points: list[tuple[float, float]], width: float) -> None:
    """Draw a closed line with gaps."""
    start = 0
    while start < len(points) - 2:
        end = min(start + int(spot.random.integers(5, 22)), len(points))
        spot.grey(0.05, 0.55)
        spot.ink.stroke(points[start:end], [width * spot.between(0.7, 1.3) for _ in points[start:end]])
        start = end + int(spot.random.integers(0, 3))
