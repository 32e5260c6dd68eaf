"""Close the consents whose last day is over, and erase what was kept long enough: nothing else looks at those."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.exc import InterfaceError, OperationalError

from services.register.database import Database
from services.register.expiry import expire_all
from services.runtime.clock import Clock
from services.runtime.failures import TemporarilyUnavailable
from services.runtime.structured_log import get_logger
from services.settings import RetentionSettings
from services.vault.retention import StillOpens, erase_due, forget_printed_forms
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


async def erase_kept_long_enough(
    database: Database,
    *,
    vault: Vault,
    settings: RetentionSettings,
    clock: Clock,
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Erase what is due, forget old ids of printed forms, rest, for ever. Several notifiers may do so at once."""
    while True:
        try:
            erased = await erase_due(database, vault, settings, now=clock())
            async with database.transaction() as tx:
                forms_before = clock() - timedelta(days=settings.printed_form_days)
                forgotten = await forget_printed_forms(tx, before=forms_before)
        except (OperationalError, InterfaceError) as away:
            get_logger().warning("register away", companion="erase_kept_long_enough", error=type(away).__name__)
        except TemporarilyUnavailable as away:
            get_logger().warning("erasing waits", companion="erase_kept_long_enough", dependency=away.dependency)
        except StillOpens as opens:
            get_logger().critical("an object opens though its key was destroyed", kind=opens.kind.value)
        else:
            if erased or forgotten:
                get_logger().info("kept long enough and erased", consents=erased, printed_forms=forgotten)
        await rest(REST_SECONDS)
