"""Watches a whole line from outside: reads what was committed after each step and judges it by the model.

It has a connection of its own and reads the log as it is stored. What it holds against whom is in ``Violation``: the
first word of its text names the invariant.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import create_engine, make_url, select

from services.register.audit_chain import Link, link_hash
from services.register.tables import AuditEntry, Consent, Message, SnapshotFile, TimelineEntry
from services.vault.vault import OF_THE_CASE, Kind, ObjectMissing
from tests.support.consent_model import ENDED, ConsentNow, Model, Paper, Question, require
from tests.support.whole_line import WholeLine

MADE_BY: Final = {
    "approved": {"consent_intake"},
    "in_review": {"consent_intake"},
    "rejected": {"consent_intake"},
    "fetched": {"case_fetcher"},
    "rendered": {"snapshot_renderer"},
    "case_review": {"case_fetcher", "snapshot_renderer"},
    "refused": {"case_fetcher", "snapshot_renderer", "notifier", "portal"},
    "delivered": {"courier"},
}
"""Whose work takes a consent where; what ends one has an entry of its own in the log."""

NEEDS: Final = {"fetched": "fetch", "rendered": "render"}
"""Steps that are disclosures: the decision is the entry right before."""


@dataclass
class Step:
    """One act and who did it.

    Attributes:
        by: the portal, a stage, the courier, or who else it is.
        handed_out: a page that somebody got to see: consent and person.
        revokes: somebody revokes a consent in it.
        died: the process died in it.
    """

    by: str
    handed_out: tuple[UUID, UUID] | None = None
    revokes: bool = False
    died: bool = False


@dataclass
class _Seen:
    """What this step's entries said, by consent."""

    allowed: set[tuple[UUID, str, UUID | None]] = field(default_factory=set)
    moved: set[tuple[UUID, str]] = field(default_factory=set)
    last: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    ended: set[UUID] = field(default_factory=set)


class Witness:
    """Judges every step of a line.

    Attributes:
        papers: what is on the form with this SHA-256; a test fills it before it uploads one.
        uploaded: every consent since a test last cleared the list, oldest first.
        counts: how often which decision, move and end was seen, so that a test can tell that it saw any.
    """

    def __init__(self, url: str, line: WholeLine, model: Model) -> None:
        parsed = make_url(url)
        driver = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql+psycopg"
        self._engine = create_engine(parsed.set(drivername=driver), isolation_level="AUTOCOMMIT")
        self._connection = self._engine.connect()
        self._line, self._model = line, model
        self._last, self._head = 0, "0" * 64
        self._told: set[UUID] = set()
        self._posted = 0
        self.uploaded: list[UUID] = []
        self.papers: dict[str, Paper] = {}
        self.counts: Counter[str] = Counter()
        self._judges = {
            "consent.uploaded": self._uploaded,
            "consent.moved": self._moved,
            "consent.revoked": self._ended,
            "consent.expired": self._ended,
            "consent.reviewed": self._reviewed,
            "case.reviewed": self._case_reviewed,
            "disclosure.allowed": self._decided,
            "disclosure.refused": self._decided,
            "event.dead_lettered": self._set_aside,
        }

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()
        self._engine.dispose()

    async def look(self, step: Step) -> None:
        """Judge everything that was committed since the last look.

        Raises:
            Violation: a guarantee does not hold.
        """
        seen = _Seen()
        query = select(AuditEntry.__table__).where(AuditEntry.sequence > self._last).order_by(AuditEntry.sequence)
        for row in self._connection.execute(query):
            self._links(row)
            judge = self._judges.get(row.act)
            if judge is not None:
                judge(row, step, seen)
            if row.consent_id is not None:
                seen.last[row.consent_id] = (row.act, _purpose(row))
        self._sealed(step, seen)
        self._messages(step, seen)
        if step.handed_out is not None:
            consent_id, person_id = step.handed_out
            require((consent_id, "view", person_id) in seen.allowed, "NO-DISCLOSURE-WITHOUT-DECISION: a page was shown")
            self.counts["pages shown"] += 1
        for consent_id in seen.ended:
            await self.require_shut(consent_id)

    async def require_shut(self, consent_id: UUID) -> None:
        """Nothing of an ended consent opens any more."""
        async with self._line.database.reading() as tx:
            for kind in Kind:
                try:
                    await self._line.vault.open(tx, consent_id, kind)
                except ObjectMissing:
                    continue
                require(False, f"ENDED-OPENS-NOTHING: {kind.value}")

    def stands_as_modelled(self, consent_ids: Sequence[UUID]) -> None:
        """Compare status, timeline and pages of consents with what the log told."""
        rows = self._connection.execute(select(Consent.id, Consent.status).where(Consent.id.in_(consent_ids))).all()
        found = {row.id: row.status.value for row in rows}
        told = {consent_id: self._model.consents[consent_id].status for consent_id in consent_ids}
        require(found == told, "LEGAL-MOVES: the register stands elsewhere than the log says")
        paths: dict[UUID, list[str]] = {consent_id: [] for consent_id in consent_ids}
        steps = select(TimelineEntry.consent_id, TimelineEntry.status).where(TimelineEntry.consent_id.in_(consent_ids))
        for row in self._connection.execute(steps.order_by(TimelineEntry.id)):
            paths[row.consent_id].append(row.status.value)
        require(
            paths == {consent_id: self._model.consents[consent_id].path for consent_id in consent_ids},
            "LEGAL-MOVES: the timeline tells another story than the log",
        )
        pages = select(SnapshotFile.consent_id, SnapshotFile.language).where(SnapshotFile.consent_id.in_(consent_ids))
        made = [tuple(row) for row in self._connection.execute(pages)]
        require(len(made) == len(set(made)), "ONE-EFFECT: a page was made twice")

    def _links(self, row: Any) -> None:
        link = Link(row.sequence, row.at, row.act, row.actor, row.consent_id, row.detail, row.previous_hash)
        sound = (row.sequence, row.previous_hash) == (self._last + 1, self._head) and link_hash(link) == row.entry_hash
        require(sound, "AUDIT-CHAIN")
        self._last, self._head = row.sequence, row.entry_hash

    def _decided(self, row: Any, _step: Step, seen: _Seen) -> None:
        inputs = row.detail["inputs"]
        person_id = (
            UUID(inputs["person"]["id"]) if inputs["person"] else UUID(int=0) if inputs["person_asked"] else None
        )
        asking = inputs["asking_organization_id"]
        asked = Question(
            row.consent_id, inputs["purpose"], self._line.clock.now, person_id, UUID(asking) if asking else None
        )
        against = self._model.objections(asked)
        if row.act == "disclosure.allowed":
            after = "revoked" if "CONSENT_REVOKED" in against else "no valid consent"
            require(not against, f"NO-DISCLOSURE-WITHOUT-VALID-CONSENT: {after}: {asked.purpose} {sorted(against)}")
            seen.allowed.add((row.consent_id, asked.purpose, asked.person_id))
        else:
            require(against, f"OPENS-WHEN-IT-MAY: {row.detail['reason']}")
            require(row.detail["reason"] in against, f"RIGHT-REASON: {row.detail['reason']}, not {sorted(against)}")
        self.counts[f"{asked.purpose} {row.act.removeprefix('disclosure.')}"] += 1
        if row.detail["reason"]:
            self.counts[row.detail["reason"]] += 1

    def _uploaded(self, row: Any, step: Step, _seen: _Seen) -> None:
        require(step.by == "portal", "LEGAL-MOVES: an upload by nobody")
        person_id = UUID(row.actor.removeprefix("person:"))
        person = self._model.people[person_id]
        organization_id = person.organization_id
        require(organization_id is not None and person.active and person.agreed, "STANDING: of who uploads")
        if organization_id is not None:
            organization = self._model.organizations[organization_id]
            require(organization.active and organization.agreed, "STANDING: of who uploads for")
            paper = self.papers[row.detail["document_sha256"]]
            self._model.consents[row.consent_id] = ConsentNow(organization_id, person_id, paper)
            self.uploaded.append(row.consent_id)

    def _moved(self, row: Any, step: Step, seen: _Seen) -> None:
        consent, after = self._model.consents[row.consent_id], row.detail["to"]
        require(row.detail["from"] == consent.status, "LEGAL-MOVES: from where it was not")
        require(step.by in MADE_BY.get(after, set()), f"LEGAL-MOVES: {after} by {step.by}")
        if after == "approved":
            sound = consent.paper.verdict == "good" if consent.status == "uploaded" else consent.review == "approved"
            require(sound, "EVIDENCE: approved without a sound form or a reviewer")
        if after in NEEDS:
            decision = ("disclosure.allowed", NEEDS[after])
            require(seen.last.get(row.consent_id) == decision, f"NO-DISCLOSURE-WITHOUT-DECISION: {after}")
        self._model.moves(row.consent_id, after)
        seen.moved.add((row.consent_id, after))
        self.counts[after] += 1

    def _ended(self, row: Any, step: Step, seen: _Seen) -> None:
        how = row.act.removeprefix("consent.")
        if how == "expired":
            self._require_over(row.consent_id)
        else:
            require(step.revokes, "LEGAL-MOVES: revoked by nobody")
        self._model.moves(row.consent_id, how)
        seen.ended.add(row.consent_id)
        self.counts[how] += 1

    def _require_over(self, consent_id: UUID) -> None:
        asked = Question(consent_id, "fetch", self._line.clock.now)
        require("CONSENT_EXPIRED" in self._model.objections(asked), "LEGAL-MOVES: expired before its last day was over")

    def _reviewed(self, row: Any, _step: Step, _seen: _Seen) -> None:
        consent = self._model.consents[row.consent_id]
        require(consent.review is None and consent.status == "in_review", "EVIDENCE: a second review")
        consent.review = row.detail["outcome"]

    def _case_reviewed(self, row: Any, _step: Step, seen: _Seen) -> None:
        if row.detail["outcome"] == "read_again":
            self._model.moves(row.consent_id, "approved")
            seen.moved.add((row.consent_id, "approved"))

    def _set_aside(self, row: Any, _step: Step, _seen: _Seen) -> None:
        require(row.detail["code"], "REASON: a dead letter without one")
        self.counts[f"dead letter {row.detail['code']}"] += 1

    def _sealed(self, step: Step, seen: _Seen) -> None:
        """What is sealed of a case belongs to the one move that makes it; what a crash rolled back is no effect."""
        sealed, self._line.vault.sealed = self._line.vault.sealed, []
        for consent_id, kind in sealed:
            if kind in OF_THE_CASE and not step.died:
                after = "fetched" if kind is Kind.CASE_COPY else "rendered"
                require((consent_id, after) in seen.moved, f"ONE-EFFECT: {kind.value} sealed, and not {after} by it")

    def _messages(self, step: Step, seen: _Seen) -> None:
        if step.by == "notifier":
            query = select(Message.id, Message.consent_id, Message.person_id).where(Message.kind == "snapshot_ready")
            for row in self._connection.execute(query.where(Message.consent_id.in_(list(seen.last)))):
                if row.id not in self._told:
                    told = (row.consent_id, "deliver", row.person_id) in seen.allowed
                    require(told, "NO-DISCLOSURE-WITHOUT-DECISION: a message says that a page is ready")
                    self._told.add(row.id)
        for message in self._line.sent[self._posted :]:
            if message.kind == "snapshot_ready" and message.consent_id is not None:
                stands = self._model.consents[message.consent_id].status not in ENDED
                require(stands, "NOTHING-AFTER-REVOCATION: a mail says that a page is ready")
                self.counts["mail that a page is ready"] += 1
        self._posted = len(self._line.sent)


def _purpose(row: Any) -> str:
    return str(row.detail["inputs"]["purpose"]) if row.act.startswith("disclosure.") and "inputs" in row.detail else ""
