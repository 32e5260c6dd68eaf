"""Canary run: a family that occurs nowhere else goes every way through the line; then everything is searched for it.

Searched are the logs of all processes, every file below the home folder (the register's raw file, sealed objects, what
is left in temporary folders), every column of the register, key, value and headers of every record on every topic read
back from the broker, metrics and status pages, e-mails as sent and as read, and calls of webhooks. Traces are not: the
product makes none.
"""

import io
import json
import os
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from pypdf import PdfReader

from consent_intake.samples.portal_print import PortalPrinter
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from schemas.topics import CONSENT_APPROVED, CONSENT_UPLOADED, SNAPSHOT_RENDERED
from services.cli.portal_client import PortalClient
from services.portal.settings import PortalSettings
from services.register.database import Database
from services.vault.opening import open_vault
from services.vault.vault import Kind
from tests.pipeline.test_the_whole_line import TODAY, wait_for
from tests.support.canaries import LEAST_BYTES, Allowed, Place, Search, leaks
from tests.support.canary_family import (
    CASE,
    CASE_THAT_FAILS,
    CLIENT_ADDRESS,
    PARENT,
    TYPED,
    UNREAD,
    claim_of_the_parent,
    family,
    move_into,
)
from tests.support.line_browser import send, signed_in
from tests.support.line_remains import remains
from tests.support.local_receiver import local_receiver
from tests.support.running_line import RunningLine

pytestmark = pytest.mark.kafka

STAFF, ADMIN, REVIEWER = "staff@bff.example.org", "admin@bff.example.org", "reviewer@agency.example.gov"
EVERYTHING = frozenset(canary.kind for canary in family())

STRANGE = (CONSENT_UPLOADED, CONSENT_APPROVED, SNAPSHOT_RENDERED)

ALLOWED = (
    Allowed("file/practice_county.db*", EVERYTHING, "the agency's own records; the product reads them and writes none"),
    Allowed("mail/header To", frozenset({"client_address"}), "the one mail that the client asked for, to the client"),
    Allowed("file/mail/*.eml", frozenset({"client_address"}), "that mail as the server took it"),
    *(
        Allowed(
            f"topic/{copy}{topic.name}/*", frozenset({"strange_record"}), "a stranger's own record; its dead letter"
        )
        for topic in STRANGE
        for copy in ("", "dlq.")
    ),
    *(
        Allowed(place, frozenset({"strange_record"}), "the dead letter's bytes, kept until it is replayed or discarded")
        for place in ("register/outgoing_events.*", "file/register.db*")
    ),
)
"""Where something of the family may be, in the clear, once everything has come to its end. Nowhere else."""


@dataclass
class Journey:
    """What was done, and where it ended."""

    ended: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    webhooks: list[bytes] = field(default_factory=list)
    page: bytes = b""


@pytest.fixture(scope="module")
def journey(line: RunningLine, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """The family's way through the line, once for all tests of this module."""
    move_into(line.home / "practice_county.db")
    client = line.client("en")
    went = Journey()
    forms = Forms(client, PortalPrinter(client), tmp_path_factory.mktemp("canary-forms"))
    with local_receiver() as receiver, webhook_to(line, receiver.url + "/hook"):
        send_forms(line, forms, went)
        look_at_the_page(line, went)
        knock_at_every_door(line)
        put_strange_records(line)
        wait_for(lambda: len(receiver.received) >= 4, wanted=True)
        wait_for(lambda: waiting_messages(line), 0)
        went.webhooks = receiver.received
    client.close()
    return went


@dataclass
class Forms:
    """Makes forms of the canary parent and uploads them as a careless program would."""

    client: PortalClient
    printer: PortalPrinter
    folder: Path

    def upload(self, seed: int, *, case: str = CASE, **spec: str) -> str:
        """Return the consent's id. The form's file name and the request's own key repeat the parent's data."""
        wanted = SampleSpec(today=TODAY, claim=claim_of_the_parent(case), **spec)  # type: ignore[arg-type]
        document = make_sample(wanted, seed, self.printer.form_for(wanted, seed)) + b"\n% " + PARENT[0].encode()
        (key,), name = TYPED["idempotency_key"], TYPED["file_name"][0]
        claim = wanted.claim
        fields = {
            "parent_name": claim.parent_name,
            "birth_date": claim.birth_date.isoformat(),
            "case_identifier": claim.case_identifier,
            "role": claim.party.value,
        }
        answer = self.client._http.post(  # the client itself sends neither
            "/api/v1/consents",
            headers={"Idempotency-Key": f"{key}-{seed}", "Referer": f"https://files.example/{name}?who={name}"},
            data=fields,
            files={"form": (name, document, "application/pdf")},
        )
        answer.raise_for_status()
        return str(answer.json()["id"])


WAYS: Mapping[str, tuple[int, dict[str, str], str]] = {
    "approved": (1001, {"fill": "prefilled"}, "delivered"),
    "revoked": (1002, {"fill": "prefilled"}, "delivered"),
    "rejected": (1003, {"outcome": "unsigned"}, "rejected"),
    "other person": (1004, {"outcome": "wrong_name"}, "rejected"),
    "reviewed": (1005, {"outcome": "safety"}, "in_review"),
    "unreadable case": (1006, {"fill": "prefilled", "case": CASE_THAT_FAILS}, "case_review"),
}


def send_forms(line: RunningLine, forms: Forms, went: Journey) -> None:
    """Send every form, decide what waits for a person, and take one consent back."""
    for name, (seed, spec, _) in WAYS.items():
        went.ids[name] = forms.upload(seed, **spec)
    went.ids["broken"] = upload_and_break(line, forms)
    for name in WAYS:
        went.ended[name] = forms.client.follow(went.ids[name], seconds=60)["status"]
    with signed_in(line, REVIEWER) as browser:
        page = f"/review/{went.ids['reviewed']}"
        for picture in ("page.png", "crop/parent_name.png"):
            browser.get(f"{page}/{picture}")
        send(browser, page, outcome="rejected", reasons=["SAFETY_REVIEW", "NAME_MISMATCH"])
        cases = f"/review/cases/{went.ids['unreadable case']}"
        send(browser, cases, form_on="/review/cases", outcome="refused")
    with signed_in(line, STAFF) as browser:
        send(browser, f"/consents/{went.ids['revoked']}/revocation", by="parent").raise_for_status()
        for consent_id in went.ids.values():
            browser.get(f"/consents/{consent_id}")


def upload_and_break(line: RunningLine, forms: Forms) -> str:
    """Upload a form and damage what was sealed of it, before it is read."""
    process = line.of("consent_intake").process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    try:
        consent_id = forms.upload(1007)
        for file in (line.home / "vault" / consent_id[:2] / consent_id).glob("*.sealed"):
            file.write_bytes(b"damaged" * 40)
    finally:
        os.kill(process.pid, signal.SIGCONT)
    return consent_id


def look_at_the_page(line: RunningLine, went: Journey) -> None:
    """Open the page in all its forms, as staff and as software, and have links mailed to the client."""
    found = line.client("en").consent(went.ids["approved"])
    snapshot = found["snapshot"]["id"]
    went.page = line.client("en").page(snapshot, "en")
    with signed_in(line, STAFF) as browser:
        for form in ("en", "es.pdf", "en.png", "en?size=large"):
            browser.get(f"/snapshots/{snapshot}/{form}").raise_for_status()
        browser.get("/resources", params={"text": TYPED["search_words"][0]})
        answer = send(browser, "/resources", address=CLIENT_ADDRESS, language="en", resource=["nyc_debt"])
        answer.raise_for_status()
        send(browser, "/resources", address=f"{CLIENT_ADDRESS}, {PARENT[0]}", language="en", resource=["nyc_debt"])


def knock_at_every_door(line: RunningLine) -> None:
    """Wrong passwords, wrong keys, wrong paths and broken requests, each with somebody's data in it."""
    (secret,), (password,), (stranger,) = TYPED["secret"], TYPED["password"], TYPED["stranger_address"]
    with httpx.Client(base_url=line.addresses.portal_url, trust_env=False) as browser:
        for email in (stranger, CLIENT_ADDRESS, STAFF):
            send(browser, "/sign-in", email=email, password=password)
        for key in (secret, f"{secret}-again"):
            browser.get("/api/v1/consents", headers={"Authorization": f"Bearer {key}"})
        for path in (
            f"/{PARENT[0]}",
            f"/consents/{CASE}",
            f"/invitation?token={secret}",
            f"/consents?name={PARENT[0]}",
        ):
            browser.get(
                path, headers=[(b"referer", b"https://x.example/" + CASE.encode()), (b"user-agent", PARENT[0].encode())]
            )
        browser.request("ZQ98713X7", "/")
        browser.post("/api/v1/consents", content=PARENT[0].encode(), headers={"Content-Type": "multipart/form-data"})
    key = json.loads((line.home / "keys" / "practice_people.json").read_text())["api_key"]
    with httpx.Client(base_url=line.addresses.portal_url, trust_env=False) as program:
        program.headers["Authorization"] = f"Bearer {key}"
        wrong = {
            "parent_name": PARENT[0] * 20,
            "birth_date": "19.7.1983",
            "case_identifier": CASE * 2,
            "role": PARENT[0],
        }
        program.post("/api/v1/consents", data=wrong, files={"form": (TYPED["file_name"][0], b"", "x/y")})
        program.post("/api/v1/forms", json={**wrong, "language": "en"})


def put_strange_records(line: RunningLine) -> None:
    """Write what a stranger might who can write at all: records that are no events, with somebody's data in them."""
    text, _, key = (part.encode() for part in TYPED["strange_record"])
    producer = KafkaProducer(bootstrap_servers=line.addresses.brokers)
    for topic in STRANGE:
        for record_key in (key, str(uuid4()).encode()):
            producer.send(topic.name, key=record_key, value=b'{"consent_id": "%s"}' % text, headers=[("ce_id", text)])
    producer.flush()
    producer.close()
    wait_for(lambda: dead_letters(line) >= 2 * len(STRANGE), wanted=True)


@contextmanager
def webhook_to(line: RunningLine, address: str) -> Iterator[None]:
    """Have the organization told by webhook while the block runs."""
    with signed_in(line, ADMIN) as browser:
        send(browser, "/connections/webhook", form_on="/connections", url=address).raise_for_status()
        yield
        send(browser, "/connections/webhook/remove", form_on="/connections").raise_for_status()


def counted(line: RunningLine, query: str) -> int:
    with closing(sqlite3.connect(f"file:{line.home / 'register.db'}?mode=ro", uri=True)) as register:
        number: int = register.execute(query).fetchone()[0]
    return number


def dead_letters(line: RunningLine) -> int:
    return counted(line, "select count(*) from dead_letters")


def waiting_messages(line: RunningLine) -> int:
    return counted(line, "select count(*) from messages where state = 'pending'")


def logs(line: RunningLine) -> str:
    return "".join(file.read_text() for file in (line.home / "logs").glob("*.log"))


def test_every_form_went_its_way(line: RunningLine, journey: Journey) -> None:
    assert journey.ended == {name: ended for name, (_, _, ended) in WAYS.items()}
    assert counted(line, "select count(*) from audit_entries where act = 'person.sign_in_failed'") >= 1
    assert counted(line, "select count(*) from dead_letters") > 2 * len(STRANGE)
    assert len(journey.webhooks) >= 4
    assert any(CLIENT_ADDRESS.encode() in file.read_bytes() for file in (line.home / "mail").glob("*.eml"))
    assert "ObjectDamaged" in logs(line), "an exception was logged"


def test_nothing_of_the_family_is_left_anywhere_in_the_clear(line: RunningLine, journey: Journey) -> None:
    search = Search(family())
    assert len(search.needles) >= 200
    places = [*remains(line), *(Place("webhook", call) for call in journey.webhooks)]
    assert leaks(search, places, ALLOWED) == {}
    assert len({place.name for place in places}) > 150


def test_the_search_finds_what_is_planted_in_any_place_and_spelling(line: RunningLine) -> None:
    search, canaries = Search(family()), list(family())
    assert {canary.kind for canary in canaries} == EVERYTHING
    for canary in canaries:
        for written in canary.encoded():
            if len(written) >= LEAST_BYTES:
                assert search.kinds_in(b"\0{" + written.upper() + b"}\n"), (canary, written)
    plant(line)
    planted = {"register/planted.text", "file/logs/planted.log", "file/tmp/planted", "topic/canary.planted/value"}
    planted |= {"topic/canary.planted/key", "topic/canary.planted/headers", "file/vault/planted.sealed"}
    try:
        found = leaks(search, remains(line), ALLOWED)
    finally:
        take_away(line)
    assert {name: kinds for name, kinds in found.items() if name in planted} == {
        name: {("case", CASE)} for name in planted
    }


def plant(line: RunningLine) -> None:
    for file in ("logs/planted.log", "tmp/planted", "vault/planted.sealed"):
        (line.home / file).write_text(f"at once {CASE.lower()} again")
    with closing(sqlite3.connect(line.home / "register.db")) as register, register:
        register.execute("create table planted (text blob)")
        register.execute("insert into planted values (?)", (CASE.encode().hex(),))
    admin = KafkaAdminClient(bootstrap_servers=line.addresses.brokers)
    admin.create_topics([NewTopic(name="canary.planted", num_partitions=1, replication_factor=1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=line.addresses.brokers)
    text = CASE.encode()
    producer.send("canary.planted", key=text, value=b"[" + text + b"]", headers=[("x", text)]).get()
    producer.close()


def take_away(line: RunningLine) -> None:
    for file in ("logs/planted.log", "tmp/planted", "vault/planted.sealed"):
        (line.home / file).unlink()
    with closing(sqlite3.connect(line.home / "register.db")) as register, register:
        register.execute("drop table planted")
    admin = KafkaAdminClient(bootstrap_servers=line.addresses.brokers)
    admin.delete_topics(["canary.planted"])
    admin.close()


async def test_what_the_vault_holds_of_the_family_opens_with_the_keys(line: RunningLine, journey: Journey) -> None:
    """So that the search is known to look for what is there."""
    search = Search(family())
    assert {"parent", "amount"} <= {kind for kind, _ in search.kinds_in(text_of(journey.page).encode())}
    settings = PortalSettings(home=line.home)
    vault, database = open_vault(settings), Database(settings.register_url)
    consent = UUID(journey.ids["approved"])
    held = {Kind.CLAIM: {"parent", "case"}, Kind.GRANT: {"case"}, Kind.CASE_COPY: {"amount"}, Kind.TWIN_EN: {"amount"}}
    async with database.reading() as tx:
        for kind, kinds in held.items():
            opened = {one for one, _ in search.kinds_in(await vault.open(tx, consent, kind))}
            assert kinds <= opened
            assert not opened & {"other_parent", "child", *UNREAD}
    await database.close()


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
