import stat
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from schemas.values import Party
from services.vault.claim_index import claim_index
from services.vault.master_key import MasterKey, MasterKeyUnusable, generate_master_key_file
from services.vault.sealed_text import open_text, seal_text
from services.vault.vault import ObjectDamaged

MASTER, OTHER = MasterKey(b"m" * 32), MasterKey(b"o" * 32)


def test_a_generated_master_key_is_for_its_owner_only_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    generate_master_key_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert MasterKey.from_file(path).id == MasterKey.from_file(path).id
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        generate_master_key_file(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"", b"short", b"*" * 43, urlsafe_b64encode(b"x" * 31), urlsafe_b64encode(b"x" * 33)]
)
def test_a_malformed_master_key_is_refused_without_being_quoted(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "master.key"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(MasterKeyUnusable) as caught:
        MasterKey.from_file(path)
    assert not content or content.decode() not in str(caught.value)


def test_an_absent_master_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MasterKeyUnusable):
        MasterKey.from_file(tmp_path / "absent")


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o666])
def test_a_master_key_that_everybody_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "master.key"
    generate_master_key_file(path)
    path.chmod(mode)
    with pytest.raises(MasterKeyUnusable, match="chmod"):
        MasterKey.from_file(path)


def test_a_master_key_never_shows_itself() -> None:
    assert "mmmm" not in repr(MASTER)
    assert MASTER.id != OTHER.id


def test_each_purpose_has_a_key_of_its_own() -> None:
    keys = {MASTER.derive(purpose) for purpose in ("a", "b", "c")} | {OTHER.derive("a")}
    assert len(keys) == 4
    assert MASTER.derive("a") == MASTER.derive("a")


def test_a_short_secret_opens_for_its_purpose_only() -> None:
    sealed = seal_text(MASTER, "webhook-secret/1", "whsec_ñ")
    assert open_text(MASTER, "webhook-secret/1", sealed) == "whsec_ñ"
    assert seal_text(MASTER, "webhook-secret/1", "whsec_ñ") != sealed
    for master, purpose in [(MASTER, "webhook-secret/2"), (OTHER, "webhook-secret/1")]:
        with pytest.raises(ObjectDamaged):
            open_text(master, purpose, sealed)


def test_every_damaged_byte_of_a_short_secret_is_noticed() -> None:
    sealed = seal_text(MASTER, "address", "a@b.example")
    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(ObjectDamaged):
            open_text(MASTER, "address", bytes(damaged))
    for length in range(len(sealed)):
        with pytest.raises(ObjectDamaged):
            open_text(MASTER, "address", sealed[:length])


def test_the_claim_index_finds_the_same_case_and_side_and_nothing_else() -> None:
    index = claim_index(MASTER, "AB12345C1", Party.CUSTODIAL)
    assert index == claim_index(MASTER, "ab12345c1", Party.CUSTODIAL)
    assert len(index) == 64
    others = {
        claim_index(MASTER, "AB12345C1", Party.NONCUSTODIAL),
        claim_index(MASTER, "AB12345C2", Party.CUSTODIAL),
        claim_index(OTHER, "AB12345C1", Party.CUSTODIAL),
    }
    assert index not in others
    assert len(others) == 3
