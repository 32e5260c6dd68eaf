"""The handlers on a register of their own: what rows an event makes, and which it never makes."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from notifier.rules.kinds import Kind
from schemas.case_events import CaseRefused
from schemas.reason_codes import ReasonCode
from schemas.snapshot_events import SnapshotRefused
from services.register import consents
from services.register.database import Database
from services.register.states import Channel, ConsentStatus, DeliveryState, OrganizationStatus, PersonRole, PersonStatus
from services.register.tables import Consent, Organization, Person
from services.runtime.failures import CannotBeProcessed
from tests.support.notifier_world import (
    NotifierWorld,
    case_refused,
    rejected,
    rendered,
    review_needed,
    revoked,
    snapshot_refused,
)


@pytest.fixture
def world(sqlite_register: Database) -> NotifierWorld:
    return NotifierWorld(sqlite_register)


@pytest.mark.parametrize(
    ("status", "make", "kind", "reasons"),
    [
        (ConsentStatus.REJECTED, rejected, Kind.CONSENT_REJECTED, ["MISSING_SIGNATURE"]),
        (ConsentStatus.REFUSED, case_refused, Kind.CASE_REFUSED, ["CASE_NOT_FOUND"]),
        (ConsentStatus.REFUSED, snapshot_refused, Kind.SNAPSHOT_REFUSED, ["PAGE_DOES_NOT_FIT"]),
        (ConsentStatus.REVOKED, revoked, Kind.CONSENT_REVOKED, []),
        (ConsentStatus.RENDERED, rendered, Kind.SNAPSHOT_READY, []),
        (ConsentStatus.IN_REVIEW, review_needed, Kind.CONSENT_IN_REVIEW, []),
    ],
)
async def test_the_uploader_hears_of_every_outcome_in_inbox_and_email(
    world: NotifierWorld, status: ConsentStatus, make: object, kind: Kind, reasons: list[str]
) -> None:
    consent = await world.consent(status)
    assert callable(make)
    assert await world.handle(make(consent)) == ()
    rows = await world.messages(kind=kind.value)
    assert {(row.channel, row.state) for row in rows} == {
        (Channel.INBOX, DeliveryState.SENT),
        (Channel.EMAIL, DeliveryState.PENDING),
    }
    assert {(row.person_id, tuple(row.reasons)) for row in rows} == {(consent.uploaded_by, tuple(reasons))}


async def test_the_same_event_twice_makes_no_second_message(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.REJECTED)
    await world.handle(rejected(consent))
    world.clock.now = world.clock.now.replace(hour=23)
    await world.handle(rejected(consent))
    assert len(await world.messages()) == 2


async def test_a_captured_event_that_is_changed_makes_no_second_message(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.REJECTED)
    await world.handle(rejected(consent))
    await world.handle(rejected(consent, ReasonCode.EXPIRED))
    assert [row.reasons for row in await world.messages(channel=Channel.EMAIL)] == [["MISSING_SIGNATURE"]]
    ready = await world.consent(ConsentStatus.RENDERED)
    await world.handle(rendered(ready))
    changed = rendered(ready).pages[0].model_copy(update={"size_bytes": 11})
    await world.handle(rendered(ready).model_copy(update={"pages": (changed,)}))
    assert len(await world.messages(channel=Channel.EMAIL, kind=Kind.SNAPSHOT_READY.value)) == 1


async def test_the_organizations_webhook_is_called_when_it_has_one(world: NotifierWorld) -> None:
    organization = await world.organization(webhook="https://hooks.example.org/in")
    consent = await world.consent(ConsentStatus.REJECTED, organization=organization)
    await world.handle(rejected(consent))
    (row,) = await world.messages(channel=Channel.WEBHOOK)
    assert (row.organization_id, row.person_id, row.state) == (organization.id, None, DeliveryState.PENDING)


async def test_a_disabled_webhook_is_not_called(world: NotifierWorld) -> None:
    organization = await world.organization(webhook="https://hooks.example.org/in")
    async with world.database.transaction() as tx:
        (await tx.get_one(Organization, organization.id)).webhook_disabled_at = world.clock()
    consent = await world.consent(ConsentStatus.REJECTED, organization=organization)
    await world.handle(rejected(consent))
    assert await world.messages(channel=Channel.WEBHOOK) == []


async def test_reviewers_hear_that_a_form_waits_but_never_its_uploader(world: NotifierWorld) -> None:
    reviewer = await world.person(None, role=PersonRole.REVIEWER)
    uploader = await world.person(None, role=PersonRole.REVIEWER)
    consent = await world.consent(ConsentStatus.IN_REVIEW, person=uploader)
    await world.handle(review_needed(consent))
    assert {row.person_id for row in await world.messages(kind=Kind.REVIEW_WAITING.value)} == {reviewer.id}


@pytest.mark.parametrize("make", [case_refused, snapshot_refused])
async def test_a_case_record_in_review_is_told_to_the_uploader_with_its_reason_and_to_the_reviewers(
    world: NotifierWorld, make: Callable[[Consent, ReasonCode], CaseRefused | SnapshotRefused]
) -> None:
    reviewer = await world.person(None, role=PersonRole.REVIEWER)
    consent = await world.consent(ConsentStatus.APPROVED)
    await world.move(consent, ConsentStatus.CASE_REVIEW, ReasonCode.CASE_DATA_TOO_OLD)
    await world.handle(make(consent, ReasonCode.CASE_DATA_TOO_OLD))
    told = await world.messages(kind=Kind.CASE_IN_REVIEW.value)
    assert {(row.person_id, tuple(row.reasons)) for row in told} == {(consent.uploaded_by, ("CASE_DATA_TOO_OLD",))}
    waiting = await world.messages(kind=Kind.CASE_REVIEW_WAITING.value)
    assert {(row.person_id, tuple(row.reasons)) for row in waiting} == {(reviewer.id, ())}
    with pytest.raises(CannotBeProcessed):
        await world.handle(make(consent, ReasonCode.CASE_NOT_FOUND))


async def test_a_case_that_was_settled_before_the_event_came_is_told_as_it_ended(world: NotifierWorld) -> None:
    event = ReasonCode.FIGURES_DO_NOT_RECONCILE
    read_again, ended = [await world.consent(ConsentStatus.APPROVED) for _ in range(2)]
    for consent in (read_again, ended):
        await world.move(consent, ConsentStatus.CASE_REVIEW, event)
    async with world.database.transaction() as tx:
        assert await consents.read_again(tx, read_again.id, at=world.clock())
    await world.handle(case_refused(read_again, event))
    assert await world.messages() == []
    await world.move(ended, ConsentStatus.REFUSED, event)
    await world.handle(case_refused(ended, event))
    rows = await world.messages(channel=Channel.EMAIL)
    assert [(row.kind, row.reasons) for row in rows] == [(Kind.CASE_REFUSED.value, [event.value])]


@pytest.mark.parametrize("reason", [ReasonCode.SAFETY_REVIEW, ReasonCode.ILLEGIBLE])
async def test_a_review_is_told_in_the_same_words_whatever_its_reason(world: NotifierWorld, reason: ReasonCode) -> None:
    await world.person(None, role=PersonRole.REVIEWER)
    consent = await world.consent(ConsentStatus.IN_REVIEW)
    await world.handle(review_needed(consent, reason))
    rows = await world.messages()
    assert len(rows) == 4
    assert all(row.reasons == [] and row.parameters == {} for row in rows)


async def test_a_safety_review_is_shown_as_held_for_staff(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.REJECTED)
    await world.handle(rejected(consent, ReasonCode.SAFETY_REVIEW))
    assert {tuple(row.reasons) for row in await world.messages()} == {("HELD_FOR_STAFF",)}


async def test_when_the_uploader_has_left_the_administrators_are_told(world: NotifierWorld) -> None:
    organization = await world.organization()
    admin = await world.person(organization, role=PersonRole.ORGANIZATION_ADMIN)
    consent = await world.consent(ConsentStatus.RENDERED, organization=organization)
    async with world.database.transaction() as tx:
        (await tx.get_one(Person, consent.uploaded_by)).status = PersonStatus.DEACTIVATED
    await world.handle(rendered(consent))
    assert {row.person_id for row in await world.messages(kind=Kind.SNAPSHOT_READY.value)} == {admin.id}


async def test_a_page_is_not_announced_when_the_gate_refuses_and_the_uploader_hears_why(world: NotifierWorld) -> None:
    organization = await world.organization()
    consent = await world.consent(ConsentStatus.RENDERED, organization=organization)
    async with world.database.transaction() as tx:
        (await tx.get_one(Organization, organization.id)).status = OrganizationStatus.SUSPENDED
    await world.handle(rendered(consent))
    assert await world.messages(kind=Kind.SNAPSHOT_READY.value) == []
    assert {tuple(row.reasons) for row in await world.messages()} == {("ORG_NOT_ACTIVE",)}
    assert await world.status_of(consent.id) is ConsentStatus.REFUSED


async def test_an_uploader_without_the_agreement_hears_that_it_must_be_signed(world: NotifierWorld) -> None:
    organization = await world.organization()
    person = await world.person(organization, agreed=False)
    consent = await world.consent(ConsentStatus.RENDERED, organization=organization, person=person)
    await world.handle(rendered(consent))
    assert {(row.kind, tuple(row.reasons)) for row in await world.messages()} == {
        (Kind.SNAPSHOT_REFUSED.value, ("PERSON_AGREEMENT_MISSING",))
    }


async def test_a_consent_that_ended_before_delivery_is_told_as_ended(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    world.clock.now = world.clock.now.replace(year=2028)
    await world.handle(rendered(consent))
    assert {(row.kind, tuple(row.reasons)) for row in await world.messages()} == {
        (Kind.SNAPSHOT_REFUSED.value, ("CONSENT_EXPIRED",))
    }
    assert await world.status_of(consent.id) is ConsentStatus.EXPIRED


async def test_after_a_revocation_nothing_is_announced(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    await world.move(consent, ConsentStatus.REVOKED)
    await world.handle(rendered(consent))
    assert await world.messages() == []


async def test_a_review_that_is_decided_already_is_not_told(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.REJECTED)
    await world.handle(review_needed(consent))
    assert await world.messages() == []


@pytest.mark.parametrize("make", [rejected, revoked, case_refused, snapshot_refused])
async def test_an_event_that_the_register_contradicts_alarms_nobody(world: NotifierWorld, make: object) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    assert callable(make)
    with pytest.raises(CannotBeProcessed) as failure:
        await world.handle(make(consent))
    assert failure.value.code is ReasonCode.EVENT_CONTRADICTS_REGISTER
    assert not failure.value.parks_later_events
    assert await world.messages() == []


@pytest.mark.parametrize("make", [case_refused, snapshot_refused])
async def test_after_a_consent_has_ended_only_what_was_refused_is_told_as_refused(
    world: NotifierWorld, make: Callable[[Consent], CaseRefused | SnapshotRefused]
) -> None:
    once_rendered = await world.consent(ConsentStatus.RENDERED)
    once_refused = await world.consent(ConsentStatus.REFUSED)
    for consent in (once_rendered, once_refused):
        await world.move(consent, ConsentStatus.EXPIRED)
    with pytest.raises(CannotBeProcessed) as failure:
        await world.handle(make(once_rendered))
    assert failure.value.code is ReasonCode.EVENT_CONTRADICTS_REGISTER
    assert await world.messages() == []
    await world.handle(make(once_refused))
    await world.handle(make(once_rendered).model_copy(update={"reason": ReasonCode.CONSENT_EXPIRED}))
    told = [row.consent_id for row in await world.messages(channel=Channel.EMAIL)]
    assert sorted(map(str, told)) == sorted([str(once_refused.id), str(once_rendered.id)])


async def test_a_page_that_the_register_does_not_know_is_not_announced(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.APPROVED)
    with pytest.raises(CannotBeProcessed) as failure:
        await world.handle(rendered(consent, snapshot_id=uuid4()))
    assert failure.value.code is ReasonCode.EVENT_CONTRADICTS_REGISTER
    assert await world.messages() == []


async def test_a_page_in_another_organizations_name_neither_ends_the_consent_nor_is_announced(
    world: NotifierWorld,
) -> None:
    consent = await world.consent(ConsentStatus.RENDERED)
    forged = rendered(consent).model_copy(update={"organization_id": uuid4()})
    with pytest.raises(CannotBeProcessed) as failure:
        await world.handle(forged)
    assert failure.value.code is ReasonCode.EVENT_CONTRADICTS_REGISTER
    assert await world.status_of(consent.id) is ConsentStatus.RENDERED


async def test_a_review_told_before_its_time_is_not_taken_for_done_with(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.UPLOADED)
    with pytest.raises(CannotBeProcessed) as failure:
        await world.handle(review_needed(consent))
    assert failure.value.code is ReasonCode.EVENT_CONTRADICTS_REGISTER


async def test_an_event_about_an_unknown_consent_is_a_dead_letter_that_holds_nobody_up(world: NotifierWorld) -> None:
    consent = await world.consent(ConsentStatus.REJECTED)
    event = rejected(consent).model_copy(update={"consent_id": uuid4()})
    with pytest.raises(CannotBeProcessed) as failure:
        await world.handle(event)
    assert failure.value.code is ReasonCode.CONSENT_UNKNOWN
    assert not failure.value.parks_later_events


async def test_the_couriers_are_nudged_after_the_commit_and_not_by_a_failure(world: NotifierWorld) -> None:
    listener = world.nudge.listener()
    consent = await world.consent(ConsentStatus.REJECTED)
    with pytest.raises(CannotBeProcessed):
        await world.handle(revoked(consent))
    assert not listener.is_set()
    await world.handle(rejected(consent))
    assert listener.is_set()
