"""Train the trees of the signature box and calibrate them: the first look at ink, the second at words as well."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from signature_sets import MIXED, SEED, TRAINING, joined, places
from signature_table import Zones
from signature_words_read import ZoneRead, zones_read
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from consent_intake.adapters.pen_likeness import MODEL as PENS
from consent_intake.rules.signature_model import (
    FIRST_ODDS,
    LEFT_TO_THE_RULES,
    ODDS_DIGITS,
    PEN_ODDS,
    SignatureModel,
    Tree,
    Trees,
)
from consent_intake.rules.word_measures import word_measures

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "consent_intake" / "policies" / "signature-2026-11.json"
EXAMPLES = REPOSITORY / "tests" / "unit" / "consent_intake" / "rules" / "signature_examples.json"
NAME = "signature-2026-11"
FOLDS = 5
EXAMPLE_COUNT = 60
SECOND_FROM = 0.05
"""The second trees learn from what the first give this chance, and are asked about nothing else."""
ONE_IN = 4
THINNED = MIXED[:3]
"""Of the signatures in these, the second trees see one in so many, and none of the other mixed ones."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """How many trees, how large, and how much each counts."""

    trees: int
    leaves: int
    rate: float


FIRST, SECOND = Size(250, 31, 0.06), Size(400, 15, 0.03)


def main() -> None:
    """Make the zones (kept in deploy/training/build), train, calibrate, export; signature_score.py scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--signatures", type=Path, help="folder of pictures of real signatures, for training")
    options = parser.parse_args()
    learnt = joined(TRAINING, options.processes, options.signatures)
    first, odds = fitted(learnt, FIRST)
    near = near_signatures(learnt, odds, options.signatures)
    second, _ = fitted(near, SECOND)
    model = SignatureModel(name=NAME, **first.model_dump(), second=second, second_from=SECOND_FROM)
    MODEL.write_text(json.dumps(model.model_dump(mode="json"), separators=(",", ":")) + "\n", encoding="utf-8")
    lines = ",\n".join(_examples(learnt, first, FIRST) + _examples(near, second, SECOND))
    EXAMPLES.write_text(f"[{lines}]\n", encoding="utf-8")
    counts = f"{len(learnt.rows)} and {len(near.rows)} zones, {len(model.measures)} measures"
    print(f"{MODEL.name}: {MODEL.stat().st_size / 1000:.0f} kB, {counts}")


def measures_of(zones: Zones) -> tuple[str, ...]:
    """Return the names of the measures that the trees look at."""
    return tuple(sorted({name for row in zones.rows for name in row} - LEFT_TO_THE_RULES))


def fitted(zones: Zones, size: Size) -> tuple[Trees, Numbers]:
    """Return calibrated trees, and each zone's logarithm of the odds by trees that never saw it."""
    measures = measures_of(zones)
    scores = out_of_fold(zones, measures, size)
    platt = LogisticRegression(C=1e6).fit(scores[:, None], zones.signed)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    return exported(trained(zones, measures, size), measures, slope, offset), slope * scores + offset


def trained(zones: Zones, measures: tuple[str, ...], size: Size) -> HistGradientBoostingClassifier:
    """Return boosted trees, each split by some of the measures."""
    trees = HistGradientBoostingClassifier(
        max_iter=size.trees,
        max_leaf_nodes=size.leaves,
        learning_rate=size.rate,
        min_samples_leaf=15,
        l2_regularization=5.0,
        max_features=0.3,
        early_stopping=False,
        random_state=SEED,
    )
    return trees.fit(zones.values(measures), zones.signed)


def out_of_fold(zones: Zones, measures: tuple[str, ...], size: Size) -> Numbers:
    """Return each zone's score by trees that never saw it."""
    values, scores = zones.values(measures), np.zeros(len(zones.rows))
    for learn, rest in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(values, zones.kinds):
        scores[rest] = trained(zones.of(learn), measures, size).decision_function(values[rest])
    return scores


def near_signatures(zones: Zones, odds: Numbers, folder: Path | None = None, network: Path = PENS) -> Zones:
    """Return what the second trees learn from, with words and the first trees' odds.

    All that the first trees give a chance, but of the signatures that are near nothing else a few only.
    """
    mixed, thinned = (sum(one.count for one in sets) for sets in (MIXED, THINNED))
    signed = np.nonzero(zones.signed)[0]
    kept = np.concatenate([signed[signed < thinned][::ONE_IN], np.nonzero(~zones.signed)[0], signed[signed >= mixed]])
    inked = np.array([row.get("stroke_length", 0.0) > 0 for row in zones.rows])
    could = inked & (odds >= np.log(SECOND_FROM / (1 - SECOND_FROM)))
    chosen = np.sort(kept[could[kept]])
    all_places = places(TRAINING)
    reads = zones_read("training", [all_places[i] for i in chosen], folder, network)
    return with_words(zones.of(chosen), odds[chosen], reads)


def with_words(zones: Zones, odds: Numbers, reads: list[ZoneRead]) -> Zones:
    """Return zones with the measures that the second trees look at."""
    rows = [
        row | word_measures(read.words) | {FIRST_ODDS: round(float(first), ODDS_DIGITS), PEN_ODDS: read.pen_odds}
        for row, read, first in zip(zones.rows, reads, odds, strict=True)
    ]
    return Zones(rows, zones.kinds, zones.signed, zones.devices, zones.names)


def exported(trees: HistGradientBoostingClassifier, measures: tuple[str, ...], slope: float, offset: float) -> Trees:
    """Return the trees as the product evaluates them."""
    return Trees(
        measures=measures,
        start=float(trees._baseline_prediction.ravel()[0]),  # noqa: SLF001 - scikit-learn has no public export
        slope=slope,
        offset=offset,
        trees=tuple(_tree(one[0].nodes) for one in trees._predictors),  # noqa: SLF001
    )


def _tree(nodes: NDArray[np.void]) -> Tree:
    leaf = [bool(node["is_leaf"]) for node in nodes]
    return Tree(
        measure=tuple(-1 if end else int(node["feature_idx"]) for node, end in zip(nodes, leaf, strict=True)),
        limit=tuple(
            0.0 if end else round(float(node["num_threshold"]), 6) for node, end in zip(nodes, leaf, strict=True)
        ),
        left=tuple(0 if end else int(node["left"]) for node, end in zip(nodes, leaf, strict=True)),
        right=tuple(0 if end else int(node["right"]) for node, end in zip(nodes, leaf, strict=True)),
        value=tuple(round(float(node["value"]), 5) if end else 0.0 for node, end in zip(nodes, leaf, strict=True)),
    )


def _examples(zones: Zones, trees: Trees, size: Size) -> list[str]:
    """Return what scikit-learn makes of some zones, for the test that the product's own evaluation agrees."""
    some = zones.of(np.arange(0, len(zones.rows), max(len(zones.rows) // EXAMPLE_COUNT, 1))[:EXAMPLE_COUNT])
    scores = trained(zones, trees.measures, size).decision_function(some.values(trees.measures))
    chances = 1 / (1 + np.exp(-(trees.slope * scores + trees.offset)))
    rows = zip(some.kinds, some.rows, chances, strict=True)
    examples = [
        {"second": size is SECOND, "kind": str(kind), "measures": row, "chance": round(float(chance), 6)}
        for kind, row, chance in rows
    ]
    return [json.dumps(example, separators=(",", ":")) for example in examples]


if __name__ == "__main__":
    main()
