"""Canary run: a family that occurs nowhere else goes every way through the line; then everything is searched for it.

Searched are the logs of all processes, every file below the home folder (the register's raw file, sealed objects, what
is left in temporary folders), every column of the register, key, value and headers of every record on every topic read
back from the broker, the files in which the broker keeps them, metrics and status pages, e-mails as sent and as read,
and calls of webhooks. Traces are not: the product makes none.
"""

import io
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from fnmatch import fnmatch
from uuid import UUID

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import NewTopic
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader

from schemas.values import Language
from services.cli.local_kafka import LocalKafka
from services.consent_form.pdf import empty_form_pdf
from services.portal.settings import PortalSettings
from services.register.database import Database
from services.vault.opening import open_vault
from services.vault.vault import Kind
from tests.support.canaries import LEAST_BYTES, Allowed, Place, Search, leaks
from tests.support.canary_family import CASE, CLIENT_ADDRESS, PARENT, UNREAD, family
from tests.support.canary_journey import STRANGE, WAYS, Journey, counted, laden, the_journey
from tests.support.clean_copies import faults_of_html, faults_of_pdf, faults_of_png
from tests.support.line_remains import broker_log, remains
from tests.support.running_line import RunningLine

pytestmark = pytest.mark.kafka

EVERYTHING = frozenset(canary.kind for canary in family())

ALLOWED = (
    Allowed("file/practice_county.db*", EVERYTHING, "the agency's own records; the product reads them and writes none"),
    Allowed("mail/header To", frozenset({"client_address"}), "the one mail that the client asked for, to the client"),
    Allowed("file/mail/*.eml", frozenset({"client_address"}), "that mail as the server took it"),
    *(
        Allowed(place, frozenset({"staff"}), "who signs in, by name and address, as their organization entered them")
        for place in ("register/people.*", "register/organizations.contact_email", "file/register.db*")
    ),
    *(
        Allowed(place, frozenset({"staff"}), "a notice goes to its reader's address")
        for place in ("mail/header To", "file/mail/*.eml")
    ),
    Allowed("file/keys/practice_people.json", frozenset({"staff"}), "the sign-in sheet of the practice people"),
    *(
        Allowed(
            f"topic/{copy}{topic.name}/*", frozenset({"strange_record"}), "a stranger's own record; its dead letter"
        )
        for topic in STRANGE
        for copy in ("", "dlq.")
    ),
    *(
        Allowed(f"broker/*/{copy}{topic.name}-*", frozenset({"strange_record"}), "the same, as the broker keeps it")
        for topic in STRANGE
        for copy in ("", "dlq.")
    ),
    *(
        Allowed(place, frozenset({"strange_record"}), "the dead letter's bytes, kept until it is replayed or discarded")
        for place in ("register/outgoing_events.*", "file/register.db*")
    ),
)
"""Where something of the family may be, in the clear, once everything has come to its end. Nowhere else."""


@pytest.fixture(scope="module")
def journey(line: RunningLine, tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """The family's way through the line, once for all tests of this module."""
    return the_journey(line, tmp_path_factory.mktemp("canary-forms"))


def logs(line: RunningLine) -> str:
    return "".join(file.read_text() for file in (line.home / "logs").glob("*.log"))


def test_every_form_went_its_way(line: RunningLine, journey: Journey) -> None:
    assert journey.ended == {name: ended for name, (_, _, ended) in WAYS.items()}
    assert counted(line, "select count(*) from audit_entries where act = 'person.sign_in_failed'") >= 1
    assert counted(line, "select count(*) from dead_letters") > 2 * len(STRANGE)
    assert len(journey.webhooks) >= 4
    assert any(CLIENT_ADDRESS.encode() in file.read_bytes() for file in (line.home / "mail").glob("*.eml"))
    assert "ObjectDamaged" in logs(line), "an exception was logged"


def test_nothing_of_the_family_is_left_anywhere_in_the_clear(
    line: RunningLine,
    journey: Journey,
    kafka_server: LocalKafka,
) -> None:
    assert len({canary.text for canary in family()}) >= 200
    places = [*remains(line), *(Place("webhook", call) for call in journey.webhooks), *told_to_operators(line, journey)]
    places += broker_log(kafka_server.folder)
    assert leaks(Search(family()), places, ALLOWED) == {}
    assert len({place.name for place in places}) > 150
    assert any(
        journey.ids["approved"].encode() in place.content for place in places if place.name.startswith("broker/")
    )


def told_to_operators(line: RunningLine, journey: Journey) -> Iterator[Place]:
    for words in (("audit", "account", journey.ids["approved"]), ("dead-letters", "list"), ("lag", "--json")):
        said = line.command(*words)
        assert said.returncode == 0, words
        yield Place(f"command/{words[0]}", (said.stdout + said.stderr).encode())


def test_the_search_finds_what_is_planted_in_any_place_and_spelling(
    line: RunningLine,
    kafka_server: LocalKafka,
) -> None:
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
        found = leaks(search, [*remains(line), *broker_log(kafka_server.folder)], ALLOWED)
    finally:
        take_away(line)
    assert {name: kinds for name, kinds in found.items() if name in planted} == {
        name: {("case", CASE)} for name in planted
    }
    assert any(fnmatch(name, "broker/*canary.planted-0*/*.log") for name in found)


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
    assert {"parent", "amount"} <= {kind for kind, _ in search.kinds_in(text_of(journey.served["api.pdf"]).encode())}
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


def test_no_copy_that_is_handed_out_does_anything_or_brings_anything_along(journey: Journey) -> None:
    faults = {}
    for name, content in journey.served.items():
        if content.startswith(b"%PDF"):  # a page carries its own facts, as PDF/A-3 lets it
            faults[name] = faults_of_pdf(content, attachments=0 if "form" in name else 1)
        else:
            faults[name] = faults_of_png(content) if name.endswith(".png") else faults_of_html(content)
    assert faults == {name: [] for name in journey.served}
    assert len(faults) == 9
    # The page says the parent's name and amounts on its face; beside that there is nothing of the family in any copy.
    shown = {"parent", "amount"}
    for name, content in journey.served.items():
        if not name.endswith(".png"):
            information = repr(PdfReader(io.BytesIO(content)).metadata) if content.startswith(b"%PDF") else ""
            assert Search(family()).kinds_in(information.encode()) == set()
        assert {kind for kind, _ in Search(family()).kinds_in(content)} <= (set() if name.endswith(".png") else shown)


def test_a_copy_that_does_something_is_found() -> None:
    faults = faults_of_pdf(laden(empty_form_pdf(Language.ENGLISH)))
    assert {"1 attachments", "/Author in the information"} <= set(faults)
    assert any("/JS" in fault or "/JavaScript" in fault for fault in faults)
    assert faults_of_html(b'<p onclick="x">a</p><script src="//x"></script>') == [
        "a script",
        "a handler",
        "something loaded",
    ]
    picture = io.BytesIO()
    about = PngInfo()
    about.add_text("Author", PARENT[0])
    Image.new("L", (4, 4)).save(picture, "PNG", pnginfo=about)
    assert faults_of_png(picture.getvalue() + b"more")[:2] == ["chunk b'tEXt'", "something behind the end"]


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
