"""Scored forms for tests of the scores."""

from consent_intake.rules.check import Verdict
from consent_intake.rules.consent_decision import Outcome
from consent_intake.samples.truth import Family
from consent_intake.scoring.scored import FieldScore, ScoredForm
from schemas.reason_codes import ReasonCode


def scored(
    family: Family = Family.GOOD,
    outcome: Outcome = Outcome.APPROVED,
    *,
    reasons: tuple[ReasonCode, ...] = (),
    fill: str = "prefilled",
    channel: str = "flatbed",
    signed: bool = True,
    told_at_once: bool = False,
    style: str | None = "loops",
    signature: Verdict | None = Verdict.PASSED,
    found: bool = True,
    has_code: bool = True,
    fields: tuple[FieldScore, ...] = (),
    cpu_seconds: float = 0.1,
    number: int = 0,
) -> ScoredForm:
    """Return a form that was read and decided; by default a good prefilled one that was approved."""
    return ScoredForm(
        number=number,
        kind=family.value,
        family=family,
        channel=channel,
        fill=fill,
        language="en",
        style=style if signed else None,
        signed=signed,
        told_at_once=told_at_once,
        outcome=outcome,
        reasons=reasons,
        signature=signature,
        has_code=has_code,
        registered=found,
        code_read=found and has_code,
        fields=fields,
        cpu_seconds=cpu_seconds,
    )


def field(
    name: str = "birth_date",
    *,
    by_hand: bool = False,
    exact: bool = True,
    claim_holds: bool | None = True,
    confirmed: bool = True,
    engines: tuple[tuple[str, bool], ...] = (),
) -> FieldScore:
    """Return a field's score; by default a typed birth date that was read and confirmed."""
    return FieldScore(name, by_hand, exact, exact, engines, claim_holds, confirmed)
