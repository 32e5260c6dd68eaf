"""``snapshot practice-county``: make the made-up cases, or list them."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from case_fetcher.practice.county_writer import write_practice_county
from case_fetcher.practice.scenarios import SCENARIOS
from case_fetcher.settings import Settings

app = typer.Typer()


@app.command()
def practice_county(
    cases: Annotated[int, typer.Option(min=1, help="How many cases; never fewer than 200.")] = 240,
    seed: Annotated[int, typer.Option(help="The same seed gives the same county.")] = 2026,
    show: Annotated[bool, typer.Option("--list", help="Only list the hand-made cases and their parents.")] = False,
) -> None:
    """Write the practice county (made-up cases) to the configured case records database."""
    if show:
        _list_scenarios()
        return
    settings = Settings()
    if settings.case_source_kind != "sql":
        typer.echo("SNAPSHOT_CASE_SOURCE_URL names no database; the practice county is written to databases only")
        raise typer.Exit(2)
    settings.home.mkdir(parents=True, exist_ok=True)
    written = write_practice_county(settings.case_records_url, count=cases, seed=seed)
    typer.echo(f"{written} practice cases written")


def _list_scenarios() -> None:
    listing = Table("Case", "Scenario", "Noncustodial parent", "Born", "Custodial parent", "Born")
    for scenario in SCENARIOS:
        (payer, payer_born), (payee, payee_born) = scenario.noncustodial, scenario.custodial
        listing.add_row(
            scenario.case_identifier, scenario.name, payer, payer_born.isoformat(), payee, payee_born.isoformat()
        )
    Console().print(listing)
