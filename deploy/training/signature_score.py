"""Score the signature model as the product uses it, words included, and write the tables of its card.

Run with the product's own environment: it has the recogniser that reads the box.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
from signature_report import judged, report
from signature_sets import TEST, VALIDATION, Set, joined, places
from signature_table import Zones
from signature_words_read import zones_read

from consent_intake.adapters.pen_likeness import MODEL as PENS
from consent_intake.rules.check import Verdict
from consent_intake.rules.form_reading import SignatureInk
from consent_intake.rules.signature_model import PEN_ODDS, SignatureModel
from consent_intake.rules.signature_thresholds import SignatureThresholds

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "consent_intake" / "policies" / "signature-2026-11.json"
CARD = REPOSITORY / "docs" / "models" / "signature.md"
APPROVE = (0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
LEGIBLE = (0.7, 0.75, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98)


def main() -> None:
    """Print what passes on the validation set at each pair of thresholds; with --test, score the test set once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--test", action="store_true", help="score the test set and write the card")
    options = parser.parse_args()
    model = SignatureModel.model_validate_json(MODEL.read_text(encoding="utf-8"))
    if options.test:
        zones = joined(TEST, options.processes)
        _write_card(report(model, zones, with_words(zones, TEST, model, "test")))
        return
    zones = joined(VALIDATION, options.processes)
    inks = with_words(zones, VALIDATION, model, "valid")
    for approve, legible in product(APPROVE, LEGIBLE):
        if legible >= approve:
            thresholds = SignatureThresholds(approve_chance=approve, legible_chance=legible)
            passing = judged(model, inks, zones.names, thresholds) == Verdict.PASSED
            wrong = zones.kinds[passing & ~zones.signed]
            right = (passing & zones.signed).sum() / zones.signed.sum()
            print(f"{approve:.3f} {legible:.3f} signed {right:.3f} wrong {len(wrong)} {sorted(map(str, wrong))}")


def with_words(
    zones: Zones, sets: tuple[Set, ...], model: SignatureModel, name: str, network: Path = PENS
) -> list[SignatureInk]:
    """Return each zone's ink, with the words in it where it could pass; ``name`` is of the file that keeps them."""
    first = np.array([model.chance(row) if row.get("stroke_length", 0.0) > 0 else 0.0 for row in zones.rows])
    could, all_places = np.nonzero(first >= model.second_from)[0], places(sets)
    inks, chosen = [SignatureInk(measures=row) for row in zones.rows], [all_places[i] for i in could]
    for at, read in zip(could.tolist(), zones_read(name, chosen, network=network), strict=True):
        inks[at] = SignatureInk(measures={**zones.rows[at], PEN_ODDS: read.pen_odds}, words=read.words)
    return inks


def _write_card(tables: str) -> None:
    """Put the tables between the card's two marks."""
    start, end = "<!-- tables -->", "<!-- end of tables -->"
    text = CARD.read_text(encoding="utf-8")
    before, after = text.split(start)[0], text.split(end)[1]
    CARD.write_text(f"{before}{start}\n{tables}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
