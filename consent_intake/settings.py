"""Settings of consent_intake."""

from pathlib import Path

from pydantic import Field

from services.runtime.settings import RuntimeSettings
from services.settings import ConsentPeriodSettings, VaultSettings


class Settings(RuntimeSettings, VaultSettings, ConsentPeriodSettings):
    """Everything consent_intake can be told."""

    grant_private_key_file: Path | None = Field(
        default=None, title="Grant private key", description="Ed25519, PEM; empty: keys/grant_private.pem at home"
    )
    intake_readers: int = Field(
        default=1, ge=1, le=16, title="Reading processes", description="how many pages are read at the same time"
    )
    intake_policy_file: Path | None = Field(
        default=None,
        title="Policy",
        description="thresholds in force, JSON; empty: the one that comes with the product",
    )
    intake_shadow_policy_file: Path | None = Field(
        default=None, title="Policy on trial", description="judges every form along and decides none; empty: no trial"
    )
    signature_trust_files: str = Field(
        default="",
        title="Trusted signers",
        description="certificates that digital signatures may lead to, PEM or DER, separated by commas; empty: none",
    )

    clamav_socket: str = Field(
        default="",
        title="Malware scanner",
        description="clamd's socket, /run/clamav/clamd.ctl or tcp://host:3310; empty: documents are not scanned",
    )

    @property
    def trust_files(self) -> tuple[Path, ...]:
        """The files of trusted certificates."""
        return tuple(Path(name.strip()) for name in self.signature_trust_files.split(",") if name.strip())

    @property
    def grant_private_key_path(self) -> Path:
        """File of the private key; no other process holds it."""
        return self.grant_private_key_file or self.home / "keys" / "grant_private.pem"
