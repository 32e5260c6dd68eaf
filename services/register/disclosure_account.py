"""A parent's disclosure account: who saw what of their case or form, when and why. Ids and codes, no name."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from services.register.database import Transaction
from services.register.tables import AuditEntry, Consent

ALLOWED: Final = "disclosure.allowed"
REFUSED: Final = frozenset({"disclosure.refused", "disclosure.withheld"})
"""The gate said no; or it said yes, and what was stored was not what had been made, so nothing was shown after all."""

SHOWS: Final = frozenset(
    {
        ALLOWED,
        "claim.opened",
        "review.opened",
        "consent.explained",
        "snapshot.explained",
        "reading.rescored",
        "message.sent",
    }
)
"""Acts by which somebody, or a program on their behalf, came to see something sealed, or was told of it."""


@dataclass(frozen=True)
class AccountLine:
    """One time that something was seen, or asked for in vain.

    Attributes:
        entry: number in the audit log.
        at: when.
        consent_id: under which consent.
        who: the audit log's actor.
        organization_id: on whose behalf; None of the agency's own people and programs.
        act: what happened.
        what: codes of what was seen, such as ``pdf en``; empty when the act says it all.
        why: the purpose, or the reason code of a refusal.
    """

    entry: int
    at: datetime
    consent_id: UUID
    who: str
    organization_id: str | None
    act: str
    what: str
    why: str

    def as_json(self) -> dict[str, str | int | None]:
        """Return it with texts and numbers only."""
        return {
            "entry": self.entry,
            "at": self.at.isoformat(timespec="seconds"),
            "consent_id": str(self.consent_id),
            "who": self.who,
            "organization_id": self.organization_id,
            "act": self.act,
            "what": self.what,
            "why": self.why,
        }


async def consents_of_claim(tx: Transaction, claim_index: str) -> list[UUID]:
    """Return the consents about one parent's side of one case, oldest first."""
    query = select(Consent.id).where(Consent.claim_index == claim_index).order_by(Consent.uploaded_at, Consent.id)
    return list(await tx.scalars(query))


async def account_of(tx: Transaction, consent_ids: Collection[UUID], *, refused: bool = True) -> list[AccountLine]:
    """Return every disclosure under these consents, oldest first.

    Args:
        tx: any transaction.
        consent_ids: a parent's consents.
        refused: also tell of what was asked for and refused or withheld.
    """
    acts = SHOWS | REFUSED if refused else SHOWS
    query = select(AuditEntry).where(AuditEntry.consent_id.in_(consent_ids), AuditEntry.act.in_(acts))
    return [_line(entry) for entry in await tx.scalars(query.order_by(AuditEntry.sequence))]


def _line(entry: AuditEntry) -> AccountLine:
    detail, inputs = entry.detail, entry.detail.get("inputs") or {}
    if entry.consent_id is None:
        raise ValueError("an account is made of entries about consents")
    return AccountLine(
        entry=entry.sequence,
        at=entry.at,
        consent_id=entry.consent_id,
        who=entry.actor,
        organization_id=inputs.get("asking_organization_id"),
        act=entry.act,
        what=_what(detail),
        why=str(detail.get("reason") or inputs.get("purpose") or detail.get("kind") or ""),
    )


def _what(detail: Mapping[str, Any]) -> str:
    said = {**detail, **(detail.get("about") or {})}
    return " ".join(str(said[name]) for name in ("part", "parts", "form", "language", "channel") if said.get(name))
