"""A portal in one process for tests: a real register on SQLite, a vault in memory, two organizations and a reviewer."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from schemas.consent_records import ConsentClaim, ConsentGrant
from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party
from services.portal import api_keys, sign_ins
from services.portal.app import create_app
from services.portal.context import PortalContext
from services.portal.csrf import token_for
from services.portal.rate_limits import RateLimits
from services.portal.settings import PortalSettings
from services.register import consents, grants
from services.register.agreements import Agreements
from services.register.database import Database
from services.register.gate import Gate
from services.register.states import ConsentStatus, OrganizationStatus, PersonRole, PersonStatus
from services.register.tables import Organization, Person, SnapshotFile
from services.vault.master_key import MasterKey
from services.vault.vault import Kind
from tests.support.memory_vault import MemoryVault

START = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG_BYTES = b"\x89PNG\r\n\x1a\n" + b"\0" * 64

CLAIM_FIELDS = {
    "parent_name": "Marisol Practice",
    "birth_date": "1988-04-09",
    "case_identifier": "AB12345C1",
    "role": "noncustodial",
}

CLAIM = ConsentClaim(
    parent_name="Marisol Practice",
    birth_date=date(1988, 4, 9),
    case_identifier="AB12345C1",
    party=Party.NONCUSTODIAL,
)


class StillRelay:
    """A relay whose broker is away: it publishes nothing and counts how often it was woken."""

    def __init__(self) -> None:
        self.nudges = 0

    async def run(self) -> None:
        """Publish nothing."""

    def nudge(self) -> None:
        """Count."""
        self.nudges += 1


@dataclass
class MovableClock:
    """Time stands still until a test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Member:
    """A person with an API key and a signed-in browser."""

    person_id: UUID
    organization_id: UUID | None
    api_key: str
    browser_token: str

    @property
    def bearer(self) -> dict[str, str]:
        """Headers of an API call."""
        return {"Authorization": f"Bearer {self.api_key}"}

    @property
    def cookies(self) -> dict[str, str]:
        """The signed-in browser's cookies."""
        return {"sign_in": self.browser_token}

    @property
    def csrf_token(self) -> str:
        """The forms' token in that browser."""
        return token_for(self.browser_token)


@dataclass
class PortalWorld:
    """Everything a test of the portal touches."""

    context: PortalContext
    app: FastAPI
    vault: MemoryVault
    clock: MovableClock
    relay: StillRelay
    signer: grants.GrantSigner
    staff: Member = field(init=False)
    other_staff: Member = field(init=False)
    reviewer: Member = field(init=False)

    def api(self, member: Member | None, **headers: str) -> httpx.AsyncClient:
        """Return an API client with a member's key."""
        given = {**(member.bearer if member else {}), **headers}
        return httpx.AsyncClient(transport=self._transport(), base_url="http://127.0.0.1:8080", headers=given)

    def browser(self, member: Member | None) -> httpx.AsyncClient:
        """Return a browser in which a member is signed in."""
        cookies = member.cookies if member else {}
        return httpx.AsyncClient(transport=self._transport(), base_url="http://127.0.0.1:8080", cookies=cookies)

    def _transport(self) -> httpx.ASGITransport:
        return httpx.ASGITransport(app=self.app, raise_app_exceptions=True)


def new_world(database: Database, folder: Path) -> PortalWorld:
    """Return a portal over a migrated register; call ``populate`` next."""
    vault, clock, relay, agreements = MemoryVault(), MovableClock(), StillRelay(), Agreements()
    key = Ed25519PrivateKey.generate()
    settings = PortalSettings(home=folder)
    context = PortalContext(
        settings=settings,
        database=database,
        vault=vault,
        master_key=MasterKey(b"\7" * 32),
        gate=Gate(vault=vault, verifier=grants.GrantVerifier(key.public_key()), agreements=agreements, clock=clock),
        agreements=agreements,
        clock=clock,
        relay=relay,
        rate_limits=RateLimits(),
    )
    return PortalWorld(context, create_app(settings, context), vault, clock, relay, grants.GrantSigner(key))


async def populate(world: PortalWorld) -> None:
    """Add two organizations with a staff member each, and a reviewer of the agency."""
    first = await _organization(world, "Bronx Fathers Forward", "BFF")
    second = await _organization(world, "Harlem Family Desk", "HFD")
    world.staff = await add_member(world, first, PersonRole.ORGANIZATION_ADMIN, "ana@example.org")
    world.other_staff = await add_member(world, second, PersonRole.ORGANIZATION_STAFF, "ben@example.org")
    world.reviewer = await add_member(world, None, PersonRole.REVIEWER, "rita@example.gov")


async def _organization(world: PortalWorld, name: str, code: str) -> UUID:
    organization_id = uuid4()
    async with world.context.database.transaction() as tx:
        tx.add(
            Organization(
                id=organization_id,
                name=name,
                form_code=code,
                status=OrganizationStatus.ACTIVE,
                contact_email=f"{code.lower()}@example.org",
                language=Language.ENGLISH,
                agreement_version=world.context.agreements.current_for_organizations.version,
                agreement_accepted_at=START,
                requested_at=START,
            )
        )
    return organization_id


async def add_member(world: PortalWorld, organization_id: UUID | None, role: PersonRole, email: str) -> Member:
    """Add an active person with current agreements, a key and a sign-in."""
    person_id = uuid4()
    async with world.context.database.transaction() as tx:
        tx.add(
            Person(
                id=person_id,
                organization_id=organization_id,
                email=email,
                display_name=email.partition("@")[0].title(),
                role=role,
                status=PersonStatus.ACTIVE,
                language=Language.ENGLISH,
                agreement_version=world.context.agreements.current.version,
                agreement_accepted_at=START,
                created_at=START,
            )
        )
        await tx.flush()
        token = await sign_ins.begin(tx, person_id, world.clock())
        key = f"snap_{person_id.hex}"
        if organization_id is not None:
            await api_keys.store(tx, key, organization_id=organization_id, person_id=person_id, label="test", at=START)
    return Member(person_id, organization_id, key, token)


async def upload(world: PortalWorld, member: Member, **changes: str) -> UUID:
    """Upload a form through the API and return its consent's id."""
    async with world.api(member) as client:
        answer = await client.post(
            "/api/v1/consents", data={**CLAIM_FIELDS, **changes}, files={"form": ("scan.pdf", PDF_BYTES)}
        )
    assert answer.status_code == 202, answer.text
    return UUID(answer.json()["id"])


async def approve(world: PortalWorld, consent_id: UUID) -> None:
    """Do what consent_intake does with a sound form: mint the grant, move to approved."""
    async with world.context.database.transaction() as tx:
        consent = await consents.lock(tx, consent_id)
        today = world.clock().date()
        grant = ConsentGrant(
            consent_id=consent.id,
            organization_id=consent.organization_id,
            document_sha256=consent.document_sha256,
            parent_name=CLAIM.parent_name,
            birth_date=CLAIM.birth_date,
            case_identifier=CLAIM.case_identifier,
            party=CLAIM.party,
            form_revision="2026-11",
            form_language=Language.ENGLISH,
            signed_on=today,
            starts_on=today,
            expires_on=today + timedelta(days=365),
        )
        minted = world.signer.mint(grant)
        await world.vault.seal(tx, consent_id, Kind.GRANT, minted.canonical)
        await grants.store(tx, minted, consent_id=consent_id, at=world.clock())
        consent.starts_on, consent.expires_on = grant.starts_on, grant.expires_on
        assert await consents.move(tx, consent, ConsentStatus.APPROVED, at=world.clock())


async def deliver(
    world: PortalWorld,
    consent_id: UUID,
    *,
    web_page: bool = True,
    made: Mapping[Language, tuple[bytes, bytes]] | None = None,
) -> UUID:
    """Do what the stages after consent_intake do, with made-up pages or the given ones; returns the snapshot's id."""
    snapshot_id = uuid4()
    async with world.context.database.transaction() as tx:
        consent = await consents.lock(tx, consent_id)
        await consents.move(tx, consent, ConsentStatus.FETCHED, at=world.clock())
        consent.snapshot_id = snapshot_id
        for language, page, twin in (
            (Language.ENGLISH, Kind.PAGE_EN, Kind.TWIN_EN),
            (Language.SPANISH, Kind.PAGE_ES, Kind.TWIN_ES),
        ):
            word = language.value
            content, html = (
                made[language] if made else (PDF_BYTES + word.encode(), f"<!doctype html><h1>{word}</h1>".encode())
            )
            await world.vault.seal(tx, consent_id, page, content)
            if web_page:
                await world.vault.seal(tx, consent_id, twin, html)
            tx.add(
                SnapshotFile(
                    snapshot_id=snapshot_id,
                    language=language,
                    consent_id=consent_id,
                    pdf_sha256=sha256(content).hexdigest(),
                    twin_sha256=sha256(html).hexdigest() if web_page else None,
                    size_bytes=len(content),
                    rendered_at=world.clock(),
                )
            )
        await consents.move(tx, consent, ConsentStatus.RENDERED, at=world.clock())
        await consents.move(tx, consent, ConsentStatus.DELIVERED, at=world.clock())
    return snapshot_id


async def finish(world: PortalWorld, consent_id: UUID, status: ConsentStatus, *reasons: ReasonCode) -> None:
    """Move a consent with reasons."""
    async with world.context.database.transaction() as tx:
        consent = await consents.lock(tx, consent_id)
        assert await consents.move(tx, consent, status, at=world.clock(), reasons=reasons)


@asynccontextmanager
async def portal_world(database: Database, folder: Path) -> AsyncIterator[PortalWorld]:
    """A populated portal over a migrated register."""
    world = new_world(database, folder)
    await populate(world)
    yield world
