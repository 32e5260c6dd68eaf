"""Keys and certificates for seals, made for tests only, as files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from snapshot_renderer.adapters.seal_files import SealFiles

AT = datetime(2026, 11, 22, 17, tzinfo=UTC)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def elliptic() -> ec.EllipticCurvePrivateKey:
    """Return a new P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def certificate(
    key: Key,
    *,
    start: datetime = AT - timedelta(days=30),
    end: datetime = AT + timedelta(days=300),
    signs: bool = True,
) -> x509.Certificate:
    """Return a certificate that vouches for itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Practice County Seal")])
    usage = x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=not signs,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), start, end)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    builder = builder.add_extension(usage, critical=True)
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def pem_files(folder: Path, key: Key, vouched: x509.Certificate, *, password: bytes | None = None) -> SealFiles:
    """Write key and certificate as PEM."""
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    key_file, certificate_file = folder / "seal.key", folder / "seal.pem"
    key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock))
    certificate_file.write_bytes(vouched.public_bytes(serialization.Encoding.PEM))
    return SealFiles(key_file, certificate_file, _password_file(folder, password))


def pkcs12_file(folder: Path, key: ec.EllipticCurvePrivateKey, vouched: x509.Certificate, password: bytes) -> SealFiles:
    """Write key and certificate as one PKCS#12 file."""
    path = folder / "seal.p12"
    lock = serialization.BestAvailableEncryption(password)
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"seal", key, vouched, None, lock))
    return SealFiles(path, None, _password_file(folder, password))


def _password_file(folder: Path, password: bytes | None) -> Path | None:
    if password is None:
        return None
    path = folder / "seal.password"
    path.write_bytes(password + b"\n")
    return path
