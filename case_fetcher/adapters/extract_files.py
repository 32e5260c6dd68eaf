"""Checks a nightly extract before anything is read from it: every file there, whole, unchanged, with its columns."""

import csv
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
from pydantic import ValidationError

from case_fetcher.adapters.source_mapping import BlockMapping, SourceMapping
from case_fetcher.rules.extract_manifest import MANIFEST_NAME, ExtractFile, ExtractManifest

LARGEST_MANIFEST = 1024 * 1024
ENGINE_SETTINGS: Mapping[str, str | int | bool] = {
    "threads": 2,
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

Fingerprint = tuple[tuple[int, int, int], ...]
"""Inode, size and time of change of the manifest and of every file: cheap to compare before and after a read."""


class ExtractRefused(Exception):
    """The extract can't be used; the text is a sentence for whoever delivers it. It quotes no row."""


@dataclass(frozen=True)
class Block:
    """One table of a checked extract: ``scans`` is the SQL that yields the rows of each of its files."""

    mapping: BlockMapping
    scans: tuple[str, ...]

    def query(self, columns: Collection[str]) -> str:
        """Return SQL for these columns of one case, as text, in this order; no other column is asked for."""
        key = quoted(self.mapping.columns["case_identifier"])
        wanted = ", ".join(
            f"CAST({quoted(self.mapping.columns[entry])} AS VARCHAR) AS {quoted(entry)}" for entry in columns
        )
        each = (f"SELECT {wanted} FROM {scan} WHERE {key} = $case_identifier" for scan in self.scans)  # noqa: S608 # nosec B608
        return " UNION ALL BY NAME ".join(each)


@dataclass(frozen=True)
class CheckedExtract:
    """An extract that was whole when it had this fingerprint. ``engine`` can open its files and nothing else."""

    as_of: datetime
    blocks: Mapping[str, Block]
    engine: duckdb.DuckDBPyConnection
    paths: tuple[Path, ...]
    fingerprint: Fingerprint


def fingerprint(paths: Sequence[Path]) -> Fingerprint:
    """Return the fingerprint of files.

    Raises:
        OSError: one is gone.
    """
    states = [path.stat() for path in paths]
    return tuple((state.st_ino, state.st_size, state.st_mtime_ns) for state in states)


def check_extract(folder: Path, mapping: SourceMapping) -> CheckedExtract:
    """Read the manifest and check every file against it and against the mapping.

    Raises:
        ExtractRefused: says what is wrong and with which file.
    """
    manifest = _manifest(folder)
    paths = (folder / MANIFEST_NAME, *(folder / file.name for file in manifest.files))
    try:
        before = fingerprint(paths)
        for file in manifest.files:
            _check_bytes(folder, file)
        engine = _engine(paths)
        blocks = {name: _block(folder, manifest, name, block, engine) for name, block in mapping.blocks.items()}
        for block in mapping.blocks.values():
            _check_rows(folder, manifest, block, engine)
        if fingerprint(paths) != before or _manifest(folder) != manifest:
            raise ExtractRefused("the extract changed while it was checked")
    except FileNotFoundError as error:
        raise ExtractRefused(f"{Path(error.filename).name} is named in the manifest and is not there") from None
    except OSError as error:
        raise ExtractRefused(f"the extract can't be read: {type(error).__name__}") from None
    except duckdb.Error as error:
        raise ExtractRefused(f"a file of the extract can't be read: {type(error).__name__}") from None
    return CheckedExtract(manifest.as_of, blocks, engine, paths, before)


def _manifest(folder: Path) -> ExtractManifest:
    try:
        with (folder / MANIFEST_NAME).open("rb") as opened:
            return ExtractManifest.model_validate_json(opened.read(LARGEST_MANIFEST))
    except OSError as error:
        raise ExtractRefused(f"there is no readable {MANIFEST_NAME}: {type(error).__name__}") from None
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the whole"
        raise ExtractRefused(f"{MANIFEST_NAME} is not as documented: look at {place}") from None


def _check_bytes(folder: Path, file: ExtractFile) -> None:
    with (folder / file.name).open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if found != file.sha256:
        raise ExtractRefused(f"{file.name} is not the file that the manifest describes: its SHA-256 differs")


def _engine(paths: Sequence[Path]) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect(":memory:", config=dict(ENGINE_SETTINGS))
    allowed = ", ".join(_text(str(path)) for path in paths)
    engine.execute("SET TimeZone = 'UTC'")
    # allowed: no-sql-by-hand - a setting takes no parameter; each path is quoted by _text
    engine.execute(f"SET allowed_paths = [{allowed}]")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    return engine


def _block(
    folder: Path, manifest: ExtractManifest, name: str, mapping: BlockMapping, engine: duckdb.DuckDBPyConnection
) -> Block:
    files = [file for file in manifest.files if file.table == mapping.table]
    if not files:
        raise ExtractRefused(f"[{name}] the manifest has no file of table {mapping.table}")
    for file in files:
        columns = _columns(folder, file, engine)
        for entry, agency_name in mapping.columns.items():
            if agency_name not in columns:
                raise ExtractRefused(f"[{name}] {entry}: {file.name} has no column {agency_name}")
        if columns[mapping.columns["case_identifier"]] != "VARCHAR":
            raise ExtractRefused(f"[{name}] case_identifier: the column in {file.name} must hold text")
    return Block(mapping, tuple(_scan(folder, file, engine) for file in files))


def _scan(folder: Path, file: ExtractFile, engine: duckdb.DuckDBPyConnection) -> str:
    path = _text(str(folder / file.name))
    if file.name.endswith(".parquet"):
        return f"read_parquet({path})"
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in _columns(folder, file, engine))
    return (
        f"read_csv({path}, columns = {{{columns}}}, header = true, auto_detect = false, delim = ',', quote = '\"', "
        "escape = '\"', strict_mode = true, null_padding = false, ignore_errors = false)"
    )


def _columns(folder: Path, file: ExtractFile, engine: duckdb.DuckDBPyConnection) -> Mapping[str, str]:
    """Return the file's columns and their types; a CSV file's are all text."""
    path = folder / file.name
    if file.name.endswith(".parquet"):
        # allowed: no-sql-by-hand - DESCRIBE takes no parameter; the path is quoted by _text
        described = engine.execute(f"DESCRIBE SELECT * FROM read_parquet({_text(str(path))})").fetchall()  # noqa: S608 # nosec B608
        return {str(row[0]): str(row[1]) for row in described}
    try:
        with path.open(encoding="utf-8", newline="") as opened:
            names = next(csv.reader(opened, strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        raise ExtractRefused(f"{file.name} is not CSV in UTF-8") from None
    if not names or len(set(names)) != len(names):
        raise ExtractRefused(f"{file.name} needs a first line that names every column once")
    return dict.fromkeys(names, "VARCHAR")


def _check_rows(
    folder: Path, manifest: ExtractManifest, mapping: BlockMapping, engine: duckdb.DuckDBPyConnection
) -> None:
    """Read every row once. A key with blanks around it would be missed, and with it a flag that holds the case."""
    key = quoted(mapping.columns["case_identifier"])
    for file in manifest.files:
        if file.table != mapping.table:
            continue
        every_column = ", ".join(f"count({quoted(name)})" for name in _columns(folder, file, engine))
        found = f"count(*), count(*) FILTER ({key} = upper(trim({key}))), {every_column}"
        try:
            # allowed: no-sql-by-hand - columns of the configured mapping, quoted; no value of a case is in it
            counted = engine.execute(f"SELECT {found} FROM {_scan(folder, file, engine)}").fetchone()  # noqa: S608 # nosec B608
        except duckdb.Error as error:
            raise ExtractRefused(f"{file.name} can't be read to its end: {type(error).__name__}") from None
        if counted is None or counted[0] != file.rows:
            raise ExtractRefused(f"{file.name} does not hold the {file.rows} rows that the manifest promises")
        if counted[1] != file.rows:
            raise ExtractRefused(f"{file.name}: a case identifier is missing, in small letters or has blanks around it")


def quoted(name: str) -> str:
    """Return a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
