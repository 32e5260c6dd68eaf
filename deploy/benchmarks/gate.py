"""What the gate and the audit log cost: a decision with its entry, revocations (gate_line.py), verifying the whole log.

Each figure stands beside a plain way of doing the same, taken in turns in the same run, so that a machine that slows
down slows both. Nothing here needs Kafka; the register is SQLite in a folder of its own, or any empty database.
"""

import argparse
import asyncio
import hashlib
import json
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from gate_line import Trial, empty_register, revocations
from sqlalchemy import func, insert, select
from this_machine import machine

from schemas.consent_records import ConsentGrant
from schemas.values import Language, Party
from services.register import agreements, audit, consents, grants, migrate, organizations, people
from services.register.agreements import Agreements
from services.register.audit_chain import NO_ENTRY_HASH, Link, link_hash, link_json, parsed
from services.register.audit_reading import stored_pages
from services.register.database import Database, Transaction
from services.register.gate import Allowed, Gate, Refused
from services.register.grants import GrantSigner, GrantVerifier
from services.register.states import ConsentStatus, OrganizationStatus, PersonRole, PersonStatus, Purpose
from services.register.tables import AuditEntry, Organization, Person, ProcessedEvent
from services.runtime.clock import legal_day, utc_now
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey
from services.vault.vault import Kind

ROOT = Path(__file__).resolve().parents[2]
STEPS = (ConsentStatus.APPROVED, ConsentStatus.FETCHED, ConsentStatus.RENDERED, ConsentStatus.DELIVERED)
WARM_UP = 20
NAIVE_SLICE = 10_000
"""Entries for the slow reference; its seconds per million are worked out from these."""


@dataclass
class Desk:
    """A register with one organization, one of its people, and consents that open."""

    database: Database
    vault: FileVault
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    organization: Organization = field(init=False)
    person: Person = field(init=False)

    @property
    def gate(self) -> Gate:
        """The product's own gate, with nothing faked."""
        verifier = GrantVerifier(self.key.public_key())
        return Gate(vault=self.vault, verifier=verifier, agreements=Agreements(), clock=utc_now)

    async def open(self) -> None:
        """Register the organization and the person."""
        now = utc_now()
        async with self.database.transaction() as tx:
            made = await organizations.request(
                tx, name="Bench", contact_email="desk@bench.example", language=Language.ENGLISH, at=now
            )
            made.status, made.agreement_version = OrganizationStatus.ACTIVE, agreements.CURRENT_VERSION
            made.agreement_accepted_at = now
            person = await people.add(
                tx, email="one@bench.example", display_name="Bench", role=PersonRole.ORGANIZATION_STAFF,
                language=Language.ENGLISH, at=now, actor=audit.SYSTEM, organization_id=made.id,
                status=PersonStatus.ACTIVE,
            )  # fmt: skip
            person.agreement_version, person.agreement_accepted_at = agreements.CURRENT_VERSION, now
        self.organization, self.person = made, person

    async def consent(self, status: ConsentStatus = ConsentStatus.DELIVERED) -> UUID:
        """Return a new consent that has come as far as ``status``."""
        consent_id, now, today = uuid4(), utc_now(), legal_day(utc_now())
        sha256 = hashlib.sha256(consent_id.bytes).hexdigest()
        grant = ConsentGrant(
            consent_id=consent_id, organization_id=self.organization.id, document_sha256=sha256,
            parent_name="Practice Parent", birth_date=date(1990, 4, 1), case_identifier="AB12345C1",
            party=Party.NONCUSTODIAL, form_revision="2026-11", form_language=Language.ENGLISH, signed_on=today,
            starts_on=today, expires_on=today + timedelta(days=90),
        )  # fmt: skip
        minted = GrantSigner(self.key).mint(grant)
        async with self.database.transaction() as tx:
            consent = await consents.add(
                tx, consent_id=consent_id, organization_id=self.organization.id, uploaded_by=self.person.id,
                party=Party.NONCUSTODIAL, document_sha256=sha256, media_type="application/pdf", size_bytes=1,
                claim_index="0" * 64, at=now,
            )  # fmt: skip
            await grants.store(tx, minted, consent_id=consent_id, at=now)
            await self.vault.seal(tx, consent_id, Kind.GRANT, minted.canonical)
            for step in STEPS[: STEPS.index(status) + 1]:
                await consents.move(tx, consent, step, at=now)
        return consent_id

    async def ask(self, consent_id: UUID) -> Allowed | Refused:
        """Decide and commit, as the portal does before it shows a page."""
        actor = audit.person_actor(self.person.id)
        async with self.database.transaction() as tx:
            return await self.gate.decide(
                tx, consent_id, Purpose.VIEW, actor, person_id=self.person.id, organization_id=self.organization.id
            )


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    """Return how long something takes."""
    begin = time.perf_counter()
    await work()
    return time.perf_counter() - begin


async def decisions(desk: Desk, count: int) -> tuple[list[float], list[float]]:
    """Time decisions, and in turns with them a commit of one plain row, the least that any entry can cost."""
    consent_id = await desk.consent()

    async def plain() -> None:
        async with desk.database.transaction() as tx:
            values = {"group": "bench", "event_id": uuid4(), "processed_at": utc_now()}
            await tx.execute(insert(ProcessedEvent).values(values))

    ours, theirs = [], []
    for number in range(WARM_UP + count):
        took = (await seconds(lambda: desk.ask(consent_id)), await seconds(plain))
        if number >= WARM_UP:
            ours.append(took[0])
            theirs.append(took[1])
    return ours, theirs


def entries(count: int, last: Link, head: str) -> Iterator[dict[str, object]]:
    """Yield rows that go on from a decision's entry and are like it."""
    for number in range(last.sequence + 1, last.sequence + count + 1):
        at, actor, consent_id = last.at + timedelta(milliseconds=number), f"person:{uuid4()}", uuid4()
        link = Link(number, at, last.act, actor, consent_id, last.detail, head)
        head = link_hash(link)
        yield link._asdict() | {"entry_hash": head}


async def fill(database: Database, count: int) -> None:
    """Append entries to the log, a few thousand a transaction; it ends with a decision of the gate."""
    async with database.reading() as tx:
        last = [row async for page in stored_pages(tx) for row in page][-1]
    rows = entries(count, parsed(last), last[7])
    while some := [one for _, one in zip(range(5_000), rows, strict=False)]:
        async with database.transaction() as tx:
            await tx.execute(insert(AuditEntry), some)


async def naive_verify(tx: Transaction, count: int) -> None:
    """Read objects through the mapper and write each one's JSON anew: the obvious way."""
    head = NO_ENTRY_HASH
    for entry in await tx.scalars(select(AuditEntry).order_by(AuditEntry.sequence).limit(count)):
        facts = {name: getattr(entry, name) for name in Link._fields}
        facts |= {"at": entry.at.isoformat(timespec="microseconds")}
        facts |= {"consent_id": str(entry.consent_id) if entry.consent_id else None}
        text = json.dumps(facts, sort_keys=True, separators=(",", ":"))
        if entry.previous_hash != head or hashlib.sha256(text.encode()).hexdigest() != entry.entry_hash:
            raise SystemExit("the reference does not verify")
        head = entry.entry_hash


async def verification(database: Database, rounds: int) -> list[dict[str, float]]:
    """Time verifications of the whole log beside the bare hashes and the obvious way, seconds per million entries."""
    async with database.reading() as tx:
        total = (await tx.scalar(select(func.count()).select_from(AuditEntry))) or 0
        texts = [link_json(parsed(row)).encode() async for page in stored_pages(tx) for row in page]
    found, slice_size = [], min(NAIVE_SLICE, total)
    for _ in range(rounds):
        begin, cpu = time.perf_counter(), time.process_time()
        async with database.reading() as tx:
            if not (await audit.verify(tx)).intact:
                raise SystemExit("the log is not sound")
        took, took_cpu = time.perf_counter() - begin, time.process_time() - cpu
        begin = time.perf_counter()
        for text in texts:
            hashlib.sha256(text).hexdigest()
        bare, begin = time.perf_counter() - begin, time.perf_counter()
        async with database.reading() as tx:
            await naive_verify(tx, slice_size)
        naive = time.perf_counter() - begin
        million = 1_000_000 / total
        found.append({"ours": took * million, "cpu": took_cpu * million,
                      "bare": bare * million, "naive": naive * 1_000_000 / slice_size,
                      "entries": float(total)})  # fmt: skip
    return found


def percentile(values: list[float], percent: int) -> float:
    """Return a percentile by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * percent // 100) - 1))]


def row(name: str, values: list[float], reference: list[float] | None = None) -> str:
    """Return a table row in milliseconds: p50, p99, and the reference's."""
    ours = f"| {name} | {len(values)} | {percentile(values, 50) * 1e3:.1f} | {percentile(values, 99) * 1e3:.1f} |"
    if reference is None:
        return ours + " | |"
    return ours + f" {percentile(reference, 50) * 1e3:.1f} | {percentile(reference, 99) * 1e3:.1f} |"


async def measure(url: str, folder: Path, asked: argparse.Namespace, line: str) -> str:
    """Measure decisions and verifications, and return the Markdown page."""
    migrate.upgrade(url)
    database = Database(url)
    try:
        desk = Desk(database, FileVault(folder / "vault", MasterKey(os.urandom(32))))
        await desk.open()
        lines = [row("decision and its audit entry, committed", *await decisions(desk, asked.decisions))]
        await fill(database, asked.entries)
        return page(url, lines, await verification(database, asked.rounds), line)
    finally:
        await database.close()


def line_section(url: str, found: Mapping[str, list[Trial]]) -> str:
    """Return what revocations did to each step."""
    rows = []
    for step, trials in found.items():
        ended, refused = [one.ended_after for one in trials], [one.refused_after for one in trials]
        times = " | ".join(
            f"{percentile(values, percent) * 1e3:.1f}" for values in (ended, refused) for percent in (50, 99, 100)
        )
        rows.append(f"| {step} | {len(trials)} | {times} | {sum(one.let_through for one in trials)} |")
    return f"""## A revocation through the line

The real stages and the portal over {url.partition(":")[0]}; a worker discloses again and again at one step while
somebody else revokes. Milliseconds after the revocation's commit. What the gate let through before the commit may end
after it (the renderer makes a page outside the lock and then drops it; an e-mail without a name in it is on its way).
The next work is refused; the time until then holds the rest of the work in hand and all of the one that is refused. Of
an uploaded form nothing can be disclosed yet. Broker, reader, agency and typesetter are stand-ins that take no time.

| step | trials | last work let through ended: p50 | p99 | max | first refusal: p50 | p99 | max | let through after |
|---|---|---|---|---|---|---|---|---|
{chr(10).join(rows)}
"""


def page(url: str, lines: list[str], verified: list[dict[str, float]], line: str) -> str:
    """Return the Markdown page."""
    kinds = {"ours": "`snapshot audit verify`", "cpu": "the same, seconds of processor time",
             "bare": "reference: SHA-256 over the same bytes in memory, nothing read or compared",
             "naive": f"reference: objects of the mapper, `json.dumps` each (of {NAIVE_SLICE:,} entries)"}  # fmt: skip
    rows = [f"| {label} | {percentile([one[kind] for one in verified], 50):.2f} |" for kind, label in kinds.items()]
    return f"""# The gate and the audit log

Made by `./deploy/bench gate` on {datetime.now(UTC):%Y-%m-%d}: {machine()}; {url.partition(":")[0]}. Load of the machine
at the end: {os.getloadavg()[0]:.1f} (at 2 cores, anything above 2 slows everything here; compare with the references).

| what | n | p50 ms | p99 ms | reference p50 ms | reference p99 ms |
|---|---|---|---|---|---|
{chr(10).join(lines)}

The reference of a decision is a transaction that commits one plain row, in turns with it.

{line}
## Verifying the log

Verifying {verified[0]["entries"]:,.0f} entries, median of {len(verified)}:

| what | seconds per million entries |
|---|---|
{chr(10).join(rows)}
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--decisions", type=int, default=1_000)
    parser.add_argument("--revocations", type=int, default=1_000, help="at each of six steps")
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", default="", help="an empty database; by default SQLite in a temporary folder")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        with empty_register(Path(folder)) as line_url:
            line = line_section(line_url, asyncio.run(revocations(line_url, Path(folder) / "line", asked.revocations)))
        url = asked.database or f"sqlite:///{folder}/register.db"
        text = asyncio.run(measure(url, Path(folder), asked, line))
    print(text)
    if asked.write:
        (ROOT / "docs" / "benchmarks" / "gate.md").write_text(text)


if __name__ == "__main__":
    main()
