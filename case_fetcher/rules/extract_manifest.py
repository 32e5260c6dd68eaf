"""The manifest of a nightly extract: which files belong to it, how long each is, and when it was true."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from schemas.values import Sha256

MANIFEST_NAME = "manifest.json"

FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.(csv|parquet)$")]
"""A plain name in the manifest's own folder; its end says how it is read."""


class ExtractFile(BaseModel):
    """One file: which table of the mapping its rows belong to, how many there are, and the hash of its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    name: FileName
    rows: int = Field(ge=0)
    sha256: Sha256


class ExtractManifest(BaseModel):
    """The whole extract. Several files may hold rows of one table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["case-extract/1"] = "case-extract/1"
    as_of: AwareDatetime
    files: tuple[ExtractFile, ...] = Field(min_length=1)
