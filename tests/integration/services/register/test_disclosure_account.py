import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from schemas.consent_events import RevokedBy
from schemas.values import Party
from services.register import audit, consents
from services.register.audit_commands import audit_app
from services.register.commands import keys_app, register_app
from services.register.database import Database, Transaction
from services.register.disclosure_account import account_of, consents_of_claim
from services.register.states import ConsentStatus, Purpose
from services.register.tables import AuditEntry, Consent, Person
from services.vault.claim_index import claim_index
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from tests.support.command_home import Home
from tests.support.register_builders import NOON, PRACTICE_CASE, GateWorld, a_person, an_organization

PRACTICE_NAMES = ("Practice Parent", "Practice Person", "Practice Families", PRACTICE_CASE, "families.example")


async def seen_consent(tx: Transaction, world: GateWorld) -> tuple[Consent, Person]:
    """Return a consent that was fetched, seen by its organization, reviewed by the agency and revoked."""
    organization = await an_organization(tx)
    person = await a_person(tx, organization)
    consent = await world.approved_consent(tx, organization=organization, person=person, status=ConsentStatus.DELIVERED)
    await audit.record(
        tx, act="review.opened", actor=audit.person_actor(UUID(int=5)), at=NOON, consent_id=consent.id,
        detail={"part": "page"},
    )  # fmt: skip
    actor = audit.person_actor(person.id)
    for purpose, by, about in (
        (Purpose.FETCH, audit.stage_actor("case_fetcher"), {}),
        (Purpose.VIEW, actor, {"form": "pdf", "language": "es"}),
    ):
        await world.gate.decide(
            tx, consent.id, purpose, by, person_id=person.id, organization_id=organization.id, about=about
        )
    at = NOON + timedelta(minutes=1)
    await consents.revoke(tx, consent.id, by=RevokedBy.PARENT, actor=actor, at=at, vault=world.vault)
    await world.gate.decide(tx, consent.id, Purpose.VIEW, actor, person_id=person.id)
    return consent, person


async def test_an_account_says_who_saw_what_when_and_why(register_database: Database) -> None:
    world = GateWorld()
    async with register_database.transaction() as tx:
        consent, person = await seen_consent(tx, world)
        await seen_consent(tx, world)
    async with register_database.reading() as tx:
        lines = await account_of(tx, [consent.id])
        without = await account_of(tx, [consent.id], refused=False)
    organization = str(consent.organization_id)
    assert [(line.who, line.organization_id, line.act, line.what, line.why) for line in lines] == [
        (f"person:{UUID(int=5)}", None, "review.opened", "page", ""),
        ("stage:case_fetcher", organization, "disclosure.allowed", "", "fetch"),
        (f"person:{person.id}", organization, "disclosure.allowed", "pdf es", "view"),
        (f"person:{person.id}", None, "disclosure.refused", "", "CONSENT_REVOKED"),
    ]
    assert without == lines[:3]
    assert {line.consent_id for line in lines} == {consent.id}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.run(keys_app, "create")
    made.run(register_app, "upgrade")
    return made


def world_of(home: Home) -> tuple[GateWorld, MasterKey]:
    master = MasterKey.from_file(home.folder / "keys" / "master.key")
    return GateWorld(vault=FileVault(home.folder / "vault", master)), master


def test_the_command_tells_it_without_a_name_and_is_itself_recorded(home: Home) -> None:
    world, _ = world_of(home)
    consent, _ = home.in_register(lambda tx: seen_consent(tx, world))
    plain = home.run(audit_app, "account", str(consent.id))
    lines = home.run(audit_app, "account", str(consent.id), "--json").stdout.splitlines()
    assert plain.exit_code == 0, plain.output
    assert len(plain.stdout.splitlines()) == len(lines) == 4
    assert json.loads(lines[2])["what"] == "pdf es"
    assert not any(name in plain.output + str(lines) for name in PRACTICE_NAMES)

    async def made(tx: Transaction) -> list[tuple[UUID | None, int]]:
        entries = await tx.scalars(select(AuditEntry).where(AuditEntry.act == "account.made"))
        return [(entry.consent_id, entry.detail["entries"]) for entry in entries]

    assert home.in_register(made) == [(consent.id, 4)] * 2


def test_a_parent_is_found_by_case_identifier_which_no_shell_remembers(home: Home) -> None:
    world, master = world_of(home)
    index = claim_index(master, PRACTICE_CASE, Party.NONCUSTODIAL)

    async def two(tx: Transaction) -> list[UUID]:
        made = [(await seen_consent(tx, world))[0] for _ in range(3)]
        made[0].claim_index = made[2].claim_index = index
        return [made[0].id, made[2].id]

    mine = home.in_register(two)
    assert sorted(home.in_register(lambda tx: consents_of_claim(tx, index))) == sorted(mine)
    by_index = home.run(audit_app, "account", index, "--json")
    assert {json.loads(line)["consent_id"] for line in by_index.stdout.splitlines()} == {str(one) for one in mine}
    asked = home.run(audit_app, "account", typed=f"{PRACTICE_CASE}\n")
    assert asked.exit_code == 0, asked.output
    assert len([line for line in asked.stdout.splitlines() if "UTC" in line]) == 8
    assert PRACTICE_CASE not in asked.output
    other = home.run(audit_app, "account", "--party", "custodial", typed=f"{PRACTICE_CASE}\n")
    assert "Nobody saw anything." in other.output


def test_what_is_neither_a_consent_nor_a_claim_is_refused(home: Home) -> None:
    assert home.run(audit_app, "account", PRACTICE_CASE).exit_code == 2
    assert home.run(audit_app, "account", str(uuid4())).output == "Nobody saw anything.\n"


def test_the_log_is_exported_as_lines_that_anybody_can_check(home: Home) -> None:
    world, _ = world_of(home)
    home.in_register(lambda tx: seen_consent(tx, world))
    out = home.folder / "log.jsonl"
    result = home.run(audit_app, "export", "--out", str(out))
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert f"{len(lines)} entries exported" in result.output
    assert out.stat().st_mode & 0o777 == 0o600
    before = "0" * 64
    for number, line in enumerate(lines, 1):
        stored = line.pop("entry_hash")
        covered = json.dumps(line, sort_keys=True, separators=(",", ":")).encode()
        assert (line["sequence"], line["previous_hash"], sha256(covered).hexdigest()) == (number, before, stored)
        before = stored
    part = home.run(audit_app, "export", "--after", "2", "--until", "4").stdout.splitlines()
    assert [json.loads(line)["sequence"] for line in part] == [3, 4]
    assert home.run(audit_app, "export", "--out", str(out)).exit_code == 2
    exported = select(AuditEntry.detail).where(AuditEntry.act == "audit.exported").order_by(AuditEntry.sequence)

    async def noted(tx: Transaction) -> list[int]:
        return [detail["entries"] for detail in await tx.scalars(exported)]

    assert home.in_register(noted) == [len(lines), 2]
