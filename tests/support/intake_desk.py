"""One uploaded form on a real register, and the stage that decides it; only the reader is made up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from consent_intake.rules.form_reading import FormReading, ReadForm
from consent_intake.rules.policy import Policy
from consent_intake.stage import Intake, decide_reviewed, decide_upload, read_upload
from schemas.consent_events import (
    ConsentReviewed,
    ConsentUploaded,
)
from schemas.event import Event
from services.register import audit, consents, printed_forms
from services.register.database import Database, Transaction
from services.register.tables import Organization
from services.vault.vault import Kind, Vault
from tests.support.form_readings import (
    CLAIM,
    CODE,
    GOOD,
    POLICY,
    FixedReader,
)
from tests.support.register_builders import NOON, GateWorld, a_consent, a_person, an_organization

DOCUMENT = b"a scanned form"


@dataclass
class Desk:
    """One uploaded consent and what the stage needs to decide it."""

    database: Database
    world: GateWorld
    consent_id: UUID
    organization_id: UUID
    uploader_id: UUID
    document: bytes = DOCUMENT
    on_trial: Policy | None = None

    @property
    def intake(self) -> Intake:
        """What the stage is wired with."""
        return Intake(
            vault=self.world.vault,
            signer=self.world.signer,
            clock=self.world.clock,
            policy=POLICY,
            on_trial=self.on_trial,
        )

    @property
    def uploaded(self) -> ConsentUploaded:
        """The event of the upload."""
        return ConsentUploaded(
            consent_id=self.consent_id,
            organization_id=self.organization_id,
            document_sha256=sha256(self.document).hexdigest(),
            media_type="application/pdf",
        )

    async def read(self, form: FormReading = GOOD) -> ReadForm | None:
        """Read the upload as this form."""
        reader = FixedReader(form)
        return await read_upload(self.uploaded, database=self.database, vault=self.world.vault, reader=reader)

    async def decide(self, form: FormReading = GOOD) -> Sequence[Event]:
        """Read and decide the upload as this form."""
        read = await self.read(form)
        async with self.database.transaction() as tx:
            return await decide_upload(self.uploaded, read, tx, intake=self.intake)

    async def review(self, event: ConsentReviewed) -> Sequence[Event]:
        """Carry out a reviewer's decision."""
        async with self.database.transaction() as tx:
            return await decide_reviewed(event, None, tx, intake=self.intake)

    async def status(self) -> str:
        """Return where the consent stands."""
        async with self.database.reading() as tx:
            return (await consents.get(tx, self.consent_id)).status


async def printed(tx: Transaction, organization_id: UUID, person_id: UUID, claim_index: str | None) -> None:
    """Register the id that the good reading's code carries, as the portal does when it prints a form."""
    await printed_forms.issue(
        tx,
        CODE.serial,
        organization_id=organization_id,
        language=CODE.language,
        revision=CODE.revision,
        printed_by=person_id,
        actor=audit.SYSTEM,
        at=NOON,
        claim_index=claim_index,
    )


async def an_upload(database: Database, vault: Vault | None = None) -> Desk:
    """Upload a form that is prefilled for its parent: the id of the good reading is registered."""
    world = GateWorld() if vault is None else GateWorld(vault=vault)
    async with database.transaction() as tx:
        organization = await an_organization(tx)
        organization.form_code = "BFF"
        organization.name = "Bronx Family Forward"
        uploader = await a_person(tx, organization)
        consent = await a_consent(tx, organization, uploader, document=DOCUMENT)
        await world.vault.seal(tx, consent.id, Kind.DOCUMENT, DOCUMENT)
        await world.vault.seal(tx, consent.id, Kind.CLAIM, CLAIM.model_dump_json().encode())
        await printed(tx, organization.id, uploader.id, consent.claim_index)
    return Desk(database, world, consent.id, organization.id, uploader.id)


async def another_upload(desk: Desk, document: bytes) -> UUID:
    """Upload another document for the same organization and claim; returns its consent's id."""
    async with desk.database.transaction() as tx:
        organization = await tx.get_one(Organization, desk.organization_id)
        uploader = await a_person(tx, organization)
        again = await a_consent(tx, organization, uploader, document=document, at=NOON + timedelta(minutes=1))
        await desk.world.vault.seal(tx, again.id, Kind.DOCUMENT, document)
        await desk.world.vault.seal(tx, again.id, Kind.CLAIM, CLAIM.model_dump_json().encode())
    return again.id
