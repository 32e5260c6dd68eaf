"""Whatever the register and the vault hold about a person, no message, log line or stored row repeats it."""

import re
from base64 import b64encode
from datetime import date
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from notifier.rules.kinds import Kind
from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.register import messages
from services.register.database import Database
from services.register.states import ConsentStatus, PersonRole, PersonStatus
from services.register.tables import AuditEntry, Consent, Message, Organization, Person
from services.vault.vault import Kind as Sealed
from tests.support.canaries import spellings_of_a_day, stands_alone
from tests.support.notifier_world import (
    NotifierWorld,
    case_in_review,
    case_refused,
    rejected,
    rendered,
    review_needed,
    revoked,
    snapshot_refused,
)

CLAIM = ConsentClaim(
    parent_name="Zoraida Canário-Quiñones", birth_date=date(1987, 3, 29), case_identifier="QX98765Z4", party="custodial"
)
CANARIES = [
    "Zoraida", "Canário", "Quiñones", "QX98765Z4", *spellings_of_a_day(CLAIM.birth_date), "29 de marzo", "March 29",
    "Staff Nombre-Apellido", "Casa Secreta", b64encode(b"QX98765Z4").decode(), b"QX98765Z4".hex(),
]  # fmt: skip
WEBHOOK_SECRET_PREFIX = "whsec_"
SHORT_CANARIES = ["1987", "03/29"]
ID_OR_HASH = re.compile(r"[0-9a-f=-]{19,}")
"""A part of one between two dashes is a year by chance one day."""

EVENTS = [
    (ConsentStatus.REJECTED, rejected),
    (ConsentStatus.IN_REVIEW, review_needed),
    (ConsentStatus.REVOKED, revoked),
    (ConsentStatus.CASE_REVIEW, case_in_review),
    (ConsentStatus.REFUSED, case_refused),
    (ConsentStatus.REFUSED, snapshot_refused),
    (ConsentStatus.RENDERED, rendered),
]


def everything_in(mail: EmailMessage) -> str:
    bodies = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([mail.as_string(), *(str(value) for value in mail.values()), *bodies])


async def stored_texts(world: NotifierWorld) -> str:
    columns: tuple[InstrumentedAttribute[Any], ...] = (
        Message.parameters, Message.reasons, Message.failure, Message.kind, AuditEntry.detail, AuditEntry.actor,
    )  # fmt: skip
    async with world.database.reading() as tx:
        return "\n".join([str(row) for column in columns for row in await tx.scalars(select(column))])


async def send_one_of_each(world: NotifierWorld, language: Language) -> None:
    organization = await world.organization(webhook="https://hooks.example.org/in")
    async with world.database.transaction() as tx:
        row = await tx.get_one(Organization, organization.id)
        row.name, row.language = f"Casa Secreta {language.value}", language
    await world.person(None, role=PersonRole.REVIEWER, language=language)
    person = await world.person(organization, language=language)
    async with world.database.transaction() as tx:
        (await tx.get_one(Person, person.id)).display_name = "Staff Nombre-Apellido"
        await messages.invite(tx, world.master, person_id=person.id, token="t0ken", at=world.clock())
        await messages.send_reset_link(tx, world.master, person_id=person.id, token="t0ken", at=world.clock())
        await messages.tell_password_changed(tx, person_id=person.id, at=world.clock())
        await messages.tell_declined(tx, organization_id=organization.id, at=world.clock())
        await messages.share_resources(
            tx, world.master, organization_id=organization.id, address="client@mail.example",
            resource_ids=["nyc_debt"], language=language, at=world.clock(),
        )  # fmt: skip
    for status, make in EVENTS:
        consent: Consent = await world.consent(status, organization=organization, person=person)
        async with world.database.transaction() as tx:
            await world.gates.vault.seal(tx, consent.id, Sealed.CLAIM, CLAIM.model_dump_json().encode())
        await world.handle(make(consent))
    await world.send_all()


@pytest.mark.parametrize("language", Language)
async def test_no_message_log_or_row_repeats_a_person(
    sqlite_register: Database, language: Language, capsys: pytest.CaptureFixture[str]
) -> None:
    world = NotifierWorld(sqlite_register)
    await send_one_of_each(world, language)
    assert {row.kind for row in await world.messages(channel="email")} == {
        kind.value for kind in Kind if kind not in {Kind.EMAIL_FAILED, Kind.WEBHOOK_FAILED, Kind.WEBHOOK_DISABLED}
    }
    assert {row.state for row in await world.messages()} == {"sent"}
    said = [everything_in(mail) for mail in world.mail.taken] + [repr(call) for call in world.webhooks.tried]
    assert len(said) == 21
    output = capsys.readouterr()
    for text in [*said, await stored_texts(world), output.out, output.err]:
        for canary in [*CANARIES, "t0ken" if text not in said else "\0", WEBHOOK_SECRET_PREFIX]:
            assert canary not in text
        for canary in SHORT_CANARIES:
            assert not stands_alone(canary, ID_OR_HASH.sub("#", text))


@pytest.mark.parametrize("language", Language)
async def test_logs_and_rows_hold_no_address(
    sqlite_register: Database, language: Language, capsys: pytest.CaptureFixture[str]
) -> None:
    world = NotifierWorld(sqlite_register)
    await send_one_of_each(world, language)
    output = capsys.readouterr()
    assert "message sent" in output.out + output.err
    for text in (await stored_texts(world), output.out, output.err):
        assert "@" not in text


async def test_a_form_held_for_safety_is_told_exactly_like_any_other(sqlite_register: Database) -> None:
    world = NotifierWorld(sqlite_register)
    organization = await world.organization(webhook="https://hooks.example.org/in")
    await world.person(None, role=PersonRole.REVIEWER, status=PersonStatus.ACTIVE)
    person = await world.person(organization)
    told = []
    for reason in (ReasonCode.SAFETY_REVIEW, ReasonCode.NAME_MISMATCH):
        consent = await world.consent(ConsentStatus.IN_REVIEW, organization=organization, person=person)
        await world.handle(review_needed(consent, reason))
        await world.send_all()
        texts = [everything_in(mail) for mail in world.mail.taken] + [repr(call) for call in world.webhooks.tried]
        ids = {str(row.id) for row in await world.messages()} | {row.id.hex for row in await world.messages()}
        for known in (*ids, str(consent.id), str(consent.id)[:8]):
            texts = [text.replace(known, "#") for text in texts]
        told.append(sorted(texts))
        world.mail.taken.clear()
        world.webhooks.tried.clear()
    assert told[0] == told[1]
    assert len(told[0]) == 3
