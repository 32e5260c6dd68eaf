"""The confidentiality agreement: versioned texts, who has accepted the one in force, and accepting it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from uuid import UUID

from services.register import audit
from services.register.database import Transaction
from services.register.tables import Organization, Person

CURRENT_VERSION = "2026-11"
"""The texts in force; an older acceptance opens nothing until the new text is accepted."""

EFFECTIVE_ON = date(2026, 11, 1)


class AgreementOutdated(Exception):
    """The version that was accepted is not the one in force; show the current text and ask again."""


@dataclass(frozen=True)
class AgreementText:
    """One version in both languages. ``sha256`` covers the English and the Spanish text, joined by a form feed."""

    version: str
    text_en: str
    text_es: str
    effective_on: date

    @property
    def sha256(self) -> str:
        """Hexadecimal hash of what was accepted, for the audit log."""
        return hashlib.sha256(f"{self.text_en}\f{self.text_es}".encode()).hexdigest()


def packaged(audience: str, version: str = CURRENT_VERSION) -> AgreementText:
    """Return a text of this distribution; ``audience`` is ``person`` or ``organization``.

    Raises:
        FileNotFoundError: there is no such text.
    """
    folder = files("services.register").joinpath("agreement_texts", version)
    english, spanish = (folder.joinpath(f"{audience}.{language}.txt").read_text("utf-8") for language in ("en", "es"))
    return AgreementText(version, english, spanish, EFFECTIVE_ON)


class Agreements:
    """The agreements in force: one for organizations, one for people."""

    def __init__(self, *, person: AgreementText | None = None, organization: AgreementText | None = None) -> None:
        self.current = person or packaged("person")
        self.current_for_organizations = organization or packaged("organization")

    def person_agreed(self, person: Person) -> bool:
        """Whether the person accepted the text in force."""
        return person.agreement_accepted_at is not None and person.agreement_version == self.current.version

    def organization_agreed(self, organization: Organization) -> bool:
        """Whether somebody accepted the text in force for the organization."""
        version = self.current_for_organizations.version
        return organization.agreement_accepted_at is not None and organization.agreement_version == version

    async def accept(self, tx: Transaction, *, person_id: UUID, version: str, at: datetime) -> None:
        """Note that a person accepts the text they were shown.

        Raises:
            AgreementOutdated: that version is not in force.
            LookupError: no such person.
        """
        _in_force(self.current, version)
        person = await tx.get(Person, person_id, with_for_update=True)
        if person is None:
            raise LookupError("no such person")
        person.agreement_version, person.agreement_accepted_at = version, at
        await _record(tx, person_id, self.current, at, None)

    async def accept_for_organization(
        self, tx: Transaction, *, organization_id: UUID, person_id: UUID, version: str, at: datetime
    ) -> None:
        """Note that a person accepts the text for their organization; the caller has checked that they may.

        Raises:
            AgreementOutdated: that version is not in force.
            LookupError: no such organization.
        """
        _in_force(self.current_for_organizations, version)
        organization = await tx.get(Organization, organization_id, with_for_update=True)
        if organization is None:
            raise LookupError("no such organization")
        organization.agreement_version, organization.agreement_accepted_at = version, at
        organization.agreement_accepted_by = person_id
        await _record(tx, person_id, self.current_for_organizations, at, organization_id)


def _in_force(text: AgreementText, version: str) -> None:
    if version != text.version:
        raise AgreementOutdated(version)


async def _record(
    tx: Transaction, person_id: UUID, text: AgreementText, at: datetime, organization_id: UUID | None
) -> None:
    about = str(organization_id) if organization_id else None
    detail = {"version": text.version, "text_sha256": text.sha256, "organization": about}
    await audit.record(tx, act="agreement.accepted", actor=audit.person_actor(person_id), at=at, detail=detail)
