import asyncio
import hashlib
from uuid import UUID

import pytest
from sqlalchemy import func, select

from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.portal.uploads import MAX_DOCUMENT_BYTES
from services.register import audit
from services.register.database import Base
from services.register.states import OrganizationStatus
from services.register.tables import AuditEntry, Consent, IdempotencyKey, Organization, OutgoingEvent
from services.texts.reasons import sentence
from services.vault.vault import Kind
from tests.support.portal_world import CLAIM, CLAIM_FIELDS, PDF_BYTES, PNG_BYTES, PortalWorld

FORM = {"form": ("scan.pdf", PDF_BYTES)}


async def _rows(world: PortalWorld, table: type[Base]) -> int:
    async with world.context.database.reading() as tx:
        return await tx.scalar(select(func.count()).select_from(table)) or 0


async def test_a_receipt_means_that_everything_is_durable(world: PortalWorld) -> None:
    async with world.api(world.staff) as client:
        answer = await client.post("/api/v1/consents", data=CLAIM_FIELDS, files=FORM)
    assert answer.status_code == 202
    receipt = answer.json()
    consent_id = UUID(receipt["id"])
    assert receipt["status"] == "uploaded"
    assert answer.headers["location"] == receipt["status_url"] == f"/api/v1/consents/{consent_id}"
    async with world.context.database.reading() as tx:
        consent = await tx.get_one(Consent, consent_id)
        event = (await tx.scalars(select(OutgoingEvent))).one()
        entry = (await tx.scalars(select(AuditEntry).where(AuditEntry.act != "key.used"))).one()
        assert await world.vault.open(tx, consent_id, Kind.DOCUMENT) == PDF_BYTES
        claim = ConsentClaim.model_validate_json(await world.vault.open(tx, consent_id, Kind.CLAIM))
        assert (await audit.verify(tx)).intact
    assert claim == CLAIM
    assert (consent.organization_id, consent.uploaded_by) == (world.staff.organization_id, world.staff.person_id)
    assert (consent.media_type, consent.size_bytes) == ("application/pdf", len(PDF_BYTES))
    assert (event.topic, event.key, event.published_at) == ("consent.uploaded", str(consent_id).encode(), None)
    assert (entry.act, entry.consent_id) == ("consent.uploaded", consent_id)
    assert entry.actor.startswith("key:")
    assert world.relay.nudges == 1


async def test_what_leaves_the_vault_holds_no_person(world: PortalWorld) -> None:
    async with world.api(world.staff) as client:
        await client.post("/api/v1/consents", data=CLAIM_FIELDS, files={"form": ("Marisol Practice.pdf", PDF_BYTES)})
    async with world.context.database.reading() as tx:
        event = (await tx.scalars(select(OutgoingEvent))).one()
        consent = (await tx.scalars(select(Consent))).one()
        entry = (await tx.scalars(select(AuditEntry).where(AuditEntry.act != "key.used"))).one()
    told = f"{event.value!r} {event.key!r} {event.headers} {entry.detail} {vars(consent)}"
    for secret in ("Marisol", "Practice", "AB12345C1", "1988"):
        assert secret not in told


async def test_the_same_key_and_form_make_one_consent(world: PortalWorld) -> None:
    async with world.api(world.staff, **{"Idempotency-Key": "k-1"}) as client:
        first, second = [await client.post("/api/v1/consents", data=CLAIM_FIELDS, files=FORM) for _ in range(2)]
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert (await _rows(world, Consent), await _rows(world, OutgoingEvent)) == (1, 1)
    assert await _rows(world, AuditEntry) == 2  # the upload, and that the key was used this minute


async def test_requests_with_one_key_side_by_side_make_one_consent(world: PortalWorld) -> None:
    async with world.api(world.staff, **{"Idempotency-Key": "k-1"}) as client:
        posts = (client.post("/api/v1/consents", data=CLAIM_FIELDS, files=FORM) for _ in range(4))
        answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await _rows(world, Consent) == 1


async def test_a_key_used_for_another_form_is_refused_and_stores_nothing(world: PortalWorld) -> None:
    async with world.api(world.staff, **{"Idempotency-Key": "k-1"}) as client:
        await client.post("/api/v1/consents", data=CLAIM_FIELDS, files=FORM)
        other_claim = await client.post("/api/v1/consents", data={**CLAIM_FIELDS, "role": "custodial"}, files=FORM)
        other_file = await client.post("/api/v1/consents", data=CLAIM_FIELDS, files={"form": ("a", PNG_BYTES)})
    for answer in (other_claim, other_file):
        assert (answer.status_code, answer.json()["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert await _rows(world, Consent) == 1


async def test_one_organizations_key_means_nothing_in_another(world: PortalWorld) -> None:
    for member in (world.staff, world.other_staff):
        async with world.api(member, **{"Idempotency-Key": "k-1"}) as client:
            assert (await client.post("/api/v1/consents", data=CLAIM_FIELDS, files=FORM)).status_code == 202
    assert (await _rows(world, Consent), await _rows(world, IdempotencyKey)) == (2, 2)


async def test_what_tells_a_repeated_upload_is_stored_as_keyed_hashes_only(world: PortalWorld) -> None:
    key = "form-of-Marisol-AB12345C1"
    async with world.api(world.staff, **{"Idempotency-Key": key}) as client:
        await client.post("/api/v1/consents", data=CLAIM_FIELDS, files=FORM)
    async with world.context.database.reading() as tx:
        row = (await tx.scalars(select(IdempotencyKey))).one()
        consent = (await tx.scalars(select(Consent))).one()
        claim = await world.vault.open(tx, consent.id, Kind.CLAIM)
    document = hashlib.sha256(PDF_BYTES)
    parts = (key.encode(), claim, document.digest() + claim, f"{document.hexdigest()}|".encode() + claim)
    assert not {row.key, row.request_sha256} & {hashlib.sha256(part).hexdigest() for part in parts}
    for known in (key, "Marisol", "AB12345C1"):
        assert known not in f"{row.key} {row.request_sha256}"


REFUSALS = [
    (None, 422, ReasonCode.FILE_MISSING),
    ([("form", ("", b""))], 422, ReasonCode.FILE_MISSING),
    ([("form", ("a.pdf", b""))], 422, ReasonCode.FILE_EMPTY),
    ([("form", ("a.pdf", PDF_BYTES)), ("form", ("b.pdf", PDF_BYTES))], 422, ReasonCode.TOO_MANY_FILES),
    ([("form", ("a.pdf", PDF_BYTES + b"\0" * MAX_DOCUMENT_BYTES))], 413, ReasonCode.FILE_TOO_LARGE),
    ([("form", ("a.docx", b"PK\x03\x04word"))], 415, ReasonCode.FILE_TYPE_NOT_ALLOWED),
    ([("form", ("a.pdf", b"MZ\x90\0program", "application/pdf"))], 415, ReasonCode.FILE_TYPE_NOT_ALLOWED),
    ([("form", ("a.pdf", b"MZ\x90\0%PDF-1.7", "application/pdf"))], 415, ReasonCode.FILE_TYPE_NOT_ALLOWED),
]


@pytest.mark.parametrize(("files", "status", "code"), REFUSALS)
async def test_a_refused_file_is_named_and_never_stored(
    world: PortalWorld, files: list[tuple[str, tuple[str, bytes]]] | None, status: int, code: ReasonCode
) -> None:
    # A multipart body even where there is no file: httpx makes one for a part without a file name.
    parts = files or [("note", (None, b"x"))]
    for language in Language:
        async with world.api(world.staff, **{"Accept-Language": language.value}) as client:
            answer = await client.post("/api/v1/consents", data=CLAIM_FIELDS, files=parts)
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["status"]) == (status, code.value, status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["title"] == sentence(code, language)
    assert (await _rows(world, Consent), await _rows(world, OutgoingEvent)) == (0, 0)
    assert not world.vault._objects


async def test_the_largest_file_is_accepted(world: PortalWorld) -> None:
    document = PDF_BYTES + b"\0" * (MAX_DOCUMENT_BYTES - len(PDF_BYTES))
    async with world.api(world.staff) as client:
        answer = await client.post("/api/v1/consents", data=CLAIM_FIELDS, files={"form": ("a.pdf", document)})
    assert answer.status_code == 202


async def test_wrong_claim_fields_are_listed_with_their_sentences(world: PortalWorld) -> None:
    typed = {"parent_name": "", "birth_date": "1988-13-01", "case_identifier": "nonsense", "role": "both"}
    async with world.api(world.staff, **{"Accept-Language": "es"}) as client:
        answer = await client.post("/api/v1/consents", data=typed, files=FORM)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "REQUEST_INVALID")
    assert [error["code"] for error in problem["errors"]] == [
        "PARENT_NAME_MISSING",
        "BIRTH_DATE_INVALID",
        "CASE_IDENTIFIER_INVALID",
        "ROLE_INVALID",
    ]
    assert problem["errors"][0]["message"].startswith("Escriba")
    assert "nonsense" not in answer.text


@pytest.mark.parametrize("body", [b"", b"--x\r\nbroken", b"no multipart"])
async def test_a_broken_body_is_a_problem_and_not_a_crash(world: PortalWorld, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with world.api(world.staff) as client:
        answer = await client.post("/api/v1/consents", content=body, headers=headers)
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_nothing_is_read_from_a_caller_without_a_key(world: PortalWorld) -> None:
    async with world.api(None) as client:
        answer = await client.post("/api/v1/consents", data=CLAIM_FIELDS, files=FORM)
    assert (answer.status_code, answer.json()["code"]) == (401, "KEY_MISSING")


@pytest.mark.parametrize("key", ["", "x" * 201, "two words", "n\u00e4chste".encode("latin-1").decode("latin-1")])
async def test_a_malformed_idempotency_key_is_refused(world: PortalWorld, key: str) -> None:
    async with world.api(world.staff) as client:
        answer = await client.post(
            "/api/v1/consents",
            data=CLAIM_FIELDS,
            files=FORM,
            headers=[(b"Idempotency-Key", key.encode("latin-1"))],
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "REQUEST_INVALID")


async def test_a_suspended_organization_uploads_nothing(world: PortalWorld) -> None:
    async with world.context.database.transaction() as tx:
        organization = await tx.get_one(Organization, world.staff.organization_id)
        organization.status = OrganizationStatus.SUSPENDED
    async with world.api(world.staff) as client:
        answer = await client.post("/api/v1/consents", data=CLAIM_FIELDS, files=FORM)
    assert (answer.status_code, answer.json()["code"]) == (403, "ORG_NOT_ACTIVE")
    assert await _rows(world, Consent) == 0
