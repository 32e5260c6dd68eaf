"""What people and the world do to a whole line, each as one act: upload, review, revoke, suspend, tamper."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import update

from schemas.consent_events import ConsentRevoked, RevokedBy
from schemas.consent_records import ConsentClaim, ConsentGrant
from schemas.topics import Writer
from schemas.values import Language, Party, sha256_of
from services.consent_form.code import FormCode
from services.portal.acting import Acting
from services.portal.revocations import revoke_consent
from services.portal.uploads import accept_upload
from services.register import agreements, audit, consents, grants, organizations, people, printed_forms
from services.register.grants import GrantSigner
from services.register.states import PersonRole, PersonStatus
from services.register.tables import Consent, Organization, Person
from services.runtime import outgoing
from services.vault.vault import Kind
from tests.support import form_readings
from tests.support.consent_model import NEW_YORK, Model, Paper, Standing
from tests.support.register_builders import PRACTICE_CASE, a_person, an_organization
from tests.support.whole_line import WholeLine

CLAIM: Final = ConsentClaim(
    parent_name="Practice Parent", birth_date=date(1990, 4, 1), case_identifier=PRACTICE_CASE, party=Party.NONCUSTODIAL
)
"""Fits the parent of ``agency_cases.an_agency_case``."""

OUTDATED: Final = "2025-01"


@dataclass
class LineDesk:
    """Two organizations of two people, a reviewer, and the papers that they bring in."""

    line: WholeLine
    model: Model
    organizations: list[Organization] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)

    async def open(self) -> None:
        """Register everybody; the model knows them too."""
        async with self.line.database.transaction() as tx:
            for _ in range(2):
                organization = await an_organization(tx)
                self.organizations.append(organization)
                self.people += [await a_person(tx, organization) for _ in range(2)]
            reviewers = await people.with_role(tx, PersonRole.REVIEWER)
            self.reviewer = reviewers[0] if reviewers else await a_person(tx, None, role=PersonRole.REVIEWER)
        self.model.organizations |= {one.id: Standing() for one in self.organizations}
        self.model.people |= {one.id: Standing(organization_id=one.organization_id) for one in self.people}

    def acting(self, person: Person) -> Acting:
        """Return a person's own act for their organization."""
        assert person.organization_id is not None
        return Acting(person.id, person.organization_id, audit.person_actor(person.id))

    def asker(self, consent_id: UUID, who: int) -> Person:
        """Return who wants to see: the uploader and a colleague (0 to 2), or somebody of the other organization (3)."""
        own = self.model.consents[consent_id].organization_id
        ours = [one for one in self.people if one.organization_id == own]
        return next(one for one in self.people if one.organization_id != own) if who == 3 else ours[who % 2]

    async def paper(self, person: Person, paper: Paper) -> bytes:
        """Print a form for the person's organization and have it filled in; returns the scan."""
        serial = uuid4().hex[:16]
        organization = next(one for one in self.organizations if one.id == person.organization_id)
        async with self.line.database.transaction() as tx:
            await printed_forms.issue(
                tx,
                serial,
                organization_id=organization.id,
                language=Language.ENGLISH,
                revision=form_readings.CODE.revision,
                printed_by=person.id,
                actor=audit.person_actor(person.id),
                at=self.line.clock(),
            )
        scan = b"%PDF-1.7 " + serial.encode()
        self.line.reader.forms[scan] = self._as_read(paper, organization, serial)
        return scan

    def _as_read(self, paper: Paper, organization: Organization, serial: str) -> form_readings.FormReading:
        first, last = (day.strftime("%m%d%Y") for day in (paper.starts_on, paper.expires_on))
        today = self.line.clock().astimezone(NEW_YORK).strftime("%m%d%Y")
        name = form_readings.NOT_WRITTEN if paper.verdict == "unsure" else form_readings.line(CLAIM.parent_name)
        fields = form_readings.FIELDS | {
            "parent_name": name,
            "organization": form_readings.line(organization.name),
            "birth_date": form_readings.comb("04011990"),
            "signed_on": form_readings.comb(today),
            "starts_on": form_readings.comb(first),
            "expires_on": form_readings.comb(last),
        }
        code = FormCode("CSC1", form_readings.CODE.revision, Language.ENGLISH, organization.form_code, serial)
        signature = form_readings.EMPTY if paper.verdict == "bad" else form_readings.SIGNED
        return form_readings.reading(code=code, fields=fields, signature=signature)

    async def upload(self, person: Person, scan: bytes, claim: ConsentClaim = CLAIM) -> UUID:
        """Upload it through the portal."""
        receipt = await accept_upload(
            self.line.portal, caller=self.acting(person), claim=claim, document=scan, idempotency_key=None
        )
        return receipt.consent_id

    async def revoke(self, consent_id: UUID, by: RevokedBy) -> None:
        """Revoke for a parent or the organization as the portal does, for the agency as it would."""
        if by is not RevokedBy.AGENCY:
            uploader = self.model.consents[consent_id].uploaded_by
            person = next(one for one in self.people if one.id == uploader)
            await revoke_consent(self.line.portal, caller=self.acting(person), consent_id=consent_id, by=by)
            return
        async with self.line.database.transaction() as tx:
            at, actor = self.line.clock(), audit.person_actor(self.reviewer.id)
            if await consents.revoke(tx, consent_id, by=by, actor=actor, at=at, vault=self.line.vault):
                consent = await consents.get(tx, consent_id)
                told = ConsentRevoked(consent_id=consent_id, organization_id=consent.organization_id, revoked_by=by)
                await outgoing.queue(tx, writer=Writer.PORTAL, parent=consent_id, events=[told], at=at)

    async def let_take_part(self, organization: Organization, *, active: bool) -> None:
        """Suspend an organization, or let it go on."""
        decide = organizations.approve if active else organizations.suspend
        async with self.line.database.transaction() as tx:
            await decide(tx, organization.id, by=self.reviewer.id, at=self.line.clock())
        self.model.organizations[organization.id].active = active

    async def let_in(self, person: Person, *, active: bool) -> None:
        """Off-board a person, or take them in again."""
        async with self.line.database.transaction() as tx:
            if active:
                await tx.execute(update(Person).where(Person.id == person.id).values(status=PersonStatus.ACTIVE))
            else:
                await people.deactivate(tx, person.id, actor=audit.SYSTEM, at=self.line.clock())
        self.model.people[person.id].active = active

    async def agree(self, who: Organization | Person, *, agreed: bool) -> None:
        """Accept the agreement in force, or have only an older one accepted: it has lapsed."""
        table, known = (
            (Organization, self.model.organizations) if isinstance(who, Organization) else (Person, self.model.people)
        )
        version = agreements.CURRENT_VERSION if agreed else OUTDATED
        async with self.line.database.transaction() as tx:
            await tx.execute(update(table).where(table.id == who.id).values(agreement_version=version))
        known[who.id].agreed = agreed

    async def stands(self, who: Organization | Person, what: str, *, well: bool) -> None:
        """Change whether somebody takes part (``active``) or has accepted the agreement in force (``agreed``)."""
        if what == "agreed":
            await self.agree(who, agreed=well)
        elif isinstance(who, Organization):
            await self.let_take_part(who, active=well)
        else:
            await self.let_in(who, active=well)

    async def all_stand_well(self) -> None:
        """Everybody takes part and has accepted the agreement in force."""
        known = self.model.organizations | self.model.people
        for who in (*self.organizations, *self.people):
            for what in ("active", "agreed"):
                if not getattr(known[who.id], what):
                    await self.stands(who, what, well=True)

    async def spoil(self, consent_id: UUID, how: str) -> None:
        """Change what is stored, as somebody with the database and the master key could, but not the grant key."""
        consent = self.model.consents[consent_id]
        if not consent.granted or consent.status in {"revoked", "expired"}:
            return
        async with self.line.database.transaction() as tx:
            if how == "document":
                changed = update(Consent).where(Consent.id == consent_id)
                await tx.execute(changed.values(document_sha256=sha256_of(consent_id.bytes)))
                consent.spoilt.add("DOCUMENT_CHANGED")
                return
            kept = ConsentGrant.model_validate_json(await self.line.vault.open(tx, consent_id, Kind.GRANT))
            longer = kept.model_copy(update={"expires_on": kept.expires_on + timedelta(days=300)})
            forged = GrantSigner(Ed25519PrivateKey.generate()).mint(longer)
            await self.line.vault.seal(tx, consent_id, Kind.GRANT, forged.canonical)
            if how == "signature":
                await grants.store(tx, forged, consent_id=consent_id, at=self.line.clock())
            consent.spoilt.add("GRANT_INVALID")
