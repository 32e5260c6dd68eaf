"""Nightly files: what makes an extract refused, and what happens when a new one is delivered."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from case_fetcher.adapters.extract_case_source import ExtractCaseSource
from case_fetcher.adapters.extract_files import ExtractRefused, check_extract
from schemas.values import FULL_SCOPE, ScopeItem, sha256_of
from services.runtime.failures import TemporarilyUnavailable
from tests.support.kept_cases import AS_OF, ExtractKeeper, a_record, foreign_mapping

CASE = "AB12345C1"


@pytest.fixture
def delivered(tmp_path: Path) -> ExtractKeeper:
    keeper = ExtractKeeper(tmp_path, "csv")
    keeper.write([a_record(), a_record("AB12345C2")])
    return keeper


def change_manifest(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def describe_again(folder: Path, name: str, content: str | bytes, rows: int | None = None) -> None:
    """Replace a file and let the manifest describe the new one."""
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    keeper_manifest = json.loads((folder / "manifest.json").read_text())
    for file in keeper_manifest["files"]:
        if file["name"] == name:
            file["sha256"] = sha256_of((folder / name).read_bytes())
            file["rows"] = file["rows"] if rows is None else rows
    (folder / "manifest.json").write_text(json.dumps(keeper_manifest))


def _shorten(folder: Path) -> None:
    path = folder / "T_payment.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def _shorten_and_describe(folder: Path) -> None:
    text = "".join((folder / "T_payment.csv").read_text().splitlines(keepends=True)[:-1])
    describe_again(folder, "T_payment.csv", text)


def _without_a_column(folder: Path) -> None:
    path = folder / "T_party.csv"
    describe_again(folder, "T_party.csv", path.read_text().replace("C birth_date", "C born", 1))


def _with_a_ragged_row(folder: Path) -> None:
    path = folder / "T_charge.csv"
    describe_again(folder, "T_charge.csv", path.read_text() + "AB12345C1,2026-09-01,41200,x,one too many\n", rows=5)


def _with_a_padded_flag(folder: Path) -> None:
    path = folder / "T_hold.csv"
    describe_again(folder, "T_hold.csv", path.read_text() + "AB12345C1 ,x\n", rows=1)


def _in_another_encoding(folder: Path) -> None:
    path = folder / "T_party.csv"
    describe_again(folder, "T_party.csv", path.read_text().replace("“", "").replace("”", "").encode("latin-1"))


def _without_flags(folder: Path) -> None:
    files = json.loads((folder / "manifest.json").read_text())["files"]
    change_manifest(folder, files=[file for file in files if file["table"] != "T_hold"])


def _with_a_file_elsewhere(folder: Path) -> None:
    files = json.loads((folder / "manifest.json").read_text())["files"]
    change_manifest(folder, files=[{**files[0], "name": "../secrets.csv"}, *files[1:]])


REFUSALS: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: (folder / "manifest.json").unlink(), "there is no readable manifest.json"),
    (lambda folder: (folder / "manifest.json").write_text("{"), "manifest.json is not as documented"),
    (lambda folder: change_manifest(folder, as_of="2026-11-22T05:00:00"), "look at as_of"),
    (lambda folder: change_manifest(folder, format="case-extract/2"), "look at format"),
    (_with_a_file_elsewhere, "look at files.0.name"),
    (lambda folder: (folder / "T_payment.csv").unlink(), "T_payment.csv is named in the manifest and is not there"),
    (_shorten, "T_payment.csv is not the file that the manifest describes"),
    (_shorten_and_describe, "T_payment.csv does not hold the 4 rows"),
    (_without_flags, r"\[hold\] the manifest has no file of table T_hold"),
    (_without_a_column, r"\[party\] birth_date: T_party.csv has no column C birth_date"),
    (_with_a_ragged_row, "T_charge.csv can't be read to its end"),
    (_with_a_padded_flag, "T_hold.csv: a case identifier is missing, in small letters or has blanks"),
    (_in_another_encoding, "T_party.csv"),
]


@pytest.mark.parametrize(("spoil", "sentence"), REFUSALS)
async def test_an_extract_that_is_not_whole_is_refused_with_a_sentence_and_no_case_is_read(
    delivered: ExtractKeeper, tmp_path: Path, spoil: Callable[[Path], object], sentence: str
) -> None:
    mapping = foreign_mapping(tmp_path, "cents")
    source = ExtractCaseSource(delivered.folder, mapping, timeout_seconds=10)
    source.check()
    spoil(delivered.folder)
    with pytest.raises(ExtractRefused, match=sentence) as raised:
        check_extract(delivered.folder, mapping)
    assert CASE not in str(raised.value)
    assert "Marcus" not in str(raised.value)
    with pytest.raises(TemporarilyUnavailable):
        await source.find(CASE, FULL_SCOPE)
    await source.close()


async def test_the_next_nights_extract_is_taken_up_without_a_restart(delivered: ExtractKeeper, tmp_path: Path) -> None:
    source = ExtractCaseSource(delivered.folder, foreign_mapping(tmp_path, "cents"), timeout_seconds=10)
    before = await source.find(CASE, FULL_SCOPE)
    assert before is not None
    delivered.write([a_record(owed_to_dss=300_000, as_of=AS_OF + timedelta(days=1))], as_of=AS_OF + timedelta(days=1))
    after = await source.find(CASE, FULL_SCOPE)
    assert after is not None
    assert (before.arrears.owed_to_dss, after.arrears.owed_to_dss) == (421_000, 300_000)
    assert after.as_of - before.as_of == timedelta(days=1)
    assert await source.find("AB12345C2", FULL_SCOPE) is None
    await source.close()


async def test_no_record_is_newer_than_its_extract(tmp_path: Path) -> None:
    keeper = ExtractKeeper(tmp_path, "parquet")
    keeper.write([a_record(as_of=AS_OF + timedelta(hours=6))])
    source = ExtractCaseSource(keeper.folder, foreign_mapping(tmp_path, "cents"), timeout_seconds=10)
    case = await source.find(CASE, FULL_SCOPE)
    assert case is not None
    assert case.as_of == AS_OF
    await source.close()


def test_the_engine_can_open_the_extracts_own_files_and_no_other(delivered: ExtractKeeper, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n")
    engine = check_extract(delivered.folder, foreign_mapping(tmp_path, "cents")).engine
    with pytest.raises(duckdb.PermissionException):
        engine.read_csv(str(other)).fetchall()
    with pytest.raises(duckdb.Error):
        engine.execute("SET enable_external_access = true")
    engine.close()


def test_only_mapped_columns_are_asked_for(delivered: ExtractKeeper, tmp_path: Path) -> None:
    checked = check_extract(delivered.folder, foreign_mapping(tmp_path, "cents"))
    for block in checked.blocks.values():
        wanted = block.query(block.mapping.columns).partition(" FROM ")[0]
        assert not {"source", "home_address", "employer_name"} & set(wanted.replace('"', " ").split())
    checked.engine.close()


def test_a_query_names_the_columns_it_is_asked_for_and_the_key_alone(delivered: ExtractKeeper, tmp_path: Path) -> None:
    checked = check_extract(delivered.folder, foreign_mapping(tmp_path, "cents"))
    opened = checked.blocks["case"].mapping.opened("case", {ScopeItem.ENFORCEMENT})
    query = checked.blocks["case"].query(opened)
    named = {name for name in checked.blocks["case"].mapping.columns.values() if f'"{name}"' in query}
    assert named == {
        f"C {name}" for name in ("case_identifier", "county", "as_of", "order_status", "enforcement_as_of")
    }
    checked.engine.close()
