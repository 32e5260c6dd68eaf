"""The wired stage: real vault, keys, child, worker process and Tesseract; only the broker is in memory."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from consent_intake.app import stage
from consent_intake.samples.people import DEMONSTRATION_PARENTS, ORGANIZATION_CODE, ORGANIZATION_NAME
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from consent_intake.settings import Settings
from schemas import topics
from schemas.consent_events import ConsentUploaded
from schemas.values import Party
from services.register import consents, grants
from services.register.database import Database
from services.register.grants import GrantVerifier, generate_key_files
from services.register.states import ConsentStatus
from services.runtime.clock import legal_day, utc_now
from services.runtime.in_memory_broker import InMemoryBroker
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey, generate_master_key_file
from services.vault.vault import Kind
from tests.support.printed_forms import a_prefilled_form
from tests.support.register_builders import CLAIM_INDEX, a_consent, a_person, an_organization


async def uploaded(database: Database, vault: FileVault, seed: int) -> ConsentUploaded:
    """Print a form for the demonstration parent, sign it, and upload it."""
    claim = DEMONSTRATION_PARENTS[Party.NONCUSTODIAL]
    spec = SampleSpec(today=legal_day(utc_now()), fill="prefilled")
    async with database.transaction() as tx:
        organization = await an_organization(tx, name=ORGANIZATION_NAME)
        organization.form_code = ORGANIZATION_CODE
        person = await a_person(tx, organization)
        printed = await a_prefilled_form(tx, organization, person, claim, claim_index=CLAIM_INDEX, at=utc_now())
        document = make_sample(spec, seed, printed)
        consent = await a_consent(tx, organization, person, document=document, at=utc_now())
        await vault.seal(tx, consent.id, Kind.DOCUMENT, document)
        await vault.seal(tx, consent.id, Kind.CLAIM, claim.model_dump_json().encode())
    return ConsentUploaded(
        consent_id=consent.id,
        organization_id=organization.id,
        document_sha256=sha256(document).hexdigest(),
        media_type="application/pdf",
    )


async def test_a_signed_form_goes_from_upload_to_a_grant_once_though_its_event_comes_twice(
    sqlite_register: Database, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    generate_master_key_file(settings.master_key_path)
    public_key = tmp_path / "keys" / "grant_public.pem"
    generate_key_files(settings.grant_private_key_path, public_key)
    vault = FileVault(settings.vault_path, MasterKey.from_file(settings.master_key_path))
    today = legal_day(utc_now())
    event = await uploaded(sqlite_register, vault, seed=3)
    broker = InMemoryBroker(sqlite_register)
    intake = stage(settings, sqlite_register)
    broker.run_stage(intake)
    receipt = uuid4()
    try:
        await broker.publish(event, parent=receipt)
        await broker.publish(event, parent=receipt)
        await broker.run_until_idle()
    finally:
        for close in intake.closing:
            await close()
    assert len(broker.records(topics.CONSENT_APPROVED.name)) == 1
    async with sqlite_register.transaction() as tx:
        consent = await consents.get(tx, event.consent_id)
        row = await grants.load(tx, event.consent_id)
        canonical = await vault.open(tx, event.consent_id, Kind.GRANT)
    assert row is not None
    assert consent.status == ConsentStatus.APPROVED
    verifier = GrantVerifier.from_file(public_key)
    grant = verifier.check(canonical, grant_sha256=row.grant_sha256, signature=row.signature)
    assert grant.expires_on <= today + timedelta(days=366)
    assert (consent.starts_on, consent.expires_on) == (grant.starts_on, grant.expires_on)
