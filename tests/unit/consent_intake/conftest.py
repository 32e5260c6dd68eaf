import pytest

from services.register.database import Database
from tests.support.intake_desk import Desk, an_upload


@pytest.fixture
async def desk(sqlite_register: Database) -> Desk:
    """One uploaded form that waits for its decision."""
    return await an_upload(sqlite_register)
