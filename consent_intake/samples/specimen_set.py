"""A seeded set of specimens: every kind, through every device, in every file format."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final, TypeVar

import numpy as np
from numpy.random import Generator

from consent_intake.samples.containers import as_file
from consent_intake.samples.kinds import TWO_FORMS, TWO_UP, Kind, kinds_of_set
from consent_intake.samples.letters import consent_letter
from consent_intake.samples.scanning import FAX_DPI, scanned, standard_fax
from consent_intake.samples.spec import Container, Fill
from consent_intake.samples.specimen import PrintedPage, Signer, any_style, filled_form
from consent_intake.samples.truth import Family, Specimen
from schemas.values import Language
from services.consent_form.raster import page_raster, page_raster_in_colour

FIRST_DAY: Final = date(2026, 11, 2)
"""Uploads happen in the year after it."""

_CHANNELS: Final = {"vector": 0.15, "flatbed": 0.25, "copier": 0.15, "phone": 0.3, "fax": 0.15}
_FILLS: Final[dict[Fill, float]] = {"prefilled": 0.42, "typed": 0.2, "hand": 0.38}
_RESOLUTIONS: Final = {150: 0.25, 200: 0.4, 240: 0.1, 300: 0.25}
_CONTAINERS: Final[dict[str, dict[Container, float]]] = {
    "vector": {"pdf": 0.85, "png": 0.1, "tiff": 0.05},
    "flatbed": {"pdf": 0.5, "jpeg": 0.2, "png": 0.15, "tiff": 0.15},
    "copier": {"pdf": 0.6, "jpeg": 0.15, "png": 0.1, "tiff": 0.15},
    "phone": {"jpeg": 0.6, "pdf": 0.25, "png": 0.05, "heic": 0.1},
    "fax": {"tiff": 0.5, "pdf": 0.4, "png": 0.1},
}
_SPANISH_SHARE: Final = 0.4
_COLOUR_SHARE: Final = {"vector": 0.5, "flatbed": 0.5, "copier": 0.0, "phone": 1.0, "fax": 0.0}
_STANDARD_FAX_SHARE: Final = 0.3
_JPEG_QUALITIES: Final = (45, 93)
_TWO_UP_SCALE: Final = 11 / 17
"""Of each page when two share a sheet."""

_Key = TypeVar("_Key")


class SpecimenSet:
    """Specimens by number, each on its own: the same seed, count and number give the same one.

    Args:
        count: size of the set; the shares of the kinds are kept in it.
        seed: of the whole set.
        signer: signs the signed ones.
    """

    def __init__(self, count: int, seed: int, signer: Signer = any_style) -> None:
        self._seed = seed
        self._signer = signer
        self.kinds = kinds_of_set(count, np.random.default_rng([seed, count]))

    def __len__(self) -> int:
        return len(self.kinds)

    def specimen(self, number: int) -> Specimen:
        """Return one specimen; it takes 0.05 to 0.3 s to make."""
        random = np.random.default_rng([self._seed, len(self.kinds), number])
        return make_specimen(self.kinds[number], random, self._signer)


def make_specimen(kind: Kind, random: Generator, signer: Signer = any_style) -> Specimen:
    """Return a specimen of a kind, everything else drawn at random."""
    language = Language.SPANISH if random.random() < _SPANISH_SHARE else Language.ENGLISH
    fill = _drawn(_FILLS, random)
    channel = _drawn(_CHANNELS, random)
    today = FIRST_DAY + timedelta(days=int(random.integers(365)))
    if kind.family is Family.LETTER:
        return _through(consent_letter(kind, language, today, random, signer), channel, random)
    page = filled_form(kind, language, fill, today, random, signer)
    if kind.name not in {TWO_FORMS, TWO_UP}:
        return _through(page, channel, random)
    other = filled_form(kind, language, fill, today, random, signer)
    return _both(page, other, channel, random)


def _through(page: PrintedPage, channel: str, random: Generator) -> Specimen:
    """Return the page as a file, after its device."""
    truth = replace(page.truth, channel=channel)
    container = _drawn(_CONTAINERS[channel], random)
    dpi = _drawn(_RESOLUTIONS, random)
    if channel == "vector" and container == "pdf":
        return Specimen(page.pdf, truth)
    draw = page_raster_in_colour if random.random() < _COLOUR_SHARE[channel] else page_raster
    if channel == "fax":
        return Specimen(_faxed(draw(page.pdf, 200), container, random), truth)
    picture = scanned(draw(page.pdf, dpi), _device(channel), random, worn=True)
    quality = int(random.integers(*_JPEG_QUALITIES))
    return Specimen(as_file(picture, container, dpi=dpi, black_and_white=False, quality=quality), truth)


def _both(page: PrintedPage, other: PrintedPage, channel: str, random: Generator) -> Specimen:
    """Return two people's forms in one file, a page each or two on a sheet; which of them counts, nobody can say."""
    truth = replace(page.truth, channel=channel, code=None, written={}, by_hand=frozenset())
    fax = channel == "fax"
    dpi = FAX_DPI[0] if fax else _drawn(_RESOLUTIONS, random)
    if truth.kind == TWO_UP:
        left, right = (page_raster(one.pdf, round(dpi * _TWO_UP_SCALE)) for one in (page, other))
        sheet = np.hstack([left, right])
        pages = [np.ascontiguousarray(np.rot90(sheet)) if fax else sheet]
    else:
        pages = [page_raster(one.pdf, dpi) for one in (page, other)]
    first, *behind = (scanned(one, _device(channel), random, worn=True) for one in pages)
    container: Container = "tiff" if fax else "pdf"
    return Specimen(as_file(first, container, dpi=dpi, black_and_white=fax, behind=behind), truth)


def _device(channel: str) -> str:
    return "none" if channel == "vector" else channel


def _faxed(page: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], container: Container, random: Generator) -> bytes:
    """Return a fax; in standard resolution a TIFF or PDF has half the lines, as fax servers deliver them."""
    picture = scanned(page, "fax", random, worn=True)
    across, down = FAX_DPI
    if random.random() < _STANDARD_FAX_SHARE:
        if container == "png":
            picture = np.repeat(standard_fax(picture), 2, axis=0)
        else:
            picture, down = standard_fax(picture), down // 2
    return as_file(picture, container, dpi=(across, down), black_and_white=True)


def _drawn(shares: dict[_Key, float], random: Generator) -> _Key:
    return list(shares)[int(random.choice(len(shares), p=list(shares.values())))]
