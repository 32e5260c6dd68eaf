"""Closing the consents whose last day is over, whether or not anybody asks for them again."""

from datetime import datetime

from services.register import audit, consents
from services.register.database import Database
from services.runtime.clock import legal_day
from services.vault.vault import Vault


async def expire_all(database: Database, *, vault: Vault, now: datetime) -> int:
    """Expire every consent whose last day (New York) is before today, each in its own transaction.

    Returns:
        How many were closed.
    """
    today = legal_day(now)
    closed = 0
    while True:
        async with database.reading() as tx:
            due = await consents.past_their_last_day(tx, today)
        if not due:
            return closed
        for consent_id in due:
            async with database.transaction() as tx:
                closed += await consents.expire(tx, consent_id, actor=audit.SYSTEM, at=now, vault=vault)
