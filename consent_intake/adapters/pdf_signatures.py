"""Digital signatures of a PDF, judged by pyHanko inside the confined child: no network, no files, no event loop.

Whatever goes wrong on a stranger's bytes becomes a signature that is not intact: never a crash, and never "not signed".
"""

import binascii
import importlib
import io
import logging
import re
import struct
import unicodedata
import zlib
from collections.abc import Coroutine, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Self, TypeVar

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import CRLValidationError, OCSPValidationError, PathError, ValidationError

from consent_intake.adapters.time_limit import TookTooLong, time_limit
from consent_intake.adapters.trust_files import trusted_certificates
from consent_intake.rules.form_reading import DigitalSignature

MAX_SIGNATURES = 20
"""What a reading holds; a form has one or two."""

VALIDATION_SECONDS = 3.0
"""Wall time for all signatures of a file; one takes 10 ms."""

MAX_NAME_CHARACTERS = 300

UNREADABLE = DigitalSignature(intact=False, valid=False, trusted=False, modification="OTHER", coverage="UNCLEAR")
"""Stands for every signature that cannot be judged."""

MAX_SIGNATURE_BYTES = 1 << 20
"""Of one signature with its certificates and revocation data; ordinary ones take 5 to 100 KB."""

_BROKEN = (
    PdfError, PathError, ValidationError, CRLValidationError, OCSPValidationError, InvalidSignature,
    UnsupportedAlgorithm, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError,
    RuntimeError, OSError, EOFError, MemoryError, ImportError, zlib.error, struct.error, StopAsyncIteration,
)  # fmt: skip
"""pyHanko lets whatever its parsers stumble over through, such as ValueError for zeroed contents."""

_LOADED_LATE = (
    "cryptography.hazmat.backends.openssl.backend", "lxml.etree", "pyhanko.pdf_utils.crypt._saslprep",
    "pyhanko.pdf_utils.crypt.pdfmac", "pyhanko.pdf_utils.filters", "pyhanko.pdf_utils.metadata.xmp_xml",
)  # fmt: skip
"""What pyHanko imports on first use: behind the sandbox there is no file to import from."""

_SIGNATURE_GAP = re.compile(rb"<(?:[0-9A-Fa-f]{2})*>")
_SIGNATURE_WORDS = re.compile(rb"/SigFlags|/(?:Type|FT)\s*/Sig\b")
_RANGE = b"/ByteRange"

_KEY_USE = KeyUsageConstraints(key_usage={"non_repudiation"})
"""Only certificates made for signing documents: one for a web server or for logging in proves no consent."""

T = TypeVar("T")


class _NotJudged(ValueError):
    """The file's signatures are more, larger or stranger than any form's."""


@dataclass(frozen=True)
class TrustList:
    """The certificates that a signer's, or a time stamp's, must lead to. Nothing in it: nothing is trusted."""

    roots: tuple[x509.Certificate, ...] = ()

    @classmethod
    def from_files(cls, paths: Iterable[Path]) -> Self:
        """Read certificates, and load what judging by them will need: call it before the sandbox closes.

        Raises:
            TrustFileInvalid: see ``trusted_certificates``.
        """
        for module in _LOADED_LATE:
            importlib.import_module(module)
        return cls(tuple(x509.Certificate.load(der) for der in trusted_certificates(paths)))


def digital_signatures(
    document: bytes, trust: TrustList, *, seconds: float = VALIDATION_SECONDS
) -> tuple[DigitalSignature, ...]:
    """Return a file's signatures in the order of its form fields, document time stamps left out.

    Empty for a file that has none. Never raises on a file's content: what cannot be judged, or not within ``seconds``
    of processor time, is ``UNREADABLE``. Only in the main thread of a process.
    """
    if not may_be_signed(document):
        return ()
    _silence_libraries()
    try:
        with time_limit(seconds):
            return tuple(_judged(document, trust))
    except (TookTooLong, *_BROKEN):
        return (UNREADABLE,)


def may_be_signed(document: bytes) -> bool:
    """Return whether pyHanko has to look at all: a search for two words (0.3 ms in 400 KB), since most files are scans.

    Spellings that hide these words (``/Byte#52ange``) are found by nobody; such a signature is as good as none.
    """
    if b"%PDF-" not in document[:1024]:
        return False
    return _RANGE in document or (b"/Sig" in document and _SIGNATURE_WORDS.search(document) is not None)


def _silence_libraries() -> None:
    """Keep names of signers out of every log: pyHanko explains there why it trusts nobody."""
    for library in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(library).setLevel(logging.CRITICAL + 1)


def _judged(document: bytes, trust: TrustList) -> Iterator[DigitalSignature]:
    reader = PdfFileReader(io.BytesIO(document))
    if reader.encrypted:
        reader.decrypt(b"")  # a password of the reader would have stopped the file before
    fields = list(islice(enumerate_sig_fields(reader, filled_status=True), MAX_SIGNATURES + 1))
    if len(fields) > MAX_SIGNATURES:
        raise _NotJudged
    if not fields and _RANGE in document and not _only_extends_a_viewer(reader):
        raise _NotJudged  # signed bytes are announced, but no field leads to them
    for name, _, field in fields:
        try:
            signature = EmbeddedPdfSignature(reader, field, name)
            if signature.sig_object_type != "/DocTimeStamp":
                yield _record(document, signature, trust)
        except _BROKEN:
            yield UNREADABLE


def _only_extends_a_viewer(reader: PdfFileReader) -> bool:
    """Return whether the file carries Adobe's usage rights, which are signed but are nobody's signature."""
    permissions = reader.root.get("/Perms")
    return isinstance(permissions, DictionaryObject) and any(name in permissions for name in ("/UR", "/UR3"))


def _record(document: bytes, signature: EmbeddedPdfSignature, trust: TrustList) -> DigitalSignature:
    if len(signature.pkcs7_content) > MAX_SIGNATURE_BYTES:
        raise _NotJudged
    status = _without_waiting(
        async_validate_pdf_signature(
            signature,
            ValidationContext(trust_roots=list(trust.roots), allow_fetching=False),
            key_usage_settings=_KEY_USE,
        )
    )
    plain = _gap_is_the_signature(document, signature)
    modification = status.modification_level
    coverage = status.coverage
    signed_at, stamped = _signing_time(status)
    return DigitalSignature(
        intact=bool(status.intact),
        valid=bool(status.valid),
        trusted=bool(status.trusted),
        modification=modification.name if plain and modification is not None else UNREADABLE.modification,
        coverage=coverage.name if plain and coverage is not None else UNREADABLE.coverage,
        signer_name=_common_name(status.signing_cert),
        signed_at=signed_at,
        stamped=stamped,
    )


def _gap_is_the_signature(document: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Return whether the bytes left out of the signed range are the signature in hexadecimal and nothing else.

    pyHanko compares lengths only: a file whose signed second part was moved, with other pages in the wider gap and a
    signature padded to its length, is ENTIRE_FILE to it.
    """
    numbers = [int(number) for number in signature.byte_range]
    if len(numbers) != 4:  # noqa: PLR2004 - two stretches of start and length
        return False
    start, length, again, rest = numbers
    if start != 0 or not 0 < length < again < again + rest <= len(document):
        return False
    gap = document[length:again]
    return _SIGNATURE_GAP.fullmatch(gap) is not None and binascii.unhexlify(gap[1:-1]) == signature.pkcs7_content


def _signing_time(status: PdfSignatureStatus) -> tuple[datetime | None, bool]:
    stamp = status.timestamp_validity
    if stamp is not None and stamp.intact and stamp.valid and stamp.trusted:
        return stamp.timestamp.astimezone(UTC), True
    said = status.signer_reported_dt
    return (said.astimezone(UTC) if said is not None and said.tzinfo is not None else None), False


def _common_name(certificate: x509.Certificate) -> str:
    """Return the subject's common name; empty when it has none, several, or one that no person bears."""
    name = certificate.subject.native.get("common_name", "")
    if not isinstance(name, str) or len(name) > MAX_NAME_CHARACTERS:
        return ""
    return "" if any(unicodedata.category(character).startswith("C") for character in name) else name


def _without_waiting(work: Coroutine[Any, Any, T]) -> T:
    """Return a coroutine's result. Without fetching pyHanko waits for nothing, and an event loop would need sockets."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise _NotJudged
