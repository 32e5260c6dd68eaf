"""Train the trees of the signature box, calibrate them, score them on styles that they have never seen."""

import argparse
import json
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from signature_report import report
from signature_table import Zones, table
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from consent_intake.rules.signature_model import SignatureModel, Tree
from consent_intake.samples.signatures import COMPOSED

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL = REPOSITORY / "consent_intake" / "policies" / "signature-2026-11.json"
POLICY = MODEL.with_name("2026-11.2.json")
EXAMPLES = REPOSITORY / "tests" / "unit" / "consent_intake" / "rules" / "signature_examples.json"
CARD = REPOSITORY / "docs" / "models" / "signature.md"
NAME = "signature-2026-11"
SEED = 20261101
FOLDS = 5
EXAMPLE_COUNT = 60
LEFT_TO_THE_RULES = frozenset({"crossings", "faint_part"})
"""Measures that the trees do not look at."""

Numbers = NDArray[np.float64]


def main() -> None:
    """Make the zones (kept in deploy/training/build), train, calibrate, export, write the tables of the model card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zones", type=int, default=5200)
    parser.add_argument("--composed-zones", type=int, default=1000, help="further signatures for training")
    parser.add_argument("--test-zones", type=int, default=2000)
    parser.add_argument("--unsigned-zones", type=int, default=1600, help="further marks that nothing may approve")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--signatures", type=Path, help="folder of pictures of real signatures, for training")
    options = parser.parse_args()
    many = options.processes
    learnt = table("train", options.zones, SEED, held_out=False, folder=options.signatures, processes=many)
    learnt += table("composed", options.composed_zones, SEED + 3, held_out=False, processes=many, kind=COMPOSED)
    unseen = table("test", options.test_zones, SEED + 1, held_out=True, processes=many)
    marks = table("marks", options.unsigned_zones, SEED + 2, held_out=True, processes=many, signed_share=0.0)
    measures = tuple(sorted({name for row in learnt.rows for name in row} - LEFT_TO_THE_RULES))
    trees = trained(learnt, measures)
    model = exported(trees, measures, *calibration(learnt, measures))
    MODEL.write_text(json.dumps(model.model_dump(mode="json"), separators=(",", ":")) + "\n", encoding="utf-8")
    _write_policy()
    _write_examples(trees, model, unseen)
    print(f"{MODEL.name}: {MODEL.stat().st_size / 1000:.0f} kB, {len(model.trees)} trees, {len(measures)} measures")
    _write_card(report(model, learnt, unseen, marks, without=lambda kind: _without(learnt, measures, kind)))


def trained(zones: Zones, measures: tuple[str, ...]) -> HistGradientBoostingClassifier:
    """Return boosted trees: 200 of 15 leaves."""
    trees = HistGradientBoostingClassifier(
        max_iter=200,
        max_leaf_nodes=15,
        learning_rate=0.08,
        min_samples_leaf=20,
        l2_regularization=1.0,
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


def _without(zones: Zones, measures: tuple[str, ...], kind: str) -> SignatureModel:
    """Return a model that was trained without one kind, with the same calibration effort left out."""
    keep = np.nonzero(zones.kinds != kind)[0]
    part = Zones([zones.rows[i] for i in keep], zones.kinds[keep], zones.signed[keep], zones.devices[keep])
    return exported(trained(part, measures), measures, 1.0, 0.0)


def _write_policy() -> None:
    """Let the policy name the new trees; a policy that is in force somewhere needs a new version instead."""
    policy = json.loads(POLICY.read_text(encoding="utf-8"))
    policy["signature_model"] = {"file": MODEL.name, "sha256": sha256(MODEL.read_bytes()).hexdigest()}
    POLICY.write_text(json.dumps(policy, indent=2) + "\n", encoding="utf-8")


def _write_examples(trees: HistGradientBoostingClassifier, model: SignatureModel, zones: Zones) -> None:
    """Write what scikit-learn makes of some zones, for the test that the product's own evaluation agrees."""
    rows = zones.rows[:EXAMPLE_COUNT]
    scores = trees.decision_function(zones.values(model.measures)[:EXAMPLE_COUNT])
    chances = 1 / (1 + np.exp(-(model.slope * scores + model.offset)))
    examples = [
        {"kind": str(kind), "measures": row, "chance": round(float(chance), 6)}
        for kind, row, chance in zip(zones.kinds[:EXAMPLE_COUNT], rows, chances, strict=True)
    ]
    EXAMPLES.write_text(json.dumps(examples, separators=(",", ":")).replace('},{"kind', '},\n{"kind') + "\n", "utf-8")


def _write_card(tables: str) -> None:
    """Put the tables between the card's two marks."""
    start, end = "<!-- tables -->", "<!-- end of tables -->"
    text = CARD.read_text(encoding="utf-8")
    before, after = text.split(start)[0], text.split(end)[1]
    CARD.write_text(f"{before}{start}\n{tables}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
