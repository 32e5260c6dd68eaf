"""Records about a consent that hold personal data: they exist sealed in the vault, and never in an event or a log."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from schemas.values import FULL_SCOPE, CaseIdentifier, Language, Party, ScopeItem, Sha256


class ConsentClaim(BaseModel):
    """What the uploader says the form holds; consent_intake checks it against the paper."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parent_name: str = Field(min_length=1, max_length=120)
    birth_date: date
    case_identifier: CaseIdentifier
    party: Party


class ConsentGrant(BaseModel):
    """What the parent's signed form allows, as consent_intake understood it; signed with Ed25519.

    The gate opens only for this parent, case, role, organization, scope and period, and only while the stored form
    still has this SHA-256.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    consent_id: UUID
    organization_id: UUID
    document_sha256: Sha256
    parent_name: str
    birth_date: date
    case_identifier: CaseIdentifier
    party: Party
    scope: tuple[ScopeItem, ...] = FULL_SCOPE
    form_revision: str
    form_language: Language
    signed_on: date
    starts_on: date
    expires_on: date = Field(description="last day of the consent; it ends at midnight in New York")

    def canonical_bytes(self) -> bytes:
        """Return the bytes that are hashed, signed and sealed."""
        return self.model_dump_json().encode()
