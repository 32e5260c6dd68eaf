"""The stage with a real gate and register; only the agency's records are a stand-in."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from case_fetcher.rules.agency_case import AgencyCase, RecordUnusable
from case_fetcher.stage import fetch_case, settle_case
from schemas.case_events import CaseFetched, CaseRefused, CaseReviewed, CaseReviewOutcome
from schemas.case_record import Arrears, BlockMoments, CaseCopy, OpeningBalance
from schemas.consent_events import ConsentApproved, RevokedBy
from schemas.event import Event
from schemas.reason_codes import ReasonCode
from schemas.values import Party, ScopeItem, sha256_of
from services.register import audit, consents, grants
from services.register.database import Database
from services.register.grants import GrantSigner
from services.register.states import ConsentStatus, OrganizationStatus
from services.register.tables import AuditEntry, Grant, Organization
from services.runtime.failures import CannotBeProcessed
from services.vault.vault import Kind, ObjectMissing
from tests.support.agency_cases import OTHER_PARENT, PARENT, an_agency_case
from tests.support.register_builders import NOON, GateWorld, a_consent, a_grant, a_person, an_organization

OLDEST = timedelta(days=7)


@dataclass
class StandInRecords:
    """Has one case, none, or one that can't be used; remembers what was asked for."""

    case: AgencyCase | None
    unusable: bool = False
    asked: list[str] = field(default_factory=list)
    scope: tuple[ScopeItem, ...] = ()

    async def find(self, case_identifier: str, scope: Collection[ScopeItem]) -> AgencyCase | None:
        self.asked.append(case_identifier)
        self.scope = tuple(scope)
        if self.unusable:
            raise RecordUnusable
        return self.case


@dataclass
class World:
    """One approved consent, and the stage around it."""

    database: Database
    gates: GateWorld
    records: StandInRecords
    event: ConsentApproved

    async def fetch(self) -> Sequence[Event]:
        async with self.database.transaction() as tx:
            return await fetch_case(
                self.event,
                None,
                tx,
                gate=self.gates.gate,
                source=self.records,
                vault=self.gates.vault,
                clock=self.gates.clock,
                oldest=OLDEST,
            )

    async def settle(self, outcome: CaseReviewOutcome = CaseReviewOutcome.READ_AGAIN) -> Sequence[Event]:
        """Handle the event of a reviewer's decision."""
        event = CaseReviewed(
            consent_id=self.event.consent_id,
            organization_id=self.event.organization_id,
            review_id=uuid4(),
            reviewer_id=uuid4(),
            outcome=outcome,
        )
        async with self.database.transaction() as tx:
            return await settle_case(
                event,
                None,
                tx,
                gate=self.gates.gate,
                source=self.records,
                vault=self.gates.vault,
                clock=self.gates.clock,
                oldest=OLDEST,
            )

    async def send_back(self) -> None:
        """Do what the portal does when a reviewer has a case read again."""
        async with self.database.transaction() as tx:
            assert await consents.read_again(tx, self.event.consent_id, at=NOON)

    async def refusal(self) -> ReasonCode:
        """Fetch, and return why there is no copy; nothing is sealed then, and the register says the same."""
        (event,) = await self.fetch()
        assert isinstance(event, CaseRefused)
        assert await self.copy() is None
        return event.reason

    async def dead_letter(self) -> CannotBeProcessed:
        with pytest.raises(CannotBeProcessed) as raised:
            await self.fetch()
        assert self.records.asked == []
        assert await self.copy() is None
        return raised.value

    async def copy(self) -> bytes | None:
        async with self.database.transaction() as tx:
            try:
                return await self.gates.vault.open(tx, self.event.consent_id, Kind.CASE_COPY)
            except ObjectMissing:
                return None

    async def status(self) -> tuple[ConsentStatus, list[str]]:
        async with self.database.reading() as tx:
            consent = await consents.get(tx, self.event.consent_id)
            return consent.status, consent.reasons

    async def disclosures(self) -> list[str]:
        async with self.database.reading() as tx:
            return list(await tx.scalars(select(AuditEntry.act).where(AuditEntry.act.startswith("disclosure"))))


async def make_world(database: Database, **grant_changes: Any) -> World:
    gates = GateWorld()
    async with database.transaction() as tx:
        consent = await gates.approved_consent(tx, **grant_changes)
        row = await grants.load(tx, consent.id)
    assert row is not None
    event = ConsentApproved(
        consent_id=consent.id,
        organization_id=consent.organization_id,
        party=consent.party,
        grant_sha256=row.grant_sha256,
        grant_signature=row.signature,
    )
    return World(database, gates, StandInRecords(an_agency_case()), event)


@pytest.fixture
async def world(sqlite_register: Database) -> World:
    return await make_world(sqlite_register)


async def test_the_consented_part_is_sealed_without_the_other_parent_or_where_a_payment_came_from(
    world: World,
) -> None:
    (event,) = await world.fetch()

    plain = await world.copy()
    assert plain is not None
    assert isinstance(event, CaseFetched)
    assert (event.case_copy_sha256, event.party) == (sha256_of(plain), Party.NONCUSTODIAL)
    copy = CaseCopy.model_validate_json(plain)
    assert copy.parent_name == PARENT.full_name
    assert [set(payment.model_dump()) for payment in copy.payments] == [{"received_on", "amount"}]
    for secret in (OTHER_PARENT.full_name, OTHER_PARENT.birth_date.isoformat(), PARENT.birth_date.isoformat()):
        assert secret.encode() not in plain
    assert await world.status() == (ConsentStatus.FETCHED, [])
    assert await world.disclosures() == ["disclosure.allowed"]


async def test_the_event_names_no_person_and_no_case(world: World) -> None:
    (event,) = await world.fetch()
    for secret in (PARENT.full_name, "AB12345C1", "41207"):
        assert secret.encode() not in event.value()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: None, ReasonCode.CASE_NOT_FOUND),
        (lambda case: replace(case, parties=(OTHER_PARENT,)), ReasonCode.PARENT_NOT_ON_CASE),
        (lambda case: replace(case, held_for_staff=True), ReasonCode.HELD_FOR_STAFF),
    ],
)
async def test_a_case_that_stays_shut_is_told_with_its_reason_and_nothing_else(
    world: World, change: Callable[[AgencyCase], AgencyCase | None], reason: ReasonCode
) -> None:
    world.records.case = change(an_agency_case())
    assert await world.refusal() is reason
    assert await world.status() == (ConsentStatus.REFUSED, [reason.value])


UNTRUE: list[tuple[Callable[[AgencyCase], AgencyCase], ReasonCode]] = [
    (
        lambda case: replace(case, arrears=Arrears(owed_to_dss=1, owed_to_custodial_parent=0, permanently_assigned=2)),
        ReasonCode.FIGURES_DO_NOT_RECONCILE,
    ),
    (
        lambda case: replace(case, opening_balance=OpeningBalance(on=date(2026, 10, 1), amount=44_208)),
        ReasonCode.FIGURES_DO_NOT_RECONCILE,
    ),
    (lambda case: replace(case, as_of=NOON - timedelta(days=8)), ReasonCode.CASE_DATA_TOO_OLD),
    (lambda case: replace(case, as_of=NOON + timedelta(hours=1)), ReasonCode.CASE_DATA_AHEAD),
]
"""Records that can't be shown truthfully, and could be once they are mended."""


@pytest.mark.parametrize(("change", "reason"), UNTRUE)
async def test_a_record_that_cannot_be_shown_truthfully_waits_for_a_person_and_is_told(
    world: World, change: Callable[[AgencyCase], AgencyCase], reason: ReasonCode
) -> None:
    world.records.case = change(an_agency_case())
    assert await world.refusal() is reason
    assert await world.status() == (ConsentStatus.CASE_REVIEW, [reason.value])


@pytest.mark.parametrize(("change", "reason"), UNTRUE)
async def test_once_the_record_is_mended_a_reviewer_has_it_read_again(
    world: World, change: Callable[[AgencyCase], AgencyCase], reason: ReasonCode
) -> None:
    world.records.case = change(an_agency_case())
    assert await world.refusal() is reason
    await world.send_back()
    (still,) = await world.settle()
    assert isinstance(still, CaseRefused)
    assert await world.status() == (ConsentStatus.CASE_REVIEW, [reason.value])
    world.records.case = an_agency_case()
    await world.send_back()
    (event,) = await world.settle()
    assert isinstance(event, CaseFetched)
    assert await world.copy() is not None
    assert await world.status() == (ConsentStatus.FETCHED, [])
    assert await world.settle() == ()  # the decision's event once more


async def test_a_decision_to_make_no_page_is_told(world: World) -> None:
    world.records.case = replace(an_agency_case(), as_of=NOON - timedelta(days=8))
    await world.fetch()
    async with world.database.transaction() as tx:
        consent = await consents.get(tx, world.event.consent_id)
        await consents.move(tx, consent, ConsentStatus.REFUSED, at=NOON, reasons=[ReasonCode.CASE_DATA_TOO_OLD])
    asked = len(world.records.asked)
    (event,) = await world.settle(CaseReviewOutcome.NO_PAGE)
    assert isinstance(event, CaseRefused)
    assert event.reason is ReasonCode.CASE_DATA_TOO_OLD
    assert len(world.records.asked) == asked


async def test_a_consent_revoked_while_its_case_is_in_review_is_read_no_more(world: World) -> None:
    world.records.case = replace(an_agency_case(), as_of=NOON - timedelta(days=8))
    await world.fetch()
    await world.send_back()
    async with world.database.transaction() as tx:
        await consents.revoke(
            tx, world.event.consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=world.gates.vault
        )
    asked = len(world.records.asked)
    await world.settle()
    assert len(world.records.asked) == asked
    assert (await world.status())[0] is ConsentStatus.REVOKED
    assert await world.settle(CaseReviewOutcome.NO_PAGE) == ()


async def test_an_event_without_a_reviewers_decision_in_the_register_reads_nothing(world: World) -> None:
    world.records.case = replace(an_agency_case(), as_of=NOON - timedelta(days=8))
    await world.fetch()
    asked = len(world.records.asked)
    with pytest.raises(CannotBeProcessed) as raised:
        await world.settle()
    assert raised.value.code is ReasonCode.CONSENT_NOT_APPROVED
    assert await world.settle(CaseReviewOutcome.NO_PAGE) == ()
    assert len(world.records.asked) == asked
    assert (await world.status())[0] is ConsentStatus.CASE_REVIEW


async def test_figures_that_follow_from_the_ledger_are_sealed_with_what_an_auditor_needs(world: World) -> None:
    opening = OpeningBalance(on=date(2026, 10, 1), amount=44_207)
    world.records.case = replace(an_agency_case(), opening_balance=opening)
    (event,) = await world.fetch()
    assert isinstance(event, CaseFetched)
    plain = await world.copy()
    assert plain is not None
    copy = CaseCopy.model_validate_json(plain)
    assert copy.opening_balance == opening
    assert opening.amount - sum(payment.amount for payment in copy.payments) == copy.arrears.total


async def test_the_copy_says_how_old_each_part_is(world: World) -> None:
    day = timedelta(days=1)
    moments = BlockMoments(figures=NOON, payments=NOON - 2 * day, enforcement=NOON - day)
    world.records.case = replace(an_agency_case(as_of=moments.oldest), block_as_of=moments)
    (event,) = await world.fetch()
    assert isinstance(event, CaseFetched)
    plain = await world.copy()
    assert plain is not None
    assert (event.as_of, CaseCopy.model_validate_json(plain).block_as_of) == (NOON - 2 * day, moments)


async def test_a_record_that_cannot_be_used_waits_for_a_person_instead_of_ending_in_silence(world: World) -> None:
    world.records.unusable = True
    assert await world.refusal() is ReasonCode.FIGURES_DO_NOT_RECONCILE
    assert (await world.status())[0] is ConsentStatus.CASE_REVIEW


async def test_a_consent_to_a_part_asks_for_that_part_and_seals_nothing_else(sqlite_register: Database) -> None:
    world = await make_world(sqlite_register, scope=(ScopeItem.PAYMENTS,))
    world.records.case = replace(an_agency_case(), arrears=None)
    (event,) = await world.fetch()
    assert isinstance(event, CaseFetched)
    assert world.records.scope == (ScopeItem.PAYMENTS,)
    plain = await world.copy()
    assert plain is not None
    copy = CaseCopy.model_validate_json(plain)
    assert (copy.scope, copy.arrears, len(copy.payments)) == ((ScopeItem.PAYMENTS,), None, 1)


async def test_a_source_that_brings_more_than_the_consent_opens_seals_nothing(sqlite_register: Database) -> None:
    world = await make_world(sqlite_register, scope=(ScopeItem.PAYMENTS,))
    world.records.case = an_agency_case()
    assert await world.refusal() is ReasonCode.FIGURES_DO_NOT_RECONCILE


async def test_a_consent_to_nothing_opens_nothing(sqlite_register: Database) -> None:
    world = await make_world(sqlite_register, scope=())
    assert await world.refusal() is ReasonCode.OUT_OF_SCOPE
    assert world.records.asked == []


async def test_a_consent_revoked_before_the_fetch_is_refused_and_the_records_are_not_asked(world: World) -> None:
    async with world.database.transaction() as tx:
        await consents.revoke(
            tx, world.event.consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=world.gates.vault
        )
    assert await world.refusal() is ReasonCode.CONSENT_REVOKED
    assert world.records.asked == []
    assert (await world.status())[0] is ConsentStatus.REVOKED
    assert await world.disclosures() == ["disclosure.refused"]


async def test_an_expired_consent_and_a_suspended_organization_open_nothing(sqlite_register: Database) -> None:
    over = await make_world(sqlite_register, expires_on=date(2026, 11, 15))
    assert await over.refusal() is ReasonCode.CONSENT_EXPIRED
    world = await make_world(sqlite_register)
    async with world.database.transaction() as tx:
        (await tx.get_one(Organization, world.event.organization_id)).status = OrganizationStatus.SUSPENDED
    assert await world.refusal() is ReasonCode.ORG_NOT_ACTIVE
    assert (over.records.asked, world.records.asked) == ([], [])


async def test_an_approval_without_a_grant_is_a_dead_letter_that_holds_nobody_up(world: World) -> None:
    async with world.database.transaction() as tx:
        organization = await an_organization(tx)
        uploaded = await a_consent(tx, organization, await a_person(tx, organization))
    world.event = world.event.model_copy(update={"consent_id": uploaded.id})
    failure = await world.dead_letter()
    assert (failure.code, failure.parks_later_events) == (ReasonCode.GRANT_MISSING, False)
    world.event = world.event.model_copy(update={"consent_id": uuid4()})
    assert (await world.dead_letter()).code is ReasonCode.GRANT_MISSING


@pytest.mark.parametrize("changed", [{"grant_sha256": "0" * 64}, {"grant_signature": "forged"}])
async def test_an_approval_with_another_grant_than_the_stored_one_is_a_dead_letter(
    world: World, changed: dict[str, str]
) -> None:
    world.event = world.event.model_copy(update=changed)
    failure = await world.dead_letter()
    assert (failure.code, failure.parks_later_events) == (ReasonCode.GRANT_INVALID, False)
    assert await world.status() == (ConsentStatus.APPROVED, [])


async def test_a_grant_signed_by_another_key_opens_nothing_even_when_it_is_in_the_register(world: World) -> None:
    async with world.database.transaction() as tx:
        consent = await consents.get(tx, world.event.consent_id)
        stranger = GrantSigner(Ed25519PrivateKey.generate())
        await world.gates.give_grant(tx, consent, a_grant(consent), signer=stranger)
        row = await tx.get_one(Grant, consent.id)
    changed = {"grant_sha256": row.grant_sha256, "grant_signature": row.signature}
    world.event = world.event.model_copy(update=changed)
    failure = await world.dead_letter()
    assert (failure.code, failure.parks_later_events) == (ReasonCode.GRANT_INVALID, False)


async def test_an_approval_that_comes_again_under_another_id_says_nothing_and_reads_nothing(world: World) -> None:
    await world.fetch()
    before = await world.copy()
    world.records.case = an_agency_case(county="Kings")
    assert await world.fetch() == ()
    assert await world.copy() == before
    assert len(world.records.asked) == 1
