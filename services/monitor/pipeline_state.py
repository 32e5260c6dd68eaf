"""What the register knows about the line: dead letters, consents past their deadline, the oldest undelivered one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from services.register.database import Database
from services.register.states import FOR_A_PERSON, TERMINAL, ConsentStatus, DeadLetterState, DeliveryState
from services.register.tables import Consent, DeadLetter, Message

STAGE_DEADLINE = timedelta(minutes=15)
"""A consent that stays longer in one automatic state is stuck: the slowest stage is limited to 45 s a try."""

REVIEW_DEADLINE = timedelta(days=2)
"""Two working days for a person to look at an uncertain form, as promised on the status page."""


@dataclass(frozen=True)
class StuckConsent:
    """A consent past the deadline of its state."""

    consent_id: UUID
    status: ConsentStatus
    since: datetime


@dataclass(frozen=True)
class PipelineState:
    """What waits for a person. Ages in seconds; ids only."""

    dead_letters: Sequence[DeadLetter]
    stuck: Sequence[StuckConsent]
    under_way: int
    oldest_under_way_seconds: float | None
    failed_messages: int


async def read_state(database: Database, *, now: datetime) -> PipelineState:
    """Read it all in one view of the register."""
    terminal = [status.value for status in TERMINAL]
    async with database.reading() as tx:
        dead = (
            await tx.scalars(
                select(DeadLetter).where(DeadLetter.state == DeadLetterState.OPEN).order_by(DeadLetter.failed_at)
            )
        ).all()
        waiting = (
            await tx.execute(
                select(Consent.id, Consent.status, Consent.status_since, Consent.uploaded_at)
                .where(Consent.status.not_in(terminal))
                .order_by(Consent.uploaded_at)
            )
        ).all()
        failed = await tx.scalar(select(func.count()).select_from(Message).where(Message.state == DeliveryState.FAILED))
    automatic = [row for row in waiting if row.status not in FOR_A_PERSON]
    return PipelineState(
        dead_letters=dead,
        stuck=[
            StuckConsent(row.id, ConsentStatus(row.status), row.status_since)
            for row in waiting
            if now - row.status_since > deadline(ConsentStatus(row.status))
        ],
        under_way=len(automatic),
        oldest_under_way_seconds=(now - automatic[0].uploaded_at).total_seconds() if automatic else None,
        failed_messages=failed or 0,
    )


def deadline(status: ConsentStatus) -> timedelta:
    """Return how long a consent may stay in a state that is not final."""
    return REVIEW_DEADLINE if status in FOR_A_PERSON else STAGE_DEADLINE
