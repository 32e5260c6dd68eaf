import stat
from base64 import urlsafe_b64encode
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from typing_extensions import override

from schemas.consent_records import ConsentGrant
from schemas.values import Language, Party, sha256_of
from services.register.grants import (
    GrantInvalid,
    GrantKeyUnusable,
    GrantSigner,
    GrantVerifier,
    MintedGrant,
    generate_key_files,
)

GRANT = ConsentGrant(
    consent_id=UUID(int=1),
    organization_id=UUID(int=2),
    document_sha256="a" * 64,
    parent_name="Practice Parent",
    birth_date=date(1990, 4, 1),
    case_identifier="AB12345C1",
    party=Party.CUSTODIAL,
    form_revision="2026-11",
    form_language=Language.SPANISH,
    signed_on=date(2026, 11, 1),
    starts_on=date(2026, 11, 1),
    expires_on=date(2027, 10, 31),
)


def _check(verifier: GrantVerifier, minted: MintedGrant, **changes: str | bytes) -> ConsentGrant:
    canonical = changes.get("canonical", minted.canonical)
    assert isinstance(canonical, bytes)
    return verifier.check(
        canonical,
        grant_sha256=str(changes.get("grant_sha256", minted.grant_sha256)),
        signature=str(changes.get("signature", minted.signature)),
    )


@pytest.fixture
def key_files(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "keys" / "private.pem", tmp_path / "keys" / "public.pem"
    generate_key_files(*paths)
    return paths


def test_a_minted_grant_checks_with_the_public_half(key_files: tuple[Path, Path]) -> None:
    private, public = key_files
    minted = GrantSigner.from_file(private).mint(GRANT)
    assert _check(GrantVerifier.from_file(public), minted) == GRANT
    assert "=" not in minted.signature
    assert len(minted.signature) == 86


def test_key_files_are_for_their_owner_only_and_never_overwritten(key_files: tuple[Path, Path]) -> None:
    private, public = key_files
    before = private.read_bytes(), public.read_bytes()
    assert {stat.S_IMODE(path.stat().st_mode) for path in key_files} == {0o600}
    with pytest.raises(FileExistsError):
        generate_key_files(private, public)
    public.unlink()
    with pytest.raises(FileExistsError):
        generate_key_files(private, public)
    assert not public.exists()
    assert private.read_bytes() == before[0]


def test_every_changed_byte_of_a_grant_is_noticed() -> None:
    key = Ed25519PrivateKey.generate()
    minted, verifier = GrantSigner(key).mint(GRANT), GrantVerifier(key.public_key())
    for position in range(0, len(minted.canonical), 7):
        changed = bytearray(minted.canonical)
        changed[position] ^= 1
        with pytest.raises(GrantInvalid):
            _check(verifier, minted, canonical=bytes(changed))


def test_a_wider_grant_with_its_own_hash_still_lacks_the_signature() -> None:
    key = Ed25519PrivateKey.generate()
    narrow = GrantSigner(key).mint(GRANT)
    wider = GrantSigner(Ed25519PrivateKey.generate()).mint(GRANT.model_copy(update={"expires_on": date(2036, 1, 1)}))
    with pytest.raises(GrantInvalid, match="signature"):
        _check(GrantVerifier(key.public_key()), wider, signature=narrow.signature)


def test_the_stored_hash_has_to_fit() -> None:
    key = Ed25519PrivateKey.generate()
    minted = GrantSigner(key).mint(GRANT)
    with pytest.raises(GrantInvalid, match="hash"):
        _check(GrantVerifier(key.public_key()), minted, grant_sha256="0" * 64)


def test_signed_bytes_that_are_no_grant_are_refused_without_quoting_them() -> None:
    key = Ed25519PrivateKey.generate()

    class NotAGrant(ConsentGrant):
        @override
        def canonical_bytes(self) -> bytes:
            return b'{"parent_name": "Practice Parent"}'

    minted = GrantSigner(key).mint(NotAGrant(**GRANT.model_dump()))
    with pytest.raises(GrantInvalid) as caught:
        _check(GrantVerifier(key.public_key()), minted)
    assert "Practice" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_minted_grant_does_not_show_the_person() -> None:
    minted = GrantSigner(Ed25519PrivateKey.generate()).mint(GRANT)
    assert "Practice" not in repr(minted)


def test_files_without_the_right_key_are_refused(tmp_path: Path, key_files: tuple[Path, Path]) -> None:
    private, public = key_files
    other = ec.generate_private_key(ec.SECP256R1())
    odd_private, odd_public, garbage = (tmp_path / name for name in ("a", "b", "c"))
    odd_private.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    odd_public.write_bytes(other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    garbage.write_bytes(b"garbage")
    for path in (public, odd_private, garbage, tmp_path / "absent"):
        with pytest.raises(GrantKeyUnusable):
            GrantSigner.from_file(path)
    for path in (private, odd_public, garbage, tmp_path / "absent"):
        with pytest.raises(GrantKeyUnusable):
            GrantVerifier.from_file(path)


def test_a_refusal_says_by_a_code_which_part_does_not_fit(key_files: tuple[Path, Path]) -> None:
    private, public = key_files
    verifier, minted = GrantVerifier.from_file(public), GrantSigner.from_file(private).mint(GRANT)
    key = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
    no_grant = b'{"parent_name": "Practice Parent"}'
    signed = urlsafe_b64encode(key.sign(no_grant)).rstrip(b"=").decode()
    for why, check in (
        ("hash", lambda: _check(verifier, minted, grant_sha256="0" * 64)),
        ("signature", lambda: _check(verifier, minted, signature="x" * 86)),
        (
            "content",
            lambda: GrantVerifier(key.public_key()).check(no_grant, grant_sha256=sha256_of(no_grant), signature=signed),
        ),
    ):
        with pytest.raises(GrantInvalid) as refused:
            check()
        assert str(refused.value) == why


def test_a_key_file_that_cannot_be_used_is_said_to_be_the_grants(tmp_path: Path) -> None:
    for read in (GrantSigner.from_file, GrantVerifier.from_file):
        with pytest.raises(GrantKeyUnusable, match=r"^grant key: "):
            read(tmp_path / "absent.pem")
