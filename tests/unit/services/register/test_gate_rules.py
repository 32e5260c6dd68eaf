"""The gate's decision by itself: every way to say no, and that nothing but everything in order says yes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.reason_codes import ReasonCode
from schemas.values import FULL_SCOPE, Party
from services.register.gate_rules import (
    AskingPerson,
    GateInputs,
    GrantState,
    GrantTerms,
    RegisteredConsent,
    refusal,
)
from services.register.states import OPENS_THE_CASE, ConsentStatus, OrganizationStatus, PersonStatus, Purpose

CONSENT, ORG, OTHER, PERSON = (UUID(int=number) for number in range(1, 5))
HASH, OTHER_HASH = "a" * 64, "b" * 64
FIRST, LAST = date(2026, 11, 1), date(2027, 10, 31)

REGISTERED = RegisteredConsent(ConsentStatus.APPROVED, ORG, Party.CUSTODIAL, HASH)
TERMS = GrantTerms(CONSENT, ORG, Party.CUSTODIAL, HASH, FULL_SCOPE, FIRST, LAST)
STAFF = AskingPerson(PERSON, ORG, PersonStatus.ACTIVE, agreed=True)
IN_ORDER = GateInputs(
    purpose=Purpose.VIEW,
    day=date(2026, 11, 16),
    consent_id=CONSENT,
    consent=REGISTERED,
    grant_state=GrantState.VALID,
    grant=TERMS,
    organization_status=OrganizationStatus.ACTIVE,
    organization_agreed=True,
    asking_organization_id=ORG,
    person_asked=True,
    person=STAFF,
)

Fault = Callable[[GateInputs], GateInputs]


def _consent(**changes: object) -> Fault:
    return lambda inputs: replace(inputs, consent=replace(REGISTERED, **changes))  # type: ignore[arg-type]


def _grant(**changes: object) -> Fault:
    return lambda inputs: replace(inputs, grant=replace(TERMS, **changes))  # type: ignore[arg-type]


def _person(**changes: object) -> Fault:
    return lambda inputs: replace(inputs, person=replace(STAFF, **changes))  # type: ignore[arg-type]


def _inputs(**changes: object) -> Fault:
    return lambda inputs: replace(inputs, **changes)  # type: ignore[arg-type]


FAULTS: list[tuple[str, Fault, ReasonCode]] = [
    ("unknown consent", _inputs(consent=None), ReasonCode.CONSENT_UNKNOWN),
    ("revoked", _consent(status=ConsentStatus.REVOKED), ReasonCode.CONSENT_REVOKED),
    ("expired", _consent(status=ConsentStatus.EXPIRED), ReasonCode.CONSENT_EXPIRED),
    ("rejected", _consent(status=ConsentStatus.REJECTED), ReasonCode.CONSENT_NOT_APPROVED),
    ("refused", _consent(status=ConsentStatus.REFUSED), ReasonCode.CONSENT_NOT_APPROVED),
    ("only uploaded", _consent(status=ConsentStatus.UPLOADED), ReasonCode.CONSENT_NOT_APPROVED),
    ("in review", _consent(status=ConsentStatus.IN_REVIEW), ReasonCode.CONSENT_NOT_APPROVED),
    ("no grant", _inputs(grant_state=GrantState.MISSING), ReasonCode.GRANT_MISSING),
    ("forged grant", _inputs(grant_state=GrantState.INVALID), ReasonCode.GRANT_INVALID),
    ("valid grant without terms", _inputs(grant=None), ReasonCode.GRANT_INVALID),
    ("grant of another consent", _grant(consent_id=OTHER), ReasonCode.GRANT_INVALID),
    ("grant of another organization", _grant(organization_id=OTHER), ReasonCode.GRANT_INVALID),
    ("grant of the other side", _grant(party=Party.NONCUSTODIAL), ReasonCode.GRANT_INVALID),
    ("grant over another document", _grant(document_sha256="c" * 64), ReasonCode.DOCUMENT_CHANGED),
    ("document changed", _consent(document_sha256=OTHER_HASH), ReasonCode.DOCUMENT_CHANGED),
    ("day before the first", _inputs(day=FIRST - timedelta(days=1)), ReasonCode.CONSENT_NOT_STARTED),
    ("day after the last", _inputs(day=LAST + timedelta(days=1)), ReasonCode.CONSENT_EXPIRED),
    ("empty scope", _grant(scope=()), ReasonCode.OUT_OF_SCOPE),
    ("no organization", _inputs(organization_status=None), ReasonCode.ORG_NOT_ACTIVE),
    ("suspended", _inputs(organization_status=OrganizationStatus.SUSPENDED), ReasonCode.ORG_NOT_ACTIVE),
    ("requested", _inputs(organization_status=OrganizationStatus.REQUESTED), ReasonCode.ORG_NOT_ACTIVE),
    ("declined", _inputs(organization_status=OrganizationStatus.DECLINED), ReasonCode.ORG_NOT_ACTIVE),
    ("organization has not agreed", _inputs(organization_agreed=False), ReasonCode.ORG_AGREEMENT_MISSING),
    ("asked for another organization", _inputs(asking_organization_id=OTHER), ReasonCode.PERSON_OF_OTHER_ORG),
    ("nobody asks", _inputs(person_asked=False, person=None), ReasonCode.PERSON_NOT_ACTIVE),
    ("person unknown", _inputs(person=None), ReasonCode.PERSON_NOT_ACTIVE),
    ("person invited", _person(status=PersonStatus.INVITED), ReasonCode.PERSON_NOT_ACTIVE),
    ("person deactivated", _person(status=PersonStatus.DEACTIVATED), ReasonCode.PERSON_NOT_ACTIVE),
    ("person of another organization", _person(organization_id=OTHER), ReasonCode.PERSON_OF_OTHER_ORG),
    ("person of the agency", _person(organization_id=None), ReasonCode.PERSON_OF_OTHER_ORG),
    ("person has not agreed", _person(agreed=False), ReasonCode.PERSON_AGREEMENT_MISSING),
]


def test_the_gate_opens_when_everything_is_in_order() -> None:
    assert refusal(IN_ORDER) is None


@pytest.mark.parametrize("status", sorted(OPENS_THE_CASE))
def test_the_gate_opens_in_every_state_after_approval(status: ConsentStatus) -> None:
    assert refusal(_consent(status=status)(IN_ORDER)) is None


@pytest.mark.parametrize("day", [FIRST, LAST])
def test_the_first_and_the_last_day_belong_to_the_period(day: date) -> None:
    assert refusal(replace(IN_ORDER, day=day)) is None


@pytest.mark.parametrize(("fault", "reason"), [(f, r) for _, f, r in FAULTS], ids=[name for name, _, _ in FAULTS])
def test_each_single_fault_shuts_the_gate_and_says_why(fault: Fault, reason: ReasonCode) -> None:
    assert refusal(fault(IN_ORDER)) is reason


@pytest.mark.parametrize("purpose", [Purpose.FETCH, Purpose.RENDER, Purpose.DELIVER])
def test_a_stage_needs_no_person_but_a_person_who_is_named_is_checked(purpose: Purpose) -> None:
    by_stage = replace(IN_ORDER, purpose=purpose, person_asked=False, person=None, asking_organization_id=None)
    assert refusal(by_stage) is None
    assert refusal(replace(by_stage, person_asked=True)) is ReasonCode.PERSON_NOT_ACTIVE
    named = replace(by_stage, person_asked=True, person=replace(STAFF, agreed=False))
    assert refusal(named) is ReasonCode.PERSON_AGREEMENT_MISSING


def test_inputs_that_say_nothing_never_open_the_gate() -> None:
    for purpose in Purpose:
        assert refusal(GateInputs(purpose=purpose, day=FIRST, consent_id=CONSENT)) is not None


def test_who_asks_from_another_organization_is_told_nothing_else_about_the_consent() -> None:
    stranger = replace(IN_ORDER, asking_organization_id=OTHER, person=replace(STAFF, organization_id=OTHER))
    for _, fault, reason in FAULTS:
        if reason is not ReasonCode.CONSENT_UNKNOWN:
            faulty = replace(fault(stranger), asking_organization_id=OTHER, person=stranger.person)
            assert refusal(faulty) is ReasonCode.PERSON_OF_OTHER_ORG


@given(st.lists(st.sampled_from([fault for _, fault, _ in FAULTS]), min_size=1, max_size=6))
def test_any_mixture_of_faults_keeps_the_gate_shut(faults: list[Fault]) -> None:
    inputs = IN_ORDER
    for fault in faults:
        inputs = fault(inputs)
    # A later fault may undo an earlier one that touched the same part, never the last.
    assert refusal(inputs) is not None


_IDS = st.sampled_from([CONSENT, ORG, OTHER])
_HASHES = st.sampled_from([HASH, OTHER_HASH])
_DAYS = st.dates(FIRST - timedelta(days=3), LAST + timedelta(days=3))
_CONSENTS = st.builds(RegisteredConsent, st.sampled_from(ConsentStatus), _IDS, st.sampled_from(Party), _HASHES)
_TERMS = st.builds(
    GrantTerms, _IDS, _IDS, st.sampled_from(Party), _HASHES, st.sampled_from([(), FULL_SCOPE]), _DAYS, _DAYS
)
_PEOPLE = st.builds(AskingPerson, st.just(PERSON), st.none() | _IDS, st.sampled_from(PersonStatus), st.booleans())
_ANY_INPUTS = st.builds(
    GateInputs,
    purpose=st.sampled_from(Purpose),
    day=_DAYS,
    consent_id=_IDS,
    consent=st.none() | _CONSENTS,
    grant_state=st.sampled_from(GrantState),
    grant=st.none() | _TERMS,
    organization_status=st.none() | st.sampled_from(OrganizationStatus),
    organization_agreed=st.booleans(),
    asking_organization_id=st.none() | _IDS,
    person_asked=st.booleans(),
    person=st.none() | _PEOPLE,
)


def _everything_in_order(inputs: GateInputs) -> bool:
    """The rule as one sentence, written without the product's code."""
    consent, grant, person = inputs.consent, inputs.grant, inputs.person
    needs_person = inputs.purpose is Purpose.VIEW or inputs.person_asked
    return (
        consent is not None
        and grant is not None
        and inputs.grant_state is GrantState.VALID
        and consent.status in {"approved", "fetched", "rendered", "delivered"}
        and grant.consent_id == inputs.consent_id
        and grant.organization_id == consent.organization_id
        and grant.party == consent.party
        and grant.document_sha256 == consent.document_sha256
        and grant.starts_on <= inputs.day <= grant.expires_on
        and bool(grant.scope)
        and inputs.organization_status == "active"
        and inputs.organization_agreed
        and inputs.asking_organization_id in {None, consent.organization_id}
        and (person is None or person.organization_id == consent.organization_id)
        and (not needs_person or (person is not None and person.status == "active" and person.agreed))
    )


@given(_ANY_INPUTS)
def test_the_gate_opens_exactly_when_everything_is_in_order(inputs: GateInputs) -> None:
    assert (refusal(inputs) is None) == _everything_in_order(inputs)


@given(st.sampled_from([fault for _, fault, _ in FAULTS] + [_inputs(day=LAST)]))
def test_recorded_inputs_give_the_same_decision_again(fault: Fault) -> None:
    inputs = fault(IN_ORDER)
    again = GateInputs.from_detail(inputs.as_detail())
    assert again == inputs
    assert refusal(again) is refusal(inputs)


@given(_ANY_INPUTS)
def test_any_inputs_survive_being_recorded(inputs: GateInputs) -> None:
    assert GateInputs.from_detail(inputs.as_detail()) == inputs


def test_ids_are_part_of_the_decision() -> None:
    assert refusal(replace(IN_ORDER, consent_id=uuid4())) is ReasonCode.GRANT_INVALID
