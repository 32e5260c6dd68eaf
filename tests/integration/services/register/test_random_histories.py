"""Guarantees 1, 4 and 8 against random histories of the whole line, crashes, replays and tampering included.

Every step is one act of a person or a worker, or of whoever means harm. After each, a witness reads what was committed
and judges it by a model that knows nothing of the gate's code. Nothing is random about a run: the same histories come
each time. ``SNAPSHOT_HISTORIES`` asks for more of them.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine, Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from schemas.case_events import CaseReviewOutcome
from schemas.consent_events import ReviewOutcome, RevokedBy
from schemas.reason_codes import ReasonCode
from schemas.topics import STAGES, Writer
from schemas.values import Language, sha256_of
from services.portal import case_reviews, reviews
from services.portal.snapshot_pages import PageForm
from services.portal.uploads import UploadRefused
from services.register import audit
from services.register.states import Purpose
from tests.support.consent_model import NEW_YORK, Paper
from tests.support.crashes import CrashPoint
from tests.support.gate_witness import Step
from tests.support.history_machine import HistoryMachine, histories_on, readers_of

STEPS = 50
"""Of one history."""

HISTORIES = 110
LEAST_STEPS = 5_000
"""On each database: 10,000 together."""

WHICH = st.integers(0, 3)
DIES = st.sampled_from(
    [None] * 12 + [CrashPoint(number, after_commit) for number in (1, 2, 3) for after_commit in (False, True)]
)
"""Before or after the commit of the first, second or third transaction of an act, or nowhere."""

ASKERS = st.sampled_from([0, 0, 0, 1, 1, 0, 1, 3])
"""See ``LineDesk.asker``: mostly of the consent's own organization."""

STANDS = st.sampled_from([True, False])
PURPOSES = st.sampled_from([*Purpose, Purpose.VIEW, Purpose.VIEW])
VERDICTS = st.sampled_from(["good"] * 5 + ["unsure"] * 2 + ["bad"])
FAR = st.sampled_from([0, 0, 0, 1, 2, 4])
"""How many records about a consent are worked on right after its upload; four make a page that was told of."""

DAYS = st.sampled_from([(0, 0), (0, 1), (0, 2), (0, 3), (1, 4), (0, 300)])
"""From today: the first and the last day that is written on a form."""


class Histories(HistoryMachine):
    """What can happen."""

    @initialize(days=DAYS)
    def a_page_is_there(self, days: tuple[int, int]) -> None:
        self.begin()
        self.upload_of(0, "good", days, None)
        self.carry(self.consents[-1], 4)

    @rule(who=WHICH, verdict=VERDICTS, days=DAYS, dies=DIES, far=FAR)
    def upload(self, who: int, verdict: str, days: tuple[int, int], dies: CrashPoint | None, far: int) -> None:
        before = len(self.consents)
        self.upload_of(who, verdict, days, dies)
        if len(self.consents) > before:
            self.carry(self.consents[-1], far)

    def upload_of(self, who: int, verdict: str, days: tuple[int, int], dies: CrashPoint | None) -> None:
        person, today = self.desk.people[who], self.today
        paper = Paper(verdict, today + timedelta(days[0]), today + timedelta(days[1]))
        scan = self.runner.run(self.desk.paper(person, paper))
        self.witness.papers[sha256_of(scan)] = paper
        self.do(_unless(UploadRefused, self.desk.upload(person, scan)), Step("portal"), dies)

    @rule(group=st.sampled_from(STAGES), dies=DIES)
    def work(self, group: Writer, dies: CrashPoint | None) -> None:
        """A worker takes its next record."""
        self.deliver(next((one for one in self.line.waiting if one.group is group), None), dies)

    @precondition(lambda self: self.consents)
    @rule(which=WHICH, revoked_meanwhile=st.sampled_from([False] * 5 + [True]))
    def flow(self, which: int, revoked_meanwhile: bool) -> None:
        """What waits about one consent is worked on; perhaps it is revoked while a form is read or a page made."""
        consent_id = self.pick(which)
        revocation = (lambda: self.revoked(consent_id, RevokedBy.ORGANIZATION)) if revoked_meanwhile else None
        self.carry(consent_id, 4, revocation)

    @precondition(lambda self: self.line.waiting)
    @rule(number=st.integers(0, 30), dies=DIES)
    def out_of_turn(self, number: int, dies: CrashPoint | None) -> None:
        waiting = self.line.waiting[number % len(self.line.waiting)]
        self.do(self.line.process(waiting.group, waiting.record), Step(waiting.group.value), dies)

    @precondition(lambda self: self.line.published)
    @rule(number=st.integers(0, 60), renamed=st.booleans())
    def again(self, number: int, renamed: bool) -> None:
        """An old record comes again: as it was (its offset is lost), or at a new place under a new event id."""
        record = self.line.published[-1 - number % len(self.line.published)]
        record = self.line.again(record, uuid4()) if renamed else record
        for group in readers_of(record):
            self.do(self.line.process(group, record), Step(group.value))

    @precondition(lambda self: self.consents)
    @rule(which=WHICH, yes=st.booleans(), dies=DIES)
    def review(self, which: int, yes: bool, dies: CrashPoint | None) -> None:
        """A reviewer decides what waits for one: the form, or the case's record."""
        asked: dict[str, Any] = {"reviewer": self.desk.reviewer, "consent_id": self.pick(which)}
        if self.model.consents[asked["consent_id"]].status == "case_review":
            outcome = CaseReviewOutcome.READ_AGAIN if yes else CaseReviewOutcome.NO_PAGE
            decided = case_reviews.settle(self.line.portal, outcome=outcome, **asked)
        else:
            said = (ReviewOutcome.APPROVED, ()) if yes else (ReviewOutcome.REJECTED, (ReasonCode.ILLEGIBLE,))
            decided = reviews.decide(self.line.portal, outcome=said[0], reasons=said[1], **asked)
        self.do(_unless(reviews.AlreadyDecided, decided), Step("portal"), dies)

    @precondition(lambda self: self.consents)
    @rule(which=WHICH, by=st.sampled_from(RevokedBy), dies=DIES)
    def revoke(self, which: int, by: RevokedBy, dies: CrashPoint | None) -> None:
        consent_id, step = self.pick(which), Step("portal", revokes=True)
        self.do(self.revoked(consent_id, by), step, dies)
        ended = self.model.consents[consent_id].status in {"revoked", "rejected"}
        assert ended or step.died, "a revocation that was answered did not revoke"

    @rule(who=st.sampled_from([0, 0, 0, 1, 2, 2, 3, 4, 5]), what=st.sampled_from(["active", "agreed"]), well=STANDS)
    def standing_changes(self, who: int, what: str, well: bool) -> None:
        """An organization or a person is off-boarded or comes back; an agreement lapses or is accepted again."""
        one = [*self.desk.organizations, *self.desk.people][who]
        self.do(self.desk.stands(one, what, well=well), Step("agency"))

    @rule()
    def all_is_well_again(self) -> None:
        """Most disclosures need everybody in good standing; chance alone would seldom bring that about."""
        self.line.records.old = self.line.records.held = False
        self.do(self.desk.all_stand_well(), Step("agency"))

    @precondition(lambda self: self.consents)
    @rule(which=WHICH, who=ASKERS, form=st.sampled_from(PageForm), language=st.sampled_from(Language), dies=DIES)
    def view(self, which: int, who: int, form: PageForm, language: Language, dies: CrashPoint | None) -> None:
        consent_id, step = self.pick(which), Step("portal")
        self.do(self.opened(step, consent_id, self.desk.asker(consent_id, who), form, language), step, dies)

    @precondition(lambda self: self.consents)
    @rule(which=WHICH, purpose=PURPOSES, who=st.none() | ASKERS, of=st.none() | ASKERS)
    def ask(self, which: int, purpose: Purpose, who: int | None, of: int | None) -> None:
        """Somebody asks the gate itself, in anybody's name."""
        consent_id = self.pick(which)
        person_id = None if who is None else self.desk.asker(consent_id, who).id
        organization_id = None if of is None else self.desk.asker(consent_id, of).organization_id
        asked = self.asked(consent_id, purpose, person_id=person_id, organization_id=organization_id)
        self.do(asked, Step("somebody"))

    @rule(mail=st.booleans())
    def the_notifier_looks_round(self, mail: bool) -> None:
        """Mail goes out, or what is over is closed."""
        self.do(self.line.send_mail() if mail else self.swept(), Step("courier" if mail else "sweep"))

    @rule(minutes=st.sampled_from([1, 60, 600, -90, None, None, None]), days=st.integers(0, 2), over=st.booleans())
    def time_passes(self, minutes: int | None, days: int, over: bool) -> None:
        """Some of it; or until the last moment of a day in New York, or the first of the next."""
        midnight = datetime.combine(self.today + timedelta(days + 1), time(), NEW_YORK).astimezone(UTC)
        edge = midnight if over else midnight - timedelta(microseconds=1)
        now = edge if minutes is None else self.line.clock.now + timedelta(minutes=minutes)
        self.do(self.at(now), Step("clock"))

    @rule(old=st.sampled_from([False, False, True]), held=st.sampled_from([False, False, False, True]))
    def the_agencys_record_changes(self, old: bool, held: bool) -> None:
        self.line.records.old, self.line.records.held = old, held

    @precondition(lambda self: self.consents)
    @rule(which=WHICH, how=st.sampled_from(["", "", "document", "signature", "signature", "sealed"]))
    def tamper(self, which: int, how: str) -> None:
        if how:
            self.do(self.desk.spoil(self.pick(which), how), Step("tamperer"))


async def _unless(error: type[Exception], act: Coroutine[Any, Any, Any]) -> None:
    """Do it; this refusal is an answer, too."""
    try:
        await act
    except error:
        return


@pytest.fixture
def memory_folder() -> Iterator[Path]:
    """A folder that costs no disk: thousands of commits wait for none."""
    folder = Path(tempfile.mkdtemp(prefix="snapshot-histories-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))  # noqa: S108
    yield folder
    shutil.rmtree(folder)


def run_histories(url: str, folder: Path, count: int) -> Counter[str]:
    """Run that many histories, and return what was seen in them."""
    with histories_on(url, folder, Histories) as machine:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=int(os.environ.get("SNAPSHOT_HISTORIES", count)),
                stateful_step_count=STEPS,
                derandomize=True,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        assert machine.runner.run(_chain_is_intact(machine))
        return machine.witness.counts + Counter({"steps": machine.steps})


async def _chain_is_intact(machine: type[HistoryMachine]) -> bool:
    async with machine.database.reading() as tx:
        return (await audit.verify(tx)).intact


SEEN_OFTEN = {
    "fetch allowed": 50,
    "render allowed": 50,
    "deliver allowed": 50,
    "view allowed": 50,
    "pages shown": 15,
    "mail that a page is ready": 20,
    "revoked": 50,
    "expired": 10,
    "CONSENT_REVOKED": 50,
    "CONSENT_EXPIRED": 10,
    "PERSON_OF_OTHER_ORG": 10,
}
"""Without these a run has seen nothing that it could have judged."""


def require_that_much_was_seen(seen: Counter[str]) -> None:
    """Fail when a run was too short, or too dull."""
    assert seen["steps"] >= LEAST_STEPS
    standing = ("ORG_NOT_ACTIVE", "ORG_AGREEMENT_MISSING", "PERSON_NOT_ACTIVE", "PERSON_AGREEMENT_MISSING")
    assert sum(seen[reason] for reason in standing) >= 20
    assert seen["GRANT_INVALID"] + seen["DOCUMENT_CHANGED"] >= 10
    assert {name: seen[name] for name, least in SEEN_OFTEN.items() if seen[name] < least} == {}


def test_no_history_discloses_without_a_valid_consent_on_sqlite(
    memory_folder: Path, migrated_sqlite_file: Path
) -> None:
    register = memory_folder / "register.db"
    shutil.copy(migrated_sqlite_file, register)
    require_that_much_was_seen(run_histories(f"sqlite:///{register}", memory_folder, HISTORIES))


@pytest.mark.postgres
def test_no_history_discloses_without_a_valid_consent_on_postgresql(
    memory_folder: Path, postgres_register_url: str
) -> None:
    require_that_much_was_seen(run_histories(postgres_register_url, memory_folder, HISTORIES))
