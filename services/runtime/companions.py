"""Tasks that run beside the consumers for as long as a worker does."""

import asyncio
from collections.abc import Awaitable, Callable

from services.runtime.backoff import Backoff
from services.runtime.structured_log import facts_of, get_logger


async def keep_running(name: str, companion: Callable[[], Awaitable[None]]) -> None:
    """Run a companion until cancelled; when it fails or ends, log by class and start it again after a while."""
    backoff = Backoff()
    while True:
        task = asyncio.ensure_future(companion())
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        error = None if task.cancelled() else task.exception()
        get_logger().error("companion ended", companion=name, **facts_of(error))
        await asyncio.sleep(backoff.next_seconds())
