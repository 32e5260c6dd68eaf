"""Settings that more than one process needs: a class per concern, combined by each process's own settings class.

Every setting is an environment variable with the prefix ``SNAPSHOT_`` (``SNAPSHOT_DATABASE_URL``).
"""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class HomeSettings(BaseSettings):
    """Where a process keeps its files when nothing else is said."""

    model_config = SettingsConfigDict(env_prefix="SNAPSHOT_", frozen=True)

    home: Path = Field(
        default=Path("var"), title="Home folder", description="database, vault, keys and logs by default"
    )


class LogSettings(HomeSettings):
    """How a process logs."""

    log_format: Literal["json", "console"] = Field(default="json", title="Log format", description="json or console")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", title="Log level", description="least level that is printed"
    )


class KafkaSettings(HomeSettings):
    """Which broker."""

    kafka_brokers: str = Field(
        default="127.0.0.1:9092", title="Kafka brokers", description="comma-separated host:port of the cluster"
    )


class RegisterSettings(HomeSettings):
    """Which register database."""

    database_url: str = Field(
        default="", title="Register database", description="sqlite:// or postgresql:// URL; empty: register.db at home"
    )

    @property
    def register_url(self) -> str:
        """The URL to connect to."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'register.db'}"


class VaultSettings(HomeSettings):
    """Which vault and master key."""

    vault_folder: Path | None = Field(
        default=None, title="Vault folder", description="sealed objects; empty: vault/ at home"
    )
    master_key_file: Path | None = Field(
        default=None, title="Master key", description="32 random bytes, URL-safe base64; empty: keys/master.key at home"
    )

    @property
    def vault_path(self) -> Path:
        """Folder of the sealed objects."""
        return self.vault_folder or self.home / "vault"

    @property
    def master_key_path(self) -> Path:
        """File of the master key."""
        return self.master_key_file or self.home / "keys" / "master.key"


class GrantVerifySettings(HomeSettings):
    """The public half of the grant key: everybody but consent_intake holds only this."""

    grant_public_key_file: Path | None = Field(
        default=None, title="Grant public key", description="Ed25519, PEM; empty: keys/grant_public.pem at home"
    )

    @property
    def grant_public_key_path(self) -> Path:
        """File of the public key."""
        return self.grant_public_key_file or self.home / "keys" / "grant_public.pem"


class ConsentPeriodSettings(HomeSettings):
    """How long a consent may run: printed forms keep to it, and uploaded ones are judged by it."""

    consent_max_months: int = Field(
        default=12, ge=1, le=60, title="Longest consent", description="months from its first to its last day"
    )


class PortalAddressSettings(HomeSettings):
    """Where people reach the portal; links in messages start with it."""

    portal_url: str = Field(
        default="http://127.0.0.1:8080", title="Portal address", description="public address, no trailing slash"
    )
