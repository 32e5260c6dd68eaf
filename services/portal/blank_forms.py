"""Print an organization's blank consent form, one at a time and away from the event loop."""

import asyncio
from threading import Lock
from uuid import UUID

from schemas.values import Language
from services.consent_form.code import new_serial
from services.consent_form.pdf import blank_form_pdf
from services.portal.context import PortalContext
from services.register.tables import Organization

_PRINTING = Lock()
"""WeasyPrint's font maps are not made for several threads."""


async def print_blank_form(context: PortalContext, *, organization_id: UUID, language: Language) -> bytes:
    """Return a form as a PDF, with the organization's name and code and a serial of its own.

    Raises:
        LookupError: no such organization.
    """
    async with context.database.reading() as tx:
        organization = await tx.get(Organization, organization_id)
    if organization is None:
        raise LookupError("organization")
    return await asyncio.to_thread(_print, language, organization.name, organization.form_code, new_serial())


def _print(language: Language, name: str, code: str, serial: str) -> bytes:
    with _PRINTING:
        return blank_form_pdf(language=language, organization_name=name, organization_code=code, serial=serial)
