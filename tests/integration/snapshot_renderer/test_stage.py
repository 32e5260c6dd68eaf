"""The stage with a real gate and register; only the page maker is a stand-in."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from schemas.case_events import CaseFetched
from schemas.case_record import CaseCopy
from schemas.consent_events import RevokedBy
from schemas.event import Event
from schemas.reason_codes import ReasonCode
from schemas.snapshot_events import SnapshotRefused, SnapshotRendered
from schemas.values import Language, Party, ScopeItem, sha256_of
from services.register import audit, consents
from services.register.database import Database
from services.register.states import ConsentStatus, OrganizationStatus
from services.register.tables import AuditEntry, Consent, Organization, SnapshotFile
from services.runtime.failures import CannotBeProcessed
from services.vault.vault import Kind
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rules.case_figures import FiguresDoNotReconcile
from snapshot_renderer.rules.page_content import PageRequest
from snapshot_renderer.rules.page_facts import PageFacts, page_facts
from snapshot_renderer.rules.page_model import DoesNotFit, MadePage, NotPrintable
from snapshot_renderer.samples.made_up_cases import typical
from snapshot_renderer.stage import Preparation, finish_snapshot, inputs_sha256, prepare_pages
from tests.support.memory_vault import MemoryVault
from tests.support.register_builders import PRACTICE_CASE, GateWorld


@dataclass
class StandInMaker:
    """Makes two tiny pages, or fails as told; remembers what it was asked for."""

    failure: Exception | None = None
    unsealed_sha256: str | None = None
    requests: list[PageRequest] = field(default_factory=list)

    async def make(self, request: PageRequest) -> Mapping[Language, MadePage]:
        self.requests.append(request)
        if self.failure is not None:
            raise self.failure
        return {
            language: MadePage(
                f"%PDF {language.value}".encode(),
                f"<html {language.value}>".encode(),
                "7" * 64,
                unsealed_sha256=self.unsealed_sha256,
            )
            for language in Language
        }


@dataclass
class World:
    """One consent whose case copy is sealed, and the stage around it."""

    database: Database
    gates: GateWorld
    vault: MemoryVault
    maker: StandInMaker
    event: CaseFetched

    @property
    def prepare(self) -> Any:
        return partial(
            prepare_pages,
            database=self.database,
            gate=self.gates.gate,
            vault=self.vault,
            maker=self.maker,
            clock=self.gates.clock,
            editorial=packaged_editorial(),
        )

    async def finish(self, preparation: Preparation) -> list[Event]:
        async with self.database.transaction() as tx:
            return list(
                await finish_snapshot(
                    self.event, preparation, tx, gate=self.gates.gate, vault=self.vault, clock=self.gates.clock
                )
            )

    async def run(self) -> list[Event]:
        return await self.finish(await self.prepare(self.event))

    async def consent(self) -> Consent:
        async with self.database.transaction() as tx:
            return await consents.get(tx, self.event.consent_id)

    async def revoke(self) -> None:
        async with self.database.transaction() as tx:
            await consents.revoke(
                tx,
                self.event.consent_id,
                by=RevokedBy.PARENT,
                actor=audit.SYSTEM,
                at=self.gates.clock(),
                vault=self.vault,
            )

    async def disclosures(self) -> list[str]:
        async with self.database.transaction() as tx:
            return list(await tx.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("disclosure"))))


def a_copy(**changes: Any) -> CaseCopy:
    case = typical(Party.NONCUSTODIAL).case
    return case.model_copy(update={"case_identifier": PRACTICE_CASE, **changes})


@pytest.fixture
async def world(register_database: Database) -> World:
    return await make_world(register_database)


async def make_world(
    database: Database,
    copy: CaseCopy | None = None,
    status: ConsentStatus = ConsentStatus.FETCHED,
    **grant_changes: Any,
) -> World:
    vault = MemoryVault()
    gates = GateWorld(vault=vault)
    plain = (copy or a_copy()).canonical_bytes()
    async with database.transaction() as tx:
        consent = await gates.approved_consent(tx, status=status, **grant_changes)
        await vault.seal(tx, consent.id, Kind.CASE_COPY, plain)
    event = CaseFetched(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        party=consent.party,
        case_copy_sha256=sha256_of(plain),
        as_of=gates.clock(),
    )
    vault.opened.clear()
    return World(database, gates, vault, StandInMaker(), event)


async def test_the_pages_are_sealed_registered_and_told(world: World) -> None:
    (event,) = await world.run()

    assert isinstance(event, SnapshotRendered)
    assert [page.language for page in event.pages] == list(Language)
    consent = await world.consent()
    assert (consent.status, consent.snapshot_id) == (ConsentStatus.RENDERED, event.snapshot_id)
    async with world.database.transaction() as tx:
        assert await world.vault.open(tx, consent.id, Kind.PAGE_ES) == b"%PDF es"
        assert await world.vault.open(tx, consent.id, Kind.TWIN_ES) == b"<html es>"
        files = list(await tx.scalars(select(SnapshotFile).order_by(SnapshotFile.language)))
    assert [(file.snapshot_id, file.pdf_sha256) for file in files] == [
        (event.snapshot_id, page.pdf_sha256) for page in event.pages
    ]
    assert event.pages[0].pdf_sha256 == sha256_of(b"%PDF en")
    assert [file.twin_sha256 for file in files] == [sha256_of(b"<html en>"), sha256_of(b"<html es>")]


async def test_the_register_holds_the_hashes_of_what_the_pages_were_made_from(world: World) -> None:
    await world.run()

    request = world.maker.requests[-1]
    async with world.database.transaction() as tx:
        files = list(await tx.scalars(select(SnapshotFile)))
    kept = {(file.inputs_sha256, file.rule_book_sha256, file.templates_sha256) for file in files}
    assert kept == {(inputs_sha256(request), packaged_editorial().book_sha256, "7" * 64)}
    other = replace(request, organization_name="Another")
    assert inputs_sha256(other) != inputs_sha256(request)


async def test_the_register_holds_the_hash_of_the_page_under_its_seal_beside_that_of_the_file(world: World) -> None:
    world.maker.unsealed_sha256 = "8" * 64
    await world.run()

    async with world.database.transaction() as tx:
        file = (await tx.scalars(select(SnapshotFile).where(SnapshotFile.language == Language.ENGLISH))).one()
    assert (file.pdf_sha256, file.unsealed_sha256) == (sha256_of(b"%PDF en"), "8" * 64)


async def test_what_the_steps_rest_on_is_sealed_beside_the_pages(world: World) -> None:
    (event,) = await world.run()

    assert isinstance(event, SnapshotRendered)
    async with world.database.transaction() as tx:
        why = PageFacts.model_validate_json(await world.vault.open(tx, event.consent_id, Kind.PAGE_FACTS))
    (request,) = world.maker.requests
    assert why == page_facts(request, packaged_editorial(), snapshot_id=event.snapshot_id)
    assert why.steps


async def test_each_opening_of_the_case_is_in_the_audit_log(world: World) -> None:
    await world.run()

    assert await world.disclosures() == ["disclosure.allowed", "disclosure.allowed"]


async def test_a_repeat_makes_the_same_id_and_nothing_twice(world: World) -> None:
    first = await world.prepare(world.event)
    again = await world.prepare(world.event)
    (event,) = await world.finish(first)

    assert await world.finish(again) == []
    assert await world.run() == []
    assert isinstance(event, SnapshotRendered)
    assert (await world.consent()).snapshot_id == event.snapshot_id


async def test_a_revocation_while_the_page_is_made_keeps_it_from_ever_being_kept(world: World) -> None:
    preparation = await world.prepare(world.event)
    await world.revoke()

    (event,) = await world.finish(preparation)

    assert isinstance(event, SnapshotRefused)
    assert event.reason is ReasonCode.CONSENT_REVOKED
    assert (await world.consent()).status is ConsentStatus.REVOKED
    async with world.database.transaction() as tx:
        assert list(await tx.scalars(select(SnapshotFile))) == []


async def test_after_a_revocation_the_case_copy_is_not_even_opened(world: World) -> None:
    await world.revoke()
    world.vault.opened.clear()

    (event,) = await world.run()

    assert isinstance(event, SnapshotRefused)
    assert Kind.CASE_COPY not in [kind for _, kind in world.vault.opened]
    assert world.maker.requests == []


async def test_an_organization_that_was_suspended_gets_no_page(world: World) -> None:
    async with world.database.transaction() as tx:
        organization = await tx.get_one(Organization, world.event.organization_id)
        organization.status = OrganizationStatus.SUSPENDED

    (event,) = await world.run()

    assert isinstance(event, SnapshotRefused)
    assert event.reason is ReasonCode.ORG_NOT_ACTIVE
    consent = await world.consent()
    assert (consent.status, consent.reasons) == (ConsentStatus.REFUSED, ["ORG_NOT_ACTIVE"])


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (FiguresDoNotReconcile(), ReasonCode.FIGURES_DO_NOT_RECONCILE),
        (DoesNotFit(), ReasonCode.PAGE_DOES_NOT_FIT),
        (NotPrintable(), ReasonCode.PAGE_NOT_PRINTABLE),
    ],
)
async def test_a_page_that_cannot_be_made_is_told(world: World, failure: Exception, reason: ReasonCode) -> None:
    world.maker.failure = failure

    (event,) = await world.run()

    assert isinstance(event, SnapshotRefused)
    assert event.reason is reason
    waits = reason is ReasonCode.FIGURES_DO_NOT_RECONCILE
    assert (await world.consent()).status is (ConsentStatus.CASE_REVIEW if waits else ConsentStatus.REFUSED)


async def test_an_event_about_another_copy_than_the_sealed_one_is_dead_lettered(world: World) -> None:
    forged = world.event.model_copy(update={"case_copy_sha256": "0" * 64})

    with pytest.raises(CannotBeProcessed) as refused:
        await world.prepare(forged)
    assert refused.value.code is ReasonCode.DOCUMENT_CHANGED
    assert not refused.value.parks_later_events
    assert world.maker.requests == []


async def test_an_event_that_comes_before_its_case_was_fetched_is_dead_lettered_and_not_taken_for_done_with(
    sqlite_register: Database,
) -> None:
    world = await make_world(sqlite_register, status=ConsentStatus.APPROVED)

    for attempt in (world.run, partial(world.finish, Preparation({}))):
        with pytest.raises(CannotBeProcessed) as raised:
            await attempt()
        assert (raised.value.code, raised.value.parks_later_events) == (ReasonCode.EVENT_CONTRADICTS_REGISTER, False)
    async with world.database.transaction() as tx:
        (await tx.get_one(Organization, world.event.organization_id)).status = OrganizationStatus.SUSPENDED
    with pytest.raises(CannotBeProcessed):
        await world.finish(Preparation({}))
    assert (await world.consent()).status is ConsentStatus.APPROVED
    assert world.maker.requests == []


async def test_a_copy_of_another_case_makes_no_page(sqlite_register: Database) -> None:
    world = await make_world(sqlite_register, a_copy(case_identifier="ZZ99999Z9"))

    with pytest.raises(CannotBeProcessed):
        await world.prepare(world.event)
    assert world.maker.requests == []


async def test_an_event_about_a_consent_that_does_not_exist_is_dead_lettered(world: World) -> None:
    forged = world.event.model_copy(update={"consent_id": world.event.organization_id})
    preparation = await world.prepare(forged)

    world.event = forged
    with pytest.raises(CannotBeProcessed) as refused:
        await world.finish(preparation)
    assert refused.value.code is ReasonCode.CONSENT_UNKNOWN


async def test_the_page_is_made_of_the_grant_the_gate_checked(sqlite_register: Database) -> None:
    part = a_copy().within({ScopeItem.PAYMENTS})
    world = await make_world(sqlite_register, part, scope=(ScopeItem.PAYMENTS,))
    await world.run()

    (request,) = world.maker.requests
    assert request.grant.scope == (ScopeItem.PAYMENTS,)
    assert request.today == world.gates.clock().date()


async def test_a_copy_that_holds_more_than_the_grant_covers_makes_no_page(sqlite_register: Database) -> None:
    world = await make_world(sqlite_register, a_copy(), scope=(ScopeItem.PAYMENTS,))
    with pytest.raises(CannotBeProcessed) as refused:
        await world.run()
    assert refused.value.code is ReasonCode.DOCUMENT_CHANGED
