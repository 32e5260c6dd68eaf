"""Writes rows as a nightly extract, as an agency would: files first, the manifest last."""

import csv
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import duckdb

from case_fetcher.rules.extract_manifest import MANIFEST_NAME, ExtractFile, ExtractManifest

Rows = Sequence[Mapping[str, Any]]


def write_extract(
    folder: Path,
    tables: Mapping[str, tuple[Sequence[str], Rows]],
    *,
    as_of: datetime,
    kind: Literal["csv", "parquet"] = "csv",
) -> None:
    """Write every table (its column names and rows) and then the manifest.

    Raises:
        OSError: the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for table, (columns, rows) in tables.items():
        path = folder / f"{table}.csv"
        _write_csv(path, columns, rows)
        if kind == "parquet":
            path = _as_parquet(path)
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        files.append(ExtractFile(table=table, name=path.name, rows=len(rows), sha256=digest))
    manifest = ExtractManifest(as_of=as_of, files=tuple(files))
    unfinished = folder / f"{MANIFEST_NAME}.unfinished"
    unfinished.write_text(manifest.model_dump_json(indent=2), encoding="utf-8")
    unfinished.replace(folder / MANIFEST_NAME)


def _write_csv(path: Path, columns: Sequence[str], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns)
        writer.writerows([_text(row.get(name)) for name in columns] for row in rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _as_parquet(path: Path) -> Path:
    """Turn a CSV file into Parquet with the column types that DuckDB sees in it."""
    target = path.with_suffix(".parquet")
    with duckdb.connect(":memory:") as engine:
        rows = engine.read_csv(str(path), header=True, sample_size=-1)
        rows.write_parquet(str(target))
    path.unlink()
    return target
