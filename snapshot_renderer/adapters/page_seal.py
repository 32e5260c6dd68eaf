"""The agency's seal on a finished page (PAdES baseline B, by pyHanko): whoever gets the file can see that it is whole.

The seal is appended: the page's own bytes stay the first part of the sealed file, and their hash stays what it was. A
seal holds a time and, with an elliptic key, chance: sealing twice makes two files. The key is used in the stage's own
process; the children that set pages never hold it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from schemas.values import Language, sha256_of
from services.pdf_signing import DatedSigner, PrivateKey, asn1_certificate, asn1_key, signed_pdf
from services.runtime.clock import Clock
from services.runtime.failures import TemporarilyUnavailable
from snapshot_renderer.adapters.seal_files import SealFiles, SealUnusable
from snapshot_renderer.rules.page_model import MadePage

FIELD_NAME = "agency_seal"
FIELD_TITLE = "Seal of the agency"
SPACE_DIGITS = 6_144
"""Room for the signature in hexadecimal digits, besides its certificates: twice what RSA of 4096 bits takes."""

_PKCS12 = (".p12", ".pfx")
_LEAST_RSA_BITS = 2048


@dataclass(frozen=True)
class _Identity:
    key: PrivateKey
    certificate: x509.Certificate
    others: tuple[x509.Certificate, ...]


class PageSeal:
    """Key and certificate, read once.

    Raises:
        SealUnusable: a file is missing or unreadable, the password is wrong, key and certificate do not belong
            together, or the certificate is not valid now or may not sign.
    """

    def __init__(self, files: SealFiles, clock: Clock) -> None:
        self._clock = clock
        identity = _identity(files)
        _require_usable(identity, clock())
        self._certificate = identity.certificate
        self._signer = _signer(identity)
        chain = (identity.certificate, *identity.others)
        self._space = SPACE_DIGITS + 2 * sum(len(one.public_bytes(serialization.Encoding.DER)) for one in chain)

    def said(self) -> str:
        """Return whose seal it is and until when, for a person."""
        until = self._certificate.not_valid_after_utc
        return f"{self._certificate.subject.rfc4514_string()}, valid until {until:%Y-%m-%d}"

    async def sealed(self, pages: Mapping[Language, MadePage]) -> Mapping[Language, MadePage]:
        """Return the pages with the seal on their PDFs.

        Raises:
            TemporarilyUnavailable: the certificate has expired meanwhile; no page goes out without its seal.
        """
        try:
            return {language: await asyncio.to_thread(self._with_seal, page) for language, page in pages.items()}
        except SealUnusable:
            raise TemporarilyUnavailable("page_seal") from None

    def seal(self, pdf: bytes) -> bytes:
        """Return a PDF with the seal; the PDF's own bytes are its first part.

        Raises:
            SealUnusable: the certificate has expired meanwhile.
        """
        now = self._clock()
        _require_valid(self._certificate, now)
        about = PdfSignatureMetadata(
            field_name=FIELD_NAME,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
        )
        field = SigFieldSpec(FIELD_NAME, readable_field_name=FIELD_TITLE)
        signer = DatedSigner(now, about, self._signer, new_field_spec=field)
        return signed_pdf(pdf, signer, space_digits=self._space)

    def _with_seal(self, page: MadePage) -> MadePage:
        return replace(page, pdf=self.seal(page.pdf), unsealed_sha256=sha256_of(page.pdf))


def _identity(files: SealFiles) -> _Identity:
    password = _read(files.password).strip() or None if files.password else None
    if files.key.suffix.lower() in _PKCS12:
        return _from_pkcs12(files.key, password)
    if files.certificates is None:
        raise SealUnusable("The seal's key has no certificate: set SNAPSHOT_SEAL_CERTIFICATE_FILE.")
    return _from_pem(files.key, files.certificates, password)


def _from_pkcs12(path: Path, password: bytes | None) -> _Identity:
    try:
        bag = pkcs12.load_pkcs12(_read(path), password)
    except ValueError:
        raise SealUnusable(f"{path} is no PKCS#12 file, or its password is another one.") from None
    if bag.key is None or bag.cert is None:
        raise SealUnusable(f"{path} must hold a private key and its certificate.")
    return _Identity(
        _sealing_key(bag.key, path), bag.cert.certificate, tuple(c.certificate for c in bag.additional_certs)
    )


def _from_pem(key_path: Path, certificate_path: Path, password: bytes | None) -> _Identity:
    try:
        key = serialization.load_pem_private_key(_read(key_path), password)
    except (ValueError, TypeError):
        raise SealUnusable(f"{key_path} is no PEM private key, or its password is another one.") from None
    try:
        certificates = x509.load_pem_x509_certificates(_read(certificate_path))
    except ValueError:
        raise SealUnusable(f"{certificate_path} holds no PEM certificate.") from None
    return _Identity(_sealing_key(key, key_path), certificates[0], tuple(certificates[1:]))


def _sealing_key(key: Any, path: Path) -> PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < _LEAST_RSA_BITS:
        raise SealUnusable(f"The RSA key in {path} is shorter than {_LEAST_RSA_BITS} bits.")
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise SealUnusable(f"The key in {path} is neither RSA nor elliptic.")
    return key


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SealUnusable(f"{path} can't be read: {error.strerror}.") from None


def _require_usable(identity: _Identity, now: datetime) -> None:
    if identity.key.public_key() != identity.certificate.public_key():
        raise SealUnusable("The seal's certificate belongs to another key.")
    _require_valid(identity.certificate, now)
    try:
        usage = identity.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return  # a certificate that names no use may be used for all
    if not (usage.digital_signature or usage.content_commitment):
        raise SealUnusable("The seal's certificate may not be used for signatures (its key usage does not say so).")


def _require_valid(certificate: x509.Certificate, now: datetime) -> None:
    if now < certificate.not_valid_before_utc:
        raise SealUnusable(f"The seal's certificate is valid only from {certificate.not_valid_before_utc:%Y-%m-%d}.")
    if now > certificate.not_valid_after_utc:
        raise SealUnusable(f"The seal's certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d}.")


def _signer(identity: _Identity) -> SimpleSigner:
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    for certificate in identity.others:
        store.register(asn1_certificate(certificate))
    return SimpleSigner(asn1_certificate(identity.certificate), asn1_key(identity.key), store)
