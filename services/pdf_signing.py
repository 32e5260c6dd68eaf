"""Appends a signature to a PDF by pyHanko, at a time that the caller says."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSigner
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from typing_extensions import override

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class DatedSigner(PdfSigner):
    """Signs at the time it is told; pyHanko's own signs now.

    Args:
        at: what the signature says, UTC and aware.
        args: of ``PdfSigner``.
        options: of ``PdfSigner``.
    """

    def __init__(self, at: datetime, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._at = at

    @override
    def init_signing_session(self, *args: Any, **options: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **options)
        session.system_time = self._at
        return session


def signed_pdf(pdf: bytes, signer: DatedSigner, *, space_digits: int | None = None) -> bytes:
    """Return a PDF with a signature appended; its own bytes are the first part of the result.

    Args:
        pdf: whole file; one that is encrypted against changes only is signed too.
        signer: knows key, certificate, field and time.
        space_digits: hexadecimal digits to keep for the signature; None lets pyHanko sign twice to find out.
    """
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if writer.prev.encrypted:
        writer.encrypt(b"")  # type: ignore[no-untyped-call]
    with ThreadPoolExecutor(1) as other:  # pyHanko runs an event loop, and the caller may be in one
        other.submit(signer.sign_pdf, writer, output=out, bytes_reserved=space_digits).result()
    return out.getvalue()


def asn1_certificate(certificate: x509.Certificate) -> asn1.Certificate:
    """Return a certificate as pyHanko takes it."""
    return asn1.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def asn1_key(key: PrivateKey) -> keys.PrivateKeyInfo:
    """Return a private key as pyHanko takes it."""
    plain = serialization.NoEncryption()
    return keys.PrivateKeyInfo.load(
        key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, plain)
    )
