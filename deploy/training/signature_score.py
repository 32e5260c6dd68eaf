"""Score the signature model as the product uses it, words included, and write the tables of its card.

Run with the product's own environment: it has the recogniser that reads the box.
"""

import argparse
import json
from itertools import product
from pathlib import Path

import cv2
from signature_report import judged, report
from signature_sets import TEST, VALIDATION, Set, joined, places
from signature_table import BUILD, Zones
from signature_zones import make_zone

from consent_intake.adapters.field_reader import WIDTHS
from consent_intake.adapters.field_strips import text_lines
from consent_intake.adapters.rapidocr_lines import RapidOcrLines
from consent_intake.rules.check import Verdict
from consent_intake.rules.form_reading import SignatureInk, ZoneWord
from consent_intake.rules.signature_model import SignatureModel
from consent_intake.rules.signature_thresholds import SignatureThresholds

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "consent_intake" / "policies" / "signature-2026-11.json"
CARD = REPOSITORY / "docs" / "models" / "signature.md"
WORTH_READING = 0.7
"""Below this chance nothing passes whatever the words are: reading takes as long as everything else."""
APPROVE = (0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98)
LEGIBLE = (0.9, 0.95, 0.97, 0.98, 0.985, 0.99, 0.993, 0.995)


def main() -> None:
    """Print what passes on the validation set at each pair of thresholds; with --test, score the test set once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--test", action="store_true", help="score the test set and write the card")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    model = SignatureModel.model_validate_json(MODEL.read_text(encoding="utf-8"))
    if options.test:
        zones = joined(TEST, options.processes)
        _write_card(report(model, zones, with_words(zones, TEST, model)))
        return
    zones = joined(VALIDATION, options.processes)
    inks = with_words(zones, VALIDATION, model)
    for approve, legible in product(APPROVE, LEGIBLE):
        if legible >= approve:
            thresholds = SignatureThresholds(approve_chance=approve, legible_chance=legible)
            passing = judged(model, inks, thresholds) == Verdict.PASSED
            wrong = zones.kinds[passing & ~zones.signed]
            right = (passing & zones.signed).sum() / zones.signed.sum()
            print(f"{approve:.3f} {legible:.3f} signed {right:.3f} wrong {len(wrong)} {sorted(map(str, wrong))}")


def with_words(zones: Zones, sets: tuple[Set, ...], model: SignatureModel) -> list[SignatureInk]:
    """Return each zone's ink, with the words in it where it could pass."""
    reader, kept = RapidOcrLines.load(), BUILD / f"words-{sets[0].name}-{sets[0].seed}.json"
    read: dict[str, list[tuple[str, float]]] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    inks = []
    for row, (one, number) in zip(zones.rows, places(sets), strict=True):
        words: tuple[ZoneWord, ...] = ()
        if row.get("stroke_length", 0.0) > 0 and model.chance(row) >= WORTH_READING:
            key = f"{one.name}-{one.seed}-{number}"
            if key not in read:
                read[key] = [(word.text, word.confidence) for word in _words(one, number, reader)]
            words = tuple(ZoneWord(text=text, confidence=confidence) for text, confidence in read[key])
        inks.append(SignatureInk(measures=row, words=words))
    kept.write_text(json.dumps(read), encoding="utf-8")
    return inks


def _words(one: Set, number: int, reader: RapidOcrLines) -> tuple[ZoneWord, ...]:
    zone = make_zone(number, one.seed, held_out=one.held_out, signed_share=one.signed_share)
    lines = text_lines("signature", zone.box)
    return tuple(word for line in lines for word in reader.words(line, width=WIDTHS["signature"]))[:60]


def _write_card(tables: str) -> None:
    """Put the tables between the card's two marks."""
    start, end = "<!-- tables -->", "<!-- end of tables -->"
    text = CARD.read_text(encoding="utf-8")
    before, after = text.split(start)[0], text.split(end)[1]
    CARD.write_text(f"{before}{start}\n{tables}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
