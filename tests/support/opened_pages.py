"""From an agency's record to the page made of it, and everything that is in the page's file."""

import io
import re
import zlib
from datetime import date
from uuid import UUID

from pypdf import PdfReader

from case_fetcher.rules.agency_case import AgencyCase
from case_fetcher.rules.consented_copy import consented_copy
from schemas.case_record import CaseCopy
from schemas.consent_records import ConsentGrant
from schemas.values import FULL_SCOPE, Language, Party
from snapshot_renderer.rules.page_content import PageRequest
from snapshot_renderer.stage import block_days
from tests.support.kept_cases import AS_OF


def copy_for(case: AgencyCase | None, party: Party) -> CaseCopy:
    assert case is not None
    return consented_copy(case, next(one for one in case.parties if one.party is party), FULL_SCOPE)


def request_for(copy: CaseCopy) -> PageRequest:
    grant = ConsentGrant(
        consent_id=UUID(int=7, version=4),
        organization_id=UUID(int=8, version=4),
        document_sha256="0" * 64,
        parent_name=copy.parent_name,
        birth_date=date(1987, 4, 12),
        case_identifier=copy.case_identifier,
        party=copy.party,
        scope=FULL_SCOPE,
        form_revision="2026-11",
        form_language=Language.ENGLISH,
        signed_on=date(2026, 11, 20),
        starts_on=date(2026, 11, 20),
        expires_on=date(2027, 11, 20),
    )
    day = AS_OF.date()
    return PageRequest(copy, grant, "Bronx Fathers Forward", as_of=day, today=day, block_days=block_days(copy))


def whole_pdf(pdf: bytes) -> bytes:
    """Return the file with every stream of it unpacked (pages, objects, metadata, attached facts), and its text."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return b"\n".join([pdf, text.encode(), *(_unpacked(stream) for stream in streams)])


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return stream
