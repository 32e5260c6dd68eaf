from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from schemas.consent_events import RevokedBy
from schemas.reason_codes import ReasonCode
from schemas.values import Party
from services.register import audit, consents
from services.register.database import Database
from services.register.expiry import expire_all
from services.register.states import Channel, ConsentStatus, DeliveryState
from services.register.tables import AuditEntry, Message
from services.vault.vault import Kind, ObjectMissing
from tests.support.register_builders import NOON, GateWorld, a_consent, a_person, an_organization

S = ConsentStatus


async def test_an_added_consent_is_uploaded_and_says_so_on_its_timeline(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        added = await a_consent(tx, organization, await a_person(tx, organization), party=Party.CUSTODIAL)
    async with register_database.reading() as tx:
        read = await consents.get(tx, added.id)
        assert (read.status, read.party, read.uploaded_at) == (S.UPLOADED, Party.CUSTODIAL, NOON)
        assert isinstance(read.status, ConsentStatus)
        assert isinstance(read.party, Party)
        assert [(step.status, step.at) for step in await consents.timeline(tx, added.id)] == [(S.UPLOADED, NOON)]


async def test_an_unknown_consent_is_reported(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        with pytest.raises(consents.ConsentUnknown):
            await consents.get(tx, uuid4())
        with pytest.raises(consents.ConsentUnknown):
            await consents.lock(tx, uuid4())


async def test_each_move_is_on_the_timeline_once_even_when_it_comes_twice(register_database: Database) -> None:
    later = NOON + timedelta(minutes=1)
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        consent = await a_consent(tx, organization, await a_person(tx, organization))
        assert await consents.move(tx, consent, S.REJECTED, at=later, reasons=[ReasonCode.MISSING_SIGNATURE])
        assert not await consents.move(tx, consent, S.REJECTED, at=later, reasons=[ReasonCode.MISSING_DATE])
    async with register_database.reading() as tx:
        read = await consents.get(tx, consent.id)
        assert (read.reasons, read.status_since) == (["MISSING_SIGNATURE"], later)
        steps = await consents.timeline(tx, consent.id)
        assert [(step.status, step.reasons) for step in steps] == [
            (S.UPLOADED, []),
            (S.REJECTED, ["MISSING_SIGNATURE"]),
        ]


async def test_a_consent_that_was_read_in_another_transaction_moves_all_the_same(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        consent = await a_consent(tx, organization, await a_person(tx, organization))
    async with register_database.transaction() as tx:
        assert await consents.move(tx, consent, S.IN_REVIEW, at=NOON)
    async with register_database.reading() as tx:
        assert (await consents.get(tx, consent.id)).status is S.IN_REVIEW


async def test_skipping_a_step_is_a_mistake_that_changes_nothing(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        consent = await a_consent(tx, organization, await a_person(tx, organization))
        with pytest.raises(consents.IllegalMove):
            await consents.move(tx, consent, S.RENDERED, at=NOON)
        assert consent.status is S.UPLOADED


@pytest.mark.postgres
async def test_a_move_sees_a_revocation_that_committed_after_the_consent_was_read(postgres_register_url: str) -> None:
    """On SQLite this can't happen: who may write holds the only write lock from the start."""
    world, database = GateWorld(), Database(postgres_register_url)
    async with database.transaction() as tx:
        consent_id = (await world.approved_consent(tx)).id
    async with database.transaction() as tx:
        stale = await consents.get(tx, consent_id)
        async with database.transaction() as other:
            await consents.revoke(
                other, consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=world.vault
            )
        assert stale.status is S.APPROVED
        assert not await consents.move(tx, stale, S.FETCHED, at=NOON)
    async with database.reading() as tx:
        assert (await consents.get(tx, consent_id)).status is S.REVOKED
    await database.close()


async def test_an_organization_sees_its_own_consents_newest_first_a_page_at_a_time(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        mine, other = await an_organization(tx), await an_organization(tx)
        me, them = await a_person(tx, mine), await a_person(tx, other)
        made = [await a_consent(tx, mine, me, at=NOON + timedelta(hours=hour)) for hour in range(3)]
        await a_consent(tx, other, them)
    async with register_database.reading() as tx:
        page = await consents.of_organization(tx, mine.id, limit=2)
        assert [one.id for one in page] == [made[2].id, made[1].id]
        rest = await consents.of_organization(tx, mine.id, limit=2, before=page[-1].uploaded_at)
        assert [one.id for one in rest] == [made[0].id]


async def test_the_longest_waiting_review_comes_first(register_database: Database) -> None:
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        person = await a_person(tx, organization)
        late, early, _done = [await a_consent(tx, organization, person) for _ in range(3)]
        await consents.move(tx, late, S.IN_REVIEW, at=NOON + timedelta(hours=2), reasons=[ReasonCode.ILLEGIBLE])
        await consents.move(tx, early, S.IN_REVIEW, at=NOON + timedelta(hours=1), reasons=[ReasonCode.ILLEGIBLE])
        assert [one.id for one in await consents.in_review(tx)] == [early.id, late.id]


async def test_the_same_document_is_found_in_the_same_organization_unless_it_was_rejected(
    register_database: Database,
) -> None:
    async with register_database.transaction() as tx:
        mine, other = await an_organization(tx), await an_organization(tx)
        me = await a_person(tx, mine)
        rejected = await a_consent(tx, mine, me, document=b"one")
        await consents.move(tx, rejected, S.REJECTED, at=NOON, reasons=[ReasonCode.MISSING_DATE])
        assert await consents.same_document(tx, mine.id, rejected.document_sha256) is None
        again = await a_consent(tx, mine, me, document=b"one", at=NOON + timedelta(hours=1))
        found = await consents.same_document(tx, mine.id, again.document_sha256)
        assert found is not None
        assert found.id == again.id
        assert await consents.same_document(tx, other.id, again.document_sha256) is None


async def test_revoking_cancels_what_waits_destroys_the_key_and_is_recorded(register_database: Database) -> None:
    world = GateWorld()
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx)
        for state in (DeliveryState.PENDING, DeliveryState.SENT):
            tx.add(
                Message(
                    id=uuid4(),
                    consent_id=consent.id,
                    channel=Channel.EMAIL,
                    kind="snapshot_ready",
                    state=state,
                    created_at=NOON,
                )
            )
    actor = audit.person_actor(consent.uploaded_by)
    async with register_database.transaction() as tx:
        assert await consents.revoke(tx, consent.id, by=RevokedBy.ORGANIZATION, actor=actor, at=NOON, vault=world.vault)
    async with register_database.transaction() as tx:
        assert not await consents.revoke(tx, consent.id, by=RevokedBy.PARENT, actor=actor, at=NOON, vault=world.vault)
    async with register_database.reading() as tx:
        states = set(await tx.scalars(select(Message.state)))
        assert states == {DeliveryState.CANCELLED, DeliveryState.SENT}
        query = select(AuditEntry).where(AuditEntry.act == "consent.revoked")
        (entry,) = await tx.scalars(query)
        assert (entry.actor, entry.detail) == (actor, {"by": "organization", "from": "approved"})
        with pytest.raises(ObjectMissing):
            await world.vault.open(tx, consent.id, Kind.DOCUMENT)


async def test_a_rejected_consent_cannot_be_revoked(register_database: Database) -> None:
    world = GateWorld()
    async with register_database.transaction() as tx:
        organization = await an_organization(tx)
        consent = await a_consent(tx, organization, await a_person(tx, organization))
        await consents.move(tx, consent, S.REJECTED, at=NOON, reasons=[ReasonCode.WRONG_FORM])
        assert not await consents.revoke(
            tx, consent.id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=world.vault
        )
        assert consent.status is S.REJECTED


async def test_the_daily_job_expires_what_is_over_and_nothing_else(register_database: Database) -> None:
    world = GateWorld()
    async with register_database.transaction() as tx:
        over = await world.approved_consent(tx, expires_on=date(2026, 11, 15))
        last_day = await world.approved_consent(tx, expires_on=date(2026, 11, 16))
        revoked = await world.approved_consent(tx, expires_on=date(2026, 11, 15))
        await consents.revoke(tx, revoked.id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=world.vault)
    assert await expire_all(register_database, vault=world.vault, now=NOON) == 1
    assert await expire_all(register_database, vault=world.vault, now=NOON) == 0
    async with register_database.reading() as tx:
        statuses = [(await consents.get(tx, one.id)).status for one in (over, last_day, revoked)]
        assert statuses == [S.EXPIRED, S.APPROVED, S.REVOKED]
        with pytest.raises(ObjectMissing):
            await world.vault.open(tx, over.id, Kind.DOCUMENT)
        assert await world.vault.open(tx, last_day.id, Kind.DOCUMENT)


async def test_each_step_is_in_the_audit_log_under_the_stage_that_takes_it(register_database: Database) -> None:
    world = GateWorld()
    async with register_database.transaction() as tx:
        consent = await world.approved_consent(tx, status=ConsentStatus.DELIVERED)
        assert not await consents.move(tx, consent, ConsentStatus.DELIVERED, at=NOON)
        query = select(AuditEntry).where(AuditEntry.act == "consent.moved", AuditEntry.consent_id == consent.id)
        steps = [(one.actor, one.detail["to"]) for one in await tx.scalars(query.order_by(AuditEntry.sequence))]
    assert steps == [
        ("stage:consent_intake", "approved"),
        ("stage:case_fetcher", "fetched"),
        ("stage:snapshot_renderer", "rendered"),
        ("stage:notifier", "delivered"),
    ]


async def test_a_consent_that_ends_says_so_in_one_entry(sqlite_register: Database) -> None:
    world = GateWorld()
    async with sqlite_register.transaction() as tx:
        consent = await world.approved_consent(tx)
        assert await consents.expire(tx, consent.id, actor=audit.SYSTEM, at=NOON, vault=world.vault)
        query = select(AuditEntry.act).where(AuditEntry.consent_id == consent.id).order_by(AuditEntry.sequence.desc())
        assert list(await tx.scalars(query))[:2] == ["consent.expired", "consent.moved"]
