"""Consents that changed on their way, and events that come again: what each ends with, by reason code."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select

from schemas.topics import TOPICS
from schemas.values import Party
from services.register.database import Database
from services.register.states import PrintedFormKind
from services.register.tables import PrintedForm
from services.runtime.event_processor import Outcome
from services.vault.claim_index import claim_index
from tests.support.forged_events import FROM, Scene
from tests.support.form_readings import comb
from tests.support.line_desk import CLAIM

NAMES = [topic.name for topic in TOPICS]
DEAD = Outcome.DEAD_LETTERED
HELD_UP_BY_NOBODY = False


@pytest.fixture
async def scene(sqlite_register: Database, tmp_path: Path) -> Scene:
    return Scene(sqlite_register, tmp_path)


@pytest.mark.parametrize("step", ["approved", "fetched"])
async def test_a_document_that_changed_after_its_approval_is_a_dead_letter(scene: Scene, step: str) -> None:
    consent_id = await scene.consent(step)
    await scene.tampered(consent_id)
    assert await scene.process(scene.waiting(consent_id).record) is DEAD
    assert await scene.dead_letter() == ("DOCUMENT_CHANGED", HELD_UP_BY_NOBODY)
    assert (await scene.status(consent_id))[0] == step


async def test_a_document_that_changed_before_delivery_or_view_is_a_refusal(scene: Scene) -> None:
    first, second = await scene.consent("rendered"), await scene.consent("delivered")
    await scene.tampered(first)
    await scene.tampered(second)
    assert await scene.process(scene.waiting(first).record) is Outcome.HANDLED
    assert await scene.status(first) == ("refused", ["DOCUMENT_CHANGED"])
    assert await scene.why_closed(second) == "DOCUMENT_CHANGED"


LAST_MOMENT = datetime(2026, 11, 17, 4, 59, 59, 999_999, UTC)
"""Of 16 November in New York."""


@pytest.mark.parametrize("step", ["approved", "fetched", "rendered", "delivered"])
async def test_a_consent_is_over_at_midnight_in_new_york_at_every_step(scene: Scene, step: str) -> None:
    in_time, late = await scene.consent(step, days=0), await scene.consent(step, days=0)
    scene.line.clock.now = LAST_MOMENT
    if step == "delivered":
        assert await scene.why_closed(in_time) is None
        scene.line.clock.now += timedelta(microseconds=1)
        assert await scene.why_closed(late) == "CONSENT_EXPIRED"
    else:
        assert await scene.line.deliver(scene.waiting(in_time)) is Outcome.HANDLED
        assert (await scene.status(in_time))[0] != "expired"
        scene.line.clock.now += timedelta(microseconds=1)
        assert await scene.line.deliver(scene.waiting(late)) is Outcome.HANDLED
    assert await scene.status(late) == ("expired", ["CONSENT_EXPIRED"])


@pytest.mark.parametrize("topic", ["consent.approved", "case.fetched", "snapshot.rendered", "case.reviewed"])
async def test_an_event_for_a_revoked_consent_opens_nothing(scene: Scene, topic: str) -> None:
    consent_id = await scene.standing_for(topic)
    event = await scene.event(topic, consent_id)
    asked = scene.line.records.asked
    await scene.revoked(consent_id)
    scene.line.vault.sealed.clear()
    assert await scene.send(event) is Outcome.HANDLED
    assert (scene.line.vault.sealed, scene.line.records.asked) == ([], asked)
    assert set(await scene.refusals(consent_id)) == {"CONSENT_REVOKED"}


@pytest.mark.parametrize("topic", NAMES)
async def test_an_event_for_a_revoked_consent_changes_nothing_and_tells_nobody_of_a_page(
    scene: Scene, topic: str
) -> None:
    consent_id = await scene.consent("uploaded" if topic == "consent.reviewed" else FROM.get(topic, "fetched"))
    await scene.revoked(consent_id)
    before = await scene.status(consent_id)
    await scene.send(await scene.event(topic, consent_id))
    assert await scene.status(consent_id) == before
    assert "snapshot_ready" not in await scene.kinds_of_messages(consent_id)


async def test_two_roles_on_one_form_open_nothing(scene: Scene) -> None:
    await scene.desk.open()
    scan = await scene.desk.paper(scene.desk.people[0], scene.paper())
    both = scene.line.reader.forms[scan].boxes | {"role_noncustodial": 0.35, "role_custodial": 0.35}
    scene.line.reader.forms[scan] = scene.line.reader.forms[scan].model_copy(update={"boxes": both})
    consent_id = await scene.carried(await scene.desk.upload(scene.desk.people[0], scan), "approved")
    status, reasons = await scene.status(consent_id)
    assert status in {"rejected", "in_review"}
    assert reasons == ["ROLE_AMBIGUOUS"]
    assert scene.line.records.asked == 0


async def test_the_other_parent_of_the_same_case_number_gets_neither_form_nor_case(scene: Scene) -> None:
    """The form was prefilled for one parent; somebody else's name or role comes with it."""
    await scene.desk.open()
    other = CLAIM.model_copy(update={"party": Party.CUSTODIAL})
    scan = await scene.desk.paper(scene.desk.people[0], scene.paper())
    async with scene.database.transaction() as tx:
        form = (await tx.scalars(select(PrintedForm))).one()
        form.kind = PrintedFormKind.PREFILLED
        form.claim_index = claim_index(scene.line.portal.master_key, CLAIM.case_identifier, other.party)
    consent_id = await scene.carried(await scene.desk.upload(scene.desk.people[0], scan), "approved")
    status, reasons = await scene.status(consent_id)
    assert status in {"rejected", "in_review"}
    assert "FORM_ID_OTHER_PARENT" in reasons
    scan = await scene.desk.paper(scene.desk.people[0], scene.paper())
    consent_id = await scene.carried(await scene.desk.upload(scene.desk.people[0], scan, other), "approved")
    status, reasons = await scene.status(consent_id)
    assert status in {"rejected", "in_review"}
    assert "ROLE_MISMATCH" in reasons
    assert scene.line.records.asked == 0


async def test_who_is_not_the_parent_on_the_agencys_record_gets_no_case(scene: Scene) -> None:
    stranger = CLAIM.model_copy(update={"birth_date": date(1991, 5, 2)})
    await scene.desk.open()
    scan = await scene.desk.paper(scene.desk.people[0], scene.paper())
    fields = scene.line.reader.forms[scan].fields | {"birth_date": comb("05021991")}
    scene.line.reader.forms[scan] = scene.line.reader.forms[scan].model_copy(update={"fields": fields})
    consent_id = await scene.desk.upload(scene.desk.people[0], scan, stranger)
    await scene.line.drain()
    assert await scene.status(consent_id) == ("refused", ["PARENT_NOT_ON_CASE"])


async def test_the_whole_log_comes_again_and_nothing_happens_twice(scene: Scene) -> None:
    """Every record of a day's work: from its old place, at a new one, and in the end under an event id of its own."""
    for verdict in ("good", "bad", "unsure"):
        await scene.consent(verdict=verdict)
    await scene.revoked(await scene.consent("fetched"))
    await scene.with_an_old_record()
    await scene.line.drain()
    await scene.line.send_mail()
    log, before = list(scene.line.published), await scene.effects()
    for record in log:
        assert await scene.process(record) is Outcome.REPEATED
        assert await scene.process(scene.line.again(record)) is Outcome.REPEATED
    for record in log:
        await scene.process(scene.line.again(record, uuid4()))
    assert (await scene.effects()).but_for_what_was_told() == before.but_for_what_was_told()
