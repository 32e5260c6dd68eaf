"""Tell ink that a pen wrote from print with a small convolutional network (docs/models/signature.md)."""

from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime

from consent_intake.adapters.cell_reader import one_thread
from consent_intake.adapters.form_ink import InkBox
from consent_intake.adapters.pen_picture import pen_picture
from consent_intake.rules.form_reading import SignatureInk
from consent_intake.rules.signature_model import PEN_ODDS

MODEL: Final = Path(__file__).resolve().parent / "models" / "pens.onnx"
_DIGITS: Final = 3
"""Digits of the odds that are kept: the last ones depend on the processor."""


class PenLikeness:
    """Looks at the signature box. Safe to use after a fork: one thread, no locks held.

    Args:
        model: the network as ONNX: input ``pictures`` (count x 1 x ROWS x COLUMNS), output ``odds`` (count x 1).
    """

    def __init__(self, model: bytes) -> None:
        self._network = onnxruntime.InferenceSession(model, one_thread(), providers=["CPUExecutionProvider"])

    @classmethod
    def load(cls) -> "PenLikeness":
        """Load the packaged network."""
        return cls(MODEL.read_bytes())

    def added(self, ink: SignatureInk, box: InkBox) -> SignatureInk:
        """Return the measures of a box with this one among them, under the name PEN_ODDS."""
        return ink.model_copy(update={"measures": {**ink.measures, PEN_ODDS: self.odds(box)}})

    def odds(self, box: InkBox) -> float:
        """Return the logarithm of the odds that a pen signed here; 0 without ink."""
        picture = pen_picture(box)
        if picture is None:
            return 0.0
        wanted = (picture / np.float32(255))[None, None]
        (odds,) = self._network.run(["odds"], {"pictures": wanted})
        return round(float(np.asarray(odds).ravel()[0]), _DIGITS)
