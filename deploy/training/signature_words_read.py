"""What the product's recogniser reads in zones: read once, kept in deploy/training/build."""

import json
from collections.abc import Sequence
from pathlib import Path

import cv2
from signature_sets import Set
from signature_table import BUILD
from signature_zones import Zone

from consent_intake.adapters.field_reader import WIDTHS
from consent_intake.adapters.field_strips import text_lines
from consent_intake.adapters.rapidocr_lines import RapidOcrLines
from consent_intake.rules.form_reading import ZoneWord

MOST_WORDS = 60
_SAVED_EVERY = 500


def words_read(name: str, places: Sequence[tuple[Set, int]], folder: Path | None = None) -> list[tuple[ZoneWord, ...]]:
    """Return the words in each of some zones; ``name`` is of the file that keeps them."""
    cv2.setNumThreads(1)
    file = BUILD / f"words-{name}{'-real' if folder else ''}.json"
    kept: dict[str, list[tuple[str, float]]] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    missing = [(one, number) for one, number in places if _key(one, number) not in kept]
    reader = RapidOcrLines.load() if missing else None
    for done, (one, number) in enumerate(missing, 1):
        kept[_key(one, number)] = _read(one.zone(number, folder), reader)
        if done % _SAVED_EVERY == 0:
            file.write_text(json.dumps(kept), encoding="utf-8")
    if missing:
        file.write_text(json.dumps(kept), encoding="utf-8")
    return [
        tuple(ZoneWord(text=text, confidence=sure) for text, sure in kept[_key(one, number)]) for one, number in places
    ]


def _key(one: Set, number: int) -> str:
    return f"{one.name}-{one.seed}-{number}"


def _read(zone: Zone, reader: RapidOcrLines | None) -> list[tuple[str, float]]:
    if reader is None:
        return []
    lines = text_lines("signature", zone.box)
    words = [word for line in lines for word in reader.words(line, width=WIDTHS["signature"])]
    return [(word.text, word.confidence) for word in words[:MOST_WORDS]]
