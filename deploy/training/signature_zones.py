"""Signature zones: drawn on the empty form, scanned, and measured with the adapters of the product."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from cell_scans import DEVICES
from numpy.random import Generator
from numpy.typing import NDArray
from worn_scans import WORN

from consent_intake.adapters.form_ink import INSET, InkBox, flattened, ink_in, shift_of
from consent_intake.adapters.signature_ink import measure
from consent_intake.samples.ink import BLACK, Ink
from consent_intake.samples.marks import MARK_KINDS, draw_mark
from consent_intake.samples.signature_pictures import paste_signature, pictures_in
from consent_intake.samples.signature_styles import any_name
from consent_intake.samples.signatures import HELD_OUT_STYLES, TRAINING_STYLES, sign
from schemas.values import Language
from services.consent_form.blank import blank_form_raster
from services.consent_form.layout import PAGE_HEIGHT, PAGE_WIDTH, FieldBox, layout

POINT = 200 / 72
_MARGIN = 15.0
STRIP = FieldBox("strip", 40.0 - _MARGIN, 604.0 - _MARGIN, 374.0 + 2 * _MARGIN, 52.0 + 2 * _MARGIN)
"""The part of the page that is drawn and scanned: the signature box and what is printed around it."""

REAL = "real_picture"
_SCALE = 2
_PENS = (BLACK, (0.05, 0.10, 0.42), (0.02, 0.05, 0.25), (0.25, 0.25, 0.28), (0.1, 0.2, 0.6), (0.4, 0.4, 0.42))
_PEN_SHARES = (0.45, 0.2, 0.15, 0.08, 0.08, 0.04)
_DEVICE_SHARES = (0.3, 0.25, 0.22, 0.18, 0.05)
_WORN_SHARE = 0.55
"""The devices of whole forms; the others are the devices of the reader's training."""
_WORN_SHARES = (0.15, 0.25, 0.2, 0.2, 0.2)
SIGNED_SHARE = 0.45
_COMPANIONS = ("specks", "fold", "streak", "ghost", "staple", "stray_mark")
"""What may be in the box beside a signature."""
_COMPANION_SHARE = 0.12
_OFTEN = (
    *("crossed_out", "script_name", "refused", "strike_through", "circle"),
    *("hand_printed_name", "slash_s", "not_applicable", "initials", "thumb_print", "copy", "void"),
)
"""Kinds that are hard to tell: drawn more often, the first five most."""
_OFTEN_WEIGHTS = (3.0,) * 5 + (2.0,) * 7

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Zone:
    """One zone.

    Attributes:
        kind: a style of signature or a kind of mark.
        signed: whether it is a signature.
        device: what scanned it.
        name: of the parent whose form it is; marks are made of it, signatures of a name of their own.
        box: the ink as the product extracts it.
    """

    kind: str
    signed: bool
    device: str
    name: str
    box: InkBox

    @property
    def measures(self) -> dict[str, float]:
        """What the product measures of it."""
        return measure(self.box).measures


def make_zone(
    number: int,
    seed: int,
    *,
    held_out: bool,
    kind: str | None = None,
    folder: Path | None = None,
    signed_share: float = SIGNED_SHARE,
) -> Zone:
    """Return a zone; the same arguments give the same zone.

    Args:
        number: of the zone.
        seed: of the set.
        held_out: signatures, fonts and words that training does not use, instead of those that it does.
        kind: instead of a random one.
        folder: pictures of real signatures; half of the signed zones are made from them.
        signed_share: how many are signed, where the kind is random.
    """
    random = np.random.default_rng((seed, number))
    chosen = kind or _any_kind(random, signed_share, held_out=held_out, real=folder is not None)
    signed = chosen not in MARK_KINDS
    sheet = blank_strip(number % 2).astype(np.float32)
    light, name = _drawn(chosen, random, held_out=held_out, folder=folder)
    sheet *= light
    devices, shares = (WORN, _WORN_SHARES) if random.random() < _WORN_SHARE else (DEVICES, _DEVICE_SHARES)
    device = str(random.choice(list(devices), p=shares))
    seen = np.clip(devices[device](sheet, random), 0, 255).astype(np.uint8)
    return Zone(chosen, signed, device, name, ink_of(seen, number % 2))


def ink_of(strip: Grey, language: int) -> InkBox:
    """Return the ink in the box of the strip, extracted as the product does it."""
    box = layout(tuple(Language)[language]).signature
    moved, page, blank = (
        FieldBox("signature", box.x - STRIP.x, box.y - STRIP.y, box.width, box.height),
        flattened(strip),
        blank_strip(language),
    )
    return ink_in(page, blank, moved, shift_of(page, blank, moved), inset=INSET)


@lru_cache(maxsize=2)
def blank_strip(language: int) -> Grey:
    """Return the strip of the empty form."""
    rows = slice(round(STRIP.y * POINT), round(STRIP.bottom * POINT))
    columns = slice(round(STRIP.x * POINT), round(STRIP.right * POINT))
    return np.ascontiguousarray(blank_form_raster(tuple(Language)[language])[rows, columns])


def _any_kind(random: Generator, signed_share: float, *, held_out: bool, real: bool) -> str:
    if random.random() < signed_share:
        if real and random.random() < 0.5:
            return REAL
        return str(random.choice(HELD_OUT_STYLES if held_out else TRAINING_STYLES))
    marks = [kind for kind in MARK_KINDS if kind != "witness"]
    often = dict(zip(_OFTEN, _OFTEN_WEIGHTS, strict=True))
    weights = np.array([often.get(kind, 1.0) for kind in marks])
    return str(random.choice(marks, p=weights / weights.sum()))


def _drawn(kind: str, random: Generator, *, held_out: bool, folder: Path | None) -> tuple[NDArray[np.float32], str]:
    """Return how much light each pixel of the strip lets through after something was drawn, and the parent's name."""
    form = layout(Language.ENGLISH)
    pen = _PENS[int(random.choice(len(_PENS), p=_PEN_SHARES))]
    ink, name = Ink(pen), any_name(random)
    if kind in MARK_KINDS:
        draw_mark(ink, form, name, kind, random, held_out=held_out)
        return drawn(ink), name
    if kind == REAL and folder is not None:
        pictures = pictures_in(folder)
        paste_signature(
            ink, pictures[int(random.integers(len(pictures)))], form.signature, form.signature_baseline, random
        )
    else:
        sign(ink, form.signature, form.signature_baseline, random, style=kind)
    if random.random() < _COMPANION_SHARE:
        draw_mark(ink, form, name, str(random.choice(_COMPANIONS)), random, held_out=held_out)
    return drawn(ink), name


def drawn(ink: Ink) -> NDArray[np.float32]:
    """Return the strip of a white page with this ink, 0 to 1."""
    document = pypdfium2.PdfDocument(_page_with(ink))
    try:
        crop = (STRIP.x, PAGE_HEIGHT - STRIP.bottom, PAGE_WIDTH - STRIP.right, STRIP.y)
        bitmap = document[0].render(scale=_SCALE * POINT, grayscale=True, crop=crop)
        pixels = np.array(bitmap.to_numpy(), np.uint8)
    finally:
        document.close()
    size = blank_strip(0).shape[::-1]
    small = cv2.resize(pixels.reshape(pixels.shape[:2]), size, interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


def _page_with(ink: Ink) -> bytes:
    """Return a PDF of one page that holds nothing but the ink."""
    content = ink.content()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R>>" % (PAGE_WIDTH, PAGE_HEIGHT),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    )
    body, places = b"%PDF-1.7\n", []
    for number, item in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return body + end % (table, len(body))
