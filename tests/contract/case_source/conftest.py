from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.kept_cases import ApiKeeper, ExtractKeeper, Keeper, SqlKeeper
from tests.support.postgres_server import PostgresServer


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres), "api", "csv", "parquet"])
async def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Keeper]:
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        name = server.create_database()
        database = SqlKeeper(server.url_of(name), tmp_path)
        yield database
        await database.close()
        server.drop_database(name)
        return
    kinds: dict[str, Keeper] = {
        "sqlite": SqlKeeper(f"sqlite:///{tmp_path / 'records.db'}", tmp_path),
        "api": ApiKeeper(),
        "csv": ExtractKeeper(tmp_path, "csv"),
        "parquet": ExtractKeeper(tmp_path, "parquet"),
    }
    kept = kinds[request.param]
    yield kept
    await kept.close()
