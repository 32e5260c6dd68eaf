"""Close the consents whose last day is over, every hour: nothing else looks at a consent that nobody asks for again."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import InterfaceError, OperationalError

from services.register.database import Database
from services.register.expiry import expire_all
from services.runtime.clock import Clock
from services.runtime.structured_log import get_logger
from services.vault.vault import Vault

REST_SECONDS = 3600.0
"""A consent ends at midnight in New York and the gate refuses it from then on; its key is gone within this time."""


async def close_expired(
    database: Database, *, vault: Vault, clock: Clock, rest: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Expire what is over, destroy its keys, rest, for ever. Several notifiers may do so at the same time.

    Args:
        database: the register.
        vault: holds the keys.
        clock: the time.
        rest: waits between two rounds.
    """
    while True:
        try:
            closed = await expire_all(database, vault=vault, now=clock())
        except (OperationalError, InterfaceError) as away:
            get_logger().warning("register away", companion="close_expired", error=type(away).__name__)
        else:
            if closed:
                get_logger().info("consents expired", count=closed)
        await rest(REST_SECONDS)
