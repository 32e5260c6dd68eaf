"""The table of legal holds. Re-exported by tables.py."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.register.database import Base, UtcDateTime


class LegalHold(Base):
    """An order to keep what is stored of a consent, or of an organization's. Written by services.register.legal_holds.

    It names no matter: whoever ordered it keeps the id with the file.
    """

    __tablename__ = "legal_holds"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[UUID | None] = mapped_column(ForeignKey("consents.id"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by: Mapped[str] = mapped_column(String(80), doc="as the audit log names actors")
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
