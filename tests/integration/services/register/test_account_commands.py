from base64 import b32decode
from pathlib import Path

from sqlalchemy import select

from services.register import second_factors
from services.register.commands import register_app
from services.register.database import Transaction
from services.register.one_time_codes import code_at, step_of
from services.register.states import PersonRole
from services.register.tables import AuditEntry, SignIn
from services.vault.master_key import MasterKey
from tests.support.command_home import Home
from tests.support.register_builders import NOON, a_person

EMAIL = "rita@agency.example.gov"


async def _with_app(tx: Transaction) -> None:
    keys = MasterKey(b"\7" * 32)
    person = await a_person(tx, None, role=PersonRole.REVIEWER, email=EMAIL)
    tx.add(SignIn(token_sha256="a" * 64, person_id=person.id, created_at=NOON, last_seen_at=NOON))
    seed = b32decode(await second_factors.begin(tx, keys, person.id, NOON))
    assert await second_factors.confirm(tx, keys, person.id, typed=code_at(seed, step_of(NOON)), at=NOON)


async def _left(tx: Transaction) -> tuple[list[bool], list[str]]:
    ended = [row.ended_at is not None for row in await tx.scalars(select(SignIn))]
    acts = await tx.scalars(select(AuditEntry).where(AuditEntry.act == "factor.removed"))
    return ended, [row.actor.partition(":")[0] for row in acts]


def test_an_operator_takes_a_lost_second_factor_from_the_agencys_own_people(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.run(register_app, "upgrade")
    home.in_register(_with_app)
    result = home.run(register_app, "forget-second-factor", typed=f"{EMAIL.upper()}\n")
    assert result.exit_code == 0, result.output
    assert home.in_register(_left) == ([True], ["operator"])
    again = home.run(register_app, "forget-second-factor", typed=f"{EMAIL}\n")
    assert again.exit_code == 1


def test_nobody_is_nobody(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.run(register_app, "upgrade")
    assert home.run(register_app, "forget-second-factor", typed="nobody@example.org\n").exit_code == 1
