"""The tables of the signature model's card, made with the product's own rules."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from signature_table import Zones

from consent_intake.rules.check import Verdict
from consent_intake.rules.form_reading import SignatureInk
from consent_intake.rules.signature_model import SignatureModel
from consent_intake.rules.signature_rules import check_signature, signature_chance
from consent_intake.rules.signature_thresholds import SignatureThresholds
from consent_intake.samples.marks import MARK_KINDS, MARK_OUTCOMES, Expected

_THRESHOLDS = SignatureThresholds()
_BINS = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 1.0)


def report(model: SignatureModel, zones: Zones, inks: Sequence[SignatureInk]) -> str:
    """Return the tables as Markdown: figures on styles, fonts and words that the model never saw."""
    verdicts = judged(model, inks, zones.names, _THRESHOLDS)
    chances = np.array([signature_chance(ink, model) for ink in inks])
    return "\n\n".join(
        [
            _overall(zones, verdicts),
            _by_device(zones, verdicts),
            _by_kind(zones, verdicts),
            _calibration(zones, chances),
        ]
    )


def judged(
    model: SignatureModel, inks: Sequence[SignatureInk], names: Iterable[str], thresholds: SignatureThresholds
) -> NDArray[np.str_]:
    """Return the verdict on each zone, of which the portal is taken to have printed the form for a parent so named."""
    return np.array(
        [
            check_signature(
                ink, None, model=model, thresholds=thresholds, name=str(name), printed_here=True
            ).verdict.value
            for ink, name in zip(inks, names, strict=True)
        ]
    )


def wilson(hits: int, count: int) -> str:
    """Return a share with its 95 % interval (Wilson), per cent."""
    if count == 0:
        return "-"
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return f"{100 * share:.1f} % ({100 * max(middle - half, 0):.1f} to {100 * min(middle + half, 1):.1f})"


def at_most(hits: int, count: int) -> str:
    """Return the one-sided 95 % upper bound of a share (Clopper and Pearson), per cent."""
    low, high = hits / max(count, 1), 1.0
    for _ in range(60):
        share = (low + high) / 2
        low, high = (share, high) if _at_most_hits(hits, count, share) > 0.05 else (low, share)
    return f"{100 * high:.2f} %"


def _at_most_hits(hits: int, count: int, share: float) -> float:
    term = total = (1 - share) ** count
    for k in range(hits):
        term *= (count - k) / (k + 1) * share / max(1 - share, 1e-12)
        total += term
    return total


def _overall(zones: Zones, verdicts: NDArray[np.str_]) -> str:
    signed, kinds = verdicts[zones.signed], zones.kinds[~zones.signed]
    not_signed = verdicts[~zones.signed]
    empty = np.array([MARK_OUTCOMES[str(kind)] is Expected.UNSIGNED for kind in kinds])
    wrongly, count = int((not_signed == Verdict.PASSED).sum()), int(not_signed.size)
    told, told_of = int((not_signed[empty] == Verdict.FAILED).sum()), int(empty.sum())
    rows = [
        (f"of {signed.size:,} signed zones: approved", wilson(int((signed == Verdict.PASSED).sum()), signed.size)),
        ("told that they are unsigned", wilson(int((signed == Verdict.FAILED).sum()), signed.size)),
        (f"of {count:,} that are not signed: approved", f"{wrongly}; at most {at_most(wrongly, count)} (95 %)"),
        (f"of {told_of:,} empty, specks, dots, fold, streak, ghost: told so at once", wilson(told, told_of)),
    ]
    return "### Overall\n\n" + _table(("measure", "share (95 % interval)"), rows)


def _by_device(zones: Zones, verdicts: NDArray[np.str_]) -> str:
    rows = []
    for device in sorted(set(zones.devices)):
        of = verdicts[zones.signed & (zones.devices == device)]
        rows.append((device, str(of.size), *(wilson(int((of == v).sum()), of.size) for v in Verdict)))
    return "### Signed zones by device\n\n" + _table(("device", "zones", *_OUTCOMES), rows)


def _by_kind(zones: Zones, verdicts: NDArray[np.str_]) -> str:
    rows = []
    for kind in sorted(set(zones.kinds), key=lambda kind: (kind in MARK_KINDS, kind)):
        of = verdicts[zones.kinds == kind]
        counts = [int((of == verdict).sum()) for verdict in Verdict]
        rows.append((kind, "no signature" if kind in MARK_KINDS else "signature", str(of.size), *map(str, counts)))
    return "### By kind\n\n" + _table(("kind", "is", "zones", *_OUTCOMES), rows)


def _calibration(zones: Zones, chances: NDArray[np.float64]) -> str:
    rows = []
    for low, high in pairwise(_BINS):
        inside = (chances >= low) & ((chances < high) | (high == 1.0))
        if inside.any():
            mean = f"{100 * chances[inside].mean():.1f} %"
            rows.append(
                (
                    f"{low:g} to {high:g}",
                    str(int(inside.sum())),
                    mean,
                    wilson(int(zones.signed[inside].sum()), int(inside.sum())),
                )
            )
    return "### Calibration\n\n" + _table(("chance", "zones", "mean chance", "signed"), rows)


_OUTCOMES = tuple(
    {"passed": "approved", "failed": "unsigned", "unclear": "review"}[verdict.value] for verdict in Verdict
)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
