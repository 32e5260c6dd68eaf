"""One command for every id: the register says whose it is."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from typer.testing import CliRunner

from services.cli.explaining import app
from services.register.database import Database
from services.register.migrate import upgrade
from services.vault.master_key import generate_master_key_file
from tests.support.portal_world import approve, deliver, portal_world, upload


@pytest.fixture
def delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[UUID, UUID]:
    """A home with one delivered consent; its id and its snapshot's."""
    url = f"sqlite:///{tmp_path / 'register.db'}"
    monkeypatch.setenv("SNAPSHOT_HOME", str(tmp_path))
    monkeypatch.delenv("SNAPSHOT_DATABASE_URL", raising=False)
    (tmp_path / "keys").mkdir()
    generate_master_key_file(tmp_path / "keys" / "master.key")
    upgrade(url)

    async def through_the_line() -> tuple[UUID, UUID]:
        database = Database(url)
        try:
            async with portal_world(database, tmp_path / "world") as world:
                consent_id = await upload(world, world.staff)
                await approve(world, consent_id)
                return consent_id, await deliver(world, consent_id)
        finally:
            await database.close()

    return asyncio.run(through_the_line())


def said(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, " ".join(result.output.split())


def test_the_id_of_a_consent_explains_its_form(delivered: tuple[UUID, UUID]) -> None:
    consent_id, _ = delivered
    for arguments in ((str(consent_id),), (consent_id.hex[:8],), ("--language", "es", str(consent_id))):
        code, output = said(*arguments)
        assert code == 0
        assert f"{consent_id} delivered" in output


def test_the_id_of_a_snapshot_explains_its_page(delivered: tuple[UUID, UUID]) -> None:
    _, snapshot_id = delivered
    code, output = said(str(snapshot_id))
    assert code == 1
    assert output.startswith("Nothing was sealed with this snapshot"), "made without its steps' facts, and told so"


@pytest.mark.usefixtures("delivered")
def test_an_unknown_id_is_told() -> None:
    code, output = said(str(uuid4()))
    assert code == 1
    assert "No consent has this id" in output
