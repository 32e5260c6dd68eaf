"""What a sound form grants."""

from uuid import UUID

from consent_intake.rules.period_checks import Period
from schemas.consent_records import ConsentClaim, ConsentGrant
from schemas.values import Language
from services.consent_form.code import FormCode
from services.consent_form.layout import FORM_REVISION


def granted(
    claim: ConsentClaim,
    period: Period,
    code: FormCode | None,
    *,
    consent_id: UUID,
    organization_id: UUID,
    document_sha256: str,
) -> ConsentGrant:
    """Return the grant for what was claimed and confirmed; a reviewer may approve a form without a readable code."""
    return ConsentGrant(
        consent_id=consent_id,
        organization_id=organization_id,
        document_sha256=document_sha256,
        parent_name=claim.parent_name,
        birth_date=claim.birth_date,
        case_identifier=claim.case_identifier,
        party=claim.party,
        form_revision=code.revision if code else FORM_REVISION,
        form_language=code.language if code else Language.ENGLISH,
        signed_on=period.signed_on,
        starts_on=period.starts_on,
        expires_on=period.expires_on,
    )
