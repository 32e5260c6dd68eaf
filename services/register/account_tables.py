"""Tables of signing in, beside the people themselves. Re-exported by tables.py. Written by the portal."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from services.register.database import Base, UtcDateTime


class SignIn(Base):
    """A signed-in browser; only the token's SHA-256 is stored."""

    __tablename__ = "sign_ins"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[UUID] = mapped_column(unique=True, default=uuid4, doc="names it in pages and the audit log")
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    device: Mapped[str | None] = mapped_column(String(40), doc="kinds of browser and system, as firefox/windows")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Invitation(Base):
    """A one-time link that lets an invited person set a password."""

    __tablename__ = "invitations"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasswordReset(Base):
    """A one-time link that lets a person who forgot the password set another one."""

    __tablename__ = "password_resets"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="also set when a newer link or password came")


class SecondFactor(Base):
    """What a person's authenticator app shares with us (RFC 6238)."""

    __tablename__ = "second_factors"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    sealed_seed: Mapped[bytes] = mapped_column(LargeBinary, doc="under the standing key of sealed texts")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="None: no code of it was typed yet")
    last_step: Mapped[int | None] = mapped_column(doc="half minute of the last code taken; it and older ones are over")


class RecoveryCode(Base):
    """One of the codes that stand in once for a lost app; 120 random bits, of which the SHA-256 is stored."""

    __tablename__ = "recovery_codes"

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SecondStep(Base):
    """A browser whose password was right, and whose code is waited for; only the token's SHA-256 is stored."""

    __tablename__ = "second_steps"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime, doc="also set when the password changed")
