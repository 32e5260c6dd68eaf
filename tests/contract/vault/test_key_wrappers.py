"""What every home of the master key promises: a file, an environment secret, AWS KMS."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from services.register import audit
from services.register.database import Database
from services.settings import VaultSettings
from services.vault.file_vault import FileVault
from services.vault.key_ring import current, version
from services.vault.key_wrapping import BoundTo, KeyWrapper
from services.vault.master_key import MasterKeyUnusable, add_version, generate_master_key_file
from services.vault.opening import key_ring
from services.vault.rotation import rotate
from services.vault.vault import Kind, ObjectDamaged
from tests.support.kms_server import ARN, KEY_ID, SECOND_KEY_ID, KmsServer, kms_server
from tests.support.register_builders import NOON

KEY, BOUND = b"\5" * 32, BoundTo("data-key", "11111111-2222-4333-8444-555555555555")
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "practice", "AWS_CONFIG_FILE": "/dev/null"}


@pytest.fixture
def kms(monkeypatch: pytest.MonkeyPatch) -> Iterator[KmsServer]:
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    with kms_server() as server:
        yield server


def _secret(*bytes_: bytes) -> SecretStr:
    return SecretStr(" ".join(urlsafe_b64encode(one * 32).decode() for one in bytes_))


def _in_kms(kms: KmsServer, home: Path, keys: str = KEY_ID) -> VaultSettings:
    return VaultSettings(
        home=home, master_key_source="aws-kms", kms_keys=keys, kms_endpoint=kms.url, aws_region="us-east-1"
    )


@pytest.fixture(params=["file", "environment", "kms"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> VaultSettings:
    """Settings of an installation with two versions of its master key."""
    match request.param:
        case "file":
            path = tmp_path / "keys" / "master.key"
            generate_master_key_file(path)
            add_version(path)
            return VaultSettings(home=tmp_path)
        case "environment":
            secret = _secret(b"1", b"2")
            return VaultSettings(home=tmp_path, master_key_source="environment", master_key_secret=secret)
    return _in_kms(request.getfixturevalue("kms"), tmp_path, f"{KEY_ID}, {ARN}{SECOND_KEY_ID}")


@pytest.fixture
def wrapper(settings: VaultSettings) -> KeyWrapper:
    return current(key_ring(settings))


def test_what_it_wraps_it_unwraps_also_in_another_process(settings: VaultSettings, wrapper: KeyWrapper) -> None:
    wrapped = wrapper.wrap(KEY, BOUND)
    assert wrapper.unwrap(wrapped, BOUND) == KEY
    again = version(key_ring(settings), wrapper.id)
    assert again.unwrap(wrapped, BOUND) == KEY


def test_a_wrapped_key_never_looks_the_same_twice_and_does_not_show_the_key(wrapper: KeyWrapper) -> None:
    wrapped = {wrapper.wrap(KEY, BOUND) for _ in range(5)}
    assert len(wrapped) == 5
    assert not any(KEY in one for one in wrapped)


@pytest.mark.parametrize(
    "elsewhere", [BoundTo("standing-key", BOUND.subject), BoundTo("data-key", "another"), BoundTo("data-key", "")]
)
def test_it_unwraps_for_the_same_purpose_and_subject_only(wrapper: KeyWrapper, elsewhere: BoundTo) -> None:
    with pytest.raises(ObjectDamaged):
        wrapper.unwrap(wrapper.wrap(KEY, BOUND), elsewhere)


def test_no_version_unwraps_what_another_one_wrapped(settings: VaultSettings) -> None:
    first, second = key_ring(settings).versions()
    assert first.id != second.id
    assert max(len(first.id), len(second.id)) <= 40
    for one, other in ((first, second), (second, first)):
        with pytest.raises(ObjectDamaged):
            other.unwrap(one.wrap(KEY, BOUND), BOUND)


def test_every_damaged_byte_and_cut_is_noticed(wrapper: KeyWrapper) -> None:
    wrapped = wrapper.wrap(KEY, BOUND)
    for position in range(0, len(wrapped), 5 if wrapper.is_remote else 1):
        damaged = bytearray(wrapped)
        damaged[position] ^= 1
        for bad in (bytes(damaged), wrapped[:position]):
            with pytest.raises(ObjectDamaged):
                wrapper.unwrap(bad, BOUND)


async def test_a_vault_seals_and_opens_under_it(
    settings: VaultSettings, sqlite_register: Database, tmp_path: Path
) -> None:
    consent_id = uuid4()
    async with sqlite_register.transaction() as tx:
        await FileVault(tmp_path / "vault", key_ring(settings)).seal(tx, consent_id, Kind.DOCUMENT, b"a form")
    async with sqlite_register.reading() as tx:
        opened = await FileVault(tmp_path / "vault", key_ring(settings)).open(tx, consent_id, Kind.DOCUMENT)
    assert opened == b"a form"


def test_an_older_source_still_opens_what_it_wrapped_while_the_new_one_wraps(kms: KmsServer, tmp_path: Path) -> None:
    generate_master_key_file(tmp_path / "keys" / "master.key")
    old = current(key_ring(VaultSettings(home=tmp_path)))
    ring = key_ring(_in_kms(kms, tmp_path))
    assert version(ring, old.id).unwrap(old.wrap(KEY, BOUND), BOUND) == KEY
    assert current(ring).is_remote


async def test_an_installation_moves_from_a_file_to_kms_by_a_rotation(
    kms: KmsServer, sqlite_register: Database, tmp_path: Path
) -> None:
    generate_master_key_file(tmp_path / "keys" / "master.key")
    consent_id = uuid4()
    async with sqlite_register.transaction() as tx:
        ring = key_ring(VaultSettings(home=tmp_path))
        await FileVault(tmp_path / "vault", ring).seal(tx, consent_id, Kind.DOCUMENT, b"a form")
    done = await rotate(sqlite_register, key_ring(_in_kms(kms, tmp_path)), actor=audit.SYSTEM, clock=lambda: NOON)
    assert (done.rewrapped, done.left) == (1, 0)
    (tmp_path / "keys" / "master.key").unlink()
    async with sqlite_register.reading() as tx:
        opened = await FileVault(tmp_path / "vault", key_ring(_in_kms(kms, tmp_path))).open(
            tx, consent_id, Kind.DOCUMENT
        )
    assert opened == b"a form"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"master_key_source": "file"}, "no master key in the file"),
        ({"master_key_source": "environment"}, "SNAPSHOT_MASTER_KEY_SECRET is empty"),
        ({"master_key_source": "environment", "master_key_secret": SecretStr("c2hvcnQ=")}, "32 bytes"),
        ({"master_key_source": "aws-kms"}, "SNAPSHOT_KMS_KEYS is empty"),
        ({"master_key_source": "aws-kms", "kms_keys": "alias/mine", "aws_region": "us-east-1"}, "alias"),
        ({"master_key_source": "aws-kms", "kms_keys": KEY_ID}, "SNAPSHOT_AWS_REGION"),
    ],
)
def test_a_source_without_a_key_says_what_to_set(
    wrong: dict[str, object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(MasterKeyUnusable, match=said):
        key_ring(VaultSettings(home=tmp_path, **wrong))  # type: ignore[arg-type]
