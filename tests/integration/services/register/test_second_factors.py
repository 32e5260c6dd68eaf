import asyncio
from base64 import b32decode
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.register import audit, people, second_factors
from services.register.database import Database
from services.register.one_time_codes import RECOVERY_CODES, code_at, step_of
from services.register.states import PersonStatus
from services.register.tables import AuditEntry, Person, RecoveryCode, SecondFactor
from services.vault.master_key import MasterKey
from services.vault.vault import ObjectDamaged
from tests.support.register_builders import NOON, a_person, an_organization

PASSWORD = "correct horse battery"
KEYS = MasterKey(b"\7" * 32)
LATER = NOON + timedelta(minutes=5)


async def _someone(database: Database) -> Person:
    async with database.transaction() as tx:
        stored = people.hash_password(PASSWORD)
        organization = await an_organization(tx)
        return await a_person(
            tx, organization, email="ana@families.example", status=PersonStatus.ACTIVE, password_hash=stored
        )


async def _with_app(database: Database) -> tuple[Person, bytes, list[str]]:
    person = await _someone(database)
    async with database.transaction() as tx:
        seed = await second_factors.begin(tx, KEYS, person.id, NOON)
        code = code_at(b32decode(seed), step_of(NOON))
        codes = await second_factors.confirm(tx, KEYS, person.id, typed=code, at=NOON)
    assert codes is not None
    return person, b32decode(seed), codes


async def _finish(database: Database, person_id: UUID, typed: str, at: datetime = LATER) -> bool:
    return await second_factors.finish_sign_in(database, KEYS, person_id, typed=typed, at=at)


async def _acts(database: Database) -> list[tuple[str, object]]:
    async with database.reading() as tx:
        rows = await tx.scalars(select(AuditEntry).order_by(AuditEntry.sequence))
        return [(row.act, row.detail.get("second_factor")) for row in rows]


async def test_a_code_of_the_app_finishes_a_sign_in_once(register_database: Database) -> None:
    person, seed, _ = await _with_app(register_database)
    code = code_at(seed, step_of(LATER))
    assert await _finish(register_database, person.id, code)
    assert not await _finish(register_database, person.id, code)
    assert not await _finish(register_database, person.id, code_at(seed, step_of(LATER) - 1))
    acts = await _acts(register_database)
    assert acts.count(("person.signed_in", "app")) == 1
    assert acts.count(("factor.refused", None)) == 2


async def test_the_code_that_switched_it_on_signs_nobody_in(register_database: Database) -> None:
    person, seed, _ = await _with_app(register_database)
    assert not await _finish(register_database, person.id, code_at(seed, step_of(NOON)), NOON)


async def test_of_many_who_use_one_code_at_once_one_gets_in(register_database: Database) -> None:
    person, seed, codes = await _with_app(register_database)
    for typed in (code_at(seed, step_of(LATER)), codes[0]):
        tries = await asyncio.gather(*(_finish(register_database, person.id, typed) for _ in range(4)))
        assert sorted(tries) == [False, False, False, True]


async def test_a_recovery_code_counts_once(register_database: Database) -> None:
    person, _, codes = await _with_app(register_database)
    assert len(codes) == RECOVERY_CODES
    assert await _finish(register_database, person.id, codes[0].lower())
    assert not await _finish(register_database, person.id, codes[0])
    assert await _finish(register_database, person.id, codes[1])
    async with register_database.reading() as tx:
        assert await second_factors.recovery_codes_left(tx, person.id) == RECOVERY_CODES - 2
    assert (await _acts(register_database)).count(("person.signed_in", "recovery_code")) == 2


async def test_new_recovery_codes_end_the_old_ones(register_database: Database) -> None:
    person, _, old = await _with_app(register_database)
    async with register_database.transaction() as tx:
        new = await second_factors.renew_recovery_codes(tx, person.id, NOON)
    assert not set(new) & set(old)
    assert not await _finish(register_database, person.id, old[0])
    assert await _finish(register_database, person.id, new[0])


async def test_ten_wrong_codes_lock_and_the_password_in_between_does_not_start_the_count_anew(
    register_database: Database,
) -> None:
    person, seed, codes = await _with_app(register_database)
    for number in range(people.FAILURES_BEFORE_LOCK):
        if number % 3 == 0:
            found = await people.sign_in(register_database, email=person.email, password=PASSWORD, at=LATER)
            assert found is not None
        assert not await _finish(register_database, person.id, "000000")
    assert not await _finish(register_database, person.id, code_at(seed, step_of(LATER)))
    assert not await _finish(register_database, person.id, codes[0])
    assert await people.sign_in(register_database, email=person.email, password=PASSWORD, at=LATER) is None
    after = LATER + people.LOCKED_FOR + timedelta(seconds=1)
    assert await _finish(register_database, person.id, codes[0], after), "the lock used no code up"
    acts = [act for act, _ in await _acts(register_database)]
    assert acts.count("person.locked_out") == 1
    assert "person.password_accepted" in acts
    assert acts.count("person.signed_in") == 1


async def test_seed_and_recovery_codes_are_nowhere_in_clear(register_database: Database) -> None:
    person, seed, codes = await _with_app(register_database)
    async with register_database.reading() as tx:
        (factor,) = (await tx.scalars(select(SecondFactor))).all()
        stored = set(await tx.scalars(select(RecoveryCode.code_sha256)))
    assert seed not in factor.sealed_seed
    assert factor.person_id == person.id
    assert len(stored) == len(codes)
    assert not stored & set(codes)


async def test_a_seed_moved_to_another_person_does_not_open(sqlite_register: Database) -> None:
    person, seed, _ = await _with_app(sqlite_register)
    async with sqlite_register.transaction() as tx:
        organization = await an_organization(tx)
        other = await a_person(tx, organization, email="ben@families.example")
        factor = await tx.get_one(SecondFactor, person.id)
        tx.add(SecondFactor(person_id=other.id, sealed_seed=factor.sealed_seed, made_at=NOON, confirmed_at=NOON))
    with pytest.raises(ObjectDamaged):
        await _finish(sqlite_register, other.id, code_at(seed, step_of(LATER)))


async def test_a_seed_that_was_never_confirmed_counts_for_nothing(register_database: Database) -> None:
    person = await _someone(register_database)
    async with register_database.transaction() as tx:
        seed = await second_factors.begin(tx, KEYS, person.id, NOON)
        assert await second_factors.waiting_seed(tx, KEYS, person.id) == seed
        assert not await second_factors.is_on(tx, person.id)
        assert await second_factors.confirm(tx, KEYS, person.id, typed="000000", at=NOON) is None
        assert await second_factors.renew_recovery_codes(tx, person.id, NOON) == []
    assert not await _finish(register_database, person.id, code_at(b32decode(seed), step_of(LATER)))
    found = await people.sign_in(register_database, email=person.email, password=PASSWORD, at=LATER)
    assert found is not None
    assert "person.password_accepted" not in [act for act, _ in await _acts(register_database)]


async def test_one_that_is_on_can_not_be_replaced_by_beginning_again(sqlite_register: Database) -> None:
    person, seed, _ = await _with_app(sqlite_register)
    async with sqlite_register.transaction() as tx:
        assert b32decode(await second_factors.begin(tx, KEYS, person.id, LATER)) == seed
        assert await second_factors.confirm(tx, KEYS, person.id, typed="000000", at=LATER) is None
        assert await second_factors.is_on(tx, person.id)


async def test_taking_it_away_forgets_seed_and_codes_and_is_recorded(register_database: Database) -> None:
    person, _, codes = await _with_app(register_database)
    async with register_database.transaction() as tx:
        actor = audit.person_actor(person.id)
        assert await second_factors.remove(tx, person.id, actor=actor, at=NOON)
        assert not await second_factors.remove(tx, person.id, actor=actor, at=NOON)
    assert not await _finish(register_database, person.id, codes[0])
    async with register_database.reading() as tx:
        assert (await tx.scalars(select(SecondFactor))).all() == []
        assert (await tx.scalars(select(RecoveryCode))).all() == []
    assert [act for act, _ in await _acts(register_database)].count("factor.removed") == 1
