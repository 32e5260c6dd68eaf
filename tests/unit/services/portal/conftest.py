from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.register.database import Database
from tests.support.portal_world import PortalWorld, portal_world
from tests.support.still_rate_limits import hold_the_rate_limits_clock


@pytest.fixture(autouse=True)
def _still_rate_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_the_rate_limits_clock(monkeypatch)


@pytest.fixture
async def world(sqlite_register: Database, tmp_path: Path) -> AsyncIterator[PortalWorld]:
    """A populated portal in one process."""
    async with portal_world(sqlite_register, tmp_path) as made:
        yield made
