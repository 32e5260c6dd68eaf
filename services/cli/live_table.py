"""What ``up`` shows while it runs: addresses, sign-in, and a line for each process."""

import json
from pathlib import Path
from typing import Any

import httpx
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from services.cli.installation import Addresses
from services.cli.processes import ManagedProcess


def practice_people(home: Path) -> dict[str, Any]:
    """Return the practice people's sign-ins as ``snapshot practice-people`` wrote them."""
    found: dict[str, Any] = json.loads((home / "keys" / "practice_people.json").read_text())
    return found


def addresses_panel(addresses: Addresses, home: Path) -> Panel:
    """Return where to look and how to sign in."""
    people = practice_people(home)
    table = Table.grid(padding=(0, 2))
    table.add_row("[bold]Portal[/bold]", addresses.portal_url)
    table.add_row("[bold]Operations[/bold]", addresses.monitor_url)
    if addresses.mail_url:
        table.add_row("[bold]E-mail (caught here)[/bold]", addresses.mail_url)
    table.add_row("", "")
    for person in people["people"]:
        table.add_row(person["role"].replace("_", " "), f"{person['email']}   {person['password']}")
    table.add_row("", "")
    table.add_row(
        "Try",
        "snapshot sample-consent --portal --scan flatbed --out /tmp/form.pdf && snapshot submit /tmp/form.pdf --follow",
    )
    return Panel(table, title="The Child Support Snapshot (practice data)", title_align="left", expand=False)


def process_table(processes: list[ManagedProcess], addresses: Addresses) -> Table:
    """Return a line for each process: state, memory, and what waits in front of it."""
    waiting = _waiting(addresses)
    table = Table("Process", "State", "Process id", "Memory", "Waiting")
    for process in processes:
        state = Text("ended", style="red") if process.has_ended() else Text("running", style="green")
        memory = f"{process.resident_kib() / 1024:.0f} MiB"
        table.add_row(process.name, state, str(process.pid), memory, waiting.get(process.module, ""))
    return table


def _waiting(addresses: Addresses) -> dict[str, str]:
    try:
        look = httpx.get(f"{addresses.monitor_url}/lag.json", timeout=1.0, trust_env=False).json()
    except (httpx.TransportError, ValueError):
        return {}
    counts: dict[str, int] = {}
    for partition in look["partitions"]:
        counts[partition["group"]] = counts.get(partition["group"], 0) + partition["waiting"]
    return {group: str(count) for group, count in counts.items()}
