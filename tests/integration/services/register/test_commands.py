from datetime import date
from pathlib import Path

import pytest

from services.register import consents
from services.register.commands import keys_app, register_app
from services.register.database import Transaction
from services.register.states import ConsentStatus
from services.register.tables import Consent
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from tests.support.command_home import Home
from tests.support.register_builders import GateWorld


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_keys_are_made_once_and_kept(home: Home) -> None:
    first = home.run(keys_app, "create")
    assert first.exit_code == 0, first.output
    files = {path.name: path.read_bytes() for path in (home.folder / "keys").iterdir()}
    pairs = {f"{name}_{half}.pem" for name in ("grant", "audit") for half in ("private", "public")}
    assert set(files) == {"master.key"} | pairs
    assert home.run(keys_app, "create").exit_code == 0
    assert {path.name: path.read_bytes() for path in (home.folder / "keys").iterdir()} == files


@pytest.mark.parametrize("name", ["grant", "audit"])
def test_half_a_pair_of_keys_is_not_papered_over(home: Home, name: str) -> None:
    home.run(keys_app, "create")
    (home.folder / "keys" / f"{name}_public.pem").unlink()
    result = home.run(keys_app, "create")
    assert result.exit_code == 2
    assert f"one half of the {name} keys" in result.output
    assert not (home.folder / "keys" / f"{name}_public.pem").exists()


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
