"""Read lines with RapidOCR's recogniser (PP-OCR, ONNX), without its detector: where the lines are is known.

The network comes from the rapidocr package. It knows 18,708 characters, most of them Chinese; when it is loaded, all
are cut off but those that a field may hold and those that it takes for them now and then. On 359 lines that changed no
text, and no chance by more than 0.04 (0.003 on nine of ten).
"""

from functools import lru_cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from consent_intake.adapters.cell_reader import one_thread
from consent_intake.adapters.field_strips import Line
from consent_intake.adapters.smaller_recogniser import RecogniserUnknown, with_only
from consent_intake.rules.form_reading import Engine, EngineText, ZoneWord

Chances = NDArray[np.float32]
"""Steps x characters; the first character means "none"."""

MODEL = "PP-OCRv6_rec_small.onnx"

HEIGHT = 48
"""Pixels of a line that the network was made for."""

MOST_WIDTH = 720
LEAST_WIDTH = 48

DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NAME_CHARACTERS = (
    CAPITALS + CAPITALS.lower() + "ÁÀÂÃÄÅÇÉÈÊËÍÌÎÏÑÓÒÔÕÖÚÙÛÜÝáàâãäåçéèêëíìîïñóòôõöúùûüýÿ" + "-'.,& " + DIGITS
)
ZONE_CHARACTERS = NAME_CHARACTERS + '/()#:;*"!?'

_NONE = 0
_PACKAGE = "rapidocr"
_AROUND = 0.14
"""Paper above and below the writing, as a share of its height: lines are not cut tight where the network learnt."""


class RapidOcrMissing(Exception):
    """The rapidocr package or its model is not installed, or it is not the one that is known here."""


class RapidOcrLines:
    """Reads one line at a time: lines of different lengths in one batch cost more than one by one.

    Args:
        model: the recogniser.
    """

    def __init__(self, model: bytes) -> None:
        wanted = frozenset(ZONE_CHARACTERS) | frozenset(look_alikes())
        try:
            smaller = with_only(model, wanted)
        except RecogniserUnknown as error:
            raise RapidOcrMissing(MODEL) from error
        self._network = onnxruntime.InferenceSession(smaller, one_thread(), providers=["CPUExecutionProvider"])
        known = self._network.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._places = {character: place for place, character in enumerate(("", *known, " "))}
        self._input = self._network.get_inputs()[0].name

    @classmethod
    def load(cls) -> "RapidOcrLines":
        """Load the recogniser that the rapidocr package brings.

        Raises:
            RapidOcrMissing: it is not installed, or another one.
        """
        package = find_spec(_PACKAGE)
        for folder in (package.submodule_search_locations or ()) if package else ():
            if (model := Path(folder) / "models" / MODEL).is_file():
                return cls(model.read_bytes())
        raise RapidOcrMissing(MODEL)

    def read(self, line: Line, characters: str, *, width: float = 1.0) -> EngineText:
        """Return a line's text, made of these characters only; the line is squeezed to ``width`` of its own."""
        text, chances = self._decoded(line, characters, width)
        return EngineText(engine=Engine.RAPIDOCR, text=text[:300].strip(), confidence=min(chances, default=0.0))

    def words(self, line: Line, characters: str = ZONE_CHARACTERS, *, width: float = 1.0) -> tuple[ZoneWord, ...]:
        """Return a line's words, each with the chance of its least certain character."""
        text, chances = self._decoded(line, characters, width)
        words, start = [], 0
        for word in text.split(" "):
            if word:
                words.append(ZoneWord(text=word[:300], confidence=min(chances[start : start + len(word)])))
            start += len(word) + 1
        return tuple(words[:60])

    def _decoded(self, line: Line, characters: str, width: float) -> tuple[str, list[float]]:
        """Return the characters and the chance of each (connectionist temporal classification, best path)."""
        known = [character for character in characters if character in self._places]
        places = [_NONE, *(self._places[character] for character in known)]
        out = self._network.run(None, {self._input: _network_input(line.picture, width)})[0][0]
        among = np.asarray(out, np.float32)[:, places]
        best = among.argmax(axis=1)
        text, chances = "", list[float]()
        for step, place in enumerate(best):
            if place == _NONE:
                continue
            chance = min(float(among[step, place]), 1.0)
            if step and best[step - 1] == place:
                chances[-1] = max(chances[-1], chance)
                continue
            text += known[place - 1]
            chances.append(chance)
        return text, chances


@lru_cache(maxsize=1)
def look_alikes() -> str:
    """Return the 1,000 characters that the network gave most chance to on the lines of 300 made forms (seed 77).

    They are in no field; without them, their chance would go to the characters that are.
    """
    listed = files("consent_intake.adapters").joinpath("models/look_alikes.txt").read_text(encoding="utf-8")
    return "".join(listed.splitlines())


def _network_input(picture: NDArray[np.uint8], share: float) -> NDArray[np.float32]:
    margin = max(round(picture.shape[0] * _AROUND), 2)
    edges = cv2.copyMakeBorder(picture, margin, margin, 2 * margin, 2 * margin, cv2.BORDER_CONSTANT, value=(255.0,))
    width = min(max(round(edges.shape[1] * HEIGHT / edges.shape[0] * share), LEAST_WIDTH), MOST_WIDTH)
    resized = cv2.resize(edges, (width, HEIGHT), interpolation=cv2.INTER_AREA if edges.shape[0] > HEIGHT else 1)
    scaled = (resized.astype(np.float32) / 255 - 0.5) / 0.5
    return np.repeat(scaled[None, None], 3, axis=1)
