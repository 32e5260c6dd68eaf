"""What runs beside the portal's routes."""

import asyncio
from dataclasses import replace

from services.portal.app import create_app
from tests.support.portal_world import PortalWorld


class StumblingRelay:
    """Fails in a way that it does not know, once; publishes the next time."""

    def __init__(self) -> None:
        self.starts = 0
        self.publishes = asyncio.Event()

    async def run(self) -> None:
        self.starts += 1
        if self.starts == 1:
            raise LookupError
        self.publishes.set()
        await asyncio.Event().wait()

    def nudge(self) -> None:
        """Nothing waits here."""


async def test_publishing_goes_on_after_a_failure_that_nobody_foresaw(world: PortalWorld) -> None:
    relay = StumblingRelay()
    app = create_app(world.context.settings, replace(world.context, relay=relay))
    async with app.router.lifespan_context(app):
        await asyncio.wait_for(relay.publishes.wait(), 30)
    assert relay.starts == 2
