"""A recogniser without most of its characters reads as the whole one does."""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from consent_intake.adapters.cell_reader import one_thread
from consent_intake.adapters.rapidocr_lines import MODEL, ZONE_CHARACTERS, look_alikes
from consent_intake.adapters.smaller_recogniser import CHARACTERS, RecogniserUnknown, with_only

TEXT = "Elena M. O'Brien-Smith 0123456789"


@lru_cache(maxsize=1)
def whole() -> bytes:
    package = find_spec("rapidocr")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0], "models", MODEL).read_bytes()


def known_to(network: onnxruntime.InferenceSession) -> list[str]:
    return ["", *network.get_modelmeta().custom_metadata_map[CHARACTERS].splitlines(), " "]


def chances_of(model: bytes, characters: str) -> NDArray[np.float32]:
    """Return the chance of each of the characters at every step of a line."""
    network = onnxruntime.InferenceSession(model, one_thread(), providers=["CPUExecutionProvider"])
    line = np.full((48, 600), 255, np.uint8)
    cv2.putText(line, TEXT, (8, 34), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0,), 2)
    pixels = np.repeat((line.astype(np.float32)[None, None] / 255 - 0.5) / 0.5, 3, axis=1)
    out = np.asarray(network.run(None, {network.get_inputs()[0].name: pixels})[0][0], np.float32)
    return out[:, [known_to(network).index(character) for character in characters]]


def test_what_is_left_has_the_chances_that_it_had() -> None:
    smaller = with_only(whole(), frozenset(ZONE_CHARACTERS) | frozenset(look_alikes()))
    assert len(smaller) < len(whole()) * 0.7
    before, after = (chances_of(model, TEXT.replace(" ", "")) for model in (whole(), smaller))
    assert before.max() > 0.9
    assert np.abs(before - after).max() < 0.04


def test_it_knows_what_is_wanted_and_nothing_else() -> None:
    network = onnxruntime.InferenceSession(with_only(whole(), {"7", "A", "no character"}), one_thread())
    assert sorted(known_to(network)) == ["", " ", "7", "A"]
    assert network.run(None, {"x": np.zeros((1, 3, 48, 64), np.float32)})[0].shape[2] == 4


@pytest.mark.parametrize("cut", [0, 1, 100, 10_000_000])
def test_another_file_is_refused(cut: int) -> None:
    with pytest.raises(RecogniserUnknown):
        with_only(whole()[:cut], {"7"})
