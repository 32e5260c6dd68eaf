import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from services.register import consents
from services.register.commands import audit_app, keys_app, register_app
from services.register.database import Database, Transaction
from services.register.states import ConsentStatus
from services.register.tables import Consent
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from tests.support.register_builders import GateWorld, an_organization


class Home:
    """A home folder and the commands run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, app: object, *words: str) -> Result:
        return CliRunner().invoke(app, list(words), env={"SNAPSHOT_HOME": str(self.folder)})  # type: ignore[arg-type]

    def in_register(self, work: Callable[[Transaction], Awaitable[object]]) -> object:
        async def do() -> object:
            database = Database(f"sqlite:///{self.folder / 'register.db'}")
            try:
                async with database.transaction() as tx:
                    return await work(tx)
            finally:
                await database.close()

        return asyncio.run(do())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_keys_are_made_once_and_kept(home: Home) -> None:
    first = home.run(keys_app, "create")
    assert first.exit_code == 0, first.output
    files = {path.name: path.read_bytes() for path in (home.folder / "keys").iterdir()}
    assert set(files) == {"master.key", "grant_private.pem", "grant_public.pem"}
    assert home.run(keys_app, "create").exit_code == 0
    assert {path.name: path.read_bytes() for path in (home.folder / "keys").iterdir()} == files


def test_half_a_pair_of_grant_keys_is_not_papered_over(home: Home) -> None:
    home.run(keys_app, "create")
    (home.folder / "keys" / "grant_public.pem").unlink()
    result = home.run(keys_app, "create")
    assert result.exit_code == 2
    assert not (home.folder / "keys" / "grant_public.pem").exists()


def test_a_sound_chain_is_reported_and_a_broken_one_fails_the_command(home: Home) -> None:
    assert home.run(register_app, "upgrade").exit_code == 0
    home.in_register(an_organization)
    home.in_register(an_organization)
    sound = home.run(audit_app, "verify")
    assert (sound.exit_code, sound.output.startswith("2 entries, all sound")) == (0, True)

    async def tamper(tx: Transaction) -> None:
        await tx.execute(text("UPDATE audit_entries SET act = 'x' WHERE sequence = 2"))

    home.in_register(tamper)
    broken = home.run(audit_app, "verify")
    assert broken.exit_code == 1
    assert "BROKEN at entry 2" in broken.output


def test_the_daily_command_closes_what_is_over(home: Home) -> None:
    home.run(keys_app, "create")
    home.run(register_app, "upgrade")
    world = GateWorld(vault=FileVault(home.folder / "vault", MasterKey.from_file(home.folder / "keys" / "master.key")))

    async def make(tx: Transaction) -> Consent:
        return await world.approved_consent(tx, starts_on=date(2020, 1, 1), expires_on=date(2020, 12, 31))

    made = home.in_register(make)
    assert isinstance(made, Consent)
    result = home.run(register_app, "expire")
    assert (result.exit_code, result.output) == (0, "1 consents expired.\n")

    async def status(tx: Transaction) -> ConsentStatus:
        return (await consents.get(tx, made.id)).status

    assert home.in_register(status) is ConsentStatus.EXPIRED


def test_without_a_master_key_the_daily_command_says_what_to_do(home: Home) -> None:
    home.run(register_app, "upgrade")
    result = home.run(register_app, "expire")
    assert result.exit_code == 2
    assert "snapshot keys create" in result.output
