import stat
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from services.portal import api_keys, practice
from services.register import audit, people
from services.register.agreements import Agreements
from services.register.database import Database
from services.register.tables import ApiKey, Organization, Person

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


async def test_practice_people_can_sign_in_and_their_key_works(sqlite_register: Database, tmp_path: Path) -> None:
    sheet = practice.sign_in_sheet(tmp_path / "keys" / "people.json", None)
    await practice.make(sqlite_register, sheet, Agreements(), NOW)
    for row in sheet["people"]:
        person = await people.sign_in(sqlite_register, email=row["email"], password=row["password"], at=NOW)
        assert person is not None
        assert person.role.value == row["role"]
    async with sqlite_register.reading() as tx:
        found = await api_keys.find(tx, sheet["api_key"])
        assert found is not None
        assert found.organization.form_code == "BFF"
        assert api_keys.why_refused(found, Agreements()) is None
        assert (await audit.verify(tx)).intact


async def test_making_them_again_changes_nothing_but_repairs_a_password(
    sqlite_register: Database, tmp_path: Path
) -> None:
    path = tmp_path / "people.json"
    first = practice.sign_in_sheet(path, None)
    await practice.make(sqlite_register, first, Agreements(), NOW)
    again = practice.sign_in_sheet(path, None)
    assert again == first
    given = practice.sign_in_sheet(path, "a given password 5")
    await practice.make(sqlite_register, given, Agreements(), NOW)
    async with sqlite_register.reading() as tx:
        counts = [await tx.scalar(select(func.count()).select_from(table)) for table in (Person, Organization, ApiKey)]
    assert counts == [6, 2, 1]
    email = first["people"][0]["email"]
    assert await people.sign_in(sqlite_register, email=email, password="a given password 5", at=NOW) is not None


def test_the_file_with_the_passwords_is_its_owners_alone(tmp_path: Path) -> None:
    practice.sign_in_sheet(tmp_path / "keys" / "people.json", None)
    assert stat.S_IMODE((tmp_path / "keys" / "people.json").stat().st_mode) == 0o600
