"""Signature boxes of clean forms with something drawn into them."""

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.random import Generator

from consent_intake.adapters.form_ink import INSET, GreyPixels, InkBox, flattened, ink_in, shift_of
from consent_intake.samples.containers import empty_page, with_ink
from consent_intake.samples.ink import Ink
from consent_intake.samples.marks import draw_mark
from consent_intake.samples.signatures import sign
from schemas.values import Language
from services.consent_form.blank import blank_form_raster
from services.consent_form.layout import FormLayout, layout
from services.consent_form.raster import page_raster

FORM = layout(Language.ENGLISH)

Draw = Callable[[Ink, FormLayout], None]


def zone(draw: Draw, *, box: str = "signature", noise: float = 0.0, seed: int = 0) -> InkBox:
    """Return the ink in a box of a form on which something was drawn; ``noise``: grain of the scan, of 255."""
    ink = Ink()
    draw(ink, FORM)
    page = page_on(ink)
    if noise:
        grain = np.random.default_rng(seed).normal(0, noise, page.shape)
        page = np.clip(page.astype(np.float32) + grain, 0, 255).astype(np.uint8)
    flat, blank, field = flattened(page), blank_form_raster(Language.ENGLISH), FORM.fields[box]
    return ink_in(flat, blank, field, shift_of(flat, blank, field), inset=INSET)


def page_on(ink: Ink) -> GreyPixels:
    """Return the empty form with this ink on it, 200 dpi."""
    drawn = page_raster(with_ink(_empty(), ink.content()), 200)
    return np.asarray(cv2.multiply(drawn, blank_form_raster(Language.ENGLISH), scale=1 / 255), np.uint8)


def signature_of(style: str, seed: int) -> Draw:
    """Return what draws a signature into the signature box."""
    return lambda ink, form: sign(ink, form.signature, form.signature_baseline, _random(seed), style=style)


def mark_of(kind: str, seed: int) -> Draw:
    """Return what draws a mark into the signature box."""
    return lambda ink, form: draw_mark(ink, form, "Marcus Rivera", kind, _random(seed))


def _random(seed: int) -> Generator:
    return np.random.default_rng(seed)


@cache
def _empty() -> bytes:
    return empty_page()
