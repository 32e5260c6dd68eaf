"""The gate's decision, as a pure function of what was found: no I/O, no clock.

The inputs are recorded with every decision (ids, codes and hashes only), so that each can be worked out again later.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue, TypeAdapter

from schemas.reason_codes import ReasonCode
from schemas.values import Party, ScopeItem
from services.register.states import OPENS_THE_CASE, ConsentStatus, OrganizationStatus, PersonStatus, Purpose

RULE_VERSION = "gate-1"
"""Recorded with each decision; changes whenever a decision could come out differently."""


class GrantState(StrEnum):
    """What became of checking the grant's hash and signature."""

    MISSING = "missing"
    INVALID = "invalid"
    VALID = "valid"


@dataclass(frozen=True)
class RegisteredConsent:
    """The consent's row."""

    status: ConsentStatus
    organization_id: UUID
    party: Party
    document_sha256: str


@dataclass(frozen=True)
class GrantTerms:
    """What a validly signed grant allows; nothing in it names a person."""

    consent_id: UUID
    organization_id: UUID
    party: Party
    document_sha256: str
    scope: tuple[ScopeItem, ...]
    starts_on: date
    expires_on: date


@dataclass(frozen=True)
class AskingPerson:
    """The person on whose behalf the gate is asked."""

    id: UUID
    organization_id: UUID | None
    status: PersonStatus
    agreed: bool


@dataclass(frozen=True)
class GateInputs:
    """Everything a decision depends on. What was not found is None, and what is None never opens the gate."""

    purpose: Purpose
    day: date
    consent_id: UUID
    consent: RegisteredConsent | None = None
    grant_state: GrantState = GrantState.MISSING
    grant: GrantTerms | None = None
    organization_status: OrganizationStatus | None = None
    organization_agreed: bool = False
    asking_organization_id: UUID | None = None
    person_asked: bool = False
    person: AskingPerson | None = None

    def as_detail(self) -> dict[str, JsonValue]:
        """Return the inputs as JSON, for the audit log."""
        detail: dict[str, JsonValue] = _INPUTS.dump_python(self, mode="json")
        return detail

    @staticmethod
    def from_detail(detail: Mapping[str, JsonValue]) -> "GateInputs":
        """Read recorded inputs back.

        Raises:
            pydantic.ValidationError: these are no gate inputs.
        """
        return _INPUTS.validate_python(dict(detail))


_INPUTS = TypeAdapter(GateInputs)


def refusal(inputs: GateInputs) -> ReasonCode | None:
    """Return why the gate stays shut, or None when every check passes.

    The order is fixed: who asks for another organization's consent learns nothing else about it.
    """
    consent = inputs.consent
    if consent is None:
        return ReasonCode.CONSENT_UNKNOWN
    return _first(
        _asked_from_outside(inputs, consent),
        _standing(consent.status),
        _evidence(inputs, consent),
        _period_and_scope(inputs.grant, inputs.day),
        _organization(inputs),
        _person(inputs, consent),
    )


def _asked_from_outside(inputs: GateInputs, consent: RegisteredConsent) -> ReasonCode | None:
    asking = inputs.asking_organization_id
    if asking is not None and asking != consent.organization_id:
        return ReasonCode.PERSON_OF_OTHER_ORG
    if inputs.person is not None and inputs.person.organization_id != consent.organization_id:
        return ReasonCode.PERSON_OF_OTHER_ORG
    return None


def _standing(status: ConsentStatus) -> ReasonCode | None:
    if status is ConsentStatus.REVOKED:
        return ReasonCode.CONSENT_REVOKED
    if status is ConsentStatus.EXPIRED:
        return ReasonCode.CONSENT_EXPIRED
    return None if status in OPENS_THE_CASE else ReasonCode.CONSENT_NOT_APPROVED


def _evidence(inputs: GateInputs, consent: RegisteredConsent) -> ReasonCode | None:
    if inputs.grant_state is GrantState.MISSING:
        return ReasonCode.GRANT_MISSING
    grant = inputs.grant
    if inputs.grant_state is not GrantState.VALID or grant is None:
        return ReasonCode.GRANT_INVALID
    granted = (grant.consent_id, grant.organization_id, grant.party)
    if granted != (inputs.consent_id, consent.organization_id, consent.party):
        return ReasonCode.GRANT_INVALID
    return None if grant.document_sha256 == consent.document_sha256 else ReasonCode.DOCUMENT_CHANGED


def _period_and_scope(grant: GrantTerms | None, day: date) -> ReasonCode | None:
    if grant is None:
        return ReasonCode.GRANT_MISSING
    if day < grant.starts_on:
        return ReasonCode.CONSENT_NOT_STARTED
    if day > grant.expires_on:
        return ReasonCode.CONSENT_EXPIRED
    return None if grant.scope else ReasonCode.OUT_OF_SCOPE


def _organization(inputs: GateInputs) -> ReasonCode | None:
    if inputs.organization_status is not OrganizationStatus.ACTIVE:
        return ReasonCode.ORG_NOT_ACTIVE
    return None if inputs.organization_agreed else ReasonCode.ORG_AGREEMENT_MISSING


def _person(inputs: GateInputs, consent: RegisteredConsent) -> ReasonCode | None:
    """A person must be named to view; one who is named for another purpose is checked all the same."""
    if inputs.purpose is not Purpose.VIEW and not inputs.person_asked:
        return None
    person = inputs.person
    if person is None or person.status is not PersonStatus.ACTIVE:
        return ReasonCode.PERSON_NOT_ACTIVE
    if person.organization_id != consent.organization_id:
        return ReasonCode.PERSON_OF_OTHER_ORG
    return None if person.agreed else ReasonCode.PERSON_AGREEMENT_MISSING


def _first(*reasons: ReasonCode | None) -> ReasonCode | None:
    return next((reason for reason in reasons if reason is not None), None)
