"""Practice people: two organizations, the agency's roles and an API key, so that the whole can be tried at once.

``snapshot practice-people`` makes them, or makes them whole again: whoever is there is kept, with the password of the
file. Their names and addresses are made up (example.org and example.gov deliver nowhere).
"""

import asyncio
import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import select

from schemas.values import Language
from services.portal import api_keys
from services.portal.settings import PortalSettings
from services.portal.sign_ins import digest
from services.register import organizations, people
from services.register.agreements import Agreements
from services.register.audit import SYSTEM
from services.register.database import Database, Transaction
from services.register.states import OrganizationStatus, PersonRole, PersonStatus
from services.register.tables import ApiKey, Organization, Person
from services.runtime.clock import utc_now

app = typer.Typer()

FILE = Path("keys") / "practice_people.json"
"""Below the home folder, readable by its owner only."""


@dataclass(frozen=True)
class PracticeOrganization:
    """A made-up organization."""

    name: str
    form_code: str


@dataclass(frozen=True)
class PracticePerson:
    """A made-up person; ``organization`` is a form code, or None for the agency."""

    email: str
    display_name: str
    role: PersonRole
    organization: str | None
    language: Language = Language.ENGLISH


ORGANIZATIONS = (
    PracticeOrganization("Bronx Fathers Forward", "BFF"),
    PracticeOrganization("Queens Parent Network", "QPN"),
)

PEOPLE = (
    PracticePerson("admin@bff.example.org", "Denise Alvarado", PersonRole.ORGANIZATION_ADMIN, "BFF"),
    PracticePerson("staff@bff.example.org", "Terrence Cole", PersonRole.ORGANIZATION_STAFF, "BFF"),
    PracticePerson("reviewer@agency.example.gov", "Ruth Feldman", PersonRole.REVIEWER, None),
    PracticePerson("agency@agency.example.gov", "Samuel Okafor", PersonRole.AGENCY_ADMIN, None),
    PracticePerson("operator@agency.example.gov", "Priya Nair", PersonRole.OPERATOR, None),
    PracticePerson("admin@qpn.example.org", "Lucía Marín", PersonRole.ORGANIZATION_ADMIN, "QPN", Language.SPANISH),
)

KEY_ORGANIZATION = "BFF"
KEY_PERSON = "staff@bff.example.org"


@app.command()
def practice_people(
    home: Annotated[Path | None, typer.Option(help="Home folder; SNAPSHOT_HOME by default.")] = None,
) -> None:
    """Make the practice organizations, people and API key, and write how to sign in."""
    settings = PortalSettings(home=home) if home else PortalSettings()
    sheet = asyncio.run(_make_in(settings))
    typer.echo(f"{len(sheet['people'])} practice people; passwords and API key: {settings.home / FILE}")


async def _make_in(settings: PortalSettings) -> dict[str, Any]:
    given = settings.practice_password.get_secret_value() if settings.practice_password else None
    sheet = sign_in_sheet(settings.home / FILE, given)
    database = Database(settings.register_url)
    try:
        await make(database, sheet, Agreements(), utc_now())
    finally:
        await database.close()
    return sheet


def sign_in_sheet(path: Path, given_password: str | None) -> dict[str, Any]:
    """Return who signs in with what; written on the first call, read afterwards.

    Args:
        path: the file; mode 0600.
        given_password: of everybody, instead of random ones; replaces what the file says.
    """
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    known = {row["email"]: row["password"] for row in found.get("people", ())}
    rows = [
        {
            "role": person.role.value,
            "name": person.display_name,
            "email": person.email,
            "password": given_password or known.get(person.email) or f"practice-{secrets.token_urlsafe(9)}",
            "organization": person.organization,
        }
        for person in PEOPLE
    ]
    key = found.get("api_key") or api_keys.KEY_PREFIX + secrets.token_urlsafe(32)
    sheet = {"people": rows, "organization": KEY_ORGANIZATION, "api_key": key}
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(sheet, file, indent=2, ensure_ascii=False)
    return sheet


async def make(database: Database, sheet: dict[str, Any], agreements: Agreements, at: datetime) -> None:
    """Put organizations, people and key into the register, agreements accepted; what is there stays."""
    passwords = {row["email"]: row["password"] for row in sheet["people"]}
    for wanted in ORGANIZATIONS:
        async with database.transaction() as tx:
            await _organization(tx, wanted, at)
    for person in PEOPLE:
        hashed = await asyncio.to_thread(people.hash_password, passwords[person.email])
        async with database.transaction() as tx:
            await _person(tx, person, passwords[person.email], hashed, agreements, at)
    async with database.transaction() as tx:
        await _agree_for_organizations(tx, agreements, at)
        await _key(tx, sheet["api_key"], at)


async def _organization(tx: Transaction, wanted: PracticeOrganization, at: datetime) -> None:
    if await organizations.by_form_code(tx, wanted.form_code) is not None:
        return
    made = await organizations.request(
        tx, name=wanted.name, contact_email=_administrator(wanted.form_code).email, language=Language.ENGLISH, at=at
    )
    made.form_code, made.status, made.decided_at = wanted.form_code, OrganizationStatus.ACTIVE, at


async def _person(
    tx: Transaction, wanted: PracticePerson, password: str, hashed: str, agreements: Agreements, at: datetime
) -> None:
    person = await people.by_email(tx, wanted.email)
    if person is None:
        home = await organizations.by_form_code(tx, wanted.organization) if wanted.organization else None
        person = await people.add(
            tx,
            email=wanted.email,
            display_name=wanted.display_name,
            role=wanted.role,
            language=wanted.language,
            at=at,
            actor=SYSTEM,
            organization_id=home.id if home else None,
        )
    if person.status is not PersonStatus.ACTIVE or not people.check_password(person.password_hash, password):
        person.status, person.password_hash = PersonStatus.ACTIVE, hashed
    if not agreements.person_agreed(person):
        await agreements.accept(tx, person_id=person.id, version=agreements.current.version, at=at)


async def _agree_for_organizations(tx: Transaction, agreements: Agreements, at: datetime) -> None:
    version = agreements.current_for_organizations.version
    for wanted in ORGANIZATIONS:
        organization = await organizations.by_form_code(tx, wanted.form_code)
        administrator = await people.by_email(tx, _administrator(wanted.form_code).email)
        if organization and administrator and not agreements.organization_agreed(organization):
            await agreements.accept_for_organization(
                tx, organization_id=organization.id, person_id=administrator.id, version=version, at=at
            )


async def _key(tx: Transaction, token: str, at: datetime) -> None:
    if await tx.scalar(select(ApiKey.id).where(ApiKey.token_sha256 == digest(token))) is not None:
        return
    query = (
        select(Person, Organization)
        .join(Organization, Organization.id == Person.organization_id)
        .where(Person.email == KEY_PERSON)
    )
    person, organization = (await tx.execute(query)).one()
    await api_keys.store(
        tx, token, organization_id=organization.id, person_id=person.id, label="Practice uploads", at=at
    )


def _administrator(form_code: str) -> PracticePerson:
    return next(
        person for person in PEOPLE if person.organization == form_code and person.role is PersonRole.ORGANIZATION_ADMIN
    )
