"""Settings of snapshot_renderer."""

from pydantic import Field

from services.runtime.settings import RuntimeSettings
from services.settings import GrantVerifySettings, VaultSettings


class Settings(RuntimeSettings, VaultSettings, GrantVerifySettings):
    """How many pages are made at once."""

    page_makers: int = Field(
        default=1, ge=1, title="Page makers", description="child processes that set pages; about 110 MB each"
    )
