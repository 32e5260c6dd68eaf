"""``snapshot up``: the whole product on this machine, from nothing to ready; Ctrl-C stops all that it started."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from services.cli import demonstration
from services.cli.installation import Addresses, PreparationFailed, choose_addresses, environment, prepare
from services.cli.kafka_jars import KafkaMissing
from services.cli.line import line_processes
from services.cli.live_table import addresses_panel, process_table
from services.cli.local_kafka import KafkaWillNotStart, LocalKafka
from services.cli.ports import free_port
from services.cli.processes import (
    ManagedProcess,
    ProcessEnded,
    start_again_what_ended,
    stop_all,
    wait_until_ready,
)
from services.cli.running import Running, find_running, forget
from services.cli.settings import Settings

READY_SECONDS = 90.0

app = typer.Typer(pretty_exceptions_show_locals=False)
down_app = typer.Typer()
FAILED, INTERRUPTED = 1, 0


class Told(Exception):
    """Somebody asked us to stop."""


@app.command()
def up(
    demo: Annotated[
        bool, typer.Option(help="Submit one form of each outcome, show what became of them, and stop.")
    ] = False,
    quiet: Annotated[bool, typer.Option(help="No live table (for scripts).")] = False,
) -> None:
    """Start everything, wait until it is ready, and show where to look. Ctrl-C stops it all again."""
    console, settings = Console(), Settings()
    if (running := find_running(settings.home)) is not None:
        console.print(f"It runs already: {running.portal} (stop it with `snapshot down`).")
        raise typer.Exit(FAILED)
    signal.signal(signal.SIGTERM, _tell)
    signal.signal(signal.SIGINT, _tell)
    try:
        with _everything(settings, console) as (processes, addresses):
            if demo:
                raise typer.Exit(demonstration.run(settings.home, addresses, console))
            _show(processes, addresses, settings.home, console, quiet=quiet)
    except Told:
        console.print("Stopped.")
    except (PreparationFailed, ProcessEnded, KafkaMissing, KafkaWillNotStart) as failure:
        console.print(f"[red]{failure}[/red]")
        raise typer.Exit(FAILED) from None


@down_app.command()
def down() -> None:
    """Stop a running ``up``, and with it all that it started."""
    running = find_running(Settings().home)
    if running is None:
        typer.echo("Nothing runs here.")
        return
    os.kill(running.pid, signal.SIGTERM)
    while find_running(Settings().home) is not None:
        time.sleep(0.1)
    typer.echo("Stopped.")


def _tell(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Told


@contextlib.contextmanager
def _everything(settings: Settings, console: Console) -> Iterator[tuple[list[ManagedProcess], Addresses]]:
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        stack.callback(forget, settings.home)  # last of all: while the file is there, something still runs
        with console.status("Kafka"):
            brokers = settings.kafka_brokers or _start_kafka(settings, stack)
        addresses = choose_addresses(settings, brokers)
        told = environment(settings, addresses)
        with console.status("Keys, tables, topics, practice county"):
            prepare(settings, told)
        processes = line_processes(settings, addresses, told)
        stack.callback(stop_all, processes)
        with console.status("Portal, stages, monitor"):
            for process in processes:
                process.start()
            wait_until_ready(processes, seconds=READY_SECONDS)
        pids = {process.name: process.pid or 0 for process in processes}
        running = Running(os.getpid(), addresses.portal_url, addresses.monitor_url, addresses.mail_url, told, pids)
        running.write(settings.home)
        console.print(f"Ready in {time.monotonic() - began:.1f} s.")
        yield processes, addresses


def _start_kafka(settings: Settings, stack: contextlib.ExitStack) -> str:
    kafka = LocalKafka(settings.home / "kafka", port=free_port(settings.kafka_port))
    stack.enter_context(kafka)
    return kafka.brokers


def _show(processes: list[ManagedProcess], addresses: Addresses, home: Path, console: Console, *, quiet: bool) -> None:
    console.print(addresses_panel(addresses, home))
    table = Live(console=console, refresh_per_second=1) if console.is_terminal and not quiet else None
    with table or contextlib.nullcontext():
        while True:
            for process in start_again_what_ended(processes):
                console.print(f"{process.name} ended and was started again; see {process.log_file}")
            if table is not None:
                table.update(process_table(processes, addresses))
            time.sleep(1)
