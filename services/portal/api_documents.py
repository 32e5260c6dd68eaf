"""The JSON documents of the API, and how they are made from the register."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party
from services.portal.consent_progress import TELLS_REASONS, reference
from services.register.states import OPENS_THE_CASE, ConsentStatus
from services.register.tables import Consent, TimelineEntry
from services.texts.reasons import sentence, shown

API = "/api/v1"

EXAMPLE_ID = "0b6f3c52-7f0f-4a59-9f5e-3b1d1e0a7c11"


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True)


class UploadReceipt(_Document):
    """The form is stored for good; following it is a matter of ``status_url``."""

    id: UUID = Field(description="id of the consent", examples=[EXAMPLE_ID])
    status: ConsentStatus = Field(description="usually uploaded; further on when a request is repeated")
    status_url: str = Field(examples=[f"{API}/consents/{EXAMPLE_ID}"])


class Reason(_Document):
    """Why something ended the way it did."""

    code: str = Field(description="stable code", examples=["MISSING_SIGNATURE"])
    sentence: str = Field(description="what happened and what to do, in the language of Accept-Language")


class TimelineStep(_Document):
    """One step in the life of a consent."""

    status: ConsentStatus
    at: datetime = Field(description="UTC")
    reasons: list[Reason]


class PageLink(_Document):
    """Where one page is read."""

    language: Language
    url: str
    media_type: str = "application/pdf"


class Snapshot(_Document):
    """The finished page, in every language."""

    id: UUID
    pages: list[PageLink]


class ConsentSummary(_Document):
    """A consent in a list."""

    id: UUID = Field(examples=[EXAMPLE_ID])
    reference: str = Field(description="short number to say on the telephone", examples=["0b6f3c52"])
    status: ConsentStatus
    role: Party = Field(description="the side of the case that the parent who signed is on")
    uploaded_at: datetime = Field(description="UTC")
    status_since: datetime = Field(description="UTC")
    status_url: str


class ConsentDetail(ConsentSummary):
    """A consent and everything that happened to it. Holds no name and no case number."""

    expires_on: Annotated[date | None, Field(description="last day of the consent, once the form is approved")]
    reasons: list[Reason]
    timeline: list[TimelineStep]
    snapshot: Annotated[Snapshot | None, Field(description="once the page is made, and while it may be opened")]


class ConsentList(_Document):
    """An organization's consents, newest first."""

    consents: list[ConsentSummary]
    next: Annotated[str | None, Field(description="address of the next page of the list")]


class ResourceLink(_Document):
    """An official page, form, brochure or video."""

    id: str
    type: str
    audience: str
    title: str
    url: str


class ResourceList(_Document):
    """Resources that are offered in one language."""

    language: Language
    resources: list[ResourceLink]


class FieldError(_Document):
    """What is wrong with one field of an upload."""

    field: str = Field(examples=["birth_date"])
    code: str = Field(examples=["BIRTH_DATE_FUTURE"])
    message: str


class ProblemDocument(_Document):
    """Why a request was refused (RFC 9457). Never repeats a value that was sent."""

    type: str = Field(description="a page of the portal that explains the code")
    title: str = Field(description="what happened and what to do, in the language of Accept-Language")
    status: int
    code: str = Field(description="stable code", examples=["FILE_TYPE_NOT_ALLOWED"])
    detail: str | None = None
    fields: list[str] | None = Field(default=None, description="names of the parameters concerned")
    errors: list[FieldError] | None = None


_PROBLEMS = {
    400: "The body is not sound.",
    401: "No API key, or one that is not valid.",
    403: "The organization, the person or the gate says no; the code says which.",
    404: "Nothing here for this organization. Another organization's ids look exactly like ones that do not exist.",
    409: "The consent has ended in another way already.",
    410: "The consent was revoked or has ended; the page is gone for good.",
    413: "The file is larger than 25 MiB.",
    415: "The file's first bytes are not those of a PDF, PNG, JPEG, TIFF or HEIC.",
    422: "A part or parameter is missing or wrong, or the Idempotency-Key was used for another upload.",
    429: "Too many requests; see Retry-After.",
    503: "Busy; see Retry-After.",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses of a route's refusals; 401, 403, 422 and 429 go without saying."""
    return {
        status: {
            "description": _PROBLEMS[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
        for status in sorted({401, 403, 422, 429, *statuses})
    }


def reasons_of(status: ConsentStatus, codes: Sequence[str], language: Language) -> list[Reason]:
    """Return reason codes with their sentences, as far as they may be shown outside the agency."""
    if status not in TELLS_REASONS:
        return []
    known = [shown(ReasonCode(code)) for code in codes if code in ReasonCode.__members__]
    return [Reason(code=code.value, sentence=sentence(code, language)) for code in dict.fromkeys(known)]


def summary_of(consent: Consent) -> ConsentSummary:
    """Return a consent as it stands in a list."""
    return ConsentSummary(**_summary(consent))


def detail_of(consent: Consent, timeline: Sequence[TimelineEntry], language: Language) -> ConsentDetail:
    """Return a consent with its reasons, timeline and, while it may be opened, its page."""
    return ConsentDetail(
        **_summary(consent),
        expires_on=consent.expires_on,
        reasons=reasons_of(consent.status, consent.reasons, language),
        timeline=[
            TimelineStep(status=entry.status, at=entry.at, reasons=reasons_of(entry.status, entry.reasons, language))
            for entry in timeline
        ],
        snapshot=_snapshot(consent),
    )


def _summary(consent: Consent) -> dict[str, Any]:
    return {
        "id": consent.id,
        "reference": reference(consent.id),
        "status": consent.status,
        "role": consent.party,
        "uploaded_at": consent.uploaded_at,
        "status_since": consent.status_since,
        "status_url": f"{API}/consents/{consent.id}",
    }


def _snapshot(consent: Consent) -> Snapshot | None:
    if consent.snapshot_id is None or consent.status not in OPENS_THE_CASE:
        return None
    address = f"{API}/snapshots/{consent.snapshot_id}.pdf"
    pages = [PageLink(language=language, url=f"{address}?language={language.value}") for language in Language]
    return Snapshot(id=consent.snapshot_id, pages=pages)
