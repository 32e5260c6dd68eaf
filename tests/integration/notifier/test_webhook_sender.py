"""The webhook sender against a real server on this machine."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from notifier.adapters.webhook_sender import HttpWebhookSender
from notifier.rules.outgoing import WebhookCall
from notifier.rules.redelivery import Accepted, Failure, GiveUp, Outcome, TryAgain
from services.runtime.clock import utc_now
from tests.support.local_web_server import LocalWebServer, local_web_server
from tests.support.notifier_world import WEBHOOK_SECRET

CONSENT = UUID("1a2b3c4d-0000-4000-8000-000000000001")
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[LocalWebServer]:
    async with local_web_server() as web:
        yield web


def call(url: str, secret: str = WEBHOOK_SECRET) -> WebhookCall:
    return WebhookCall(
        message_id=UUID(int=9),
        url=url,
        secret=secret,
        event_type="consent.rejected",
        consent_id=CONSENT,
        status="rejected",
        reasons=("MISSING_SIGNATURE",),
        at=AT,
    )


async def names_lead_here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


def practice() -> HttpWebhookSender:
    return HttpWebhookSender(clock=utc_now, allow_private=True)


async def test_the_receiver_can_verify_the_call_with_the_specifications_own_library(server: LocalWebServer) -> None:
    assert await practice().send(call(f"{server.url}/in?team=7")) == Accepted()
    (request,) = server.received
    assert request.line == "POST /in?team=7 HTTP/1.1"
    verified = Webhook(WEBHOOK_SECRET).verify(request.body, request.headers)
    assert verified == {
        "type": "consent.rejected",
        "timestamp": AT.isoformat(),
        "data": {"consent_id": str(CONSENT), "status": "rejected", "reasons": ["MISSING_SIGNATURE"]},
    }
    assert request.headers["webhook-id"] == str(UUID(int=9))


async def test_a_changed_body_or_another_secret_does_not_verify(server: LocalWebServer) -> None:
    await practice().send(call(server.url))
    (request,) = server.received
    with pytest.raises(WebhookVerificationError):
        Webhook(WEBHOOK_SECRET).verify(request.body.replace(b"rejected", b"approved"), request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(request.body, request.headers)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Accepted()),
        (202, Accepted()),
        (410, GiveUp(Failure.WEBHOOK_GONE)),
        (400, TryAgain(Failure.WEBHOOK_REFUSED)),
        (429, TryAgain(Failure.WEBHOOK_REFUSED)),
        (500, TryAgain(Failure.WEBHOOK_REFUSED)),
        (304, TryAgain(Failure.WEBHOOK_REDIRECTS)),
    ],
)
async def test_the_answers_status_decides(server: LocalWebServer, status: int, outcome: Outcome) -> None:
    server.status = status
    assert await practice().send(call(server.url)) == outcome


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(server: LocalWebServer, status: int) -> None:
    server.status, server.location = status, f"{server.url}/elsewhere"
    assert await practice().send(call(server.url)) == TryAgain(Failure.WEBHOOK_REDIRECTS)
    assert [request.line for request in server.received] == ["POST / HTTP/1.1"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "127.1", "[::ffff:127.0.0.1]"])
async def test_without_practice_mode_nothing_on_this_machine_is_called(server: LocalWebServer, host: str) -> None:
    outcome = await HttpWebhookSender(clock=utc_now).send(call(f"https://{host}:{server.port}/"))
    assert outcome in {TryAgain(Failure.WEBHOOK_ADDRESS_NOT_ALLOWED), TryAgain(Failure.WEBHOOK_AWAY)}
    assert server.received == []


async def test_a_name_that_leads_inwards_is_not_called(server: LocalWebServer) -> None:
    sender = HttpWebhookSender(clock=utc_now, resolve=names_lead_here)
    outcome = await sender.send(call(f"https://hooks.example.org:{server.port}/"))
    assert outcome == TryAgain(Failure.WEBHOOK_ADDRESS_NOT_ALLOWED)
    assert server.received == []


async def test_one_inward_address_among_public_ones_is_enough_to_refuse(server: LocalWebServer) -> None:
    async def mixed(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8", "127.0.0.1"]

    outcome = await HttpWebhookSender(clock=utc_now, resolve=mixed).send(
        call(f"https://hooks.example.org:{server.port}/")
    )
    assert outcome == TryAgain(Failure.WEBHOOK_ADDRESS_NOT_ALLOWED)


async def test_a_name_is_looked_up_once_and_called_in_its_own_name(server: LocalWebServer) -> None:
    lookups: list[str] = []

    async def rebinding(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"] if len(lookups) == 1 else ["8.8.8.8"]

    sender = HttpWebhookSender(clock=utc_now, allow_private=True, resolve=rebinding)
    assert await sender.send(call(f"http://hooks.example.org:{server.port}/")) == Accepted()
    assert lookups == ["hooks.example.org"]
    assert server.received[0].headers["host"] == f"hooks.example.org:{server.port}"


async def test_a_receiver_that_is_away_or_unknown_is_tried_again() -> None:
    async def unknown(_host: str, _port: int) -> list[str]:
        raise OSError

    async with local_web_server() as gone:
        url = gone.url
    assert await practice().send(call(url)) == TryAgain(Failure.WEBHOOK_AWAY)
    sender = HttpWebhookSender(clock=utc_now, resolve=unknown)
    assert await sender.send(call("https://nowhere.example.org/")) == TryAgain(Failure.WEBHOOK_AWAY)


async def test_a_receiver_that_hangs_is_left_after_a_while(server: LocalWebServer) -> None:
    server.hangs = True
    sender = HttpWebhookSender(clock=utc_now, allow_private=True, seconds=0.2)
    assert await asyncio.wait_for(sender.send(call(server.url)), 10) == TryAgain(Failure.WEBHOOK_TIMED_OUT)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!"])
async def test_an_unusable_secret_is_given_up_and_nothing_is_sent(server: LocalWebServer, secret: str) -> None:
    assert await practice().send(call(server.url, secret)) == GiveUp(Failure.SECRET_UNREADABLE)
    assert server.received == []


async def test_the_url_and_the_secret_are_not_in_the_calls_text() -> None:
    text = repr(call("https://hooks.example.org/secret-path"))
    assert "secret-path" not in text
    assert WEBHOOK_SECRET not in text
