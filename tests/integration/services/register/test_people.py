import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select

from schemas.values import Language
from services.register import audit, people
from services.register.database import Database
from services.register.states import PersonRole, PersonStatus
from services.register.tables import AuditEntry, Person
from tests.support.register_builders import NOON, a_person, an_organization

PASSWORD = "correct horse battery"
WRONG = "incorrect horse battery"


async def _someone(database: Database, *, status: PersonStatus = PersonStatus.ACTIVE) -> Person:
    async with database.transaction() as tx:
        stored = people.hash_password(PASSWORD)
        organization = await an_organization(tx)
        return await a_person(tx, organization, email="Ana@Families.example ", status=status, password_hash=stored)


async def _acts(database: Database) -> list[str]:
    async with database.reading() as tx:
        query = select(AuditEntry.act).where(AuditEntry.act.startswith("person.")).order_by(AuditEntry.sequence)
        return list(await tx.scalars(query))


async def test_a_person_signs_in_with_address_and_password_whatever_the_letter_case(
    register_database: Database,
) -> None:
    person = await _someone(register_database)
    found = await people.sign_in(register_database, email=" ANA@families.EXAMPLE", password=PASSWORD, at=NOON)
    assert found is not None
    assert found.id == person.id
    assert await _acts(register_database) == ["person.added", "person.signed_in"]


async def test_a_wrong_password_an_unknown_address_and_a_closed_account_look_the_same(
    sqlite_register: Database,
) -> None:
    person = await _someone(sqlite_register)
    for email, password in [(person.email, WRONG), ("nobody@families.example", PASSWORD), (person.email, "x" * 9999)]:
        assert await people.sign_in(sqlite_register, email=email, password=password, at=NOON) is None
    async with sqlite_register.transaction() as tx:
        assert await people.deactivate(tx, person.id, actor=audit.SYSTEM, at=NOON)
        assert not await people.deactivate(tx, person.id, actor=audit.SYSTEM, at=NOON)
    assert await people.sign_in(sqlite_register, email=person.email, password=PASSWORD, at=NOON) is None


async def test_the_slow_hash_is_computed_for_an_address_that_nobody_has_too(
    sqlite_register: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever measures the answers finds no difference to find: one computation each, of the same cost."""
    person = await _someone(sqlite_register)
    counted = _CountingHasher(people._HASHER)
    monkeypatch.setattr(people, "_HASHER", counted)
    for email, password in [(person.email, WRONG), ("nobody@families.example", WRONG), (person.email, PASSWORD)]:
        await people.sign_in(sqlite_register, email=email, password=password, at=NOON)
    assert len(counted.costs) == 3
    assert len(set(counted.costs)) == 1, "and none of them is cheaper"


class _CountingHasher:
    """Hashes as before, and notes what each computation costs."""

    def __init__(self, real: PasswordHasher) -> None:
        self._real = real
        self.costs: list[tuple[int, int, int, int]] = []

    def verify(self, stored: str, password: str) -> bool:
        of = extract_parameters(stored)
        self.costs.append((of.time_cost, of.memory_cost, of.parallelism, of.hash_len))
        return self._real.verify(stored, password)


async def test_an_invited_person_signs_in_only_after_choosing_a_password(sqlite_register: Database) -> None:
    async with sqlite_register.transaction() as tx:
        invited = await a_person(tx, await an_organization(tx), email="b@x.example", status=PersonStatus.INVITED)
    assert await people.sign_in(sqlite_register, email="b@x.example", password=PASSWORD, at=NOON) is None
    async with sqlite_register.transaction() as tx:
        await people.activate(tx, invited.id, password_hash=people.hash_password(PASSWORD), at=NOON)
    assert await people.sign_in(sqlite_register, email="b@x.example", password=PASSWORD, at=NOON) is not None


@pytest.mark.parametrize("status", [PersonStatus.INVITED, PersonStatus.DEACTIVATED])
async def test_the_right_password_is_not_enough_for_somebody_who_is_not_active(
    sqlite_register: Database, status: PersonStatus
) -> None:
    person = await _someone(sqlite_register, status=status)
    assert await people.sign_in(sqlite_register, email=person.email, password=PASSWORD, at=NOON) is None


async def test_a_deactivated_person_cannot_be_let_in_by_an_old_invitation(sqlite_register: Database) -> None:
    person = await _someone(sqlite_register)
    async with sqlite_register.transaction() as tx:
        await people.deactivate(tx, person.id, actor=audit.SYSTEM, at=NOON)
        with pytest.raises(people.PersonUnknown):
            await people.activate(tx, person.id, password_hash="x", at=NOON)


async def test_ten_failures_lock_a_person_out_for_fifteen_minutes(sqlite_register: Database) -> None:
    person = await _someone(sqlite_register)

    async def attempt(password: str, after: timedelta) -> bool:
        return await people.sign_in(sqlite_register, email=person.email, password=password, at=NOON + after) is not None

    for _ in range(9):
        assert not await attempt(WRONG, timedelta())
    assert await attempt(PASSWORD, timedelta())
    for _ in range(10):
        assert not await attempt(WRONG, timedelta())
    assert not await attempt(PASSWORD, timedelta(minutes=14, seconds=59))
    assert await attempt(PASSWORD, timedelta(minutes=15))
    acts = await _acts(sqlite_register)
    assert acts.count("person.locked_out") == 1
    assert acts.count("person.sign_in_failed") == 19  # the try while locked out is one, too


async def test_failures_at_the_same_time_are_all_counted(register_database: Database) -> None:
    person = await _someone(register_database)
    attempts = [
        people.sign_in(register_database, email=person.email, password=WRONG, at=NOON)
        for _ in range(people.FAILURES_BEFORE_LOCK)
    ]
    assert not any(await asyncio.gather(*attempts))
    assert await people.sign_in(register_database, email=person.email, password=PASSWORD, at=NOON) is None


async def test_an_address_belongs_to_one_person(register_database: Database) -> None:
    await _someone(register_database)
    async with register_database.transaction() as tx:
        with pytest.raises(people.EmailTaken):
            await a_person(tx, None, email="ana@families.EXAMPLE")


async def test_of_two_people_added_at_once_with_one_address_one_is_told_so_without_the_address(
    register_database: Database,
) -> None:
    async def add() -> None:
        async with register_database.transaction() as tx:
            await a_person(tx, None, email="same@families.example")

    results = await asyncio.gather(*(add() for _ in range(4)), return_exceptions=True)
    errors = [result for result in results if result is not None]
    assert len(errors) == 3
    for error in errors:
        assert isinstance(error, people.EmailTaken)
        assert "families" not in str(error)
        assert error.__cause__ is None


async def test_members_and_roles(sqlite_register: Database) -> None:
    async with sqlite_register.transaction() as tx:
        organization = await an_organization(tx)
        staff = await a_person(tx, organization)
        reviewer = await a_person(tx, None, role=PersonRole.REVIEWER)
        await a_person(tx, None, role=PersonRole.REVIEWER, status=PersonStatus.DEACTIVATED)
        assert [one.id for one in await people.members(tx, organization.id)] == [staff.id]
        assert [one.id for one in await people.with_role(tx, PersonRole.REVIEWER)] == [reviewer.id]
        assert (await people.get(tx, staff.id)).language is Language.ENGLISH
        with pytest.raises(people.PersonUnknown):
            await people.get(tx, uuid4())


@pytest.mark.parametrize("password", ["", "x" * 11, "x" * 257])
def test_a_password_of_unsuitable_length_is_refused(password: str) -> None:
    with pytest.raises(people.PasswordUnsuitable):
        people.hash_password(password)


def test_a_stored_hash_is_argon2id_and_never_the_same_twice() -> None:
    first, second = people.hash_password(PASSWORD), people.hash_password(PASSWORD)
    assert first.startswith("$argon2id$")
    assert first != second
    assert people.check_password(first, PASSWORD)
    assert not people.check_password(first, WRONG)
    assert not people.check_password(None, PASSWORD)
    assert not people.check_password("garbled", PASSWORD)


async def test_whoever_types_the_password_once_more_is_believed_and_a_guesser_locks_the_account(
    register_database: Database,
) -> None:
    person = await _someone(register_database)
    confirmed = await people.confirm_password(register_database, person.id, password=PASSWORD, at=NOON)
    assert confirmed == person.password_hash
    for _ in range(people.FAILURES_BEFORE_LOCK):
        assert await people.confirm_password(register_database, person.id, password=WRONG, at=NOON) is None
    assert await people.confirm_password(register_database, person.id, password=PASSWORD, at=NOON) is None
    assert await people.sign_in(register_database, email=person.email, password=PASSWORD, at=NOON) is None
    async with register_database.reading() as tx:
        acts = list(await tx.scalars(select(AuditEntry.act).order_by(AuditEntry.sequence)))
    assert acts.count("password.refused") == people.FAILURES_BEFORE_LOCK
    assert acts.count("person.locked_out") == 1


async def test_of_two_new_passwords_in_place_of_one_the_first_counts(register_database: Database) -> None:
    person = await _someone(register_database)
    before = person.password_hash

    async def change(word: str) -> bool:
        async with register_database.transaction() as tx:
            return await people.set_password(tx, person.id, password_hash=word, instead_of=before)

    done = await asyncio.gather(*(change(f"hash-{number}") for number in range(5)))
    assert sorted(done) == [False, False, False, False, True]
    async with register_database.reading() as tx:
        assert (await people.get(tx, person.id)).password_hash == f"hash-{done.index(True)}"


async def test_a_password_is_set_for_active_people_only(register_database: Database) -> None:
    person = await _someone(register_database, status=PersonStatus.INVITED)
    async with register_database.transaction() as tx:
        assert not await people.set_password(tx, person.id, password_hash="hash")
