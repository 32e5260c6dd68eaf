"""``snapshot lag``: what waits, for each consumer group, topic and partition."""

import json
import time
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from services.monitor.app import as_json
from services.monitor.kafka_offsets import KafkaOffsets
from services.monitor.lag_rules import PartitionStatus
from services.monitor.sentences import duration
from services.monitor.settings import Settings
from services.monitor.watch import LagHistory, Look
from services.runtime.failures import TemporarilyUnavailable

app = typer.Typer()

LEAST_COLUMNS = 110
"""A narrower table would cut names off; a terminal wraps, a file does not care."""

KAFKA_AWAY = 2
TOO_OLD = 1


@app.command()
def lag(
    as_data: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    max_age: Annotated[
        float | None, typer.Option(help="Exit with 1 when the oldest record waits longer than this many seconds.")
    ] = None,
    watch: Annotated[bool, typer.Option(help="Look again every two seconds until Ctrl-C.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also list partitions where nothing waits.")] = False,
) -> None:
    """Show how many records wait in front of every stage, and for how long."""
    history = LagHistory()
    try:
        with KafkaOffsets(Settings().kafka_brokers) as offsets:
            look = Look(time.time(), history.judge(offsets.sweep()))
            if watch:
                _watch(offsets, history, everything=everything)
    except TemporarilyUnavailable:
        typer.echo("Kafka does not answer. Is it running? `snapshot doctor` looks closer.", err=True)
        raise typer.Exit(KAFKA_AWAY) from None
    if as_data:
        typer.echo(json.dumps(as_json(look), indent=2))
    else:
        Console(width=max(Console().width, LEAST_COLUMNS)).print(lag_table(look, everything=everything))
    oldest = max((judged.lag.sample.oldest_age or 0.0 for judged in look.partitions), default=0.0)
    if max_age is not None and oldest > max_age:
        raise typer.Exit(TOO_OLD)


def lag_table(look: Look, *, everything: bool) -> Group:
    """Return the table of a look and one line of totals."""
    table = Table("Stage", "Topic", "Part", "Committed", "End", "Waiting", "Oldest", "Workers", "Status", box=SIMPLE)
    waiting = 0
    for judged in look.partitions:
        lag_, sample = judged.lag, judged.lag.sample
        waiting += lag_.waiting
        if not (everything or lag_.waiting or judged.verdict.status is not PartitionStatus.OK):
            continue
        committed = "never" if sample.committed is None else str(sample.committed)
        members = "?" if lag_.members is None else str(lag_.members)
        row = (lag_.group, lag_.topic, str(lag_.partition), committed, str(sample.end), str(lag_.waiting))
        table.add_row(*row, duration(sample.oldest_age), members, judged.verdict.status.value)
    parts = len(look.partitions)
    total = Text(f"{waiting} waiting in {parts} partitions", style="bold" if waiting else "green")
    return Group(table, total) if table.row_count else Group(total)


def _watch(offsets: KafkaOffsets, history: LagHistory, *, everything: bool) -> None:
    try:
        with Live(refresh_per_second=2) as live:
            while True:
                live.update(lag_table(Look(time.time(), history.judge(offsets.sweep())), everything=everything))
                time.sleep(2)
    except KeyboardInterrupt:
        return
