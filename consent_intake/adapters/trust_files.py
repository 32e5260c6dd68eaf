"""The files of trusted certificates, read the same way at the start of the stage and in the process that uses them."""

from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

_PEM = b"-----BEGIN"


class TrustFileInvalid(ValueError):
    """A file of the trust list cannot be read or holds no certificate; the text names the file."""


def trusted_certificates(paths: Iterable[Path]) -> tuple[bytes, ...]:
    """Return the certificates of PEM files (any number in each) and DER files (one), as DER.

    Raises:
        TrustFileInvalid: so that a mistake stops the start instead of distrusting everybody silently.
    """
    return tuple(certificate for path in paths for certificate in _certificates_in(path))


def _certificates_in(path: Path) -> list[bytes]:
    try:
        content = path.read_bytes()
        if _PEM not in content:
            found = [x509.load_der_x509_certificate(content)]
        else:
            found = x509.load_pem_x509_certificates(content)
        return [certificate.public_bytes(Encoding.DER) for certificate in found]
    except (OSError, ValueError) as error:
        raise TrustFileInvalid(f"no certificate can be read from {path}") from error
