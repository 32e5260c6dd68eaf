"""What the product's recogniser and its network of pens make of zones: once each, kept in deploy/training/build."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import cv2
from signature_sets import Set
from signature_table import BUILD
from signature_zones import Zone

from consent_intake.adapters.field_reader import WIDTHS
from consent_intake.adapters.field_strips import text_lines, without_far_specks
from consent_intake.adapters.pen_likeness import MODEL, PenLikeness
from consent_intake.adapters.rapidocr_lines import RapidOcrLines
from consent_intake.rules.form_reading import ZoneWord

MOST_WORDS = 60
_SAVED_EVERY = 500


@dataclass(frozen=True)
class ZoneRead:
    """What is read in a zone.

    Attributes:
        words: by the recogniser of print.
        pen_odds: by the network of pens.
    """

    words: tuple[ZoneWord, ...]
    pen_odds: float


def zones_read(
    name: str, places: Sequence[tuple[Set, int]], folder: Path | None = None, network: Path = MODEL
) -> list[ZoneRead]:
    """Return what is read in each of some zones; ``name`` is of the files that keep it."""
    cv2.setNumThreads(1)
    words = _Kept(BUILD / f"words-{name}{'-real' if folder else ''}.json")
    odds = _Kept(BUILD / f"pens-{name}{'-real' if folder else ''}-{sha256(network.read_bytes()).hexdigest()[:8]}.json")
    missing = [place for place in places if _key(*place) not in words.by_zone or _key(*place) not in odds.by_zone]
    reader, pens = (RapidOcrLines.load(), PenLikeness(network.read_bytes())) if missing else (None, None)
    for done, (one, number) in enumerate(missing, 1):
        zone, key = one.zone(number, folder), _key(one, number)
        if reader is not None and key not in words.by_zone:
            words.by_zone[key] = _words(zone, reader)
        if pens is not None:
            odds.by_zone[key] = pens.odds(zone.box)
        if done % _SAVED_EVERY == 0 or done == len(missing):
            words.save()
            odds.save()
    return [ZoneRead(_zone_words(words.by_zone[_key(*place)]), odds.by_zone[_key(*place)]) for place in places]


class _Kept:
    """A file of what was read, by zone."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.by_zone = json.loads(file.read_text("utf-8")) if file.exists() else {}

    def save(self) -> None:
        self._file.write_text(json.dumps(self.by_zone), encoding="utf-8")


def _key(one: Set, number: int) -> str:
    return f"{one.name}-{one.seed}-{number}"


def _words(zone: Zone, reader: RapidOcrLines) -> list[tuple[str, float]]:
    lines = text_lines("signature", without_far_specks(zone.box))
    words = [word for line in lines for word in reader.words(line, width=WIDTHS["signature"])]
    return [(word.text, word.confidence) for word in words[:MOST_WORDS]]


def _zone_words(kept: list[tuple[str, float]]) -> tuple[ZoneWord, ...]:
    return tuple(ZoneWord(text=text, confidence=sure) for text, sure in kept)
