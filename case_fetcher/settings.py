"""Settings of case_fetcher."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from services.runtime.settings import RuntimeSettings
from services.settings import GrantVerifySettings, VaultSettings


class Settings(RuntimeSettings, VaultSettings, GrantVerifySettings):
    """Where the agency's records are, and how old they may be."""

    case_source_url: str = Field(
        default="",
        title="Case records",
        description="SQLAlchemy URL of the agency's database, read-only account; empty: the practice county at home",
    )
    case_source_mapping: Path | None = Field(
        default=None,
        title="Case record mapping",
        description="TOML file that names the tables and columns; empty: the practice county's",
    )
    case_source_timeout_seconds: float = Field(
        default=5.0, gt=0, title="Case record timeout", description="longest wait for one read; the consent is locked"
    )
    case_data_oldest: timedelta = Field(
        default=timedelta(days=7), title="Oldest case data", description="older records make no page"
    )

    @property
    def case_records_url(self) -> str:
        """The URL to connect to."""
        return self.case_source_url or f"sqlite:///{self.home.absolute() / 'practice_county.db'}"
