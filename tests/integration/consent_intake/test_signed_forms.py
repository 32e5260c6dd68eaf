"""Digitally signed forms through the wired stage: real reader and sandbox, vault and keys; the broker is in memory."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from consent_intake.adapters.policy_file import packaged_policy
from consent_intake.adapters.reading_process import form_reader
from consent_intake.adapters.trust_files import TrustFileInvalid
from consent_intake.app import stage
from consent_intake.rules.consent_decision import Uploader, decide
from consent_intake.samples.digital import PracticeAuthority, digitally_signed
from consent_intake.samples.people import DEMONSTRATION_PARENTS, ORGANIZATION_CODE, ORGANIZATION_NAME
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from consent_intake.settings import Settings
from schemas.consent_events import ConsentUploaded
from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party
from services.consent_form.layout import FORM_REVISION
from services.consent_form.pdf import Prefill, blank_form_pdf
from services.register import audit, consents, printed_forms
from services.register.database import Database
from services.register.grants import generate_key_files
from services.register.states import ConsentStatus
from services.register.tables import Consent
from services.runtime.clock import legal_day, utc_now
from services.runtime.in_memory_broker import InMemoryBroker
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey, generate_master_key_file
from services.vault.vault import Kind
from tests.support.register_builders import a_consent, a_person, an_organization
from tests.support.signed_documents import with_a_note, with_the_end_moved

CLAIM = DEMONSTRATION_PARENTS[Party.NONCUSTODIAL]


@dataclass
class Desk:
    """An organization's desk and the stage behind it."""

    register: Database
    settings: Settings
    authority: PracticeAuthority
    serial: str = "0123456789abcdef"

    @property
    def vault(self) -> FileVault:
        return FileVault(self.settings.vault_path, MasterKey.from_file(self.settings.master_key_path))

    def form(self, outcome: str) -> bytes:
        """Return a printed form, filled; ``unsigned`` leaves box 6 empty."""
        prefill = Prefill(CLAIM.parent_name, CLAIM.birth_date, CLAIM.case_identifier, CLAIM.party)
        printed = blank_form_pdf(
            language=Language.ENGLISH,
            organization_name=ORGANIZATION_NAME,
            organization_code=ORGANIZATION_CODE,
            serial=self.serial,
            prefill=prefill,
        )
        return make_sample(SampleSpec(today=legal_day(utc_now()), outcome=outcome, fill="prefilled"), 2, printed)

    async def bring(self, document: bytes) -> UUID:
        """Upload a document, let the stage work, and return the consent."""
        event = await self._uploaded(document)
        broker = InMemoryBroker(self.register)
        intake = stage(self.settings, self.register)
        broker.run_stage(intake)
        try:
            await broker.publish(event, parent=uuid4())
            await broker.run_until_idle()
        finally:
            for close in intake.closing:
                await close()
        return event.consent_id

    async def consent(self, consent_id: UUID) -> Consent:
        async with self.register.transaction() as tx:
            return await consents.get(tx, consent_id)

    async def _uploaded(self, document: bytes) -> ConsentUploaded:
        async with self.register.transaction() as tx:
            organization = await an_organization(tx, name=ORGANIZATION_NAME)
            organization.form_code = ORGANIZATION_CODE
            person = await a_person(tx, organization)
            await printed_forms.issue(
                tx,
                self.serial,
                organization_id=organization.id,
                language=Language.ENGLISH,
                revision=FORM_REVISION,
                printed_by=person.id,
                actor=audit.SYSTEM,
                at=utc_now(),
            )
            consent = await a_consent(tx, organization, person, document=document, at=utc_now())
            await self.vault.seal(tx, consent.id, Kind.DOCUMENT, document)
            await self.vault.seal(tx, consent.id, Kind.CLAIM, CLAIM.model_dump_json().encode())
        return ConsentUploaded(
            consent_id=consent.id,
            organization_id=organization.id,
            document_sha256=sha256(document).hexdigest(),
            media_type="application/pdf",
        )


@pytest.fixture
def desk(sqlite_register: Database, tmp_path: Path) -> Desk:
    authority = PracticeAuthority.made(at=utc_now())
    (tmp_path / "trusted.pem").write_bytes(authority.pem)
    settings = Settings(home=tmp_path, signature_trust_files=str(tmp_path / "trusted.pem"))
    generate_master_key_file(settings.master_key_path)
    generate_key_files(settings.grant_private_key_path, tmp_path / "keys" / "grant_public.pem")
    return Desk(sqlite_register, settings, authority)


async def test_a_trusted_digital_signature_of_the_parent_approves_a_form_without_ink_and_the_file_stays_as_it_is(
    desk: Desk,
) -> None:
    document = digitally_signed(desk.form("unsigned"), CLAIM.parent_name, desk.authority, at=utc_now(), stamped=True)

    consent_id = await desk.bring(document)

    consent = await desk.consent(consent_id)
    assert (consent.status, consent.reasons) == (ConsentStatus.APPROVED, [])
    async with desk.register.transaction() as tx:
        assert await desk.vault.open(tx, consent_id, Kind.DOCUMENT) == document


async def test_the_same_form_is_not_approved_when_its_authority_is_not_trusted(desk: Desk) -> None:
    stranger = PracticeAuthority.made(at=utc_now())
    document = digitally_signed(desk.form("unsigned"), CLAIM.parent_name, stranger, at=utc_now())

    consent = await desk.consent(await desk.bring(document))

    assert (consent.status, consent.reasons) == (ConsentStatus.IN_REVIEW, [ReasonCode.SIGNATURE_UNCLEAR])


async def test_a_form_touched_after_signing_goes_to_a_person_however_good_its_ink(desk: Desk) -> None:
    signed = digitally_signed(desk.form("approved"), CLAIM.parent_name, desk.authority, at=utc_now())

    consent = await desk.consent(await desk.bring(with_a_note(signed)))

    assert consent.status is ConsentStatus.IN_REVIEW
    assert ReasonCode.DIGITAL_SIGNATURE_INVALID in consent.reasons


async def test_a_form_wrapped_into_a_strangers_signature_range_is_not_approved(desk: Desk) -> None:
    signed = digitally_signed(desk.form("approved"), CLAIM.parent_name, desk.authority, at=utc_now())

    consent = await desk.consent(await desk.bring(with_the_end_moved(signed)))

    assert consent.status in {ConsentStatus.IN_REVIEW, ConsentStatus.REJECTED}


async def test_a_strangers_seal_leaves_the_ink_to_decide(desk: Desk) -> None:
    form = desk.form("approved")
    sealed = digitally_signed(form, "Office Scanner 3", PracticeAuthority.made(at=utc_now()), at=utc_now())
    reader = form_reader(trust_files=desk.settings.trust_files)
    try:
        plain, with_seal = [
            decide(
                (await reader.read(document)).reading,
                CLAIM,
                Uploader(ORGANIZATION_CODE, ORGANIZATION_NAME),
                policy=packaged_policy(),
                today=legal_day(utc_now()),
            )
            for document in (form, sealed)
        ]
    finally:
        await reader.close()

    assert (with_seal.outcome, with_seal.reasons) == (plain.outcome, plain.reasons)


def test_the_stage_does_not_start_with_a_trust_list_that_cannot_be_read(desk: Desk, tmp_path: Path) -> None:
    settings = desk.settings.model_copy(update={"signature_trust_files": str(tmp_path / "absent.pem")})

    with pytest.raises(TrustFileInvalid, match=r"absent\.pem"):
        stage(settings, desk.register)
