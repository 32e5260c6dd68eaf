"""Settings of case_fetcher."""

from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field

from services.runtime.settings import RuntimeSettings
from services.settings import GrantVerifySettings, VaultSettings


class Settings(RuntimeSettings, VaultSettings, GrantVerifySettings):
    """Where the agency's records are, and how old they may be."""

    case_source_url: str = Field(
        default="",
        title="Case records",
        description="SQLAlchemy URL (read-only), https:// case API or extract:///folder; empty: the practice county",
    )
    case_source_mapping: Path | None = Field(
        default=None,
        title="Case record mapping",
        description="TOML file that names the tables and columns; empty: the practice county's",
    )
    case_source_timeout_seconds: float = Field(
        default=5.0, gt=0, title="Case record timeout", description="longest wait for one read; the consent is locked"
    )
    case_api_token_url: str = Field(
        default="", title="Case API token address", description="OAuth 2.0 client credentials; https://"
    )
    case_api_client_id: str = Field(default="", title="Case API client", description="this product's name there")
    case_api_client_secret_file: Path | None = Field(
        default=None, title="Case API secret", description="file that holds the client's secret and nothing else"
    )
    case_api_scope: str = Field(default="", title="Case API scope", description="OAuth 2.0 scope to ask for, if any")
    case_api_authority_file: Path | None = Field(
        default=None, title="Case API authority", description="PEM certificates to trust; empty: the system's"
    )
    case_api_certificate_file: Path | None = Field(
        default=None,
        title="Case API client certificate",
        description="PEM certificate that this product shows (mutual TLS); empty: none",
    )
    case_api_key_file: Path | None = Field(
        default=None, title="Case API client key", description="its PEM key; empty: in the certificate's file"
    )
    case_data_oldest: timedelta = Field(
        default=timedelta(days=7), title="Oldest case data", description="older records make no page"
    )

    @property
    def case_source_kind(self) -> Literal["sql", "api", "extract"]:
        """By the scheme of the address, what keeps the case records."""
        scheme = self.case_source_url.partition(":")[0]
        if scheme in {"https", "http"}:
            return "api"
        return "extract" if scheme == "extract" else "sql"

    @property
    def case_extract_folder(self) -> Path:
        """Folder of the nightly extract."""
        return Path(unquote(urlsplit(self.case_source_url).path))

    @property
    def case_records_url(self) -> str:
        """The URL to connect to."""
        return self.case_source_url or f"sqlite:///{self.home.absolute() / 'practice_county.db'}"
