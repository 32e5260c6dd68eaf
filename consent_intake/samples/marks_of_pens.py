"""What people write into the signature box that is no signature."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
from typing_extensions import override

from consent_intake.samples.curves import Curve, Pen, any_pen, points_of, smooth_noise, through
from consent_intake.samples.signature_styles import FONT_FILES, any_name
from consent_intake.samples.signatures import HELD_OUT_STYLES, SIGNATURE_STYLES, TRAINING_STYLES, sign
from consent_intake.samples.spots import Spot

WRITING_FONTS: Final = tuple(
    FONT_FILES / f"{name}.ttf" for name in ("Kalam-Regular", "Caveat-SemiBold", "LaBelleAurore-Regular")
)
JOINED_FONTS: Final = tuple(
    FONT_FILES / f"{name}.ttf"
    for name in (
        *("Kalam-Regular", "Caveat-SemiBold", "HomemadeApple-Regular", "ReenieBeanie-Regular"),
        *("NanumPenScript-Regular", "IndieFlower-Regular", "LaBelleAurore-Regular", "AnnieUseYourTelescope-Regular"),
        "GochiHand-Regular",
    )
)
PRINTED_BY_HAND: Final = WRITING_FONTS[:2]
_SOME_DAY: Final = date(2026, 1, 4)


def line(spot: Spot) -> None:
    """A straight line, as people draw into what does not concern them."""
    x, y, long = spot.any_x(160), spot.any_y(14), spot.between(50, 230)
    any_pen(spot.ink, spot.random).line((x, y), (min(x + long, spot.box.right - 3), y + spot.between(-16, 16)))


def strike_through(spot: Spot) -> None:
    """The empty box struck out: a diagonal, two, or a Z."""
    box, pen = spot.box, _crossing_pen(spot)
    left, right = box.x + spot.between(2, 60), box.right - spot.between(2, 90)
    top, bottom = box.y + spot.between(2, 14), box.bottom - spot.between(2, 14)
    shape = spot.one_of("up", "down", "both", "z", "lines")
    if shape in {"up", "both"}:
        pen.line((left, bottom), (right, top))
    if shape in {"down", "both"}:
        pen.line((left, top), (right, bottom))
    if shape == "z":
        pen.line((left, top), (right, top + spot.between(-3, 3)))
        pen.line((right, top), (left, bottom))
        pen.line((left, bottom), (right, bottom + spot.between(-3, 3)))
    if shape == "lines":
        for _ in range(int(spot.random.integers(2, 5))):
            y = spot.any_y()
            pen.line((left, y), (right, y + spot.between(-4, 4)))
    spot.ink.use()


def x_mark(spot: Spot) -> None:
    """An X, as somebody signs who does not write: lawful perhaps, with a witness."""
    pen, size = any_pen(spot.ink, spot.random), spot.between(9, 30)
    for _ in range(1 if spot.chance(0.85) else int(spot.random.integers(2, 4))):
        x, y = spot.any_x(size), spot.any_y(size)
        wide = size * spot.between(0.7, 1.4)
        bend = [spot.between(-2, 2) for _ in range(4)]
        pen.line((x + bend[0], y), (x + wide + bend[1], y + size))
        pen.line((x + wide + bend[2], y + bend[3]), (x, y + size))


def check_mark(spot: Spot) -> None:
    """A tick."""
    size, pen = spot.between(10, 30), any_pen(spot.ink, spot.random)
    x, y = spot.any_x(size * 1.4), spot.any_y(size)
    points = [(x, y + 0.6 * size), (x + 0.3 * size, y + size), (x + size * spot.between(0.9, 1.5), y)]
    pen.draw(through(points, 16) + smooth_noise(33, spot.random, 0.4))


def bracket(spot: Spot) -> None:
    """A bracket or brace around the place to sign, or an arrow that points there."""
    pen, high = any_pen(spot.ink, spot.random), spot.between(18, 40)
    x, y = spot.any_x(120), spot.box.y + spot.between(3, 9)
    kind = spot.one_of("left", "both", "arrow")
    if kind == "arrow":
        long = spot.between(30, 90)
        pen.line((x, y + high / 2), (x + long, y + high / 2 + spot.between(-4, 4)))
        pen.line((x + 9, y + high / 2 - 6), (x, y + high / 2), (x + 9, y + high / 2 + 6))
        return
    pen.line((x + 7, y), (x, y + 2), (x, y + high - 2), (x + 7, y + high))
    if kind == "both":
        right = min(x + spot.between(60, 160), spot.box.right - 4)
        pen.line((right - 7, y), (right, y + 2), (right, y + high - 2), (right - 7, y + high))


def initials(spot: Spot) -> None:
    """Two or three letters, with or without dots, instead of a name."""
    words = (spot.name or any_name(spot.random)).split()
    letters = [word[0].upper() for word in words[:3]]
    joint = spot.one_of(".", "", ". ", " ")
    spot.write(joint.join(letters) + (joint.strip() if joint else ""), spot.font(WRITING_FONTS), spot.between(14, 32))


def date_written(spot: Spot) -> None:
    """A date, by hand, in the ways people write one."""
    day = _SOME_DAY + timedelta(days=int(spot.random.integers(0, 700)))
    text = spot.one_of(
        f"{day.month}/{day.day}/{day.year}",
        f"{day:%m-%d-%Y}",
        f"{day:%m/%d/%y}",
        f"{day:%d.%m.%Y}",
        f"{day:%b} {day.day} {day.year}",
    )
    spot.write(text, spot.font(WRITING_FONTS), spot.between(13, 26))


def not_applicable(spot: Spot) -> None:
    """N/A and what else is written where nothing applies."""
    text = spot.word("N/A", "n/a", "NA", "N / A", "none", "NONE", "ninguno", "no aplica", "-- N/A --")
    spot.write(text, spot.font(JOINED_FONTS), spot.between(14, 32))


def refused(spot: Spot) -> None:
    """A note that the parent did not want to sign, or was not there."""
    text = spot.word(
        *("REFUSED", "Refused to sign", "refused", "Se negó a firmar", "Void", "Pendiente", "Refuses", "Ausente"),
        *("Declined", "Not signed", "Not present", "Pending", "will sign later", "Nulo", "Cancelled"),
    )
    spot.write(text, spot.font(JOINED_FONTS), spot.between(13, 26))


def slash_s(spot: Spot) -> None:
    """What stands for a signature in an electronic filing: /s/ and the name."""
    name = spot.name or any_name(spot.random)
    spot.write(spot.one_of("/s/ ", "s/ ", "/S/ ") + name, spot.font(PRINTED_BY_HAND), spot.between(12, 22))


def hand_printed_name(spot: Spot) -> None:
    """The name in printed letters, by hand: the parent took the box for another one."""
    name = spot.name or any_name(spot.random)
    font = spot.font(PRINTED_BY_HAND)
    spot.write(name if font.stem.startswith("Kalam") and spot.chance(0.3) else name.upper(), font, spot.between(12, 22))


def number_written(spot: Spot) -> None:
    """A telephone number or another number."""
    digits = "".join(str(int(spot.random.integers(10))) for _ in range(10))
    text = spot.one_of(
        f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", digits[:9], f"({digits[:3]}) {digits[3:6]} {digits[6:]}"
    )
    spot.write(text, spot.font(WRITING_FONTS), spot.between(13, 22))


def circle(spot: Spot) -> None:
    """A ring around the place to sign, as helpers draw it, or a face."""
    pen, wide, high = _crossing_pen(spot), spot.between(24, 150), spot.between(18, 42)
    x, y = spot.any_x(wide), spot.box.y + spot.between(3, 8)
    angles = spot.between(0, 6) + np.linspace(0, 2 * np.pi + spot.between(-0.5, 0.8), 70)
    ring = np.column_stack([x + wide / 2 * (1 + np.cos(angles)), y + high / 2 * (1 + np.sin(angles))])
    for _ in range(2 if spot.chance(0.15) else 1):
        pen.draw(ring + smooth_noise(70, spot.random, 1.2))
    if spot.chance(0.25):
        for eye in (0.35, 0.65):
            spot.blot((x + wide * eye, y + 0.35 * high), 2.5, 2.5)
        mouth = [(x + 0.3 * wide, y + 0.6 * high), (x + 0.5 * wide, y + 0.78 * high), (x + 0.7 * wide, y + 0.6 * high)]
        pen.draw(through(mouth))
    spot.ink.use()


def crossed_out(spot: Spot) -> None:
    """Signed, and then crossed out: the parent took it back. The line may be thin, pale or broken.

    Not so pale that a copier drops it whole: what is left then is a signature, for whoever looks.
    """
    sign(spot.ink, spot.box, spot.baseline, spot.random, style=_style(spot))
    box, pen = spot.box, _crossing_pen(spot, thinnest=0.6, palest=0.35)
    left, right = box.x + spot.between(2, 40), box.right - spot.between(2, 60)
    top, bottom = box.y + spot.between(2, 9), box.bottom - spot.between(2, 9)
    shape = spot.one_of("x", "x", "one", "other", "level", "zigzag")
    if shape in {"x", "one"}:
        pen.line((left, top), ((left + right) / 2, (top + bottom) / 2), (right, bottom))
    if shape in {"x", "other"}:
        pen.line((left, bottom), ((left + right) / 2, (top + bottom) / 2), (right, top))
    if shape == "level":
        for _ in range(int(spot.random.integers(1, 4))):
            y = spot.baseline - spot.between(4, 20)
            pen.line((left, y), ((left + right) / 2, y + spot.between(-2, 2)), (right, y + spot.between(-5, 5)))
    if shape == "zigzag":
        count = int(spot.random.integers(6, 13))
        points = [
            (left + (right - left) * i / count, (top, bottom)[i % 2] + spot.between(-3, 3)) for i in range(count + 1)
        ]
        pen.draw(through(points, 6))
    spot.ink.use()


def _crossing_pen(spot: Spot, *, thinnest: float = 0.4, palest: float = 0.6) -> Pen:
    """Return what crosses out or rings: any pen, at times a thin or a pale one, or one that skips."""
    pen = any_pen(spot.ink, spot.random)
    if spot.chance(0.25):
        width = spot.between(thinnest, 0.8)
        pen = replace(pen, thin=width, thick=1.4 * width)
    if spot.chance(0.25):
        spot.grey(0.2, palest)
    return SkippingPen(pen.ink, pen.thin, pen.thick, pen.random) if spot.chance(0.2) else pen


@dataclass(frozen=True)
class SkippingPen(Pen):
    """A pen that is nearly empty: its lines come in pieces."""

    @override
    def draw(self, curve: Curve) -> None:
        """Draw a curve of page points, with gaps."""
        steps = np.linspace(0, len(curve) - 1, 4 * len(curve))
        fine = np.column_stack([np.interp(steps, np.arange(len(curve)), curve[:, axis]) for axis in (0, 1)])
        start = 0
        while start < len(fine) - 4:
            end = min(start + int(self.random.integers(6, 40)), len(fine))
            super().draw(fine[start:end])
            start = end + int(self.random.integers(1, 9))


def in_witness_box(spot: Spot) -> None:
    """The signature stands in the witness's box; the parent's own is empty."""
    witness = spot.form.fields["witness"]
    sign(spot.ink, witness, witness.bottom - 4.0, spot.random, style=_style(spot))


def _style(spot: Spot) -> str:
    styles = {True: HELD_OUT_STYLES, False: TRAINING_STYLES, None: SIGNATURE_STYLES}[spot.held_out]
    return spot.one_of(*styles)


def scratched(spot: Spot) -> None:
    """A pen tried out: a tight zigzag or curl in one place."""
    x, y, size = spot.any_x(24), spot.any_y(20), spot.between(8, 20)
    count = int(spot.random.integers(8, 22))
    points = [(x + spot.between(0, size), y + size * (i % 2) + spot.between(-2, 2)) for i in range(count)]
    spot.ink.stroke(points_of(through(points, 6)), [spot.between(0.8, 1.8)] * (6 * count))
