"""Call webhooks as the Standard Webhooks specification says: signed, timed, and without following a redirect."""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable

import httpx
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from notifier.adapters.webhook_addresses import Target, WebhookAddressNotAllowed, is_public, target_of
from notifier.rules.outgoing import WebhookCall
from notifier.rules.redelivery import Accepted, Failure, GiveUp, Outcome, TryAgain
from services.runtime.clock import Clock

TIMEOUT_SECONDS = 15.0
"""The specification's lower bound."""

USER_AGENT = "child-support-snapshot-webhooks/1"

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""``async (host, port) -> IP addresses``; raises OSError."""


async def system_resolver(host: str, port: int) -> list[str]:
    """Look a name up as the system does."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class HttpWebhookSender:
    """Sends each call over a connection of its own, to an address that was checked.

    Args:
        clock: for the signed timestamp.
        allow_private: practice mode: plain http and addresses of this machine and its networks are fine.
        resolve: name look-up.
        seconds: for the whole call, name look-up included.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        allow_private: bool = False,
        resolve: Resolve = system_resolver,
        seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._clock = clock
        self._allow_private = allow_private
        self._resolve = resolve
        self._seconds = seconds

    async def send(self, call: WebhookCall) -> Outcome:
        """Call once; the answer says whether the receiver took it."""
        try:
            headers, body = self._signed(call)
        except (EmptyWebhookSecretError, ValueError):
            return GiveUp(Failure.SECRET_UNREADABLE)
        try:
            async with asyncio.timeout(self._seconds):
                status = await self._post(call.url, headers, body)
        except WebhookAddressNotAllowed:
            return TryAgain(Failure.WEBHOOK_ADDRESS_NOT_ALLOWED)
        except (TimeoutError, httpx.TimeoutException):
            return TryAgain(Failure.WEBHOOK_TIMED_OUT)
        except (OSError, httpx.TransportError, httpx.InvalidURL, UnicodeError):
            return TryAgain(Failure.WEBHOOK_AWAY)
        return _judged(status)

    def _signed(self, call: WebhookCall) -> tuple[dict[str, str], bytes]:
        now = self._clock()
        body = _body(call)
        signature = Webhook(call.secret).sign(str(call.message_id), now, body)
        headers = {
            "webhook-id": str(call.message_id),
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signature,
            "content-type": "application/json",
            "user-agent": USER_AGENT,
        }
        return headers, body.encode()

    async def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Post and return the status; the receiver's body is not read."""
        target = target_of(url, allow_private=self._allow_private)
        address = await self._checked_address(target)
        extensions = {"sni_hostname": target.host}
        async with (
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=self._seconds) as client,
            client.stream(
                "POST",
                target.at(address),
                content=body,
                headers={**headers, "host": target.host_header},
                extensions=extensions,
            ) as response,
        ):
            return response.status_code

    async def _checked_address(self, target: Target) -> str:
        """Return the address to connect to: looked up once, so that a second look-up can't lead elsewhere.

        Raises:
            WebhookAddressNotAllowed: one of the name's addresses is private: none is called then.
        """
        addresses = await self._resolve(target.host, target.port)
        if not addresses:
            raise OSError
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise WebhookAddressNotAllowed
        return addresses[0]


def _body(call: WebhookCall) -> str:
    data = {"consent_id": str(call.consent_id), "status": call.status, "reasons": list(call.reasons)}
    content = {"type": call.event_type, "timestamp": call.at.isoformat(), "data": data}
    return json.dumps(content, separators=(",", ":"))


def _judged(status: int) -> Outcome:
    if httpx.codes.is_success(status):
        return Accepted()
    if status == httpx.codes.GONE:
        return GiveUp(Failure.WEBHOOK_GONE)
    return TryAgain(Failure.WEBHOOK_REDIRECTS if httpx.codes.is_redirect(status) else Failure.WEBHOOK_REFUSED)
