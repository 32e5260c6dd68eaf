"""Settings of snapshot_renderer."""

from pathlib import Path

from pydantic import Field

from services.runtime.settings import RuntimeSettings
from services.settings import GrantVerifySettings, VaultSettings
from snapshot_renderer.adapters.seal_files import SealFiles


class Settings(RuntimeSettings, VaultSettings, GrantVerifySettings):
    """How many pages are made at once, by which rule book, and whether they bear a seal."""

    page_makers: int = Field(
        default=1, ge=1, title="Page makers", description="child processes that set pages; about 110 MB each"
    )
    rule_book_file: Path | None = Field(
        default=None, title="Rule book", description="own rule book, JSON (docs/rule-book.md); empty: the packaged one"
    )
    seal_key_file: Path | None = Field(
        default=None,
        title="Seal key",
        description="private key for sealing PDFs (PEM), or key and certificate (PKCS#12: .p12, .pfx); empty: no seal",
    )
    seal_certificate_file: Path | None = Field(
        default=None,
        title="Seal certificate",
        description="PEM, the seal's own certificate first, then those that vouch for it; empty with PKCS#12",
    )
    seal_password_file: Path | None = Field(
        default=None, title="Seal password", description="file with the password of the seal's key; empty: it has none"
    )

    @property
    def seal_files(self) -> SealFiles | None:
        """Where the seal's key and certificate are; None: pages bear no seal."""
        if self.seal_key_file is None:
            return None
        return SealFiles(self.seal_key_file, self.seal_certificate_file, self.seal_password_file)
