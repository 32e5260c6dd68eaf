"""One log line a request: method, the route's pattern (never the address, which holds ids and links), status, time."""

from datetime import datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.runtime.clock import Clock
from services.runtime.structured_log import get_logger

QUIET = frozenset({"/healthz", "/readyz", "/static"})


class RequestLog:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, *, clock: Clock) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and log how it went."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock(), 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            self._log(scope, status, began)

    def _log(self, scope: Scope, status: int, began: datetime) -> None:
        route = getattr(scope.get("route"), "path", None) or "unmatched"
        if route not in QUIET:
            duration = round((self._clock() - began).total_seconds() * 1000, 1)
            get_logger().info("request", method=scope["method"], route=route, status=status, milliseconds=duration)
