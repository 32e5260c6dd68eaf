"""The floors of the signature check on a small seeded set; docs/models/signature.md has the large one."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from consent_intake.adapters.field_strips import text_lines
from consent_intake.adapters.pen_likeness import PenLikeness
from consent_intake.adapters.policy_file import packaged_policy
from consent_intake.adapters.rapidocr_lines import RapidOcrLines
from consent_intake.adapters.signature_ink import measure
from consent_intake.rules.check import Check, Verdict
from consent_intake.rules.signature_rules import check_signature
from consent_intake.samples.marks import MARK_KINDS, MARK_OUTCOMES, Expected
from consent_intake.samples.signatures import HELD_OUT_STYLES
from schemas.reason_codes import ReasonCode
from tests.support.signature_zones import Draw, mark_of, signature_of, zones

POLICY = packaged_policy()
GRAIN = 5.0


@cache
def _lines() -> RapidOcrLines:
    return RapidOcrLines.load()


@cache
def _pens() -> PenLikeness:
    return PenLikeness.load()


def _check(draw: Draw, seed: int) -> Check:
    box, witness = zones(draw, "signature", "witness", noise=GRAIN, seed=seed)
    words = tuple(word for line in text_lines("signature", box) for word in _lines().words(line))
    ink = _pens().added(measure(box, words), box)
    return check_signature(
        ink,
        measure(witness),
        model=POLICY.signature_model,
        thresholds=POLICY.signature,
        name="Ana Perez",
        printed_here=True,
    )


@pytest.mark.parametrize("kind", MARK_KINDS)
def test_nothing_that_is_no_signature_is_approved(kind: str) -> None:
    checks = [_check(mark_of(kind, seed), seed) for seed in (101, 102)]
    assert all(check.verdict is not Verdict.PASSED for check in checks)


def test_boxes_that_nobody_wrote_into_are_told_so_at_once() -> None:
    kinds = [kind for kind, outcome in MARK_OUTCOMES.items() if outcome is Expected.UNSIGNED]
    reasons = Counter(_check(mark_of(kind, seed), seed).reason for kind in kinds for seed in range(201, 205))
    assert reasons[ReasonCode.MISSING_SIGNATURE] >= 0.9 * reasons.total()


def test_a_signature_in_the_witness_box_is_told_so_at_once() -> None:
    checks = [_check(mark_of("witness", seed), seed) for seed in range(301, 305)]
    assert [check.reason for check in checks] == [ReasonCode.SIGNED_AS_WITNESS] * 4


def test_most_signatures_in_styles_that_nobody_trained_on_are_approved() -> None:
    seeds = np.arange(400, 402)
    verdicts = Counter(_check(signature_of(style, seed), seed).verdict for style in HELD_OUT_STYLES for seed in seeds)
    assert verdicts[Verdict.FAILED] == 0
    assert verdicts[Verdict.PASSED] >= 8
