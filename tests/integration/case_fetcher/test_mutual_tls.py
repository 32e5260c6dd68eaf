"""A case API that wants to see a certificate of this product: shown, it answers; without, nothing reaches it."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from case_fetcher.adapters.http_case_source import CaseApi, HttpCaseSource
from case_fetcher.adapters.tls import CaseApiMisconfigured
from schemas.values import FULL_SCOPE
from services.runtime.failures import TemporarilyUnavailable
from tests.support.case_api_server import CLIENT_ID, CLIENT_SECRET, CaseApiServer, a_case_answer, case_api_server

CASE = "AB12345C1"


@dataclass(frozen=True)
class Authority:
    """Issues certificates into a folder."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey

    @property
    def file(self) -> Path:
        return self.folder / f"{self.name}.pem"

    def issue(self, name: str) -> tuple[Path, Path]:
        """Return a certificate for this machine and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(name, self.name)
            .public_key(key.public_key())
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        shown, kept = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        shown.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        kept.write_bytes(_written(key))
        return shown, kept


def _written(key: ec.EllipticCurvePrivateKey, password: bytes | None = None) -> bytes:
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def _builder(name: str, issuer: str) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


def an_authority(folder: Path, name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    own = (
        _builder(name, name)
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Authority(folder, name, key)
    made.file.write_bytes(own.public_bytes(serialization.Encoding.PEM))
    return made


@pytest.fixture
def agency(tmp_path: Path) -> Authority:
    return an_authority(tmp_path, "agency")


def wants_certificates_of(authority: Authority) -> ssl.SSLContext:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.file)
    tls.verify_mode = ssl.CERT_REQUIRED
    tls.load_cert_chain(*authority.issue("records"))
    return tls


def source_of(server: CaseApiServer, authority: Authority, **files: Path | None) -> HttpCaseSource:
    values: dict[str, Any] = {"url": server.url, "token_url": server.token_url, "authority_file": authority.file}
    api = CaseApi(**values, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, **files)
    return HttpCaseSource(api, timeout_seconds=5)


@pytest.mark.parametrize("in_one_file", [False, True], ids=["two files", "one file"])
async def test_who_shows_the_agency_s_certificate_is_answered(agency: Authority, *, in_one_file: bool) -> None:
    certificate, key = agency.issue("snapshot")
    if in_one_file:
        certificate.write_bytes(certificate.read_bytes() + key.read_bytes())
    async with case_api_server(wants_certificates_of(agency)) as server:
        server.cases[CASE] = a_case_answer()
        files = {"certificate_file": certificate, "key_file": None if in_one_file else key}
        source = source_of(server, agency, **files)
        assert await source.find(CASE, FULL_SCOPE) is not None
        await source.close()
        assert (len(server.token_requests), len(server.lookups)) == (1, 1)


@pytest.mark.parametrize("shown", ["nothing", "another authority's"])
async def test_without_it_neither_secret_nor_case_is_sent(agency: Authority, tmp_path: Path, shown: str) -> None:
    files: dict[str, Path] = {}
    if shown != "nothing":
        (tmp_path / "other").mkdir()
        certificate, key = an_authority(tmp_path / "other", "stranger").issue("snapshot")
        files = {"certificate_file": certificate, "key_file": key}
    async with case_api_server(wants_certificates_of(agency)) as server:
        server.cases[CASE] = a_case_answer()
        source = source_of(server, agency, **files)
        with pytest.raises(TemporarilyUnavailable):
            await source.find(CASE, FULL_SCOPE)
        await source.close()
        assert (server.token_requests, server.lookups) == ([], [])


def test_unusable_certificates_are_told_at_the_start_by_the_setting(agency: Authority, tmp_path: Path) -> None:
    certificate, key = agency.issue("snapshot")
    locked = tmp_path / "locked.key"
    locked.write_bytes(_written(ec.generate_private_key(ec.SECP256R1()), b"practice"))
    _, of_another = agency.issue("other")
    server = CaseApiServer(scheme="https")
    for files in (
        {"certificate_file": tmp_path / "missing.pem", "key_file": key},
        {"certificate_file": certificate, "key_file": of_another},
        {"certificate_file": certificate, "key_file": locked},
        {"certificate_file": certificate},
    ):
        with pytest.raises(CaseApiMisconfigured, match="SNAPSHOT_CASE_API_CERTIFICATE_FILE"):
            source_of(server, agency, **files)
    with pytest.raises(CaseApiMisconfigured, match="SNAPSHOT_CASE_API_KEY_FILE needs"):
        source_of(server, agency, key_file=key)
