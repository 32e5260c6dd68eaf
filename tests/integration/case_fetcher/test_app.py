"""Which adapter the settings choose, and what is told when they are wrong."""

from pathlib import Path
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

from case_fetcher.adapters.extract_case_source import ExtractCaseSource
from case_fetcher.adapters.http_case_source import HttpCaseSource
from case_fetcher.adapters.source_mapping import MappingError
from case_fetcher.adapters.sql_case_source import SqlCaseSource
from case_fetcher.adapters.tls import CaseApiMisconfigured
from case_fetcher.app import case_source
from case_fetcher.commands import records_app
from case_fetcher.practice.county_writer import write_practice_county
from case_fetcher.settings import Settings
from schemas.values import FULL_SCOPE
from tests.support.case_api_server import CLIENT_ID, CLIENT_SECRET, a_case_answer, case_api_server
from tests.support.kept_cases import ExtractKeeper, a_record, foreign_mapping


def test_without_an_address_it_is_the_practice_county(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(MappingError):
        case_source(settings)
    write_practice_county(settings.case_records_url, count=200, seed=1)
    assert isinstance(case_source(settings), SqlCaseSource)


async def test_a_web_address_is_a_case_api_whose_secret_is_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{CLIENT_SECRET}\n")
    async with case_api_server() as server:
        server.cases["AB12345C1"] = a_case_answer()
        source = case_source(
            Settings(
                home=tmp_path,
                case_source_url=server.url,
                case_api_token_url=server.token_url,
                case_api_client_id=CLIENT_ID,
                case_api_client_secret_file=secret,
            )
        )
        assert isinstance(source, HttpCaseSource)
        assert await source.find("AB12345C1", FULL_SCOPE) is not None
        await source.close()


def test_a_case_api_without_its_secret_is_told_at_the_start(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path, case_source_url="https://a.example.org", case_api_token_url="https://b.example.org"
    )
    with pytest.raises(CaseApiMisconfigured, match="SNAPSHOT_CASE_API_CLIENT_ID"):
        case_source(settings)
    with pytest.raises(CaseApiMisconfigured, match="SNAPSHOT_CASE_API_CLIENT_SECRET_FILE can't be read"):
        case_source(settings.model_copy(update={"case_api_client_secret_file": tmp_path / "nowhere"}))


async def test_an_extract_address_is_a_folder_of_files(tmp_path: Path) -> None:
    keeper = ExtractKeeper(tmp_path / "with a space", "csv")
    keeper.write([a_record()])
    mapping = foreign_mapping(tmp_path, "cents")
    address = f"extract://{quote(str(keeper.folder))}"
    settings = Settings(home=tmp_path, case_source_url=address, case_source_mapping=tmp_path / "mapping.toml")
    source = case_source(settings)
    assert isinstance(source, ExtractCaseSource)
    assert (await source.find("AB12345C1", FULL_SCOPE)) is not None
    assert mapping.money == "cents"
    await source.close()


def test_the_check_says_what_is_wrong_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNAPSHOT_HOME", str(tmp_path))
    monkeypatch.setenv("SNAPSHOT_CASE_SOURCE_URL", f"extract://{tmp_path}")
    refused = CliRunner().invoke(records_app)
    assert refused.exit_code == 1
    assert "there is no readable manifest.json" in refused.output
    monkeypatch.setenv("SNAPSHOT_CASE_SOURCE_URL", "")
    write_practice_county(Settings().case_records_url, count=200, seed=1)
    assert CliRunner().invoke(records_app).exit_code == 0
