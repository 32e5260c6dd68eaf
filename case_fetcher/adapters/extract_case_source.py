"""The agency's case records as files delivered every night: CSV or Parquet, with a manifest (docs/case-extract.md).

Read by DuckDB where they lie, one case at a time: nothing is copied into a database of ours.
"""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from case_fetcher.adapters.extract_files import Block, CheckedExtract, ExtractRefused, check_extract, fingerprint
from case_fetcher.adapters.record_rows import MOMENTS, Row, agency_case, in_our_words
from case_fetcher.adapters.source_mapping import SourceMapping
from case_fetcher.rules.agency_case import AgencyCase, RecordUnusable
from schemas.values import ScopeItem
from services.runtime.failures import TemporarilyUnavailable
from services.runtime.structured_log import get_logger

DEPENDENCY = "case_source"


class ExtractCaseSource:
    """Reads one case at a time, in a thread, with a limit on the wait.

    Args:
        folder: where the manifest and its files are.
        mapping: which file (``table`` in the manifest) and column holds what.
        timeout_seconds: longest wait for one read.
    """

    def __init__(self, folder: Path, mapping: SourceMapping, *, timeout_seconds: float) -> None:
        self._folder = folder
        self._mapping = mapping
        self._timeout = timeout_seconds
        self._checked: CheckedExtract | None = None
        self._one_check_at_a_time = Lock()

    def check(self) -> None:
        """Check the whole extract.

        Raises:
            ExtractRefused: says what is wrong and with which file.
        """
        self._current()

    async def close(self) -> None:
        """Let go of the files."""
        if self._checked is not None:
            self._checked.engine.close()
            self._checked = None

    async def find(self, case_identifier: str, scope: Collection[ScopeItem]) -> AgencyCase | None:
        """Return what the scope opens of the case, or None; no other column is selected.

        Raises:
            TemporarilyUnavailable: the extract is away, incomplete, changed since it was described, or slow to read.
            RecordUnusable: the record breaks its own rules (an unknown code, a date that is none).
        """
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._read, case_identifier, scope), self._timeout)
        except ExtractRefused:
            get_logger().warning("case extract refused")  # the sentence names files: `snapshot case-records` tells it
            raise TemporarilyUnavailable(DEPENDENCY) from None
        except (TimeoutError, OSError, duckdb.Error):
            raise TemporarilyUnavailable(DEPENDENCY) from None  # DuckDB's texts quote values
        except ValueError:
            raise RecordUnusable from None  # the error's text quotes the record

    def _current(self) -> CheckedExtract:
        """Return the extract that lies there now, checked; a new one is checked when its files differ."""
        with self._one_check_at_a_time:
            if self._checked is None or not _unchanged(self._checked):
                self._checked = None  # reads that are under way keep the old engine until they end
                self._checked = check_extract(self._folder, self._mapping)
            return self._checked

    def _read(self, case_identifier: str, scope: Collection[ScopeItem]) -> AgencyCase | None:
        extract = self._current()
        with extract.engine.cursor() as engine:
            rows = {
                name: self._rows(engine, block, block.mapping.opened(name, scope), case_identifier)
                for name, block in extract.blocks.items()
            }
        if not _unchanged(extract):
            raise ExtractRefused("the extract changed while a case was read")
        for case in rows["case"]:
            for name in MOMENTS:
                if case.get(name) is not None:
                    case[name] = min(case[name], extract.as_of)
        return agency_case(rows)

    def _rows(
        self, engine: duckdb.DuckDBPyConnection, block: Block, opened: Collection[str], case_identifier: str
    ) -> Sequence[dict[str, Any]]:
        if not opened:
            return []
        found = engine.execute(block.query(opened), {"case_identifier": case_identifier}).fetchall()
        raw: list[Row] = [dict(zip(opened, row, strict=True)) for row in found]
        return [in_our_words(row, money=self._mapping.money, codes=self._mapping.codes) for row in raw]


def _unchanged(extract: CheckedExtract) -> bool:
    try:
        return fingerprint(extract.paths) == extract.fingerprint
    except OSError:
        return False
