"""What the signature model makes of a kind of mark that it was never shown: one training without each kind.

Prints the table of the card's section "Kinds it never saw". The odds that the second trees learn from are those of the
whole: a kind's share in them is small.
"""

import argparse

import numpy as np
from signature import FIRST, NAME, SECOND, SECOND_FROM, Size, exported, fitted, measures_of, near_signatures, trained
from signature_report import judged
from signature_score import with_words
from signature_sets import TEST, TRAINING, joined
from signature_table import Zones

from consent_intake.rules.check import Verdict
from consent_intake.rules.signature_model import SignatureModel, Trees
from consent_intake.rules.signature_thresholds import SignatureThresholds
from consent_intake.samples.marks import MARK_KINDS


def main() -> None:
    """Train without each kind of mark, and print how many of its marks that model and the rules would let pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--kinds", nargs="*", default=MARK_KINDS)
    options = parser.parse_args()
    learnt, unseen = joined(TRAINING, options.processes), joined(TEST, options.processes)
    first, odds = fitted(learnt, FIRST)
    near = near_signatures(learnt, odds)
    second, _ = fitted(near, SECOND)
    print("| kind left out | marks | approved |\n| --- | --- | --- |")
    for kind in options.kinds:
        model = SignatureModel(
            name=NAME,
            **_without(kind, learnt, first, FIRST).model_dump(),
            second=_without(kind, near, second, SECOND),
            second_from=SECOND_FROM,
        )
        inks = with_words(unseen, TEST, model, "test")
        verdicts = judged(model, inks, unseen.names, SignatureThresholds())[unseen.kinds == kind]
        print(f"| {kind} | {verdicts.size} | {np.count_nonzero(verdicts == Verdict.PASSED)} |", flush=True)


def _without(kind: str, zones: Zones, whole: Trees, size: Size) -> Trees:
    """Return trees that never saw a kind, calibrated as those that did."""
    others, measures = zones.of(np.nonzero(zones.kinds != kind)[0]), measures_of(zones)
    return exported(trained(others, measures, size), measures, whole.slope, whole.offset)


if __name__ == "__main__":
    main()
