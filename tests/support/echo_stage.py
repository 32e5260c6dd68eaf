"""A tiny stage whose events say what shall happen to them, for tests of the runtime.

The media type of a ConsentUploaded is the order: ``echo/ok``, ``echo/slow`` (its seconds in the file ``slow``),
``echo/raise``, ``echo/impossible``, ``echo/forged`` (impossible, and parks nothing), ``echo/away`` (a dependency is
away while the file ``away`` exists). The effect is a row of ``echo_effects``; what is in hand is a line of ``in_hand``.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from uuid import UUID

from sqlalchemy import text

from schemas.consent_events import ConsentReviewNeeded, ConsentUploaded
from schemas.event import Event
from schemas.reason_codes import ReasonCode
from schemas.topics import CONSENT_REVIEW, CONSENT_UPLOADED, Writer
from services.register.database import Database, Transaction
from services.runtime.failures import CannotBeProcessed, TemporarilyUnavailable
from services.runtime.settings import RuntimeSettings
from services.runtime.stage import Consumer, Stage
from services.runtime.worker import run

SECRET = "Maria Example, AB12345C1"
"""Stands for what an exception's text may quote."""


async def create_effects(database: Database) -> None:
    async with database.transaction() as tx:
        number = "INTEGER PRIMARY KEY" if database.is_sqlite else "SERIAL PRIMARY KEY"
        await tx.execute(text(f"CREATE TABLE echo_effects (id {number}, consent_id TEXT, sha TEXT)"))


async def effects(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as tx:
        return [
            (row[0], row[1]) for row in await tx.execute(text("SELECT consent_id, sha FROM echo_effects ORDER BY id"))
        ]


def echo_stage(home: Path) -> Stage:
    consumer = Consumer(CONSENT_UPLOADED, handle=partial(_handle, home=home), prepare=partial(_prepare, home=home))
    return Stage(name=Writer.CONSENT_INTAKE, consumers=(consumer,), writes=(CONSENT_REVIEW,))


async def _prepare(event: ConsentUploaded, *, home: Path) -> str:
    with (home / "in_hand").open("a") as log:
        log.write(f"{event.consent_id} {event.document_sha256}\n")
    if event.media_type == "echo/slow" and (home / "slow").exists():
        await asyncio.sleep(float((home / "slow").read_text()))
    return event.document_sha256


async def _handle(event: ConsentUploaded, preparation: str, tx: Transaction, *, home: Path) -> Sequence[Event]:
    await tx.execute(
        text("INSERT INTO echo_effects (consent_id, sha) VALUES (:consent, :sha)"),
        {"consent": str(event.consent_id), "sha": preparation},
    )
    match event.media_type:
        case "echo/raise":
            raise LookupError(SECRET)
        case "echo/impossible":
            raise CannotBeProcessed(ReasonCode.DOCUMENT_CHANGED)
        case "echo/forged":
            raise CannotBeProcessed(ReasonCode.GRANT_INVALID, parks_later_events=False)
        case "echo/away" if (home / "away").exists():
            raise TemporarilyUnavailable("echo_source")
    return [answer(event)]


def answer(event: ConsentUploaded) -> ConsentReviewNeeded:
    return ConsentReviewNeeded(
        consent_id=event.consent_id, organization_id=event.organization_id, reasons=(ReasonCode.ILLEGIBLE,)
    )


def uploaded(consent_id: UUID, order: str = "echo/ok", number: int = 0) -> ConsentUploaded:
    return ConsentUploaded(
        consent_id=consent_id, organization_id=UUID(int=7), document_sha256=f"{number:064x}", media_type=order
    )


def main() -> None:
    settings = RuntimeSettings()
    run(echo_stage(settings.home), settings, Database(settings.register_url))


if __name__ == "__main__":
    main()
