"""Read single characters in comb cells with a small convolutional network (docs/models/cell-reader.md).

Whether a cell may hold a digit or a letter is printed on the form, so the network's answer is taken among those only:
it never has to tell a 0 from an O.
"""

from enum import Enum
from functools import cached_property
from importlib.resources import files

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from consent_intake.adapters.form_ink import GreyPixels, InkBox
from consent_intake.adapters.ink_parts import parts_of
from consent_intake.rules.form_reading import CombCell

Pictures = NDArray[np.float32]
"""Count x SIDE x SIDE, paper is 0, ink is 1."""

SIDE = 28
_LETTER_SIDE = 22
"""A character's longer side in the picture; around it is paper, as in the sets that such networks are trained on."""

CLASSES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ "
"""What the network tells apart; the last one is a cell with marks that are no character."""

NOTHING = " "
MOST_CHANCES = 6
LEAST_CHANCE = 0.0005

_SMALL_PART = 0.12
"""Parts of the ink below this share of the largest do not decide where the character is: specks, rests of a frame."""

_DARKEST_SHARE = 90

_LOOKS = ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2))
"""Rows and columns of paper before the picture: in its place and one pixel up, down, left and right."""


class CellKind(Enum):
    """What a cell may hold."""

    DIGIT = "0123456789 "
    LETTER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ "

    @cached_property
    def places(self) -> list[int]:
        """Places of its characters in CLASSES."""
        return [CLASSES.index(character) for character in self.value]


class CellReader:
    """Reads cells. Safe to use after a fork: one thread, no locks held.

    Args:
        model: the network as ONNX: input ``cells`` (count x 1 x 28 x 28), output ``scores`` (count x 37), already
            divided by the temperature that makes the chances honest.
    """

    def __init__(self, model: bytes) -> None:
        self._network = onnxruntime.InferenceSession(model, one_thread(), providers=["CPUExecutionProvider"])

    @classmethod
    def load(cls) -> "CellReader":
        """Load the packaged network."""
        return cls(files("consent_intake.adapters").joinpath("models/cells.onnx").read_bytes())

    def read(self, cells: list[InkBox], kinds: list[CellKind]) -> list[CombCell]:
        """Return what each cell holds, given what it may hold."""
        pictures = [cell_picture(cell) for cell in cells]
        inked = [place for place, picture in enumerate(pictures) if picture is not None]
        seen = [CombCell(ink=cell.share) for cell in cells]
        if not inked:
            return seen
        scores = self.scores(np.stack([picture for picture in pictures if picture is not None]))
        for place, score in zip(inked, scores, strict=True):
            seen[place] = CombCell(ink=cells[place].share, chances=_chances(score, kinds[place]))
        return seen

    def scores(self, pictures: Pictures) -> NDArray[np.float32]:
        """Return a score for every class, count x 37; the chances of a kind are the softmax of its classes.

        Every picture is looked at in five places, and the scores are averaged: one look may fall on the wrong side
        of a shape that is nearly two characters.
        """
        around = np.pad(pictures, ((0, 0), (1, 1), (1, 1)))
        looks = [around[:, down : down + SIDE, across : across + SIDE] for down, across in _LOOKS]
        (scores,) = self._network.run(["scores"], {"cells": np.concatenate(looks)[:, None]})
        every_look = np.asarray(scores, np.float32).reshape(len(_LOOKS), len(pictures), -1)
        return np.asarray(every_look.mean(axis=0), np.float32)


def one_thread() -> onnxruntime.SessionOptions:
    """Return options that start no thread: a page is read in a forked process with one core."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    return options


def cell_picture(cell: InkBox) -> NDArray[np.float32] | None:
    """Return a cell's writing in the network's size, SIDE x SIDE; None for a cell without ink."""
    near = cv2.dilate(cell.ink, np.ones((3, 3), np.uint8))
    darkness: GreyPixels = np.where(near > 0, 255 - cell.grey, 0).astype(np.uint8)
    found = _bounds(cell.ink)
    if found is None:
        return None
    top, bottom, left, right = found
    cut = darkness[top:bottom, left:right]
    scale = _LETTER_SIDE / max(cut.shape)
    size = (max(round(cut.shape[1] * scale), 1), max(round(cut.shape[0] * scale), 1))
    small = cv2.resize(cut, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    picture = np.zeros((SIDE, SIDE), np.float32)
    down, across = (SIDE - size[1]) // 2, (SIDE - size[0]) // 2
    dark = max(_darkest(np.asarray(small[small > 0], np.uint8)), 1.0)
    picture[down : down + size[1], across : across + size[0]] = np.minimum(small / np.float32(dark), 1.0)
    return picture


def _darkest(greys: GreyPixels) -> float:
    """Return the percentile that stands for full darkness; 0.0 of nothing. numpy's own takes five times as long."""
    if not greys.size:
        return 0.0
    place = (greys.size - 1) * _DARKEST_SHARE / 100
    below = int(place)
    rising = np.sort(greys)[below : below + 2].astype(float)
    return float(rising[0] + (rising[-1] - rising[0]) * (place - below))


def _bounds(ink: GreyPixels) -> tuple[int, int, int, int] | None:
    """Return the rows and columns around the parts that are large enough to be a character's."""
    _, stats, _ = parts_of(ink)
    parts = stats[1:]
    if not len(parts):
        return None
    kept = parts[parts[:, cv2.CC_STAT_AREA] >= _SMALL_PART * parts[:, cv2.CC_STAT_AREA].max()]
    left, top = kept[:, cv2.CC_STAT_LEFT].min(), kept[:, cv2.CC_STAT_TOP].min()
    right = (kept[:, cv2.CC_STAT_LEFT] + kept[:, cv2.CC_STAT_WIDTH]).max()
    bottom = (kept[:, cv2.CC_STAT_TOP] + kept[:, cv2.CC_STAT_HEIGHT]).max()
    height, width = ink.shape
    return max(int(top) - 1, 0), min(int(bottom) + 1, height), max(int(left) - 1, 0), min(int(right) + 1, width)


def _chances(score: NDArray[np.float32], kind: CellKind) -> dict[str, float]:
    """Return the likeliest characters, given that there is one; none when most likely there is none."""
    among = score[kind.places].astype(np.float64)
    raised = np.exp(among - among.max())
    shares = dict(zip(kind.value, raised.tolist(), strict=True))
    nothing = shares.pop(NOTHING)
    something = sum(shares.values())
    if nothing > something:
        return {}
    best = sorted(shares, key=lambda character: shares[character], reverse=True)[:MOST_CHANCES]
    chances = {character: shares[character] / something for character in best}
    return {character: chance for character, chance in chances.items() if chance >= LEAST_CHANCE}
