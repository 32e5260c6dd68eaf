"""``snapshot dead-letters``: see what was set aside, and replay or discard it."""

import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any

import typer

from schemas.topics import Writer
from services.register.command_runs import run_on_register
from services.register.database import Database
from services.register.operators import operator
from services.register.tables import DeadLetter
from services.runtime import dead_letters
from services.runtime.clock import utc_now
from services.runtime.dead_letters import Coordinates, DeadLetterUnknown, EarlierOneWaits, Replayed
from services.runtime.failures import TemporarilyUnavailable
from services.runtime.publisher import KafkaPublisher
from services.runtime.relay import OutgoingRelay
from services.runtime.settings import RuntimeSettings

app = typer.Typer(no_args_is_help=True, help="Events that could not be processed.")

Where = Annotated[
    list[str] | None, typer.Argument(help="Which ones, as printed by list: group/topic/partition/offset.")
]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the dead letter. No personal data.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
Group = Annotated[str | None, typer.Option("--stage", help="Only this stage's.")]
Code = Annotated[str | None, typer.Option("--code", help="Only those with this reason code.")]


@app.command("list")
def list_command(
    group: Group = None,
    code: Code = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List what is open, oldest first."""

    async def read(database: Database, _settings: RuntimeSettings) -> Sequence[DeadLetter]:
        async with database.reading() as tx:
            return await dead_letters.list_open(tx, group=group, code=code)

    rows = _run(read)
    for row in rows:
        typer.echo(json.dumps(_facts(row)) if as_json else _line(row))
    if not rows and not as_json:
        typer.echo("No dead letters are open.")


@app.command("replay")
def replay_command(
    reason: Reason, where: Where = None, group: Group = None, code: Code = None, dry_run: DryRun = False
) -> None:
    """Send events to their stage again, each with the later events of its consent that wait behind it."""

    async def replay(database: Database, settings: RuntimeSettings) -> list[Replayed]:
        sent: list[Replayed] = []
        for one in await _chosen(database, where, group, code):
            async with database.transaction() as tx:
                try:
                    sent.append(
                        await dead_letters.replay(tx, one, actor=operator(), why=reason, at=utc_now(), dry_run=dry_run)
                    )
                except (DeadLetterUnknown, EarlierOneWaits) as refused:
                    # Most likely it went along with an earlier one of the same consent a moment ago.
                    typer.echo(f"{_name(one)}: {_EXPLAINED[type(refused)]}", err=True)
                    continue
            if not dry_run:
                await _publish(database, settings, one.group)
        return sent

    for replayed in _run(replay):
        verb = "would be sent" if dry_run else "sent"
        typer.echo(
            f"consent {replayed.key}: {len(replayed.event_ids)} {verb}, oldest of {replayed.oldest:%Y-%m-%d %H:%M} UTC"
        )


@app.command("discard")
def discard_command(
    reason: Reason, where: Where = None, group: Group = None, code: Code = None, dry_run: DryRun = False
) -> None:
    """Give events up for good. What waits behind one stays until it is replayed or discarded too."""

    async def discard(database: Database, _settings: RuntimeSettings) -> list[Coordinates]:
        gone: list[Coordinates] = []
        for one in await _chosen(database, where, group, code):
            async with database.transaction() as tx:
                try:
                    await dead_letters.discard(tx, one, actor=operator(), why=reason, at=utc_now(), dry_run=dry_run)
                except DeadLetterUnknown as refused:
                    typer.echo(f"{_name(one)}: {_EXPLAINED[type(refused)]}", err=True)
                    continue
            gone.append(one)
        return gone

    for one in _run(discard):
        typer.echo(f"{_name(one)}: {'would be discarded' if dry_run else 'discarded'}")


_EXPLAINED: dict[type[Exception], str] = {
    DeadLetterUnknown: "not open (any more)",
    EarlierOneWaits: "an earlier dead letter of the same consent has to go first",
}


def _run(work: Callable[[Database, RuntimeSettings], Awaitable[Any]]) -> Any:
    settings = RuntimeSettings()
    return run_on_register(settings.register_url, lambda database: work(database, settings))


async def _chosen(
    database: Database, where: list[str] | None, group: str | None, code: str | None
) -> list[Coordinates]:
    if where:
        return [_coordinates(text) for text in where]
    if group is None and code is None:
        raise typer.BadParameter("name dead letters, or choose them with --stage or --code")
    async with database.reading() as tx:
        rows = await dead_letters.list_open(tx, group=group, code=code)
    return [Coordinates(row.group, row.topic, row.partition, row.offset) for row in rows]


def _coordinates(text: str) -> Coordinates:
    parts = text.split("/")
    if len(parts) != 4 or not (parts[2].isdigit() and parts[3].isdigit()):  # noqa: PLR2004 - the four of the format
        raise typer.BadParameter("a dead letter is named group/topic/partition/offset")
    return Coordinates(parts[0], parts[1], int(parts[2]), int(parts[3]))


async def _publish(database: Database, settings: RuntimeSettings, group: str) -> None:
    publisher = KafkaPublisher(settings.kafka_brokers)
    try:
        await OutgoingRelay(database, publisher, Writer(group), utc_now).publish_waiting()
    except TemporarilyUnavailable:
        typer.echo("The broker is away; the stage's worker sends them when it is back.", err=True)
    finally:
        await publisher.close()


def _name(one: Coordinates) -> str:
    return f"{one.group}/{one.topic}/{one.partition}/{one.offset}"


def _facts(row: DeadLetter) -> dict[str, object]:
    return {
        "where": f"{row.group}/{row.topic}/{row.partition}/{row.offset}",
        "key": row.key,
        "event_id": str(row.event_id) if row.event_id else None,
        "code": row.code,
        "disposition": row.disposition,
        "parks_later_events": row.parks_later_events,
        "failed_at": row.failed_at.isoformat(),
        "replays": row.replays,
    }


def _line(row: DeadLetter) -> str:
    where = f"{row.group}/{row.topic}/{row.partition}/{row.offset}"
    return f"{row.failed_at:%Y-%m-%d %H:%M} UTC  {row.code:<20} {row.disposition:<12} {where}  {row.key}"
