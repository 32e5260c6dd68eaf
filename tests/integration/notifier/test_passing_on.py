"""Somebody who leaves between the news and the e-mail: others hear of it."""

import pytest

from schemas.reason_codes import ReasonCode
from services.register.database import Database
from services.register.states import Channel, ConsentStatus, DeliveryState, PersonRole, PersonStatus
from services.register.tables import Person
from tests.support.notifier_world import NotifierWorld, rejected, rendered, review_needed


@pytest.fixture
def world(register_database: Database) -> NotifierWorld:
    return NotifierWorld(register_database)


async def leave(world: NotifierWorld, person: Person) -> None:
    async with world.database.transaction() as tx:
        (await tx.get_one(Person, person.id)).status = PersonStatus.DEACTIVATED


async def test_a_page_whose_uploader_left_before_the_email_is_delivered_to_the_administrators(
    world: NotifierWorld,
) -> None:
    organization = await world.organization()
    uploader = await world.person(organization)
    administrator = await world.person(organization, role=PersonRole.ORGANIZATION_ADMIN)
    consent = await world.consent(ConsentStatus.RENDERED, organization=organization, person=uploader)
    await world.handle(rendered(consent))
    await leave(world, uploader)

    await world.send_all()

    assert await world.status_of(consent.id) is ConsentStatus.DELIVERED
    assert [mail["To"] for mail in world.mail.taken] == [administrator.email]
    (entry,) = await world.messages(channel=Channel.INBOX, person_id=administrator.id)
    assert entry.state is DeliveryState.SENT


async def test_the_reasons_are_passed_on_with_the_news(world: NotifierWorld) -> None:
    organization = await world.organization()
    uploader = await world.person(organization)
    administrator = await world.person(organization, role=PersonRole.ORGANIZATION_ADMIN)
    consent = await world.consent(ConsentStatus.REJECTED, organization=organization, person=uploader)
    await world.handle(rejected(consent))
    await leave(world, uploader)

    await world.send_all()

    (entry,) = await world.messages(channel=Channel.INBOX, person_id=administrator.id)
    assert entry.reasons == [ReasonCode.MISSING_SIGNATURE.value]


async def test_a_reviewer_who_left_has_no_heirs_in_the_organization(world: NotifierWorld) -> None:
    organization = await world.organization()
    administrator = await world.person(organization, role=PersonRole.ORGANIZATION_ADMIN)
    consent = await world.consent(ConsentStatus.IN_REVIEW, organization=organization)
    reviewer = await world.person(None, role=PersonRole.REVIEWER)
    await world.handle(review_needed(consent))
    await leave(world, reviewer)

    await world.send_all()

    assert await world.messages(person_id=administrator.id) == []
