"""Ink on a page: pen strokes and letters as vector paths, added to a PDF page as one content stream."""

from dataclasses import dataclass, field
from functools import lru_cache
from math import cos, hypot, radians, sin
from pathlib import Path
from typing import Any, Final

from fontTools.pens.basePen import BasePen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from services.consent_form.layout import PAGE_HEIGHT

Point = tuple[float, float]
"""x, y on the page in points, origin top left."""

Colour = tuple[float, float, float]
"""Red, green, blue, 0 to 1."""

BLACK: Final[Colour] = (0.08, 0.08, 0.10)

_PIECES: Final = 6
_LONGEST_PIECE: Final = 60.0
"""Font units; a longer straight edge is cut, so that it bends with the rest of a letter."""


@dataclass
class Ink:
    """Collects what is drawn; coordinates in page points, origin top left."""

    colour: Colour = BLACK
    _operators: list[str] = field(default_factory=list)

    def stroke(self, points: list[Point], widths: list[float]) -> None:
        """Draw a line through points with round ends; a width in points for each piece between two points."""
        for (x1, y1), (x2, y2), width in zip(points, points[1:], widths, strict=False):
            self._operators.append(
                f"{width:.2f} w {x1:.2f} {PAGE_HEIGHT - y1:.2f} m {x2:.2f} {PAGE_HEIGHT - y2:.2f} l S"
            )

    def letters(self, text: str, at: Point, size: float, font: Path, *, tilt: float = 0.0) -> None:
        """Draw a text from its baseline's start.

        Args:
            text: letters that the font does not have are left out.
            at: start of the baseline.
            size: points.
            font: TrueType file.
            tilt: degrees, anticlockwise.
        """
        typeface = _typeface(font)
        scale, angle = size / typeface.units, radians(tilt)
        left, down = at[0], PAGE_HEIGHT - at[1]
        pen = _PathPen(typeface.glyphs)
        for name in typeface.names(text):
            matrix = (scale * cos(angle), scale * sin(angle), -scale * sin(angle), scale * cos(angle), left, down)
            typeface.glyphs[name].draw(TransformPen(pen, matrix))
            left += typeface.advance(name) * scale * cos(angle)
            down += typeface.advance(name) * scale * sin(angle)
        self._operators.append(f"{' '.join(pen.operators)} f")

    def shapes(self, contours: list[list[Point]]) -> None:
        """Fill closed outlines as one shape; one inside another that turns the other way is a hole."""
        parts = [
            " ".join(f"{x:.2f} {PAGE_HEIGHT - y:.2f} {'l' if index else 'm'}" for index, (x, y) in enumerate(contour))
            + " h"
            for contour in contours
            if contour
        ]
        self._operators.append(f"{' '.join(parts)} f")

    def use(self, colour: Colour | None = None) -> None:
        """Draw in another colour from here on; None takes the pen's own again."""
        red, green, blue = colour or self.colour
        self._operators.append(f"{red:.2f} {green:.2f} {blue:.2f} RG {red:.2f} {green:.2f} {blue:.2f} rg")

    def content(self) -> bytes:
        """Return the PDF content stream."""
        red, green, blue = self.colour
        colour = f"{red:.2f} {green:.2f} {blue:.2f}"
        return f"q 1 J 1 j {colour} RG {colour} rg\n{chr(10).join(self._operators)}\nQ".encode("ascii")


class _PathPen(BasePen):  # type: ignore[misc]  # fontTools ships no types
    """Writes a glyph's outline as PDF path operators; BasePen turns TrueType's curves into cubic ones."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.operators: list[str] = []

    def _moveTo(self, pt: Point) -> None:  # noqa: N802 - fontTools' name
        self.operators.append(f"{pt[0]:.2f} {pt[1]:.2f} m")

    def _lineTo(self, pt: Point) -> None:  # noqa: N802 - fontTools' name
        self.operators.append(f"{pt[0]:.2f} {pt[1]:.2f} l")

    def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:  # noqa: N802 - fontTools' name
        numbers = " ".join(f"{value:.2f}" for point in (pt1, pt2, pt3) for value in point)
        self.operators.append(f"{numbers} c")

    def _closePath(self) -> None:  # noqa: N802 - fontTools' name
        self.operators.append("h")


class _OutlinePen(BasePen):  # type: ignore[misc]  # fontTools ships no types
    """Collects a glyph's outline as polygons; a curve becomes six pieces."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.contours: list[list[Point]] = []

    def _moveTo(self, pt: Point) -> None:  # noqa: N802 - fontTools' name
        self.contours.append([pt])

    def _lineTo(self, pt: Point) -> None:  # noqa: N802 - fontTools' name
        (x1, y1), (x2, y2) = self.contours[-1][-1], pt
        pieces = max(int(hypot(x2 - x1, y2 - y1) / _LONGEST_PIECE), 1)
        self.contours[-1] += [(x1 + (x2 - x1) * i / pieces, y1 + (y2 - y1) * i / pieces) for i in range(1, pieces + 1)]

    def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:  # noqa: N802 - fontTools' name
        start = self.contours[-1][-1]
        for step in range(1, _PIECES + 1):
            t = step / _PIECES
            weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
            places = list(zip(weights, (start, pt1, pt2, pt3), strict=True))
            self.contours[-1].append((sum(w * p[0] for w, p in places), sum(w * p[1] for w, p in places)))


@dataclass(frozen=True)
class _Typeface:
    glyphs: Any
    by_character: dict[int, str]
    units: int
    metrics: dict[str, tuple[int, int]]

    def names(self, text: str) -> list[str]:
        return [self.by_character[ord(letter)] for letter in text if ord(letter) in self.by_character]

    def advance(self, name: str) -> int:
        return self.metrics[name][0]


@lru_cache(maxsize=32)
def _typeface(font: Path) -> _Typeface:
    opened = TTFont(font)
    return _Typeface(opened.getGlyphSet(), opened.getBestCmap(), opened["head"].unitsPerEm, opened["hmtx"].metrics)


def letters_width(text: str, size: float, font: Path) -> float:
    """Return the width of a text in points."""
    typeface = _typeface(font)
    return sum(typeface.advance(name) for name in typeface.names(text)) * size / typeface.units


def letter_outlines(text: str, size: float, font: Path) -> list[list[list[Point]]]:
    """Return each letter's outline as polygons in points: x from the text's start, y up from its baseline."""
    typeface = _typeface(font)
    scale, left = size / typeface.units, 0.0
    letters: list[list[list[Point]]] = []
    for name in typeface.names(text):
        pen = _OutlinePen(typeface.glyphs)
        typeface.glyphs[name].draw(pen)
        letters.append([[(left + x * scale, y * scale) for x, y in contour] for contour in pen.contours])
        left += typeface.advance(name) * scale
    return letters


@lru_cache(maxsize=32)
def cap_height(font: Path) -> float:
    """Return the height of a capital H as a share of the font size."""
    top = max(y for letter in letter_outlines("H", 1.0, font) for contour in letter for _, y in contour)
    return round(top, 3)
