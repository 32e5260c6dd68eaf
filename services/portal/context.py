"""What the routes work with: one PortalContext per application, on ``app.state.context``.

In a route::

    @router.get("/consents")
    async def consents(context: Annotated[PortalContext, Depends(context)]) -> Response: ...
"""

from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request

from services.portal.rate_limits import RateLimits
from services.portal.settings import PortalSettings
from services.register.agreements import Agreements
from services.register.database import Database
from services.register.gate import Gate
from services.runtime.clock import Clock
from services.vault.standing_keys import PurposeKeys
from services.vault.vault import Vault


class Relay(Protocol):
    """Publishes what the outbox holds (services.runtime.relay.OutgoingRelay)."""

    async def run(self) -> None:
        """Publish for as long as the task lives."""

    def nudge(self) -> None:
        """Look at the outbox now instead of at the next poll."""


@dataclass(frozen=True)
class PortalContext:
    """The portal's collaborators. ``master_key``: the standing keys, for claim indexes and single texts."""

    settings: PortalSettings
    database: Database
    vault: Vault
    master_key: PurposeKeys
    gate: Gate
    agreements: Agreements
    clock: Clock
    relay: Relay
    rate_limits: RateLimits


def context(request: Request) -> PortalContext:
    """FastAPI dependency: the application's context."""
    found: PortalContext = request.app.state.context
    return found


Context = Annotated[PortalContext, Depends(context)]
"""``context: Context`` as a route parameter."""
