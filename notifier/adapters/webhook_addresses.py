"""Decide to which addresses a webhook may lead. An organization types the address, so it must not reach inwards."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""NAT64 (RFC 6052, RFC 8215): an IPv4 address inside, which may be a private one."""


class WebhookAddressNotAllowed(Exception):
    """The webhook's URL, or an address its host name stands for, is not one that may be called."""


@dataclass(frozen=True)
class Target:
    """Where to call: the host for the certificate and the Host header, the port, the path with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """Value of the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def at(self, address: str) -> str:
        """Return the URL with an address in place of the host, so that nothing is looked up a second time."""
        host = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{host}:{self.port}{self.path}"


_PORTS = {"https": 443, "http": 80}


def target_of(url: str, *, allow_private: bool) -> Target:
    """Take a webhook's URL apart.

    Args:
        url: as the organization typed it.
        allow_private: practice mode: plain http is fine too.

    Raises:
        WebhookAddressNotAllowed: not an https URL with a host, or with a user name in it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WebhookAddressNotAllowed from error
    schemes = {"https", "http"} if allow_private else {"https"}
    if parts.scheme not in schemes or not parts.hostname or _has_user(parts):
        raise WebhookAddressNotAllowed
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], path)


def is_public(text: str) -> bool:
    """Whether an IP address is a public one, also when it hides an IPv4 address."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        return _is_public_v6(address)
    return _is_public_v4(address)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.ipv4_mapped is not None:
        return _is_public_v4(address.ipv4_mapped)
    if address.sixtofour is not None or address.teredo is not None or any(address in net for net in _TRANSLATED):
        return False
    reserved = address.is_reserved or address.is_site_local
    return address.is_global and not (address.is_multicast or address.is_private or reserved)


def _is_public_v4(address: IPv4Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_private or address.is_reserved)


def _has_user(parts: SplitResult) -> bool:
    return parts.username is not None or parts.password is not None
