"""What every store of sealed objects promises: a folder, and a bucket of something that speaks S3."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.settings import VaultSettings
from services.vault.file_store import FileStore
from services.vault.object_store import ObjectName, ObjectStore, StoreAway
from services.vault.opening import open_store
from services.vault.vault import Kind, ObjectMissing
from tests.support.memory_store import MemoryStore
from tests.support.s3_server import BUCKET, S3Server, s3_server

LARGE = bytes(range(256)) * 4096
"""1 MiB: more than is kept in memory for an upload."""


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "practice")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with s3_server() as server:
        yield server


def in_bucket(s3: S3Server, home: Path, prefix: str = "county/") -> VaultSettings:
    return VaultSettings(
        home=home,
        vault_store="s3",
        vault_s3_bucket=BUCKET,
        vault_s3_prefix=prefix,
        s3_endpoint=s3.url,
        aws_region="us-east-1",
    )


@pytest.fixture(params=["memory", "files", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "memory":
        return MemoryStore()
    if request.param == "files":
        return FileStore(tmp_path / "vault")
    return open_store(in_bucket(request.getfixturevalue("s3"), tmp_path))


def content(store: ObjectStore, name: ObjectName) -> bytes:
    parts = []
    with store.open(name) as source:
        while part := source.read(100_000):
            parts.append(part)
    return b"".join(parts)


@pytest.mark.parametrize("plain", [b"", b"x", LARGE])
def test_what_was_put_is_read_back_in_pieces(store: ObjectStore, plain: bytes) -> None:
    name = ObjectName(uuid4(), Kind.DOCUMENT)
    store.put(name, [plain[:70_000], plain[70_000:]])
    assert content(store, name) == plain


def test_an_object_is_replaced_whole(store: ObjectStore) -> None:
    name = ObjectName(uuid4(), Kind.DOCUMENT)
    store.put(name, [b"a longer first one"])
    store.put(name, [b"second"])
    assert content(store, name) == b"second"


def test_parts_that_end_with_an_error_change_nothing(store: ObjectStore) -> None:
    name, other = ObjectName(uuid4(), Kind.DOCUMENT), ObjectName(uuid4(), Kind.DOCUMENT)

    def parts() -> Iterable[bytes]:
        yield b"half"
        raise ZeroDivisionError

    store.put(name, [b"whole"])
    for one in (name, other):
        with pytest.raises(ZeroDivisionError):
            store.put(one, parts())
    assert content(store, name) == b"whole"
    assert store.kinds(other.consent_id) == set()


def test_what_is_not_there_is_missing_and_deleting_it_is_no_error(store: ObjectStore) -> None:
    name, other = ObjectName(uuid4(), Kind.CLAIM), ObjectName(uuid4(), Kind.CLAIM)
    store.put(other, [b"x"])
    with pytest.raises(ObjectMissing), store.open(name):
        pass
    store.delete(name)
    store.delete(other)
    with pytest.raises(ObjectMissing), store.open(other):
        pass


def test_the_kinds_of_a_consent_are_listed_and_nobody_elses(store: ObjectStore) -> None:
    consent_id, other = UUID(int=1), UUID(int=2)
    for kind in (Kind.DOCUMENT, Kind.PAGE_EN):
        store.put(ObjectName(consent_id, kind), [b"x"])
    store.put(ObjectName(other, Kind.CLAIM), [b"x"])
    assert store.kinds(consent_id) == {Kind.DOCUMENT, Kind.PAGE_EN}
    store.delete(ObjectName(consent_id, Kind.PAGE_EN))
    assert store.kinds(consent_id) == {Kind.DOCUMENT}
    assert store.kinds(uuid4()) == set()


@dataclass(frozen=True)
class Lost:
    store: ObjectStore
    code: str


@pytest.fixture(params=["folder", "service", "refused", "busy", "bucket"])
def lost(request: pytest.FixtureRequest, tmp_path: Path) -> Lost:
    """Stores that can't be reached, or refuse."""
    if request.param == "folder":
        (tmp_path / "vault").write_text("no folder")
        return Lost(FileStore(tmp_path / "vault"), "NotADirectoryError")
    s3 = request.getfixturevalue("s3")
    settings = in_bucket(s3, tmp_path)
    match request.param:
        case "service":
            settings = settings.model_copy(update={"s3_endpoint": "http://127.0.0.1:9"})
            return Lost(open_store(settings), "EndpointConnectionError")
        case "bucket":
            return Lost(open_store(settings.model_copy(update={"vault_s3_bucket": "another"})), "NoSuchBucket")
    s3.refuses = {"refused": "AccessDenied", "busy": "SlowDown"}[request.param]
    return Lost(open_store(settings), s3.refuses)


def test_a_store_that_cannot_be_reached_is_never_taken_for_an_empty_one(lost: Lost) -> None:
    name = ObjectName(uuid4(), Kind.DOCUMENT)
    with pytest.raises(StoreAway) as away, lost.store.open(name):
        pass
    assert (away.value.code, away.value.dependency) == (lost.code, "object_store")
    for work in (
        lambda: lost.store.put(name, [b"x"]),
        lambda: lost.store.delete(name),
        lambda: lost.store.kinds(name.consent_id),
    ):
        with pytest.raises(StoreAway):
            work()


def test_a_folder_that_is_not_mounted_is_no_proof_that_an_object_is_gone(tmp_path: Path) -> None:
    with pytest.raises(StoreAway), FileStore(tmp_path / "absent").open(ObjectName(uuid4(), Kind.CLAIM)):
        pass


def test_an_answer_that_breaks_off_is_an_outage_and_not_a_short_object(s3: S3Server, tmp_path: Path) -> None:
    store, name = open_store(in_bucket(s3, tmp_path)), ObjectName(uuid4(), Kind.DOCUMENT)
    store.put(name, [LARGE])
    s3.breaks_off = True
    with pytest.raises(StoreAway):
        content(store, name)


def test_names_in_the_bucket_are_ids_and_words_under_the_prefix(s3: S3Server, tmp_path: Path) -> None:
    consent_id = uuid4()
    open_store(in_bucket(s3, tmp_path)).put(ObjectName(consent_id, Kind.PAGE_ES), [b"x"])
    assert list(s3.objects) == [f"county/{str(consent_id)[:2]}/{consent_id}/page_es.sealed"]
