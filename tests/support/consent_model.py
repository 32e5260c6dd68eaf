"""What may be disclosed when, told a second time: a small model written from the guarantees, not from the gate's code.

It knows of the world only what people did and what the audit log says happened; it never asks the register.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

NEW_YORK: Final = ZoneInfo("America/New_York")

OPEN: Final = frozenset({"approved", "fetched", "rendered", "delivered"})

ENDED: Final = frozenset({"revoked", "expired"})

MAY_BECOME: Final[Mapping[str, frozenset[str]]] = {
    "uploaded": frozenset({"in_review", "approved", "rejected", "revoked"}),
    "in_review": frozenset({"approved", "rejected", "revoked"}),
    "approved": frozenset({"fetched", "case_review", "refused", "revoked", "expired"}),
    "fetched": frozenset({"rendered", "case_review", "refused", "revoked", "expired"}),
    "case_review": frozenset({"approved", "refused", "revoked", "expired"}),
    "rendered": frozenset({"delivered", "refused", "revoked", "expired"}),
    "delivered": ENDED,
    "refused": ENDED,
    "expired": frozenset({"revoked"}),
    "rejected": frozenset(),
    "revoked": frozenset(),
}


class Violation(AssertionError):
    """A guarantee does not hold; the first word names the invariant."""


def require(holds: object, invariant: str) -> None:
    """Fail with the invariant's name unless it holds."""
    if not holds:
        raise Violation(invariant)


@dataclass
class Standing:
    """Whether an organization or a person takes part, and has accepted the agreement in force."""

    active: bool = True
    agreed: bool = True
    organization_id: UUID | None = None


@dataclass(frozen=True)
class Paper:
    """What is on a form: ``verdict`` is what an honest reading makes of it (good, unsure, bad)."""

    verdict: str
    starts_on: date
    expires_on: date


@dataclass
class ConsentNow:
    """One consent, as far as it has come."""

    organization_id: UUID
    uploaded_by: UUID
    paper: Paper
    path: list[str] = field(default_factory=lambda: ["uploaded"])
    granted: bool = False
    review: str | None = None
    spoilt: set[str] = field(default_factory=set)
    """Reasons why the evidence is no good: somebody changed what is stored."""

    @property
    def status(self) -> str:
        return self.path[-1]


@dataclass(frozen=True)
class Question:
    """Somebody wants something of a case."""

    consent_id: UUID | None
    purpose: str
    at: datetime
    person_id: UUID | None = None
    organization_id: UUID | None = None


@dataclass
class Model:
    """Everything that decides; changed by whoever acts, and by what the audit log tells."""

    organizations: dict[UUID, Standing] = field(default_factory=dict)
    people: dict[UUID, Standing] = field(default_factory=dict)
    consents: dict[UUID, ConsentNow] = field(default_factory=dict)

    def objections(self, asked: Question) -> set[str]:
        """Return every reason against it; nothing may be disclosed unless there is none."""
        consent = self.consents.get(asked.consent_id) if asked.consent_id else None
        if consent is None:
            return {"CONSENT_UNKNOWN"}
        day = asked.at.astimezone(NEW_YORK).date()
        return (
            self._of_consent(consent, day)
            | self._of_organization(consent.organization_id)
            | self._of_person(asked, consent)
        )

    def moves(self, consent_id: UUID, after: str) -> None:
        """Take a consent on.

        Raises:
            Violation: it may not go there.
        """
        consent = self.consents[consent_id]
        require(after in MAY_BECOME[consent.status], f"LEGAL-MOVES: {consent.status} to {after}")
        consent.path.append(after)
        consent.granted |= after == "approved"

    def _of_consent(self, consent: ConsentNow, day: date) -> set[str]:
        if consent.status == "revoked":
            return {"CONSENT_REVOKED"}
        if consent.status == "expired":
            return {"CONSENT_EXPIRED"}
        found = set(consent.spoilt)
        if consent.status not in OPEN:
            found.add("CONSENT_NOT_APPROVED")
        if not consent.granted:
            return found | {"GRANT_MISSING"}
        if day < consent.paper.starts_on:
            found.add("CONSENT_NOT_STARTED")
        if day > consent.paper.expires_on:
            found.add("CONSENT_EXPIRED")
        return found

    def _of_organization(self, organization_id: UUID) -> set[str]:
        organization = self.organizations[organization_id]
        found = set() if organization.active else {"ORG_NOT_ACTIVE"}
        return found if organization.agreed else found | {"ORG_AGREEMENT_MISSING"}

    def _of_person(self, asked: Question, consent: ConsentNow) -> set[str]:
        found = set()
        if asked.organization_id not in {None, consent.organization_id}:
            found.add("PERSON_OF_OTHER_ORG")
        if asked.person_id is None:
            return found | ({"PERSON_NOT_ACTIVE"} if asked.purpose == "view" else set())
        person = self.people.get(asked.person_id, Standing(active=False))
        if not person.active:
            found.add("PERSON_NOT_ACTIVE")
        if person.organization_id != consent.organization_id:
            found.add("PERSON_OF_OTHER_ORG")
        return found if person.agreed else found | {"PERSON_AGREEMENT_MISSING"}
