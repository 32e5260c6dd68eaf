"""A family's way through the running line: every kind of form, page, message, refusal and forgery, once each."""

import io
import json
import os
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx
from kafka import KafkaProducer
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from consent_intake.samples.portal_print import PortalPrinter
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import SampleSpec
from schemas.topics import CONSENT_APPROVED, CONSENT_UPLOADED, SNAPSHOT_RENDERED
from services.cli.portal_client import Claim, PortalClient
from tests.pipeline.test_the_whole_line import TODAY, wait_for
from tests.support.canary_family import (
    CASE,
    CASE_THAT_FAILS,
    CLIENT_ADDRESS,
    PARENT,
    TYPED,
    UNREAD,
    claim_of_the_parent,
    move_into,
)
from tests.support.line_browser import send, signed_in
from tests.support.local_receiver import local_receiver
from tests.support.running_line import RunningLine

STAFF, ADMIN, REVIEWER = "staff@bff.example.org", "admin@bff.example.org", "reviewer@agency.example.gov"
STRANGE = (CONSENT_UPLOADED, CONSENT_APPROVED, SNAPSHOT_RENDERED)


@dataclass
class Journey:
    """What was done, and where it ended."""

    ended: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    webhooks: list[bytes] = field(default_factory=list)
    served: dict[str, bytes] = field(default_factory=dict)


def the_journey(line: RunningLine, folder: Path) -> Journey:
    """Send the family through the line and wait until it is at rest."""
    move_into(line.home / "practice_county.db")
    client = line.client("en")
    went = Journey()
    forms = Forms(client, PortalPrinter(client), folder)
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
        document = laden(make_sample(wanted, seed, self.printer.form_for(wanted, seed)))
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


def laden(form: bytes) -> bytes:
    """Return the same form with a script, an attachment, and the family's data in its information and after its end."""
    writer = PdfWriter(clone_from=io.BytesIO(form))
    script = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(f"app.alert('{CASE}')")}
    )
    writer.root_object[NameObject("/OpenAction")] = script
    writer.add_attachment(TYPED["file_name"][0], PARENT[0].encode())
    writer.add_metadata({"/Author": PARENT[0], "/Subject": CASE, "/Keywords": ", ".join(UNREAD["ssn"])})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue() + b"\n% " + PARENT[0].encode()


WAYS: Mapping[str, tuple[int, dict[str, str], str]] = {
    "approved": (11, {"fill": "prefilled"}, "delivered"),
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
    claim = claim_of_the_parent()
    said = Claim(claim.parent_name, claim.birth_date.isoformat(), claim.case_identifier, claim.party.value)
    went.served["form.pdf"] = forms.client.print_form(said, "es")
    went.served["blank form.pdf"] = forms.client.print_blank_form("en")
    for name in WAYS:
        went.ended[name] = forms.client.follow(went.ids[name], seconds=60)["status"]
    with signed_in(line, REVIEWER) as browser:
        page = f"/review/{went.ids['reviewed']}"
        for picture in ("page.png", "crop/signature.png"):
            went.served[picture] = browser.get(f"{page}/{picture}").raise_for_status().content
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
    went.served["api.pdf"] = line.client("en").page(snapshot, "en")
    with signed_in(line, STAFF) as browser:
        for form in ("en", "es.pdf", "en.png", "es?size=large"):
            went.served[form] = browser.get(f"/snapshots/{snapshot}/{form}").raise_for_status().content
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
            f"/password-reset?token={secret}",
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
    wait_for(lambda: dead_letters(line) > 2 * len(STRANGE), wanted=True)  # the form that was broken is one more


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
