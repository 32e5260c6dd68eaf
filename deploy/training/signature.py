"""Train the trees of the signature box and calibrate them."""

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from signature_sets import SEED, TRAINING, VALIDATION, joined
from signature_table import Zones, table
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from consent_intake.rules.signature_model import SignatureModel, Tree
from consent_intake.samples.signatures import COMPOSED

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "consent_intake" / "policies" / "signature-2026-11.json"
EXAMPLES = REPOSITORY / "tests" / "unit" / "consent_intake" / "rules" / "signature_examples.json"
NAME = "signature-2026-11"
FOLDS = 5
EXAMPLE_COUNT = 60
COMPOSED_ZONES = ((1200, SEED + 3), (2000, SEED + 5), (3000, SEED + 7))
"""How many, and their seed."""
LEFT_TO_THE_RULES = frozenset({"crossings", "faint_part", "feet"})
"""Measures that the trees do not look at."""

Numbers = NDArray[np.float64]


def main() -> None:
    """Make the zones (kept in deploy/training/build), train, calibrate, export; signature_score.py scores."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--signatures", type=Path, help="folder of pictures of real signatures, for training")
    options = parser.parse_args()
    learnt = learnt_zones(options.processes, options.signatures)
    measures = measures_of(learnt)
    trees = trained(learnt, measures)
    model = exported(trees, measures, *calibration(learnt, measures))
    MODEL.write_text(json.dumps(model.model_dump(mode="json"), separators=(",", ":")) + "\n", encoding="utf-8")
    _write_examples(trees, model, joined(VALIDATION, options.processes))
    print(f"{MODEL.name}: {MODEL.stat().st_size / 1000:.0f} kB, {len(model.trees)} trees, {len(measures)} measures")


def learnt_zones(processes: int, signatures: Path | None = None) -> Zones:
    """Return everything that the trees learn from, made now or before."""
    learnt = joined(TRAINING, processes, signatures)
    for count, seed in COMPOSED_ZONES:
        learnt += table("composed", count, seed, held_out=False, processes=processes, kind=COMPOSED)
    return learnt


def measures_of(zones: Zones) -> tuple[str, ...]:
    """Return the names of the measures that the trees look at."""
    return tuple(sorted({name for row in zones.rows for name in row} - LEFT_TO_THE_RULES))


def trained(zones: Zones, measures: tuple[str, ...]) -> HistGradientBoostingClassifier:
    """Return boosted trees: 250 of at most 31 leaves, each split by some of the measures."""
    trees = HistGradientBoostingClassifier(
        max_iter=250,
        max_leaf_nodes=31,
        learning_rate=0.06,
        min_samples_leaf=15,
        l2_regularization=5.0,
        max_features=0.3,
        early_stopping=False,
        random_state=SEED,
    )
    return trees.fit(zones.values(measures), zones.signed)


def calibration(zones: Zones, measures: tuple[str, ...]) -> tuple[float, float]:
    """Return Platt's slope and offset, from scores that were made out of fold."""
    values, scores = zones.values(measures), np.zeros(len(zones.rows))
    for learn, rest in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(values, zones.kinds):
        part = Zones([zones.rows[i] for i in learn], zones.kinds[learn], zones.signed[learn], zones.devices[learn])
        scores[rest] = trained(part, measures).decision_function(values[rest])
    platt = LogisticRegression(C=1e6).fit(scores[:, None], zones.signed)
    return float(platt.coef_[0, 0]), float(platt.intercept_[0])


def exported(
    trees: HistGradientBoostingClassifier, measures: tuple[str, ...], slope: float, offset: float
) -> SignatureModel:
    """Return the trees as the product evaluates them."""
    return SignatureModel(
        name=NAME,
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


def _write_examples(trees: HistGradientBoostingClassifier, model: SignatureModel, zones: Zones) -> None:
    """Write what scikit-learn makes of some zones, for the test that the product's own evaluation agrees."""
    some = slice(None, None, max(len(zones.rows) // EXAMPLE_COUNT, 1))
    rows = zones.rows[some]
    scores = trees.decision_function(zones.values(model.measures)[some])
    chances = 1 / (1 + np.exp(-(model.slope * scores + model.offset)))
    examples = [
        {"kind": str(kind), "measures": row, "chance": round(float(chance), 6)}
        for kind, row, chance in zip(zones.kinds[some], rows, chances, strict=True)
    ]
    lines = json.dumps(examples[:EXAMPLE_COUNT], separators=(",", ":")).replace('},{"kind', '},\n{"kind')
    EXAMPLES.write_text(lines + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
