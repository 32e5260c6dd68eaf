"""``snapshot keys`` as an operator runs it: rotate, list, add, retire, and what a killed rotation leaves."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.register.commands import keys_app, register_app
from services.register.database import Transaction
from services.vault.file_vault import FileVault
from services.vault.key_ring import FixedKeyRing, current
from services.vault.master_key import keys_in_file
from services.vault.rotation import wrapped_with
from services.vault.vault import Kind
from tests.support.command_home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.run(keys_app, "create")
    home.run(register_app, "upgrade")
    return home


def seal_some(home: Home, count: int = 3) -> list[UUID]:
    path, consents = home.folder / "keys" / "master.key", [uuid4() for _ in range(count)]

    async def work(tx: Transaction) -> None:
        vault = FileVault(home.folder / "vault", FixedKeyRing(keys_in_file(path)))
        for consent_id in consents:
            await vault.seal(tx, consent_id, Kind.DOCUMENT, str(consent_id).encode())

    home.in_register(work)
    return consents


def open_all(home: Home, consents: list[UUID]) -> bool:
    async def work(tx: Transaction) -> bool:
        vault = FileVault(home.folder / "vault", FixedKeyRing(keys_in_file(home.folder / "keys" / "master.key")))
        return all([await vault.open(tx, one, Kind.DOCUMENT) == str(one).encode() for one in consents])

    return home.in_register(work)


def test_an_operator_rotates_lists_and_retires(home: Home) -> None:
    consents, path = seal_some(home), home.folder / "keys" / "master.key"
    [old] = keys_in_file(path)
    made = home.run(keys_app, "rotate")
    assert made.exit_code == 0, made.output
    assert "5 keys are wrapped" in made.output  # of three consents, of the claim index, of sealed texts
    new = current(FixedKeyRing(keys_in_file(path)))
    assert path.stat().st_mode & 0o077 == 0
    listed = home.run(keys_app, "list").output
    assert f"{old.id}  opens only  0 keys" in listed
    assert f"{new.id}  wraps new keys  5 keys" in listed
    assert open_all(home, consents)
    assert home.run(keys_app, "retire", new.id).exit_code == 2
    assert home.run(keys_app, "retire", "unknown").exit_code == 2
    assert home.run(keys_app, "retire", old.id).exit_code == 0
    assert [key.id for key in keys_in_file(path)] == [new.id]
    assert open_all(home, consents)


def test_a_version_that_was_added_first_is_the_one_that_is_rotated_to(home: Home) -> None:
    seal_some(home)
    [old] = keys_in_file(home.folder / "keys" / "master.key")
    assert home.run(keys_app, "add").exit_code == 0
    assert home.run(keys_app, "retire", old.id).exit_code == 1
    assert home.run(keys_app, "rotate").exit_code == 0
    assert len(keys_in_file(home.folder / "keys" / "master.key")) == 2


def test_a_rotation_that_was_killed_is_finished_by_the_next_one_without_another_version(home: Home) -> None:
    consents = seal_some(home, 7)
    program = (
        "import os, signal, services.vault.rotation as rotation;"
        "from services.vault.key_commands import rotate_command;"
        "rotation.AT_ONCE, store, done = 2, rotation._store, []\n"
        "async def dying(*given):\n"
        "    done.append(await store(*given))\n"
        "    if len(done) == 5: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    return done[-1]\n"
        "rotation._store = dying\n"
        "rotate_command(new=False)"
    )
    environment = {"SNAPSHOT_HOME": str(home.folder), "PATH": ""}
    killed = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr
    old, new = (key.id for key in keys_in_file(home.folder / "keys" / "master.key"))
    assert home.in_register(wrapped_with) == {old: 5, new: 4}  # the transaction in hand was not committed
    assert open_all(home, consents)
    assert "5 keys are wrapped" in home.run(keys_app, "rotate").output
    assert home.in_register(wrapped_with) == {new: 9}
    assert open_all(home, consents)


def test_a_key_file_that_can_not_be_replaced_stays_as_it_is(home: Home) -> None:
    path = home.folder / "keys" / "master.key"
    seal_some(home)
    [old] = keys_in_file(path)
    blocking = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    blocking.mkdir()  # as on a file system that is mounted for reading only
    said = home.run(keys_app, "rotate")
    assert said.exit_code == 2
    assert "can't be written" in said.output
    blocking.rmdir()
    home.run(keys_app, "rotate")
    before = path.read_bytes()
    blocking.mkdir()
    assert home.run(keys_app, "retire", old.id).exit_code == 2
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("source", "named"), [("environment", "SNAPSHOT_MASTER_KEY_SECRET"), ("aws-kms", "SNAPSHOT_KMS_KEYS")]
)
def test_where_the_key_is_elsewhere_the_operator_is_told_where_to_add_one(home: Home, source: str, named: str) -> None:
    settings = {
        "SNAPSHOT_MASTER_KEY_SOURCE": source,
        "SNAPSHOT_MASTER_KEY_SECRET": (home.folder / "keys" / "master.key").read_text(),
        "SNAPSHOT_KMS_KEYS": "11111111-2222-3333-4444-555555555555",
        "SNAPSHOT_AWS_REGION": "us-east-1",
    }
    said = home.run(keys_app, "add", **settings)
    assert said.exit_code == 2
    assert named in said.output
