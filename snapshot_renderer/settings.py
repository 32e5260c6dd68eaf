"""Settings of snapshot_renderer."""

from pathlib import Path

from pydantic import Field

from services.runtime.settings import RuntimeSettings
from services.settings import GrantVerifySettings, VaultSettings


class Settings(RuntimeSettings, VaultSettings, GrantVerifySettings):
    """How many pages are made at once, and by which rule book."""

    page_makers: int = Field(
        default=1, ge=1, title="Page makers", description="child processes that set pages; about 110 MB each"
    )
    rule_book_file: Path | None = Field(
        default=None, title="Rule book", description="own rule book, JSON (docs/rule-book.md); empty: the packaged one"
    )
