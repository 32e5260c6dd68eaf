"""Forged, changed and replayed events on every topic: what each ends with, by reason code, and that it does nothing.

The stages are the real ones over a real register, gate and vault; only the broker is a list. Whoever can write to the
broker can send any of these.
"""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from schemas.topics import TOPICS
from schemas.values import Party
from services.register.database import Database
from services.runtime.event_processor import Outcome
from services.runtime.record import Record
from tests.support.forged_events import EVENTS, HASH, Scene

NAMES = [topic.name for topic in TOPICS]
DEAD = Outcome.DEAD_LETTERED
HELD_UP_BY_NOBODY = False
"""A forged event proves nothing about a consent: later events of it do not wait behind its dead letter."""


@pytest.fixture
async def scene(sqlite_register: Database, tmp_path: Path) -> Scene:
    return Scene(sqlite_register, tmp_path)


async def refused(scene: Scene, event: Any) -> str:
    """Send a forged event; return the code of its dead letter, having seen that it did nothing at all."""
    before = await scene.effects()
    assert await scene.send(event) is DEAD
    assert await scene.effects() == before
    found = await scene.dead_letter()
    assert found is not None
    assert found[1] is HELD_UP_BY_NOBODY
    return found[0]


@pytest.mark.parametrize("topic", NAMES)
async def test_an_event_about_an_unknown_consent_is_a_dead_letter(scene: Scene, topic: str) -> None:
    stranger = SimpleNamespace(
        id=uuid4(),
        organization_id=uuid4(),
        party=Party.NONCUSTODIAL,
        document_sha256=HASH,
        media_type="application/pdf",
        uploaded_at=scene.line.clock(),
        snapshot_id=None,
    )
    code = await refused(scene, EVENTS[topic](stranger, None))  # type: ignore[arg-type, unused-ignore]
    assert code == ("GRANT_MISSING" if topic == "consent.approved" else "CONSENT_UNKNOWN")


@pytest.mark.parametrize("topic", [name for name in NAMES if name != "consent.reviewed"])
async def test_an_event_in_another_organizations_name_is_a_dead_letter(scene: Scene, topic: str) -> None:
    consent_id = await scene.standing_for(topic)
    event = await scene.event(topic, consent_id, organization_id=uuid4())
    if topic == "case.fetched":
        event = event.model_copy(update={"case_copy_sha256": scene.real_hash(consent_id)})
    expected = "DOCUMENT_CHANGED" if topic == "consent.uploaded" else "EVENT_CONTRADICTS_REGISTER"
    assert await refused(scene, event) == expected


@pytest.mark.parametrize("topic", ["consent.approved", "case.fetched", "snapshot.rendered"])
async def test_an_event_for_the_other_parent_is_a_dead_letter(scene: Scene, topic: str) -> None:
    consent_id = await scene.standing_for(topic)
    event = await scene.event(topic, consent_id, party=Party.CUSTODIAL)
    if topic == "case.fetched":
        event = event.model_copy(update={"case_copy_sha256": scene.real_hash(consent_id)})
    assert await refused(scene, event) == "EVENT_CONTRADICTS_REGISTER"


class Skips(NamedTuple):
    """An event that comes before its time."""

    topic: str
    step: str
    code: str
    verdict: str = "good"


SKIPPING = (
    Skips("consent.reviewed", "uploaded", "EVENT_MALFORMED"),
    Skips("consent.revoked", "approved", "EVENT_CONTRADICTS_REGISTER"),
    Skips("consent.approved", "uploaded", "GRANT_MISSING"),
    Skips("consent.rejected", "uploaded", "EVENT_CONTRADICTS_REGISTER"),
    Skips("consent.review", "uploaded", "EVENT_CONTRADICTS_REGISTER"),
    Skips("case.reviewed", "uploaded", "EVENT_CONTRADICTS_REGISTER"),
    Skips("case.reviewed", "approved", "EVENT_CONTRADICTS_REGISTER"),
    Skips("case.fetched", "uploaded", "CONSENT_NOT_APPROVED"),
    Skips("case.fetched", "approved", "EVENT_CONTRADICTS_REGISTER"),
    Skips("case.refused", "approved", "EVENT_CONTRADICTS_REGISTER"),
    Skips("snapshot.rendered", "uploaded", "EVENT_CONTRADICTS_REGISTER"),
    Skips("snapshot.rendered", "approved", "EVENT_CONTRADICTS_REGISTER"),
    Skips("snapshot.rendered", "fetched", "EVENT_CONTRADICTS_REGISTER"),
    Skips("snapshot.refused", "fetched", "EVENT_CONTRADICTS_REGISTER"),
)


@pytest.mark.parametrize("skips", SKIPPING, ids=lambda skips: f"{skips.topic}-{skips.step}")
async def test_an_event_that_skips_a_stage_is_a_dead_letter_and_the_real_one_still_works(
    scene: Scene, skips: Skips
) -> None:
    consent_id = await scene.consent(skips.step)
    assert await refused(scene, await scene.event(skips.topic, consent_id)) == skips.code
    await scene.line.drain()
    await scene.line.send_mail()
    assert await scene.status(consent_id) == ("delivered", [])


async def test_a_page_told_of_under_another_snapshots_id_is_a_dead_letter(scene: Scene) -> None:
    event = await scene.event("snapshot.rendered", await scene.consent("rendered"), snapshot_id=uuid4())
    assert await refused(scene, event) == "EVENT_CONTRADICTS_REGISTER"


async def test_the_grant_of_another_consent_opens_nothing(scene: Scene) -> None:
    mine, other = await scene.consent("approved"), await scene.consent("approved")
    event = await scene.event("consent.approved", other, consent_id=mine)
    assert await refused(scene, event) == "GRANT_INVALID"


async def test_another_copy_than_the_sealed_one_makes_no_page(scene: Scene) -> None:
    event = await scene.event("case.fetched", await scene.consent("fetched"), case_copy_sha256=HASH)
    assert await refused(scene, event) == "DOCUMENT_CHANGED"


GARBLED = {
    "no JSON": lambda record: Record(*record_parts(record, value=b"\xff{")),
    "no field": lambda record: Record(*record_parts(record, value=b"{}")),
    "another consent's key": lambda record: Record(*record_parts(record, key=str(uuid4()).encode())),
    "no key": lambda record: Record(*record_parts(record, key=None)),
    "no envelope": lambda record: Record(*record_parts(record, headers=())),
}


def record_parts(record: Record, **changes: Any) -> tuple[Any, ...]:
    return tuple((vars(record) | changes).values())


@pytest.mark.parametrize("how", GARBLED)
@pytest.mark.parametrize("topic", NAMES)
async def test_a_record_that_is_no_event_of_its_topic_is_a_dead_letter(scene: Scene, topic: str, how: str) -> None:
    consent_id = await scene.consent("uploaded")
    record = GARBLED[how](scene.line.forged(await scene.event(topic, consent_id)))
    assert await scene.process(record) is DEAD
    assert await scene.dead_letter() == ("EVENT_MALFORMED", HELD_UP_BY_NOBODY)


@pytest.mark.parametrize("topic", TOPICS, ids=NAMES)
async def test_another_topics_event_is_a_dead_letter(scene: Scene, topic: Any) -> None:
    consent_id = await scene.consent("uploaded")
    other = "consent.rejected" if topic.name != "consent.rejected" else "consent.review"
    record = scene.line.forged(await scene.event(other, consent_id), topic=topic)
    assert await scene.process(record) is DEAD
    assert await scene.dead_letter() == ("EVENT_TYPE_UNKNOWN", HELD_UP_BY_NOBODY)
