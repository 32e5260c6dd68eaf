"""Zones that the network of pens learns from: names that a pen wrote, and the same names set in the same fonts.

A pen's letters differ from each other, a font's do not. So that the network learns this and not the fonts, both sides
have all of them: the writing fonts of deploy/training/package.json, and those of the samples that training may have.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
from cell_scans import DEVICES
from cell_sources import font_files, hand_fonts
from numpy.random import Generator
from numpy.typing import NDArray
from signature_zones import blank_strip, drawn, ink_of
from worn_scans import WORN

from consent_intake.adapters.pen_picture import COLUMNS, ROWS, pen_picture
from consent_intake.samples.curves import Place, any_pen, any_tilt
from consent_intake.samples.ink import BLACK, Ink
from consent_intake.samples.marks import MARK_KINDS, draw_mark
from consent_intake.samples.marks_of_print import SCRIPT_FONTS
from consent_intake.samples.penned_names import penned_letters
from consent_intake.samples.random_people import random_parent
from consent_intake.samples.signature_styles import any_name, bent_letters
from consent_intake.samples.signatures import COMPOSED, COMPOSED_APART, COMPOSED_SHORT, TRAINING_STYLES, sign
from consent_intake.samples.spots import Spot
from schemas.values import Language
from services.consent_form.layout import layout

SCRIPTS: Final = (
    *("bad-script", "cedarville-cursive", "cookie", "courgette", "damion", "herr-von-muellerhoff", "homemade-apple"),
    *("liu-jian-mao-cao", "long-cang", "mansalva", "marck-script", "mr-de-haviland", "nanum-brush-script"),
    *("oooh-baby", "rock-salt", "satisfy", "sriracha", "sue-ellen-francisco"),
    *("the-girl-next-door", "vibur", "zhi-mang-xing"),
)
"""Packages of fonts whose letters a hand that signs may have; the others are print, or printed letters."""
_OF_THE_SAMPLES: Final = SCRIPT_FONTS[:-4]
"""The last third is kept away from training (consent_intake/samples/spots.py)."""

PENNED, SET, NOTED = "penned", "set_in_a_font", "noted"
_KINDS: Final = {PENNED: 0.33, "style": 0.2, SET: 0.22, NOTED: 0.1, "mark": 0.15}
_SIGNED_KINDS: Final = frozenset({PENNED, "style"})
_STYLES: Final = (*TRAINING_STYLES, COMPOSED, COMPOSED_SHORT, COMPOSED_APART, COMPOSED_APART)
_OFTEN: Final = ("crossed_out", "initials", "refused", "slash_s", "script_name", "not_applicable", "hand_printed_name")
_PENS: Final = (BLACK, (0.05, 0.10, 0.42), (0.25, 0.25, 0.28), (0.1, 0.2, 0.6))
_COMPANIONS: Final = ("specks", "fold", "streak", "ghost", "staple", "stray_mark")
_WORN_SHARES: Final = (0.15, 0.25, 0.2, 0.2, 0.2)
_SHARES: Final = (0.3, 0.25, 0.22, 0.18, 0.05)
_SLASHES: Final = ("/s/ ", "s/ ", "/S/ ", "/s/", "/ s / ")
_NOTES: Final = (
    *("N/A", "n/a", "NA", "none", "REFUSED", "Refused to sign", "refused", "Void", "Refuses", "Ausente", "Declined"),
    *("see attached", "on file", "not here", "mother", "father", "later", "No firma", "same", "unknown", "paid"),
    *("by phone", "moved", "will call", "ask her", "n. a.", "see other", "left", "gone", "no", "yes", "OK", "done"),
)


def pen_zone(number: int, seed: int) -> tuple[str, bool, NDArray[np.uint8]]:
    """Return a zone's kind, whether it is signed, and its picture; the same arguments give the same zone."""
    random = np.random.default_rng((seed, number))
    chosen = str(random.choice(list(_KINDS), p=list(_KINDS.values())))
    ink = Ink(_PENS[int(random.integers(len(_PENS)))])
    kind = _DRAW[chosen](ink, random)
    if chosen in _SIGNED_KINDS and random.random() < 0.12:
        draw_mark(ink, _FORM, any_name(random), str(random.choice(_COMPANIONS)), random, held_out=False)
    sheet = blank_strip(number % 2).astype(np.float32) * drawn(ink)
    devices, shares = (WORN, _WORN_SHARES) if random.random() < 0.6 else (DEVICES, _SHARES)
    seen = devices[str(random.choice(list(devices), p=shares))](sheet, random)
    picture = pen_picture(ink_of(np.clip(seen, 0, 255).astype(np.uint8), number % 2))
    return kind, chosen in _SIGNED_KINDS, np.zeros((ROWS, COLUMNS), np.uint8) if picture is None else picture


_FORM = layout(Language.ENGLISH)


def _penned(ink: Ink, random: Generator) -> str:
    """A name in a hand's own letters, that start from those of a font."""
    font, name, pen = _any(script_fonts(), random), _name(random), any_pen(ink, random)
    (bent_letters if random.random() < 0.55 else penned_letters)(pen, _place(random), random, font, name)
    return PENNED


def _style(ink: Ink, random: Generator) -> str:
    kind = str(random.choice(_STYLES))
    sign(ink, _FORM.signature, _FORM.signature_baseline, random, style=kind)
    return kind


def _set(ink: Ink, random: Generator) -> str:
    """A name, or /s/ and a name, set as a computer does."""
    fonts = script_fonts() if random.random() < 0.75 else other_fonts()
    name = _name(random)
    if random.random() < 0.15:
        name = f"{_SLASHES[int(random.integers(len(_SLASHES)))]}{name}"
    spot = Spot(ink, _FORM, name, random)
    tilt = spot.between(-4, 4) if random.random() < 0.4 else 0.0
    spot.print(name, _any(fonts, random), spot.between(12, 38), tilt=tilt)
    return SET


def _noted(ink: Ink, random: Generator) -> str:
    """A note, initials, /s/ and a name, or a name in printed letters, by hand."""
    spot = Spot(ink, _FORM, "", random)
    name, kind = _name(random), int(random.integers(5))
    font = _any(other_fonts() if random.random() < 0.6 else script_fonts(), random)
    if kind == 0:
        text = spot.one_of(*_NOTES)
    elif kind == 1:
        joint = spot.one_of(".", "", ". ", " ")
        text = joint.join(word[0].upper() for word in name.split()) + joint.strip()
    elif kind == 2:
        text = f"{_SLASHES[int(random.integers(len(_SLASHES)))]}{name}"
    elif kind == 3:
        text, font = name, _any(other_fonts(), random)
    else:
        text = name.upper()
    spot.write(text, font, spot.between(12, 30))
    return f"{NOTED}_{('note', 'initials', 'slash_s', 'printed', 'capitals')[kind]}"


def _mark(ink: Ink, random: Generator) -> str:
    marks = [kind for kind in MARK_KINDS if kind not in {"witness", "empty"}]
    weights = np.array([4.0 if kind in _OFTEN else 1.0 for kind in marks])
    kind = str(random.choice(marks, p=weights / weights.sum()))
    draw_mark(ink, _FORM, _name(random), kind, random, held_out=False)
    return kind


_DRAW = {PENNED: _penned, "style": _style, SET: _set, NOTED: _noted, "mark": _mark}


def _name(random: Generator) -> str:
    if random.random() < 0.3:
        return any_name(random, short=bool(random.random() < 0.3))
    return random_parent(random).parent_name


def _place(random: Generator) -> Place:
    """As consent_intake/samples/signatures.py does."""
    box, baseline = _FORM.signature, _FORM.signature_baseline
    width = min(box.width * 0.62, float(random.uniform(85, 200)))
    height = min(baseline - box.y, 42.0) * float(random.uniform(0.55, 0.95))
    left = box.x + float(random.uniform(24, max(25.0, box.width * 0.9 - width)))
    return Place(left, baseline + float(random.uniform(-3, 2)), width, height, any_tilt(random))


def _any(fonts: tuple[Path, ...], random: Generator) -> Path:
    return fonts[int(random.integers(len(fonts)))]


@lru_cache(maxsize=1)
def script_fonts() -> tuple[Path, ...]:
    """Return the fonts of joined or quick hands."""
    return (*(font_files(name)[0] for name in SCRIPTS), *_OF_THE_SAMPLES)


@lru_cache(maxsize=1)
def other_fonts() -> tuple[Path, ...]:
    """Return the fonts of printed letters."""
    return tuple(file for file in hand_fonts() if not any(file.name.startswith(f"{name}-") for name in SCRIPTS))
