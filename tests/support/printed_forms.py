"""Forms as the portal prints them, for tests without a portal."""

from datetime import datetime

from schemas.consent_records import ConsentClaim
from schemas.values import Language
from services.consent_form.code import new_serial
from services.consent_form.layout import FORM_REVISION
from services.consent_form.pdf import Prefill, blank_form_pdf
from services.register import audit, printed_forms
from services.register.database import Transaction
from services.register.tables import Organization, Person


async def a_prefilled_form(
    tx: Transaction,
    organization: Organization,
    person: Person,
    claim: ConsentClaim,
    *,
    claim_index: str,
    at: datetime,
    language: Language = Language.ENGLISH,
) -> bytes:
    """Register an id for a parent and return the form that carries it."""
    serial = new_serial()
    await printed_forms.issue(
        tx,
        serial,
        organization_id=organization.id,
        language=language,
        revision=FORM_REVISION,
        printed_by=person.id,
        actor=audit.person_actor(person.id),
        at=at,
        claim_index=claim_index,
    )
    return blank_form_pdf(
        language=language,
        organization_name=organization.name,
        organization_code=organization.form_code,
        serial=serial,
        prefill=Prefill(claim.parent_name, claim.birth_date, claim.case_identifier, claim.party),
    )
