"""How the pipeline stands, as the register knows it: counts and times only, nobody's data."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from services.register.database import Transaction
from services.register.states import TERMINAL, ConsentStatus, DeadLetterState, DeliveryState
from services.register.tables import Consent, DeadLetter, Message, OutgoingEvent


@dataclass(frozen=True)
class StatusCount:
    """Consents in one status; ``oldest`` is since when the longest-waiting one is there."""

    status: ConsentStatus
    consents: int
    oldest: datetime


@dataclass(frozen=True)
class PipelineFigures:
    """What an operator looks at first."""

    on_the_way: tuple[StatusCount, ...]
    finished: int
    unpublished: int
    unpublished_since: datetime | None
    open_dead_letters: int
    messages_waiting: int
    messages_failed: int


async def pipeline_figures(tx: Transaction) -> PipelineFigures:
    """Count."""
    counted = await tx.execute(
        select(Consent.status, func.count(), func.min(Consent.status_since)).group_by(Consent.status)
    )
    by_status = {row[0]: StatusCount(row[0], row[1], row[2]) for row in counted}
    waiting = select(func.count(), func.min(OutgoingEvent.created_at)).where(OutgoingEvent.published_at.is_(None))
    unpublished, since = (await tx.execute(waiting)).one()
    messages = {row[0]: row[1] for row in await tx.execute(select(Message.state, func.count()).group_by(Message.state))}
    dead = await tx.scalar(select(func.count()).select_from(DeadLetter).where(DeadLetter.state == DeadLetterState.OPEN))
    return PipelineFigures(
        on_the_way=tuple(by_status[status] for status in ConsentStatus if status in by_status.keys() - TERMINAL),
        finished=sum(count.consents for status, count in by_status.items() if status in TERMINAL),
        unpublished=unpublished,
        unpublished_since=since,
        open_dead_letters=dead or 0,
        messages_waiting=messages.get(DeliveryState.PENDING, 0),
        messages_failed=messages.get(DeliveryState.FAILED, 0),
    )
