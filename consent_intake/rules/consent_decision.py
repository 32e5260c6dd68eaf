"""The three outcomes of a form: approved, rejected with reasons, or a person looks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from consent_intake.rules.check import Check, Verdict, failed, passed, unclear
from consent_intake.rules.claim_checks import (
    check_birth_date,
    check_case_identifier,
    check_field_hint,
    check_name,
    check_organization,
    check_role,
    check_safety,
)
from consent_intake.rules.form_reading import FormReading, Registration, WrittenText
from consent_intake.rules.period_checks import check_period, check_signing_date
from consent_intake.rules.signature_rules import check_signature
from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode
from services.consent_form.layout import FORM_REVISION, RETIRED_REVISIONS

RULE_VERSION = "2026-11.1"
"""Stored with every decision; changes whenever a rule or a threshold does."""

MAX_MONTHS = 12

_NOT_READ = WrittenText()


class Outcome(StrEnum):
    """What becomes of a form."""

    APPROVED = "approved"
    REJECTED = "rejected"
    REVIEW = "review"


@dataclass(frozen=True)
class Decision:
    """An outcome, its reasons in the order of the form, and every check behind it."""

    outcome: Outcome
    reasons: tuple[ReasonCode, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Uploader:
    """The organization that a form was uploaded for.

    Attributes:
        form_code: what its printed forms carry in their code.
        name: as registered.
    """

    form_code: str
    name: str


def decide(
    reading: FormReading,
    claim: ConsentClaim,
    uploader: Uploader,
    *,
    today: date,
    duplicate: bool = False,
    max_months: int = MAX_MONTHS,
) -> Decision:
    """Judge a form. ``today`` is the legal day in New York; ``max_months`` the longest period allowed."""
    about_the_file = check_file(reading, duplicate=duplicate)
    if about_the_file.verdict is not Verdict.PASSED:
        return _combined([about_the_file])
    checks = [about_the_file, check_revision(reading), *_form_checks(reading, claim, uploader)]
    checks.append(check_signing_date(_field(reading, "signed_on"), today))
    checks.append(check_period(reading, today, max_months=max_months))
    checks.extend(check_field_hint(name, text, reading.field_hints.get(name)) for name, text in reading.fields.items())
    return _combined(checks)


def check_file(reading: FormReading, *, duplicate: bool) -> Check:
    """The file opened, holds one form that is ours, and is not here already."""
    if reading.problem is not None:
        return failed("file", reading.problem)
    if duplicate:
        return failed("file", ReasonCode.DUPLICATE)
    if reading.registration is Registration.NONE:
        return failed("file", ReasonCode.WRONG_FORM)
    if not reading.registered or reading.several_forms:
        return unclear("file", ReasonCode.ILLEGIBLE)
    return passed("file")


def check_revision(reading: FormReading) -> Check:
    """The printed revision is the one whose boxes were read."""
    if reading.code is None:
        return unclear("revision", ReasonCode.ILLEGIBLE)
    if reading.code.revision in RETIRED_REVISIONS:
        return failed("revision", ReasonCode.FORM_RETIRED)
    if reading.code.revision != FORM_REVISION:
        return unclear("revision", ReasonCode.ILLEGIBLE)
    return passed("revision")


def _form_checks(reading: FormReading, claim: ConsentClaim, uploader: Uploader) -> list[Check]:
    return [
        check_name(_field(reading, "parent_name"), claim.parent_name),
        check_birth_date(_field(reading, "birth_date"), claim.birth_date),
        check_case_identifier(_field(reading, "case_identifier"), claim.case_identifier),
        check_role(reading.boxes.get("role_noncustodial", 0.0), reading.boxes.get("role_custodial", 0.0), claim.party),
        check_organization(
            reading.code,
            _field(reading, "organization"),
            form_code=uploader.form_code,
            organization_name=uploader.name,
        ),
        check_signature(reading.signature),
        check_safety(reading.boxes.get("safety_yes", 0.0)),
    ]


def _combined(checks: list[Check]) -> Decision:
    """Any doubt beats approval; a clear failure beats doubt, so that the uploader can act on it at once.

    One exception: a mark in the safety box is seen by a person even when the form fails otherwise.
    """
    unclear_reasons = _reasons(checks, Verdict.UNCLEAR)
    failed_reasons = _reasons(checks, Verdict.FAILED)
    if ReasonCode.SAFETY_REVIEW in unclear_reasons:
        return Decision(Outcome.REVIEW, (ReasonCode.SAFETY_REVIEW,), tuple(checks))
    if ReasonCode.FORM_RETIRED in failed_reasons:  # other boxes of a retired form prove nothing
        return Decision(Outcome.REJECTED, (ReasonCode.FORM_RETIRED,), tuple(checks))
    if failed_reasons:
        return Decision(Outcome.REJECTED, failed_reasons, tuple(checks))
    if unclear_reasons:
        return Decision(Outcome.REVIEW, unclear_reasons, tuple(checks))
    return Decision(Outcome.APPROVED, (), tuple(checks))


def _reasons(checks: Iterable[Check], verdict: Verdict) -> tuple[ReasonCode, ...]:
    found = (check.reason for check in checks if check.verdict is verdict and check.reason is not None)
    return tuple(dict.fromkeys(found))


def _field(reading: FormReading, name: str) -> WrittenText:
    return reading.fields.get(name, _NOT_READ)
