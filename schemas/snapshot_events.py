"""Events about the one-page PDF."""

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from schemas.event import Event
from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party, Sha256


class RenderedPage(BaseModel):
    """One sealed PDF of a snapshot."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Language
    pdf_sha256: Sha256 = Field(description="SHA-256 of the PDF before sealing")
    size_bytes: int = Field(gt=0)


class SnapshotRendered(Event):
    """The PDFs are sealed, one page each, in every language."""

    event_type: ClassVar[str] = "nyc.snapshot.snapshot.rendered.v1"

    organization_id: UUID
    snapshot_id: UUID
    party: Party
    pages: tuple[RenderedPage, ...] = Field(min_length=1)


class SnapshotRefused(Event):
    """No page can be made, or the gate closed before it was."""

    event_type: ClassVar[str] = "nyc.snapshot.snapshot.refused.v1"

    organization_id: UUID
    reason: ReasonCode
