"""Whom the case API has to be, and by which certificate this product shows who it is (mutual TLS)."""

import ssl
from pathlib import Path


class CaseApiMisconfigured(Exception):
    """The settings can't be used; the text says which and how to mend it."""


def tls_context(authority_file: Path | None, *, certificate_file: Path | None, key_file: Path | None) -> ssl.SSLContext:
    """Return what connections are made with: the other side is always verified.

    Args:
        authority_file: PEM certificates to trust; None: the system's.
        certificate_file: PEM certificate of this product, with those between it and its authority; None: it shows none.
        key_file: its PEM key, not locked with a password; None: it is in the certificate's file.

    Raises:
        CaseApiMisconfigured: names the setting.
    """
    try:
        context = ssl.create_default_context(cafile=authority_file)
    except (OSError, ssl.SSLError) as error:
        raise CaseApiMisconfigured("SNAPSHOT_CASE_API_AUTHORITY_FILE can't be read as PEM certificates") from error
    if certificate_file is None:
        return context
    try:
        context.load_cert_chain(certificate_file, key_file, password=_no_password)
    except (OSError, ssl.SSLError) as error:
        raise CaseApiMisconfigured(
            "SNAPSHOT_CASE_API_CERTIFICATE_FILE and SNAPSHOT_CASE_API_KEY_FILE can't be read as a PEM certificate and "
            "its key, without a password"
        ) from error
    return context


def _no_password() -> bytes:
    """Without this, a locked key would make the process ask on its terminal and wait for ever."""
    return b""
