"""Make organizations, people and consents for tests, each with sensible values that a test can change."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas.consent_records import ConsentGrant
from schemas.values import Language, Party
from services.register import agreements, audit, consents, grants, organizations, people
from services.register.agreements import Agreements
from services.register.database import Transaction
from services.register.gate import Gate
from services.register.grants import GrantSigner, GrantVerifier
from services.register.states import ConsentStatus, OrganizationStatus, PersonRole, PersonStatus
from services.register.tables import Consent, Organization, Person
from services.vault.vault import Kind, Vault
from tests.support.memory_vault import MemoryVault

NOON = datetime(2026, 11, 16, 17, 0, tzinfo=UTC)
"""Noon in New York on a Monday."""

PRACTICE_CASE = "AB12345C1"
CLAIM_INDEX = "0" * 64
"""Of every consent made here."""

STEPS = (ConsentStatus.APPROVED, ConsentStatus.FETCHED, ConsentStatus.RENDERED, ConsentStatus.DELIVERED)


class MovableClock:
    """A clock that a test moves."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


async def an_organization(
    tx: Transaction,
    *,
    name: str = "",
    status: OrganizationStatus = OrganizationStatus.ACTIVE,
    agreed: bool = True,
    at: datetime = NOON,
) -> Organization:
    """Return an organization that is active and has accepted the agreement."""
    organization = await organizations.request(
        tx,
        name=name or f"Practice Families {uuid4().hex[:8]}",
        contact_email="desk@families.example",
        language=Language.ENGLISH,
        at=at,
    )
    organization.status = status
    if agreed:
        organization.agreement_version, organization.agreement_accepted_at = agreements.CURRENT_VERSION, at
    await tx.flush()
    return organization


async def a_person(
    tx: Transaction,
    organization: Organization | None,
    *,
    role: PersonRole = PersonRole.ORGANIZATION_STAFF,
    status: PersonStatus = PersonStatus.ACTIVE,
    agreed: bool = True,
    email: str = "",
    password_hash: str | None = None,
    at: datetime = NOON,
) -> Person:
    """Return an active person who has accepted the agreement; of the agency when there is no organization."""
    person = await people.add(
        tx,
        email=email or f"{uuid4().hex[:8]}@families.example",
        display_name="Practice Person",
        role=role,
        language=Language.ENGLISH,
        at=at,
        actor=audit.SYSTEM,
        organization_id=organization.id if organization else None,
        status=status,
        password_hash=password_hash,
    )
    if agreed:
        person.agreement_version, person.agreement_accepted_at = agreements.CURRENT_VERSION, at
    await tx.flush()
    return person


async def a_consent(
    tx: Transaction,
    organization: Organization,
    person: Person,
    *,
    consent_id: UUID | None = None,
    party: Party = Party.NONCUSTODIAL,
    document: bytes = b"a scanned form",
    at: datetime = NOON,
) -> Consent:
    """Return an uploaded consent; nothing is sealed."""
    return await consents.add(
        tx,
        consent_id=consent_id or uuid4(),
        organization_id=organization.id,
        uploaded_by=person.id,
        party=party,
        document_sha256=sha256(document).hexdigest(),
        media_type="application/pdf",
        size_bytes=len(document),
        claim_index=CLAIM_INDEX,
        at=at,
    )


def a_grant(consent: Consent, **changes: object) -> ConsentGrant:
    """Return the grant that fits a consent, from 2026-11-01 to 2027-10-31."""
    values: dict[str, object] = {
        "consent_id": consent.id,
        "organization_id": consent.organization_id,
        "document_sha256": consent.document_sha256,
        "parent_name": "Practice Parent",
        "birth_date": date(1990, 4, 1),
        "case_identifier": PRACTICE_CASE,
        "party": consent.party,
        "form_revision": "2026-11",
        "form_language": Language.ENGLISH,
        "signed_on": date(2026, 11, 1),
        "starts_on": date(2026, 11, 1),
        "expires_on": date(2027, 10, 31),
    }
    return ConsentGrant.model_validate(values | changes)


@dataclass
class GateWorld:
    """Everything that makes a gate open: one set of keys, a vault, a clock that stands at noon."""

    vault: Vault = field(default_factory=MemoryVault)
    clock: MovableClock = field(default_factory=MovableClock)
    private_key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def signer(self) -> GrantSigner:
        return GrantSigner(self.private_key)

    @property
    def verifier(self) -> GrantVerifier:
        return GrantVerifier(self.private_key.public_key())

    @property
    def gate(self) -> Gate:
        return Gate(vault=self.vault, verifier=self.verifier, agreements=Agreements(), clock=self.clock)

    async def give_grant(
        self, tx: Transaction, consent: Consent, grant: ConsentGrant | None = None, signer: GrantSigner | None = None
    ) -> ConsentGrant:
        """Mint, store and seal a grant for a consent."""
        given = grant or a_grant(consent)
        minted = (signer or self.signer).mint(given)
        await grants.store(tx, minted, consent_id=consent.id, at=self.clock())
        await self.vault.seal(tx, consent.id, Kind.GRANT, minted.canonical)
        return given

    async def approved_consent(
        self,
        tx: Transaction,
        *,
        organization: Organization | None = None,
        person: Person | None = None,
        status: ConsentStatus = ConsentStatus.APPROVED,
        party: Party = Party.NONCUSTODIAL,
        **grant_changes: object,
    ) -> Consent:
        """Return a consent that opens its case, with its organization, uploader, form and grant."""
        organization = organization or await an_organization(tx)
        person = person or await a_person(tx, organization)
        consent = await a_consent(tx, organization, person, party=party)
        await self.vault.seal(tx, consent.id, Kind.DOCUMENT, b"a scanned form")
        await self.give_grant(tx, consent, a_grant(consent, **grant_changes))
        for step in STEPS[: STEPS.index(status) + 1]:
            await consents.move(tx, consent, step, at=self.clock())
        return consent
