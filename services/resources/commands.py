"""``snapshot resources``: keep the catalogue's links alive."""

import asyncio

import httpx
import typer
from rich.console import Console
from rich.table import Table

from services.resources.catalogue import all_resources
from services.resources.link_check import FAULTS, SECONDS, CheckedLink, LinkState, check_links

app = typer.Typer(no_args_is_help=True, help="The catalogue of official pages, forms, brochures and videos.")


@app.callback()
def _resources() -> None:
    """The catalogue of official pages, forms, brochures and videos."""


@app.command()
def check() -> None:
    """Ask every link on the internet whether it still leads somewhere; exits with 1 when one is dead or not HTTPS."""
    found = asyncio.run(_check())
    table = Table("Resource", "State", "HTTP", "Address", title=f"{len(found)} links")
    for link in found:
        if link.state is not LinkState.ALIVE:
            moved = f"{link.url} -> {link.leads_to}" if link.leads_to not in {"", link.url} else link.url
            table.add_row(link.resource_id, link.state.value, str(link.status or ""), moved)
    Console().print(table)
    faults = sum(link.state in FAULTS for link in found)
    typer.echo(f"{sum(link.state is LinkState.ALIVE for link in found)} alive, {faults} dead or not HTTPS")
    raise typer.Exit(1 if faults else 0)


async def _check() -> list[CheckedLink]:
    async with httpx.AsyncClient(timeout=SECONDS, follow_redirects=False) as client:
        return await check_links(all_resources(), client)
