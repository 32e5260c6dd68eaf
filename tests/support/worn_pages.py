"""Pages as they come from a flatbed, a copier, a telephone and a fax, with the place of every point known.

Harder than consent_intake/samples/scanning.py on purpose: any turn, strong perspective, curl, folds, staples, lost
corners. ``worn`` gives the picture and a function from page points to picture pixels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

GreyPixels = NDArray[np.uint8]
Points = NDArray[np.float64]

PAGE: Final = (612.0, 792.0)
CHANNELS: Final = ("flatbed", "copier", "phone", "fax", "fax_standard")
HARDSHIPS: Final = ("none", "staple", "fold", "crop", "corner", "curl", "shade")


@dataclass(frozen=True)
class Worn:
    """A picture of a page.

    Attributes:
        picture: grey pixels.
        place: page points to pixels of the picture.
    """

    picture: GreyPixels
    place: Callable[[Points], Points]


def fresh(page: GreyPixels) -> Worn:
    """Return a clean raster of the whole page."""
    height, width = page.shape
    scale = np.array([width / PAGE[0], height / PAGE[1]])
    return Worn(page, lambda points: points * scale - 0.5)


def mapped(worn: Worn, matrix: Points, size: tuple[int, int], desk: float = 255.0) -> Worn:
    """Put the picture somewhere else by a 3 x 3 matrix."""
    picture = cv2.warpPerspective(worn.picture, matrix, size, flags=cv2.INTER_AREA, borderValue=(desk,))

    def place(points: Points) -> Points:
        at = worn.place(points).reshape(-1, 1, 2)
        return np.asarray(cv2.perspectiveTransform(at, matrix), float).reshape(-1, 2)

    return Worn(picture.astype(np.uint8, copy=False), place)


def turned(worn: Worn, degrees: float, *, desk: float = 255.0, keep_size: bool = False) -> Worn:
    """Turn around the middle; the frame grows so that nothing is lost, unless it keeps its size."""
    height, width = worn.picture.shape
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), [0, 0, 1]])
    if keep_size:
        return mapped(worn, matrix, (width, height), desk)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float).reshape(-1, 1, 2)
    around = cv2.perspectiveTransform(corners, matrix).reshape(-1, 2)
    low, high = around.min(axis=0), around.max(axis=0)
    moved = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]]) @ matrix
    return mapped(worn, moved, (round(high[0] - low[0]), round(high[1] - low[1])), desk)


def resized(worn: Worn, across: float, down: float) -> Worn:
    """Scale, differently across and down if wanted."""
    height, width = worn.picture.shape
    size = (max(round(width * across), 1), max(round(height * down), 1))
    factors = np.array([size[0] / width, size[1] / height])
    interpolation = cv2.INTER_AREA if max(across, down) < 1 else cv2.INTER_LINEAR
    picture = cv2.resize(worn.picture, size, interpolation=interpolation)
    return Worn(picture.astype(np.uint8, copy=False), lambda points: (worn.place(points) + 0.5) * factors - 0.5)


def curled(worn: Worn, *, points: float, waves: float, phase: float, down: bool = True) -> Worn:
    """Bend the page: a wave that moves every column (or row) by at most ``points``."""
    height, width = worn.picture.shape
    along = width if down else height
    size = points * width / PAGE[0]

    def wave(at: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(size * np.sin(np.pi * waves * at / along + phase))

    rows, columns = np.indices((height, width), dtype=np.float32)
    if down:
        rows = rows - wave(columns).astype(np.float32)
    else:
        columns = columns - wave(rows).astype(np.float32)
    picture = cv2.remap(worn.picture, columns, rows, cv2.INTER_LINEAR, borderValue=(255.0,))

    def place(page_points: Points) -> Points:
        at = worn.place(page_points)
        moved = np.column_stack([np.zeros(len(at)), wave(at[:, 0])] if down else [wave(at[:, 1]), np.zeros(len(at))])
        return np.asarray(at + moved, float)

    return Worn(picture.astype(np.uint8, copy=False), place)


def folded(worn: Worn, *, at: float, across: bool, shift: float, shade: float = 0.75) -> Worn:
    """Fold the page once: a dark crease, and everything behind it a little out of line (``shift`` in points)."""
    height, width = worn.picture.shape
    long = height if across else width
    crease, slope = at * long, shift * width / PAGE[0] / max(long * (1 - at), 1)

    def push(where: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(slope * np.maximum(where - crease, 0))

    rows, columns = np.indices((height, width), dtype=np.float32)
    if across:
        columns = columns - push(rows).astype(np.float32)
    else:
        rows = rows - push(columns).astype(np.float32)
    bent = cv2.remap(worn.picture, columns, rows, cv2.INTER_LINEAR, borderValue=(255.0,)).astype(np.float32)
    away = np.abs(np.arange(long) - crease) / (width / PAGE[0])
    light = (1 - (1 - shade) * np.exp(-away / 2)).astype(np.float32)
    bent *= light[:, None] if across else light[None, :]

    def place(points: Points) -> Points:
        seen = worn.place(points)
        zero = np.zeros(len(seen))
        moved = np.column_stack([push(seen[:, 1]), zero] if across else [zero, push(seen[:, 0])])
        return np.asarray(seen + moved, float)

    return Worn(bent.astype(np.uint8), place)


def cropped(worn: Worn, left: float, top: float, right: float, bottom: float) -> Worn:
    """Cut shares of the picture off its edges."""
    height, width = worn.picture.shape
    x, y = round(left * width), round(top * height)
    picture = worn.picture[y : height - round(bottom * height), x : width - round(right * width)]
    return Worn(np.ascontiguousarray(picture), lambda points: worn.place(points) - np.array([x, y]))


def painted(worn: Worn, box: Sequence[float], shade: int) -> Worn:
    """Cover a box of page points (left, top, right, bottom) with one shade."""
    left, top, right, bottom = box
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)
    picture = worn.picture.copy()
    cv2.fillPoly(picture, [np.rint(worn.place(corners)).astype(np.int32)], (shade,))
    return replace(worn, picture=picture)


def stapled(worn: Worn, centre: tuple[float, float], degrees: float) -> Worn:
    """Put a staple, 12 by 1.6 points, and its shine on the page."""
    picture = worn.picture.copy()
    half = 6.5 * np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    ends = worn.place(np.array([np.array(centre) - half, np.array(centre) + half]))
    thick = max(round(1.6 * picture.shape[1] / PAGE[0]), 1)
    first, last = (tuple(int(value) for value in np.rint(end)) for end in ends)
    cv2.line(picture, first, last, (40,), thick + 2)
    cv2.line(picture, first, last, (190,), max(thick - 1, 1))
    return replace(worn, picture=picture)


def worn(page: GreyPixels, channel: str, hardship: str, random: Generator) -> Worn:
    """Return a page as it comes out of a device, after something happened to the paper."""
    made = _CHANNELS[channel](_hardship(fresh(page), hardship, random), random)
    if hardship == "crop":
        cut = random.uniform(0, 0.045, 4) * (random.random(4) < 0.5)
        made = cropped(made, *(float(value) for value in cut))
    quarter = int(random.integers(4)) if random.random() < 0.5 else 0
    return _quarter(made, quarter)


def _hardship(sheet: Worn, hardship: str, random: Generator) -> Worn:
    corners = [(39.0, 39.0), (573.0, 39.0), (573.0, 753.0), (39.0, 753.0)]
    if hardship == "staple":
        x, y = corners[int(random.integers(4))]
        offset = random.uniform(-12, 12, 2)
        return stapled(sheet, (x + float(offset[0]), y + float(offset[1])), float(random.uniform(0, 180)))
    if hardship == "fold":
        across = bool(random.random() < 0.6)
        at = float(random.choice([random.uniform(0.03, 0.08), random.uniform(0.3, 0.7), random.uniform(0.92, 0.97)]))
        return folded(
            sheet, at=at, across=across, shift=float(random.uniform(-4, 4)), shade=float(random.uniform(0.5, 0.9))
        )
    if hardship == "corner":
        x, y = corners[int(random.integers(4))]
        return painted(sheet, (x - 45, y - 45, x + 22, y + 22), int(random.choice([0, 120, 255])))
    if hardship == "curl":
        size, waves = float(random.uniform(2, 9)), float(random.uniform(0.7, 1.4))
        return curled(
            sheet, points=size, waves=waves, phase=float(random.uniform(0, 1)), down=bool(random.random() < 0.5)
        )
    if hardship == "shade":
        return replace(sheet, picture=_shaded(sheet.picture, random))
    return sheet


def _shaded(picture: GreyPixels, random: Generator) -> GreyPixels:
    """The shadow of a hand or a telephone, with a soft edge."""
    height, width = picture.shape
    mask = np.zeros((height // 8, width // 8), np.uint8)
    polygon = random.uniform(0, 1, (5, 2)) * [width / 8, height / 8]
    cv2.fillPoly(mask, [polygon.astype(np.int32)], (255,))
    soft = cv2.resize(cv2.GaussianBlur(mask, (0, 0), 6), (width, height)).astype(np.float32) / 255
    return np.asarray(picture * (1 - float(random.uniform(0.3, 0.6)) * soft), np.uint8)


def _quarter(made: Worn, quarter: int) -> Worn:
    height, width = made.picture.shape
    picture = np.ascontiguousarray(np.rot90(made.picture, quarter))

    def place(points: Points) -> Points:
        x, y = made.place(points).T
        turned_points = {0: (x, y), 1: (y, width - 1 - x), 2: (width - 1 - x, height - 1 - y), 3: (height - 1 - y, x)}
        return np.column_stack(turned_points[quarter])

    return Worn(picture, place)


def _noisy(made: Worn, spread: float, random: Generator, paper: float = 1.0) -> Worn:
    grain = random.standard_normal((512, 512), dtype=np.float32) * spread
    height, width = made.picture.shape
    tiled = np.tile(grain, (height // 512 + 1, width // 512 + 1))[:height, :width]
    return replace(made, picture=np.clip(made.picture * np.float32(paper) + tiled, 0, 255).astype(np.uint8))


def _compressed(made: Worn, quality: int) -> Worn:
    _, data = cv2.imencode(".jpg", made.picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return replace(made, picture=np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8))


def _to_dpi(made: Worn, dpi: float) -> Worn:
    factor = dpi / (made.picture.shape[1] / (PAGE[0] / 72))
    return resized(made, factor, factor)


def _flatbed(sheet: Worn, random: Generator) -> Worn:
    made = _to_dpi(sheet, float(random.choice([100, 150, 200, 300])))
    made = turned(made, float(random.uniform(-3, 3)), keep_size=True, desk=float(random.choice([255, 20])))
    made = replace(made, picture=cv2.GaussianBlur(made.picture, (0, 0), 0.6).astype(np.uint8, copy=False))
    return _compressed(_noisy(made, 4, random, 0.97), int(random.integers(45, 93)))


def _copier(sheet: Worn, random: Generator) -> Worn:
    made = turned(_to_dpi(sheet, float(random.choice([150, 200, 300]))), float(random.uniform(-2, 2)), keep_size=True)
    soft = cv2.GaussianBlur(made.picture, (0, 0), 0.9 * made.picture.shape[1] / 1700).astype(np.float32)
    harder = np.clip((soft - 128) * float(random.uniform(1.3, 2.6)) + float(random.uniform(115, 165)), 0, 255)
    height, width = harder.shape
    for _ in range(int(random.integers(60, 400))):
        centre = (int(random.integers(width)), int(random.integers(height)))
        cv2.circle(harder, centre, int(random.integers(1, 3)), (float(random.uniform(0, 150)),), -1)
    for _ in range(int(random.integers(0, 3))):
        streak = int(random.integers(width))
        harder[:, streak : streak + int(random.integers(2, 6))] -= float(random.uniform(20, 120))
    made = replace(made, picture=np.clip(harder, 0, 255).astype(np.uint8))
    return _noisy(made, 5, random, 0.97)


def _phone(sheet: Worn, random: Generator) -> Worn:
    long = float(random.uniform(1500, 3000))
    made = _to_dpi(sheet, long / 1.15 / 11)
    height, width = made.picture.shape
    edge, corners = 0.13 * width, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    bent = (corners + edge + random.uniform(-0.75 * edge, 0.75 * edge, (4, 2))).astype(np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(corners, bent), float)
    desk = float(random.uniform(15, 235))
    made = mapped(made, matrix, (round(width + 2 * edge), round(height + 2 * edge)), desk)
    if random.random() < 0.4:
        made = turned(made, float(random.uniform(-25, 25)), desk=desk)
    height, width = made.picture.shape
    angle, fade = float(random.uniform(0, 2 * np.pi)), float(random.uniform(0.1, 0.6))
    light = 0.95 + fade * np.minimum(
        0,
        np.linspace(-0.7, 0.7, width)[None, :] * np.cos(angle)
        + np.linspace(-0.7, 0.7, height)[:, None] * np.sin(angle),
    )
    picture = cv2.GaussianBlur(made.picture, (0, 0), float(random.uniform(0.5, 1.2)) * width / 1900) * light
    made = replace(made, picture=np.clip(picture, 0, 255).astype(np.uint8))
    return _compressed(_noisy(made, 5, random), int(random.integers(45, 93)))


def _fax(sheet: Worn, random: Generator, down: float = 1.0) -> Worn:
    made = turned(sheet, float(random.uniform(-1.5, 1.5)), keep_size=True)
    across = 1728 / made.picture.shape[1]
    made = _noisy(resized(made, across, across * down), 7, random)
    black = np.where(made.picture < float(random.uniform(125, 190)), 0, 255).astype(np.uint8)
    for _ in range(int(random.integers(0, 4))):
        row = int(random.integers(black.shape[0]))
        black[row : row + int(random.integers(1, 3))] = 255 * int(random.integers(2))
    return replace(made, picture=black)


def _fax_standard(sheet: Worn, random: Generator) -> Worn:
    """204 x 98 dpi: half as many lines."""
    return _fax(sheet, random, 98 / 203)


_CHANNELS: Final[dict[str, Callable[[Worn, Generator], Worn]]] = {
    "flatbed": _flatbed,
    "copier": _copier,
    "phone": _phone,
    "fax": _fax,
    "fax_standard": _fax_standard,
}
