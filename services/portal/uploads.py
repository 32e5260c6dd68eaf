"""Accept a consent form: everything that makes the receipt true is in one transaction, or there is no receipt.

No request and no response here. The routes turn a request into a claim and bytes, and a refusal into a problem document
or an error summary.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID, uuid4

from pydantic import JsonValue
from sqlalchemy.exc import IntegrityError

from schemas.consent_events import ConsentUploaded
from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode
from schemas.topics import Writer
from schemas.values import sha256_of
from services.file_types import true_media_type
from services.portal.acting import Acting
from services.portal.context import PortalContext
from services.register import audit, consents
from services.register.agreements import Agreements
from services.register.database import Transaction
from services.register.states import ConsentStatus, OrganizationStatus, PersonStatus
from services.register.tables import Consent, IdempotencyKey, Organization, Person
from services.runtime import outgoing
from services.vault.claim_index import claim_index, request_index
from services.vault.standing_keys import PurposeKeys
from services.vault.vault import Kind

MAX_DOCUMENT_BYTES = 25 * 1024 * 1024
"""Ten pages scanned in grey at 300 dots per inch stay below 10 MiB; a phone's photograph below 12."""

ABOUT_THE_FILE = frozenset(
    {
        ReasonCode.FILE_MISSING,
        ReasonCode.TOO_MANY_FILES,
        ReasonCode.FILE_EMPTY,
        ReasonCode.FILE_TOO_LARGE,
        ReasonCode.FILE_TYPE_NOT_ALLOWED,
    }
)
"""Refusals that another file can mend; the others are about the sender's standing."""


class UploadRefused(Exception):
    """Nothing was stored; the code says why."""

    def __init__(self, code: ReasonCode) -> None:
        super().__init__(code.value)
        self.code = code


class IdempotencyKeyReused(Exception):
    """The same key came with another document or claim before. Nothing was stored."""


@dataclass(frozen=True)
class Receipt:
    """What the sender gets once the form is durable. ``repeated``: this request was answered before."""

    consent_id: UUID
    status: ConsentStatus
    repeated: bool


def check_document(document: bytes) -> str:
    """Return the true media type of a document that may be stored.

    Raises:
        UploadRefused: FILE_EMPTY, FILE_TOO_LARGE or FILE_TYPE_NOT_ALLOWED.
    """
    if not document:
        raise UploadRefused(ReasonCode.FILE_EMPTY)
    if len(document) > MAX_DOCUMENT_BYTES:
        raise UploadRefused(ReasonCode.FILE_TOO_LARGE)
    media_type = true_media_type(document)
    if media_type is None:
        raise UploadRefused(ReasonCode.FILE_TYPE_NOT_ALLOWED)
    return media_type


async def accept_upload(
    context: PortalContext, *, caller: Acting, claim: ConsentClaim, document: bytes, idempotency_key: str | None
) -> Receipt:
    """Store a form for good and announce it.

    Consent row, sealed original and claim, the answer to this idempotency key, the outgoing event and the audit entry
    are one transaction. A broker that is away changes nothing: the event waits in the register.

    Raises:
        UploadRefused: the document or the sender's standing; nothing was stored.
        IdempotencyKeyReused: the key answered another request before.
    """
    media_type, request = check_document(document), None
    if idempotency_key is not None:
        request = _Request.of(context.master_key, idempotency_key, claim, document)
    upload = _Upload(caller, claim, document, media_type, request)
    try:
        async with context.database.transaction() as tx:
            await check_standing(tx, context.agreements, caller)
            receipt = await _answered(tx, upload) or await _store(tx, context, upload)
    except IntegrityError:
        # PostgreSQL lets two requests with one key run side by side; the second one meets the first one's row here.
        async with context.database.reading() as tx:
            answered = await _answered(tx, upload)
        if answered is None:
            raise
        receipt = answered
    context.relay.nudge()
    return receipt


async def check_standing(tx: Transaction, agreements: Agreements, caller: Acting) -> None:
    """Let only an active person of an active organization go on, both with the current agreement.

    Raises:
        UploadRefused: ORG_NOT_ACTIVE, ORG_AGREEMENT_MISSING, PERSON_NOT_ACTIVE or PERSON_AGREEMENT_MISSING.
    """
    organization = await tx.get(Organization, caller.organization_id)
    person = await tx.get(Person, caller.person_id)
    if organization is None or organization.status != OrganizationStatus.ACTIVE:
        raise UploadRefused(ReasonCode.ORG_NOT_ACTIVE)
    if person is None or person.status != PersonStatus.ACTIVE or person.organization_id != organization.id:
        raise UploadRefused(ReasonCode.PERSON_NOT_ACTIVE)
    if not agreements.organization_agreed(organization):
        raise UploadRefused(ReasonCode.ORG_AGREEMENT_MISSING)
    if not agreements.person_agreed(person):
        raise UploadRefused(ReasonCode.PERSON_AGREEMENT_MISSING)


@dataclass(frozen=True)
class _Request:
    """A request that may be repeated: its sender's key and what it asked for, both as keyed hashes."""

    key: str
    content: str

    @classmethod
    def of(cls, keys: PurposeKeys, key: str, claim: ConsentClaim, document: bytes) -> Self:
        content = f"{sha256_of(document)}|{claim.model_dump_json()}"
        return cls(request_index(keys, "key", key), request_index(keys, "content", content))


@dataclass(frozen=True)
class _Upload:
    caller: Acting
    claim: ConsentClaim
    document: bytes
    media_type: str
    request: _Request | None


async def _answered(tx: Transaction, upload: _Upload) -> Receipt | None:
    if upload.request is None:
        return None
    row = await tx.get(IdempotencyKey, (upload.caller.organization_id, upload.request.key))
    if row is None:
        return None
    if row.request_sha256 != upload.request.content:
        raise IdempotencyKeyReused
    consent = await consents.get(tx, row.consent_id)
    return Receipt(consent.id, ConsentStatus(consent.status), repeated=True)


async def _store(tx: Transaction, context: PortalContext, upload: _Upload) -> Receipt:
    consent_id, at = uuid4(), context.clock()
    consent = await _register(tx, context, upload, consent_id, at)
    await context.vault.seal(tx, consent_id, Kind.DOCUMENT, upload.document)
    await context.vault.seal(tx, consent_id, Kind.CLAIM, upload.claim.model_dump_json().encode())
    await _remember(tx, upload, consent_id, at)
    uploaded = ConsentUploaded(
        consent_id=consent_id,
        organization_id=consent.organization_id,
        document_sha256=consent.document_sha256,
        media_type=consent.media_type,
    )
    await outgoing.queue(tx, writer=Writer.PORTAL, parent=consent_id, events=[uploaded], at=at)
    detail: dict[str, JsonValue] = {"document_sha256": consent.document_sha256, "size_bytes": consent.size_bytes}
    actor = upload.caller.actor
    await audit.record(tx, act="consent.uploaded", actor=actor, at=at, consent_id=consent_id, detail=detail)
    return Receipt(consent.id, ConsentStatus(consent.status), repeated=False)


async def _register(
    tx: Transaction, context: PortalContext, upload: _Upload, consent_id: UUID, at: datetime
) -> Consent:
    claim = upload.claim
    return await consents.add(
        tx,
        consent_id=consent_id,
        organization_id=upload.caller.organization_id,
        uploaded_by=upload.caller.person_id,
        party=claim.party,
        document_sha256=sha256_of(upload.document),
        media_type=upload.media_type,
        size_bytes=len(upload.document),
        claim_index=claim_index(context.master_key, claim.case_identifier, claim.party),
        at=at,
    )


async def _remember(tx: Transaction, upload: _Upload, consent_id: UUID, at: datetime) -> None:
    if upload.request is None:
        return
    tx.add(
        IdempotencyKey(
            organization_id=upload.caller.organization_id,
            key=upload.request.key,
            request_sha256=upload.request.content,
            consent_id=consent_id,
            created_at=at,
        )
    )
    await tx.flush()
