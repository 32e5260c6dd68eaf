"""The table of printed consent forms. Re-exported by tables.py."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from schemas.values import Language
from services.register.database import Base, UtcDateTime, Word
from services.register.states import PrintedFormKind


class PrintedForm(Base):
    """One printed form's id. Written through services.register.printed_forms only: by the portal and consent_intake."""

    __tablename__ = "printed_forms"

    serial: Mapped[str] = mapped_column(String(16), primary_key=True)
    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[PrintedFormKind] = mapped_column(Word(PrintedFormKind, 10))
    claim_index: Mapped[str | None] = mapped_column(String(64), doc="as the consent's; None on a blank form")
    language: Mapped[Language] = mapped_column(Word(Language, 2))
    revision: Mapped[str] = mapped_column(String(10))
    printed_by: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    printed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_by: Mapped[UUID | None] = mapped_column(ForeignKey("consents.id"), doc="the consent that came on it")
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
