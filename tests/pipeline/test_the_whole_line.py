"""Journeys through the running product: upload to delivered page, every refusal, forgery, lag, crashes."""

import io
import json
import re
import secrets
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from pypdf import PdfReader

from case_fetcher.practice.scenarios import SCENARIOS
from consent_intake.samples.demonstration_set import demonstration_set
from consent_intake.samples.people import DEMONSTRATION_PARENTS
from consent_intake.samples.portal_print import PortalPrinter
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from schemas.consent_events import ConsentApproved
from schemas.consent_records import ConsentClaim
from schemas.event import attributes_for
from schemas.topics import CONSENT_APPROVED, CONSENT_UPLOADED
from schemas.values import Party
from services.cli.portal_client import Claim, PortalClient, PortalProblem
from services.runtime.clock import legal_day
from tests.support.canaries import spellings_of_a_day, stands_alone
from tests.support.running_line import RunningLine

pytestmark = pytest.mark.kafka

TODAY = legal_day(datetime.now(UTC))
IN_FLIGHT = 50
CLEAR_SET = 200
"""Seed of a set whose good forms all carry a signature that is decided without a person; one in twenty does not."""


T = TypeVar("T")


def written(printer: PortalPrinter, folder: Path, spec: SampleSpec, seed: int) -> tuple[Path, Claim]:
    file = folder / f"{seed}.pdf"
    file.write_bytes(make_sample(spec, seed, printer.form_for(spec, seed)))
    return file, said(spec)


def said(spec: SampleSpec) -> Claim:
    claim = spec.claim
    return Claim(claim.parent_name, claim.birth_date.isoformat(), claim.case_identifier, claim.party.value)


def register(line: RunningLine) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{line.home / 'register.db'}?mode=ro", uri=True)


def test_a_scan_becomes_a_delivered_page_and_an_email_and_a_repeat_makes_nothing_twice(
    line: RunningLine, client: PortalClient, printer: PortalPrinter, tmp_path: Path
) -> None:
    form = written(printer, tmp_path, SampleSpec(today=TODAY, scan="flatbed", dpi=300), 1001)
    consent_id = client.upload(*form, idempotency_key="journey-1")
    found = client.follow(consent_id, seconds=60)
    assert [step["status"] for step in found["timeline"]] == [
        "uploaded",
        "approved",
        "fetched",
        "rendered",
        "delivered",
    ]

    assert client.upload(*form, idempotency_key="journey-1") == consent_id
    time.sleep(2)
    assert line.mails_about({consent_id}) == Counter({consent_id: 1})
    for page in found["snapshot"]["pages"]:
        pdf = PdfReader(io.BytesIO(client.page(found["snapshot"]["id"], page["language"])))
        assert len(pdf.pages) == 1
        assert "Marcus Rivera" in pdf.pages[0].extract_text()


def test_a_form_with_a_spent_or_a_made_up_id_waits_for_a_person_and_another_parents_form_is_refused(
    line: RunningLine, client: PortalClient, printer: PortalPrinter, tmp_path: Path
) -> None:
    spec = SampleSpec(today=TODAY, fill="prefilled")
    printed = printer.form_for(spec, 1)
    first = ended(line, client, spec, make_sample(spec, 7008, printed), tmp_path)
    assert first == ("delivered", [])
    assert ended(line, client, spec, make_sample(spec, 7010, printed), tmp_path) == ("in_review", ["FORM_ID_USED"])
    assert ended(line, client, spec, make_sample(spec, 7005), tmp_path) == ("in_review", ["FORM_ID_UNKNOWN"])
    other = SampleSpec(today=TODAY, fill="prefilled", claim=DEMONSTRATION_PARENTS[Party.CUSTODIAL])
    status, reasons = ended(line, client, spec, make_sample(other, 7006, printer.form_for(other, 7006)), tmp_path)
    assert status == "rejected"
    assert "FORM_ID_OTHER_PARENT" in reasons


def ended(
    line: RunningLine, client: PortalClient, claimed: SampleSpec, document: bytes, folder: Path
) -> tuple[str, list[str]]:
    """Upload a document and return where it ended, with the reasons that the register holds."""
    file = folder / f"{uuid4()}.pdf"
    file.write_bytes(document)
    consent_id = client.upload(file, said(claimed))
    status = client.follow(consent_id, seconds=60)["status"]
    with register(line) as connection:
        row = connection.execute("select reasons from consents where id = ?", (UUID(consent_id).hex,)).fetchone()
    return status, json.loads(row[0])


def test_the_email_holds_no_personal_data(line: RunningLine) -> None:
    for mail in line.mail_texts():
        for canary in ("Rivera", "Marcus", "AB12345C1", "412.00", *spellings_of_a_day(date(1987, 4, 12))):
            assert canary not in mail
        text = re.sub(r"[\w-]{20,}", "#", mail)  # ids and tokens: a part between two dashes is a year by chance one day
        assert not stands_alone("1987", text)
        assert not stands_alone("412", text)


def test_every_kind_of_form_arrives_where_it_should_with_its_own_sentence_in_both_languages(
    client: PortalClient, spanish: PortalClient, printer: PortalPrinter, tmp_path: Path
) -> None:
    english = client
    sentences: dict[str, set[str]] = {}
    uploaded = []
    for number, form in enumerate(demonstration_set(TODAY)):
        file, claim = written(printer, tmp_path, form.spec, CLEAR_SET + number)
        if form.status == "refused at the door":
            for caller, language in ((english, "en"), (spanish, "es")):
                with pytest.raises(PortalProblem) as refusal:
                    caller.upload(file, claim)
                assert refusal.value.code == form.reasons[0]
                sentences.setdefault(language, set()).add(str(refusal.value))
            continue
        uploaded.append((form, english.upload(file, claim)))
    for form, consent_id in uploaded:
        found = english.follow(consent_id, seconds=120)
        assert (form.name, found["status"], [reason["code"] for reason in found["reasons"]]) == (
            form.name,
            form.status,
            list(form.reasons),
        )
        for language, answer in (("en", found), ("es", spanish.consent(consent_id))):
            sentences.setdefault(language, set()).update(reason["sentence"] for reason in answer["reasons"])
    with_reason = {form.reasons for form in demonstration_set(TODAY) if form.reasons}
    assert len(sentences["en"]) >= len(with_reason), "each reason has a sentence of its own"
    assert not sentences["en"] & sentences["es"]


def test_a_record_put_on_consent_approved_by_hand_opens_nothing_and_becomes_a_dead_letter(line: RunningLine) -> None:
    consent_id = uuid4()
    event = ConsentApproved(
        consent_id=consent_id,
        organization_id=uuid4(),
        party=Party.NONCUSTODIAL,
        grant_sha256="0" * 64,
        grant_signature="AAAA",
    )
    attributes = attributes_for(event, parent=consent_id, writer="consent_intake", ordinal=0, time=datetime.now(UTC))
    fetched_before = end_offsets(line, "case.fetched")
    producer = KafkaProducer(bootstrap_servers=line.addresses.brokers)
    producer.send(
        CONSENT_APPROVED.name, key=str(consent_id).encode(), value=event.value(), headers=attributes.headers()
    )
    producer.flush()
    producer.close()
    assert wait_for(lambda: dead_letter_code(line, consent_id), "GRANT_MISSING") == "GRANT_MISSING"
    assert end_offsets(line, "case.fetched") == fetched_before
    assert not list((line.home / "vault").rglob(f"{consent_id}*/case_copy*"))
    assert str(consent_id)[:8] in line.command("dead-letters", "list").stdout


def dead_letter_code(line: RunningLine, consent_id: UUID) -> str | None:
    with register(line) as connection:
        row = connection.execute("select code from dead_letters where key = ?", (str(consent_id),)).fetchone()
    return row[0] if row else None


def end_offsets(line: RunningLine, topic: str) -> dict[int, int]:
    consumer = KafkaConsumer(bootstrap_servers=line.addresses.brokers)
    ends = consumer.end_offsets([TopicPartition(topic, n) for n in range(CONSENT_UPLOADED.partitions)])
    consumer.close()
    return {tp.partition: offset for tp, offset in ends.items()}


def wait_for(question: Callable[[], T], wanted: T, seconds: float = 30) -> T:
    deadline = time.monotonic() + seconds
    while (answer := question()) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return answer


def test_lag_agrees_with_kafkas_own_offsets_also_while_a_stage_is_stopped(
    line: RunningLine, client: PortalClient, printer: PortalPrinter, tmp_path: Path
) -> None:
    line.stop("consent_intake")
    ids = [client.upload(*form) for form in fifty_forms(printer, tmp_path, count=6)]
    wait_for(lambda: waiting(line), 6)
    told = json.loads(line.command("lag", "--json", "--all").stdout)["partitions"]
    consumer = KafkaConsumer(
        bootstrap_servers=line.addresses.brokers, group_id="consent_intake", enable_auto_commit=False
    )
    for partition in told:
        if partition["topic"] != CONSENT_UPLOADED.name:
            continue
        tp = TopicPartition(partition["topic"], partition["partition"])
        committed, end = consumer.committed(tp), consumer.end_offsets([tp])[tp]
        assert partition["committed"] == committed
        assert partition["end"] == end
        assert partition["waiting"] == end - (committed or 0)
        assert (partition["oldest_waiting_seconds"] is not None) == (partition["waiting"] > 0)
    consumer.close()
    assert {client.consent(consent_id)["status"] for consent_id in ids} == {"uploaded"}
    line.start("consent_intake")
    for consent_id in ids:
        assert client.follow(consent_id, seconds=60)["status"] == "delivered"
    assert wait_for(lambda: waiting(line), 0) == 0


def waiting(line: RunningLine) -> int:
    told = json.loads(line.command("lag", "--json").stdout)["partitions"]
    return sum(partition["waiting"] for partition in told)


CLEAR = (1001, 1002)
"""Seeds whose hand and signature leave no doubt: these tests are about what is lost or doubled, not about reading."""


def fifty_forms(printer: PortalPrinter, folder: Path, *, count: int = IN_FLIGHT) -> list[tuple[Path, Claim]]:
    """Forms of the practice county's parents, each another file."""
    parents = [
        ConsentClaim(parent_name=name, birth_date=born, case_identifier=scenario.case_identifier, party=party)
        for scenario in SCENARIOS
        if not scenario.flags
        for party, (name, born) in (
            (Party.NONCUSTODIAL, scenario.noncustodial),
            (Party.CUSTODIAL, scenario.custodial),
        )
        if born != date(1985, 5, 5) and born != date(1986, 6, 6) and len(name) < 40
    ]
    forms = []
    for n in range(count):
        spec = SampleSpec(today=TODAY, claim=parents[n % len(parents)])
        file, claim = written(printer, folder, spec, CLEAR[n % len(CLEAR)])
        forms.append((file.rename(folder / f"{n}.pdf"), claim))
        with (folder / f"{n}.pdf").open("ab") as same_again:  # as a second scan of the same paper has other bytes
            same_again.write(f"\n% {secrets.token_hex(8)}\n".encode())
    return forms


STAGES = ("consent_intake", "case_fetcher", "snapshot_renderer", "notifier")


@pytest.mark.parametrize("stage", STAGES)
def test_killing_a_stage_while_fifty_forms_are_in_flight_loses_none_and_sends_none_twice(
    line: RunningLine, client: PortalClient, printer: PortalPrinter, tmp_path: Path, stage: str
) -> None:
    forms = fifty_forms(printer, tmp_path)
    ids = [client.upload(*form) for form in forms]
    wait_for(lambda: delivered(line, ids) >= 5, wanted=True, seconds=120)
    line.kill(stage)
    assert delivered(line, ids) < IN_FLIGHT, "the stage was killed too late to prove anything"
    time.sleep(1)
    line.start(stage)
    for consent_id in ids:
        assert client.follow(consent_id, seconds=180)["status"] == "delivered"
    with register(line) as connection:
        marks = ",".join("?" * len(ids))
        query = f"select count(*), count(distinct snapshot_id) from snapshot_files where consent_id in ({marks})"  # noqa: S608
        stored = [UUID(consent_id).hex for consent_id in ids]
        assert connection.execute(query, stored).fetchone() == (2 * IN_FLIGHT, IN_FLIGHT)
    mails = line.mails_about(set(ids))
    assert set(mails) == set(ids), "every consent has its e-mail"
    # SMTP has no transactions: a notifier killed between the server's "accepted" and its own note of it sends that one
    # message again, under the same Message-ID. Every other stage can't make a second e-mail at all.
    twice = sum(count - 1 for count in mails.values())
    assert twice <= (1 if stage == "notifier" else 0)


def delivered(line: RunningLine, ids: list[str]) -> int:
    with register(line) as connection:
        marks = ",".join("?" * len(ids))
        query = f"select count(*) from consents where status = 'delivered' and id in ({marks})"  # noqa: S608
        found: int = connection.execute(query, [UUID(consent_id).hex for consent_id in ids]).fetchone()[0]
    return found
