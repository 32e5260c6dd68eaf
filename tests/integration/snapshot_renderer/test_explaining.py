"""What an operator is shown of a snapshot, and what the audit log keeps of it."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from schemas.consent_events import RevokedBy
from schemas.values import Language, Party
from services.register import audit, consents
from services.register.audit import Actor
from services.register.database import Database
from services.register.states import ConsentStatus
from services.register.tables import AuditEntry, SnapshotFile
from services.vault.vault import Kind
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rule_commands.explaining import NotExplained, facts_of_page, print_facts
from snapshot_renderer.rules.page_facts import PageFacts, page_facts
from snapshot_renderer.samples.made_up_cases import typical
from tests.support.memory_vault import MemoryVault
from tests.support.register_builders import NOON, GateWorld

OPERATOR = Actor("operator:someone")


class Kept:
    """One snapshot whose facts are sealed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.vault = MemoryVault()
        self.world = GateWorld(vault=self.vault)
        self.snapshot_id = uuid4()
        self.consent_id = uuid4()
        self.facts = page_facts(typical(Party.NONCUSTODIAL), packaged_editorial(), snapshot_id=self.snapshot_id)

    async def seal(self, plain: bytes | None = None) -> None:
        async with self.database.transaction() as tx:
            consent = await self.world.approved_consent(tx, status=ConsentStatus.RENDERED)
            self.consent_id = consent.id
            await self.vault.seal(tx, consent.id, Kind.PAGE_FACTS, plain or self.facts.canonical_bytes())
            for language in Language:
                tx.add(
                    SnapshotFile(
                        snapshot_id=self.snapshot_id,
                        language=language,
                        consent_id=consent.id,
                        pdf_sha256="0" * 64,
                        size_bytes=1,
                        rendered_at=NOON,
                    )
                )

    async def explained(self, snapshot_id: UUID | None = None) -> PageFacts:
        asked = snapshot_id or self.snapshot_id
        return await facts_of_page(self.database, self.vault, asked, actor=OPERATOR, clock=self.world.clock)

    async def openings(self) -> list[tuple[str, UUID | None]]:
        async with self.database.reading() as tx:
            entries = await tx.scalars(select(AuditEntry).where(AuditEntry.act == "snapshot.explained"))
            return [(entry.actor, entry.consent_id) for entry in entries]


@pytest.fixture
async def kept(register_database: Database) -> Kept:
    return Kept(register_database)


async def test_the_facts_are_opened_and_that_is_audited(kept: Kept) -> None:
    await kept.seal()

    assert await kept.explained() == kept.facts
    assert await kept.openings() == [(OPERATOR, kept.consent_id)]


async def test_an_unknown_snapshot_opens_nothing(kept: Kept) -> None:
    await kept.seal()

    with pytest.raises(NotExplained, match="No snapshot has this id"):
        await kept.explained(uuid4())
    assert await kept.openings() == []


async def test_after_a_revocation_nothing_can_be_shown(kept: Kept) -> None:
    await kept.seal()
    async with kept.database.transaction() as tx:
        await consents.revoke(tx, kept.consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=kept.vault)

    with pytest.raises(NotExplained, match="destroyed"):
        await kept.explained()


async def test_facts_of_another_snapshot_or_of_another_shape_are_not_shown(kept: Kept) -> None:
    await kept.seal(kept.facts.model_copy(update={"snapshot_id": uuid4()}).canonical_bytes())
    with pytest.raises(NotExplained, match="replaced"):
        await kept.explained()

    async with kept.database.transaction() as tx:
        await kept.vault.seal(tx, kept.consent_id, Kind.PAGE_FACTS, b"{}")
    with pytest.raises(NotExplained, match="damaged"):
        await kept.explained()


def test_every_step_is_printed_with_its_facts_source_and_rule_book(capsys: pytest.CaptureFixture[str]) -> None:
    editorial = packaged_editorial()
    found = page_facts(typical(Party.NONCUSTODIAL), editorial, snapshot_id=UUID(int=9))

    print_facts(found)

    shown = capsys.readouterr().out
    for step in found.steps:
        assert f"Step {step.number}: {step.rule_id}" in shown
    for expected in (editorial.book.edition, editorial.book_sha256, "684000 cents", "DL_NOTICE, IWO, PASSPORT"):
        assert expected in shown
