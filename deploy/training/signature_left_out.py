"""What the signature model makes of a kind of mark that it was never shown: trees trained once without each kind.

Prints the table of the card's section "Kinds it never saw": with the network of pens in force and, by --networks, with
those of pens_left_out.py, which never saw the kind either. The odds that the second trees learn from are those of the
whole: a kind's share in them is small.
"""

import argparse
from pathlib import Path

import numpy as np
from pens_left_out import network_without
from signature import FIRST, NAME, SECOND, SECOND_FROM, Size, exported, fitted, measures_of, near_signatures, trained
from signature_report import judged
from signature_score import with_words
from signature_sets import TEST, TRAINING, joined
from signature_table import Zones

from consent_intake.adapters.pen_likeness import MODEL as PENS
from consent_intake.rules.check import Verdict
from consent_intake.rules.signature_model import SignatureModel, Trees
from consent_intake.rules.signature_thresholds import SignatureThresholds
from consent_intake.samples.marks import MARK_KINDS


def main() -> None:
    """Train without each kind of mark, and print how many of its marks that model and the rules would let pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--kinds", nargs="*", default=[kind for kind in MARK_KINDS if kind != "witness"])
    parser.add_argument("--networks", action="store_true", help="also those of pens_left_out.py")
    options = parser.parse_args()
    learnt, unseen = joined(TRAINING, options.processes), joined(TEST, options.processes)
    first, odds = fitted(learnt, FIRST)
    networks = {PENS} | ({network_without(kind) for kind in options.kinds} if options.networks else set())
    near = {network: near_signatures(learnt, odds, network=network) for network in networks}
    second = {network: fitted(zones, SECOND)[0] for network, zones in near.items()}
    columns = ("kind left out", "marks", "of the trees only: approved", "of the network too: approved")
    head = columns[: 3 + options.networks]
    print(f"| {' | '.join(head)} |\n|{' --- |' * len(head)}")
    for kind in options.kinds:
        inked = _without(kind, learnt, first, FIRST)
        passed = []
        for network in (PENS, network_without(kind))[: 1 + options.networks]:
            trees = _without(kind, near[network], second[network], SECOND)
            model = SignatureModel(name=NAME, **inked.model_dump(), second=trees, second_from=SECOND_FROM)
            passed.append(str(_approved(kind, model, network, unseen)))
        print(f"| {kind} | {np.count_nonzero(unseen.kinds == kind)} | {' | '.join(passed)} |", flush=True)


def _approved(kind: str, model: SignatureModel, network: Path, unseen: Zones) -> int:
    """Return how many of a kind pass."""
    inks = with_words(unseen, TEST, model, "test", network)
    verdicts = judged(model, inks, unseen.names, SignatureThresholds())[unseen.kinds == kind]
    return np.count_nonzero(verdicts == Verdict.PASSED)


def _without(kind: str, zones: Zones, whole: Trees, size: Size) -> Trees:
    """Return trees that never saw a kind, calibrated as those that did."""
    others, measures = zones.of(np.nonzero(zones.kinds != kind)[0]), measures_of(zones)
    return exported(trained(others, measures, size), measures, whole.slope, whole.offset)


if __name__ == "__main__":
    main()
