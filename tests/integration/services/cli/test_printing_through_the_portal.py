"""What an organization's program gets when it prints through the API of a portal that listens on a port."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from sqlalchemy import select
from typer.testing import CliRunner

from consent_intake.samples.commands import app
from schemas.values import Language
from services.cli.portal_client import Claim, PortalClient, PortalProblem
from services.consent_form.code import FormCode
from services.consent_form.raster import page_raster
from services.register.database import Database
from services.register.states import PrintedFormKind
from services.register.tables import PrintedForm
from tests.support.portal_world import CLAIM_FIELDS, PortalWorld, portal_world
from tests.support.served_portal import served

CLAIM = Claim(**CLAIM_FIELDS)


@pytest.fixture
async def world(sqlite_register: Database, tmp_path: Path) -> AsyncIterator[PortalWorld]:
    """A populated portal in one process."""
    async with portal_world(sqlite_register, tmp_path) as made:
        yield made


@contextmanager
def client_of(world: PortalWorld, address: str) -> Iterator[PortalClient]:
    client = PortalClient(address, world.staff.api_key, language="es")
    try:
        yield client
    finally:
        client.close()


def serial_on(form: bytes) -> str:
    return FormCode.parse(zxingcpp.read_barcodes(page_raster(form, 150))[0].text).serial


async def known(world: PortalWorld) -> dict[str, PrintedForm]:
    async with world.context.database.reading() as tx:
        return {form.serial: form for form in await tx.scalars(select(PrintedForm))}


async def test_a_program_prints_blank_and_prefilled_forms_whose_ids_are_known(world: PortalWorld) -> None:
    async with served(world) as address:
        with client_of(world, address) as client:
            filled = await asyncio.to_thread(client.print_form, CLAIM, "es", expires_on=date(2027, 5, 31))
            blank = await asyncio.to_thread(client.print_blank_form, "en")
    found = await known(world)
    assert (found[serial_on(filled)].kind, found[serial_on(filled)].language) == (
        PrintedFormKind.PREFILLED,
        Language.SPANISH,
    )
    assert found[serial_on(blank)].kind is PrintedFormKind.BLANK


async def test_a_program_is_told_in_its_language_which_field_cannot_be_printed(world: PortalWorld) -> None:
    wrong = Claim(**{**CLAIM_FIELDS, "parent_name": "W" * 100})
    async with served(world) as address:
        with client_of(world, address) as client, pytest.raises(PortalProblem) as refused:
            await asyncio.to_thread(client.print_form, wrong, "es")
    assert refused.value.code == "REQUEST_INVALID"
    assert "parent_name: Este nombre es demasiado largo" in str(refused.value)


async def test_a_sample_is_made_on_a_form_that_the_portal_printed_for_it(
    world: PortalWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "signed.pdf"
    async with served(world) as address:
        monkeypatch.setenv("SNAPSHOT_PORTAL_URL", address)
        monkeypatch.setenv("SNAPSHOT_API_KEY", world.staff.api_key)
        words = ["--portal", "--fill", "prefilled", "--out", str(out), "--seed", "1"]
        told = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert told.exit_code == 0, told.output
    assert set(await known(world)) == {serial_on(out.read_bytes())}
