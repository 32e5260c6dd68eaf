"""What the signature model makes of a kind of mark that it was never shown: one training without each kind.

Prints the table of the card's section "Kinds it never saw". Words are not read here: in the product they only take
approvals away.
"""

import argparse

import numpy as np
from signature import calibration, exported, learnt_zones, measures_of, trained
from signature_report import judged
from signature_sets import TEST, joined
from signature_table import Zones

from consent_intake.rules.check import Verdict
from consent_intake.rules.form_reading import SignatureInk
from consent_intake.rules.signature_thresholds import SignatureThresholds
from consent_intake.samples.marks import MARK_KINDS


def main() -> None:
    """Train without each kind of mark, and print how many of its marks the gates and that model would let pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    learnt, unseen = learnt_zones(options.processes), joined(TEST, options.processes)
    measures = measures_of(learnt)
    slope, offset = calibration(learnt, measures)  # of the whole: a kind's share in it is small
    print("| kind left out | marks | approved without words |\n| --- | --- | --- |")
    for kind in MARK_KINDS:
        model = exported(trained(_without(learnt, kind), measures), measures, slope, offset)
        rows = [row for row, name in zip(unseen.rows, unseen.kinds, strict=True) if name == kind]
        inks = [SignatureInk(measures=row) for row in rows]
        passed = int(np.count_nonzero(judged(model, inks, SignatureThresholds()) == Verdict.PASSED))
        print(f"| {kind} | {len(rows)} | {passed} |", flush=True)


def _without(zones: Zones, kind: str) -> Zones:
    keep = np.nonzero(zones.kinds != kind)[0]
    return Zones([zones.rows[i] for i in keep], zones.kinds[keep], zones.signed[keep], zones.devices[keep])


if __name__ == "__main__":
    main()
