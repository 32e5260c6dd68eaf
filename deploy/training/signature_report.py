"""The tables of the signature model's card, made with the product's own rules."""

from collections.abc import Callable, Iterable
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from signature_table import Zones

from consent_intake.rules.check import Verdict
from consent_intake.rules.form_reading import SignatureInk
from consent_intake.rules.signature_model import SignatureModel
from consent_intake.rules.signature_rules import check_signature
from consent_intake.rules.signature_thresholds import SignatureThresholds
from consent_intake.samples.marks import MARK_KINDS, MARK_OUTCOMES, Expected

_THRESHOLDS = SignatureThresholds()
_LIMITS = (0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99)
_BINS = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.99, 1.0)


def report(
    model: SignatureModel,
    learnt: Zones,
    unseen: Zones,
    marks: Zones,
    *,
    without: Callable[[str], SignatureModel],
) -> str:
    """Return the tables as Markdown: figures on styles, fonts and words that the model never saw."""
    chances = _chances(model, unseen)
    verdicts, of_marks = _verdicts(model, unseen), _verdicts(model, marks)
    about = (
        f"Trained on {len(learnt.rows):,} zones ({int(learnt.signed.sum()):,} signed); all figures below are of "
        f"{len(unseen.rows):,} other zones ({int(unseen.signed.sum()):,} signed) and of {int((~marks.signed).sum()):,} "
        "further marks, all with held-out styles, fonts and words. Words in the zone are not used here: in the product "
        "they only take approvals away."
    )
    parts = [
        about,
        _overall(unseen, verdicts, marks, of_marks),
        _by_device(unseen, verdicts),
        _by_kind(unseen, verdicts, marks, of_marks),
        _calibration(unseen, chances),
        _by_limit(model, unseen, marks),
        _left_out(unseen, marks, without),
    ]
    return "\n\n".join(parts)


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
        low, high = (share, high) if _at_most_hits(hits, count, share) > 0.05 else (low, share)  # noqa: PLR2004
    return f"{100 * high:.2f} %"


def _at_most_hits(hits: int, count: int, share: float) -> float:
    term = total = (1 - share) ** count
    for k in range(hits):
        term *= (count - k) / (k + 1) * share / max(1 - share, 1e-12)
        total += term
    return total


def _chances(model: SignatureModel, zones: Zones) -> NDArray[np.float64]:
    return np.array([model.chance(row) if row.get("stroke_length", 0.0) > 0 else 0.0 for row in zones.rows])


def _verdicts(model: SignatureModel, zones: Zones, limit: float | None = None) -> NDArray[np.str_]:
    chosen = _THRESHOLDS if limit is None else _THRESHOLDS.model_copy(update={"approve_chance": limit})
    inks = (SignatureInk(measures=row) for row in zones.rows)
    return np.array([check_signature(ink, None, model=model, thresholds=chosen).verdict.value for ink in inks])


def _overall(unseen: Zones, verdicts: NDArray[np.str_], marks: Zones, of_marks: NDArray[np.str_]) -> str:
    signed = unseen.signed
    not_signed = np.concatenate([verdicts[~signed], of_marks[~marks.signed]])
    kinds = np.concatenate([unseen.kinds[~signed], marks.kinds[~marks.signed]])
    empty = np.array([MARK_OUTCOMES[str(kind)] is Expected.UNSIGNED for kind in kinds])
    wrongly, count = int((not_signed == Verdict.PASSED).sum()), int(not_signed.size)
    told, told_of = int((not_signed[empty] == Verdict.FAILED).sum()), int(empty.sum())
    rows = [
        ("signed zones approved", wilson(int((verdicts[signed] == Verdict.PASSED).sum()), int(signed.sum()))),
        (
            "signed zones told that they are unsigned",
            wilson(int((verdicts[signed] == Verdict.FAILED).sum()), int(signed.sum())),
        ),
        (f"not signed, approved: {wrongly} of {count:,}", f"at most {at_most(wrongly, count)} (95 %)"),
        ("empty, specks, dots, fold, streak, ghost told so at once", wilson(told, told_of)),
    ]
    return "### Overall\n\n" + _table(("measure", "share (95 % interval)"), rows)


def _by_device(zones: Zones, verdicts: NDArray[np.str_]) -> str:
    rows = []
    for device in sorted(set(zones.devices)):
        of = verdicts[zones.signed & (zones.devices == device)]
        rows.append((device, str(of.size), *(wilson(int((of == v).sum()), of.size) for v in Verdict)))
    return "### Signed zones by device\n\n" + _table(("device", "zones", *_OUTCOMES), rows)


def _by_kind(unseen: Zones, verdicts: NDArray[np.str_], marks: Zones, of_marks: NDArray[np.str_]) -> str:
    kinds = np.concatenate([unseen.kinds, marks.kinds[~marks.signed]])
    every = np.concatenate([verdicts, of_marks[~marks.signed]])
    rows = []
    for kind in sorted(set(kinds), key=lambda kind: (kind in MARK_KINDS, kind)):
        of = every[kinds == kind]
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


def _by_limit(model: SignatureModel, unseen: Zones, marks: Zones) -> str:
    rows = []
    for limit in _LIMITS:
        verdicts, of_marks = _verdicts(model, unseen, limit), _verdicts(model, marks, limit)
        signed = int((verdicts[unseen.signed] == Verdict.PASSED).sum())
        wrong = int(
            (verdicts[~unseen.signed] == Verdict.PASSED).sum() + (of_marks[~marks.signed] == Verdict.PASSED).sum()
        )
        rows.append((f"{limit:g}", wilson(signed, int(unseen.signed.sum())), str(wrong)))
    return "### By threshold\n\n" + _table(("approve at", "signed approved", "not signed approved"), rows)


def _left_out(unseen: Zones, marks: Zones, without: Callable[[str], SignatureModel]) -> str:
    """Each kind scored by a model that never saw anything like it."""
    rows = []
    for kind in MARK_KINDS:
        parts = [(zones, zones.kinds == kind) for zones in (unseen, marks)]
        inks = [row for zones, of in parts for row, one in zip(zones.rows, of, strict=True) if one]
        if not inks or MARK_OUTCOMES[kind] is not Expected.REVIEW:
            continue
        model = without(kind)
        checks = (
            check_signature(SignatureInk(measures=row), None, model=model, thresholds=_THRESHOLDS) for row in inks
        )
        rows.append((kind, str(len(inks)), str(sum(check.verdict is Verdict.PASSED for check in checks))))
    title = "### Each kind left out of training\n\n"
    return title + _table(("kind", "zones", "approved by a model that never saw it"), rows)


_OUTCOMES = tuple(
    {"passed": "approved", "failed": "unsigned", "unclear": "review"}[verdict.value] for verdict in Verdict
)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
