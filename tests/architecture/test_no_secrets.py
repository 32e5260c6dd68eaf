"""No key lies in the repository, and one that somebody forgets there is found."""

import secrets
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from services.portal.api_keys import KEY_PREFIX
from services.portal.routes.connections import SECRET_PREFIX
from tests.support.secret_scan import detectors, scan, secrets_in

ROOT = Path(__file__).parents[2]

PRIVATE_KEY = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

LONGEST_WORD = 15
"""Letters of the longest word that names a kind of secret; a secret is longer."""

PLANTED = {
    "AWS Access Key": "key = 'AKIA" + "QRSTUVWXYZ234567'",
    "Private Key": PRIVATE_KEY,
    "our API key": f"curl -H 'Authorization: Bearer {KEY_PREFIX}{secrets.token_urlsafe(32)}'",
    "a webhook's secret": SECRET_PREFIX + b64encode(secrets.token_bytes(32)).decode(),
    "GitHub Token": "token: ghp_" + "a1B2" * 9,
    "Slack Token": "xoxb-" + "123456789012-123456789012-" + "abcdefghijklmnopqrstuvwx",
    "JSON Web Token": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0." + "c2lnbmF0dXJlc2lnbmF0dXJl",
    "Basic Auth Credentials": "smtp://mailer:" + "kT9vQ2xL7" + "@mail.agency.example:587",
}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_wherever_it_lies(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "runbooks"
    folder.mkdir(parents=True)
    (folder / "notes.md").write_text(f"Remember:\n\n    {PLANTED[kind]}\n", encoding="utf-8")
    assert f"docs/runbooks/notes.md: {kind}" in scan(tmp_path)


def test_what_was_found_is_not_repeated(tmp_path: Path) -> None:
    (tmp_path / "key.env").write_text("\n".join(PLANTED.values()), encoding="utf-8")
    told = " ".join(scan(tmp_path))
    assert told
    assert not any(word in told for planted in PLANTED.values() for word in planted.split() if len(word) > LONGEST_WORD)


def test_an_address_with_a_placeholder_is_no_secret() -> None:
    assert list(secrets_in("SNAPSHOT_SMTP_URL=smtp://user:password@host:587", detectors())) == []


def test_the_repository_holds_no_secret() -> None:
    assert scan(ROOT) == []
