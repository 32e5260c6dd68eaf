from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.register import people
from services.register.database import Database
from tests.support.portal_browser import ANAS_PASSWORD
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


@pytest.fixture
async def ana(world: PortalWorld) -> str:
    """Give the first organization's administrator a password; returns her e-mail address."""
    async with world.context.database.transaction() as tx:
        person = await people.get(tx, world.staff.person_id)
        person.password_hash = people.hash_password(ANAS_PASSWORD)
        return person.email
