"""Which address an organization's webhook may have."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from services.portal.languages import mark

ADDRESS_WRONG = mark("Enter a full address that starts with https:// and has no user name in it.")
ADDRESS_PRIVATE = mark("This address is inside a private network. Use one that the internet can reach.")

ADDRESS_LIMIT = 500


def why_no_webhook(url: str, *, practice_mode: bool) -> str | None:
    """Return what is wrong with a webhook's address, or None.

    A name that resolves to a private address is found by whoever sends: names change after they were checked here.

    Args:
        url: as typed.
        practice_mode: also allows http:// to this machine.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return ADDRESS_WRONG
    if len(url) > ADDRESS_LIMIT or not url.isprintable() or not host or parts.username or parts.fragment:
        return ADDRESS_WRONG
    if practice_mode and host in {"127.0.0.1", "localhost", "::1"} and parts.scheme in {"http", "https"}:
        return None
    if parts.scheme != "https":
        return ADDRESS_WRONG
    return ADDRESS_PRIVATE if _is_private(host) else None


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost", ".lan"))
