"""The register's tables about how a form was judged. Others meet them in ``tables``.

Scores, thresholds, codes and the consent's own days: no value that was read from a form.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from services.register.database import Base, UtcDateTime


class IntakeDecision(Base):
    """Why a form was approved, rejected or sent to review: scores, thresholds and codes, no value read from it.

    Written by consent_intake. Crops and values read are sealed in the vault beside the form.
    """

    __tablename__ = "intake_decisions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(20))
    rule_version: Mapped[str] = mapped_column(String(20), doc="the policy's version and the code's")
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShadowDecision(Base):
    """What a policy on trial would have made of a form that another policy decided. Written by consent_intake.

    Every decision of a trial is kept, so that the share of differences can be told; ``checks`` holds those that ended
    otherwise.
    """

    __tablename__ = "shadow_decisions"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), index=True)
    rule_version: Mapped[str] = mapped_column(String(20), doc="of the policy on trial")
    live_outcome: Mapped[str] = mapped_column(String(20))
    shadow_outcome: Mapped[str] = mapped_column(String(20))
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Review(Base):
    """A reviewer's decision. Written by the portal."""

    __tablename__ = "reviews"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    consent_id: Mapped[UUID] = mapped_column(ForeignKey("consents.id"), unique=True)
    reviewer_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    signed_on: Mapped[date | None] = mapped_column(doc="as the reviewer read it; None: left to the machine's reading")
    starts_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
