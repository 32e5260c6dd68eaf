"""Every kind of agency that a case can come from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.kept_cases import ApiKeeper, ExtractKeeper, Keeper, SqlKeeper


@pytest.fixture(params=["sql", "csv", "parquet", "api"])
async def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Keeper]:
    made: dict[str, Keeper] = {
        "sql": SqlKeeper(f"sqlite:///{tmp_path / 'agency.db'}", tmp_path),
        "csv": ExtractKeeper(tmp_path, "csv"),
        "parquet": ExtractKeeper(tmp_path, "parquet"),
        "api": ApiKeeper(),
    }
    yield made[request.param]
    await made[request.param].close()
