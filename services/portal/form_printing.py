"""Print consent forms, one at a time and away from the event loop, and register the id of each.

A prefilled form's id is for one parent and one consent. A blank form's id is not one-time: a blank form may be copied.
Nothing of the parent is kept but the claim index.
"""

import asyncio
from dataclasses import dataclass
from threading import Lock

from schemas.values import Language
from services.consent_form.code import new_serial
from services.consent_form.layout import FORM_REVISION
from services.consent_form.pdf import DoesNotFitBox, Prefill, blank_form_pdf
from services.portal.acting import Acting
from services.portal.claims import ClaimInvalid, ClaimProblem
from services.portal.context import PortalContext
from services.portal.form_orders import FormOrder
from services.portal.rate_limits import PRINTED_FORM
from services.register import printed_forms
from services.register.tables import Organization
from services.vault.claim_index import claim_index

_PRINTING = Lock()
"""WeasyPrint's font maps are not made for several threads."""

FORM_ID_HEADER = "Form-Id"
"""Response header with the printed id."""

TOO_LONG = {
    "parent_name": ClaimProblem.PARENT_NAME_TOO_LONG_TO_PRINT,
    "organization": ClaimProblem.ORGANIZATION_NAME_TOO_LONG_TO_PRINT,
}
"""What it means when a name does not fit into the box of this name."""


@dataclass(frozen=True)
class PrintedPage:
    """A form ready to hand out, and the id printed on it."""

    serial: str
    pdf: bytes
    language: Language

    def headers(self, disposition: str) -> dict[str, str]:
        """Return the response headers; ``disposition`` is ``inline`` or ``attachment``."""
        return {
            "Content-Disposition": f'{disposition}; filename="consent-form-{self.language.value}.pdf"',
            "Cache-Control": "no-store",
            FORM_ID_HEADER: self.serial,
        }


def count_printing(context: PortalContext, acting: Acting) -> None:
    """Count one form against the organization's limit.

    Raises:
        Problem: 429, it has printed too many for now.
    """
    context.rate_limits.count(PRINTED_FORM, "printed_form", str(acting.organization_id))


async def print_blank_form(context: PortalContext, *, acting: Acting, language: Language) -> PrintedPage:
    """Return a form with nothing but the organization's name and code, and an id of its own.

    Raises:
        LookupError: no such organization.
        ClaimInvalid: the organization's name does not fit into its box.
    """
    return await _print(context, acting, language, Prefill(), None)


async def print_prefilled_form(context: PortalContext, *, acting: Acting, order: FormOrder) -> PrintedPage:
    """Return a form that the parent only signs and dates, with a one-time id.

    Raises:
        LookupError: no such organization.
        ClaimInvalid: a name does not fit into its box.
    """
    index = claim_index(context.master_key, order.claim.case_identifier, order.claim.party)
    return await _print(context, acting, order.language, order.prefill, index)


async def _print(
    context: PortalContext, acting: Acting, language: Language, prefill: Prefill, index: str | None
) -> PrintedPage:
    async with context.database.reading() as tx:
        organization = await tx.get(Organization, acting.organization_id)
    if organization is None:
        raise LookupError("organization")
    serial = new_serial()
    try:
        pdf = await asyncio.to_thread(_draw, language, organization.name, organization.form_code, serial, prefill)
    except DoesNotFitBox as tight:
        raise ClaimInvalid({tight.field_name: TOO_LONG[tight.field_name]}) from None
    async with context.database.transaction() as tx:  # before anybody gets the form: no id is out that is not known
        await printed_forms.issue(
            tx,
            serial,
            organization_id=acting.organization_id,
            language=language,
            revision=FORM_REVISION,
            printed_by=acting.person_id,
            actor=acting.actor,
            at=context.clock(),
            claim_index=index,
        )
    return PrintedPage(serial, pdf, language)


def _draw(language: Language, name: str, code: str, serial: str, prefill: Prefill) -> bytes:
    with _PRINTING:
        return blank_form_pdf(
            language=language, organization_name=name, organization_code=code, serial=serial, prefill=prefill
        )
