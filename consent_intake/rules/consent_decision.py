"""The three outcomes of a form: approved, rejected with reasons, or a person looks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consent_intake.rules.check import Check, Verdict
from consent_intake.rules.claim_checks import (
    check_birth_date,
    check_case_identifier,
    check_field_hint,
    check_name,
    check_organization,
    check_role,
    check_safety,
)
from consent_intake.rules.digital_checks import check_digital
from consent_intake.rules.digital_stand_in import signature_settled, with_signing_time
from consent_intake.rules.file_checks import check_file, check_revision
from consent_intake.rules.form_id_checks import FormIdStatus, check_form_id
from consent_intake.rules.form_reading import Crop, FormReading, WrittenText
from consent_intake.rules.period_checks import Period, check_period, check_signing_date, period_of
from consent_intake.rules.policy import Policy
from consent_intake.rules.signature_rules import check_signature
from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode

CODE_VERSION = "rules.11"
"""Changes whenever a rule does; the thresholds have their policy's version."""

MAX_MONTHS = 12

REQUIRED_CHECKS = frozenset(
    {
        *("file", "revision", "form_id", "parent_name", "birth_date", "case_identifier", "role", "organization"),
        *("signature", "signed_on", "period", "safety"),
    }
)
"""A form without any one of these having passed is never approved, whatever the others say."""

_NOT_READ = WrittenText()


class Outcome(StrEnum):
    """What becomes of a form."""

    APPROVED = "approved"
    REJECTED = "rejected"
    REVIEW = "review"


@dataclass(frozen=True)
class Decision:
    """An outcome, its reasons in the order of the form, and every check behind it.

    Attributes:
        outcome: what becomes of the form.
        reasons: why it is not approved; empty when it is.
        checks: all of them, with what they measured and where.
        period: the form's dates; None unless approved.
    """

    outcome: Outcome
    reasons: tuple[ReasonCode, ...]
    checks: tuple[Check, ...]
    period: Period | None = None


@dataclass(frozen=True)
class Uploader:
    """The organization that a form was uploaded for.

    Attributes:
        form_code: what its printed forms carry in their code.
        name: as registered.
    """

    form_code: str
    name: str


def rule_version(policy: Policy) -> str:
    """Return what is stored with every decision: which thresholds and which code."""
    return f"{policy.version}+{CODE_VERSION}"


def decide(
    reading: FormReading,
    claim: ConsentClaim,
    uploader: Uploader,
    *,
    policy: Policy,
    today: date,
    duplicate: bool = False,
    form_id: FormIdStatus = FormIdStatus.ISSUED,
    max_months: int = MAX_MONTHS,
    printed_on: date | None = None,
) -> Decision:
    """Judge a form.

    Args:
        reading: what the file holds.
        claim: what the uploader says it holds.
        uploader: for which organization.
        policy: every threshold.
        today: the legal day in New York.
        duplicate: the same file is here already.
        form_id: what the register knows about the printed form's one-time id.
        max_months: the longest period allowed.
        printed_on: legal day on which the form was printed; None when the register does not know it.
    """
    about_the_file = check_file(reading, duplicate=duplicate)
    if about_the_file.verdict is not Verdict.PASSED:
        held = [check_safety(reading.boxes.get("safety_yes", 0.0), thresholds=policy.claims)] if reading.forms else []
        return combined([about_the_file, *_placed(held, reading)])
    effective = with_signing_time(reading, claim.parent_name, policy)
    checks = [about_the_file, check_revision(reading), check_form_id(reading.code, form_id)]
    checks += _claim_checks(effective, claim, uploader, policy)
    checks += _signature_checks(effective, claim, policy, printed_here=printed_on is not None)
    signed_on, thresholds = _field(effective, "signed_on"), policy.claims
    checks.append(check_signing_date(signed_on, today, thresholds=thresholds, printed_on=printed_on))
    checks.append(check_period(effective, today, max_months=max_months, thresholds=thresholds, printed_on=printed_on))
    period = period_of(effective, today, thresholds=thresholds, printed_on=printed_on)
    return combined(_placed(checks, reading), period)


def combined(checks: Sequence[Check], period: Period | None = None) -> Decision:
    """Any doubt beats approval; a clear failure beats doubt, so that the uploader can act on it at once.

    One exception: a mark in the safety box is seen by a person even when the form fails otherwise. A check that is not
    there, and dates that are not, are doubts: nothing is approved by leaving something out.
    """
    unclear_reasons = _reasons(checks, Verdict.UNCLEAR)
    failed_reasons = _reasons(checks, Verdict.FAILED)
    if ReasonCode.SAFETY_REVIEW in unclear_reasons:
        return Decision(Outcome.REVIEW, (ReasonCode.SAFETY_REVIEW,), tuple(checks))
    if ReasonCode.FORM_RETIRED in failed_reasons:  # other boxes of a retired form prove nothing
        return Decision(Outcome.REJECTED, (ReasonCode.FORM_RETIRED,), tuple(checks))
    if failed_reasons:
        return Decision(Outcome.REJECTED, failed_reasons, tuple(checks))
    in_order = {check.name for check in checks if check.verdict is Verdict.PASSED}
    if period is not None and in_order >= REQUIRED_CHECKS and all(check.verdict is Verdict.PASSED for check in checks):
        return Decision(Outcome.APPROVED, (), tuple(checks), period)
    return Decision(Outcome.REVIEW, unclear_reasons or (ReasonCode.ILLEGIBLE,), tuple(checks))


def _claim_checks(reading: FormReading, claim: ConsentClaim, uploader: Uploader, policy: Policy) -> list[Check]:
    thresholds = policy.claims
    boxes = reading.boxes
    noncustodial, custodial = boxes.get("role_noncustodial", 0.0), boxes.get("role_custodial", 0.0)
    name, birth_date, case = (_field(reading, field) for field in ("parent_name", "birth_date", "case_identifier"))
    return [
        check_name(name, claim.parent_name, thresholds=thresholds),
        check_birth_date(birth_date, claim.birth_date, thresholds=thresholds),
        check_case_identifier(case, claim.case_identifier, thresholds=thresholds),
        check_role(noncustodial, custodial, claim.party, thresholds=thresholds),
        check_organization(
            reading.code,
            _field(reading, "organization"),
            form_code=uploader.form_code,
            organization_name=uploader.name,
            thresholds=thresholds,
        ),
        # A box that nobody looked at counts as marked: whether somebody is in danger is not guessed.
        check_safety(boxes.get("safety_yes", 1.0), thresholds=thresholds),
        *(
            check_field_hint(field, text, reading.field_hints[field], thresholds=thresholds)
            for field, text in reading.fields.items()
            if reading.field_hints.get(field)
        ),
    ]


def _signature_checks(reading: FormReading, claim: ConsentClaim, policy: Policy, *, printed_here: bool) -> list[Check]:
    ink = check_signature(
        reading.signature,
        reading.witness,
        model=policy.signature_model,
        thresholds=policy.signature,
        name=claim.parent_name,
        printed_here=printed_here,
    )
    digital = check_digital(reading.digital_signatures, claim.parent_name)
    settled = signature_settled(ink, reading.signature, reading.digital_signatures, claim.parent_name, policy.signature)
    return [settled, *([] if digital is None else [digital])]


def _placed(checks: Iterable[Check], reading: FormReading) -> list[Check]:
    """Return the checks with the place on the picture that a person looks at, where a check did not say."""
    return [check if check.crop is not None else check.at(*_place(check, reading)) for check in checks]


def _place(check: Check, reading: FormReading) -> tuple[str | None, Crop | None]:
    field = check.field or check.name.removeprefix("hint.")
    if field in reading.fields:
        return field, reading.fields[field].crop
    match check.name:
        case "role":
            return "role_noncustodial", around([reading.box_crops.get(f"role_{side}") for side in _SIDES])
        case "safety":
            return "safety_yes", reading.box_crops.get("safety_yes")
        case "signature":
            zone = reading.witness if check.reason is ReasonCode.SIGNED_AS_WITNESS else reading.signature
            return ("witness" if zone is reading.witness else "signature"), zone.crop if zone else None
        case "period":
            return "starts_on", around([_field(reading, name).crop for name in ("starts_on", "expires_on")])
        case _:
            return check.field, None


_SIDES = ("noncustodial", "custodial")


def around(crops: Iterable[Crop | None]) -> Crop | None:
    """Return the rectangle around all places that are known; None when none is."""
    known = [crop for crop in crops if crop is not None]
    if not known:
        return None
    left, top = min(crop.left for crop in known), min(crop.top for crop in known)
    right, bottom = max(crop.left + crop.width for crop in known), max(crop.top + crop.height for crop in known)
    return Crop(left=left, top=top, width=min(right - left, 10_000), height=min(bottom - top, 10_000))


def _reasons(checks: Iterable[Check], verdict: Verdict) -> tuple[ReasonCode, ...]:
    found = (check.reason for check in checks if check.verdict is verdict and check.reason is not None)
    return tuple(dict.fromkeys(found))


def _field(reading: FormReading, name: str) -> WrittenText:
    return reading.fields.get(name, _NOT_READ)
