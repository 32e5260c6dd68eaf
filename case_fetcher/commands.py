"""``snapshot practice-county``: make the made-up cases or list them. ``snapshot case-records``: check the real ones."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from case_fetcher.adapters.extract_files import ExtractRefused
from case_fetcher.adapters.source_mapping import MappingError
from case_fetcher.adapters.tls import CaseApiMisconfigured
from case_fetcher.app import case_source
from case_fetcher.practice.county import practice_cases
from case_fetcher.practice.county_writer import write_practice_county
from case_fetcher.practice.scenarios import SCENARIOS
from case_fetcher.rules.consented_copy import consented_copy
from case_fetcher.settings import Settings
from case_fetcher.stage import CaseSource
from schemas.values import FULL_SCOPE
from services.runtime.clock import legal_day

app = typer.Typer()
records_app = typer.Typer()


@app.command()
def practice_county(
    cases: Annotated[int, typer.Option(min=1, help="How many cases; never fewer than 200.")] = 240,
    seed: Annotated[int, typer.Option(help="The same seed gives the same county.")] = 2026,
    show: Annotated[bool, typer.Option("--list", help="Only list the hand-made cases and their parents.")] = False,
    copies: Annotated[
        Path | None, typer.Option(help="Also write what a consent would open of each case, one JSON object a line.")
    ] = None,
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
    if copies is not None:
        identifiers = [one.case["case_identifier"] for one in practice_cases(count=cases, seed=seed, today=_today())]
        lines = asyncio.run(_case_copies(case_source(settings), [str(identifier) for identifier in identifiers]))
        copies.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        typer.echo(f"{len(lines)} case copies written to {copies}")


async def _case_copies(source: CaseSource, identifiers: Sequence[str]) -> list[str]:
    """Return the copy of each parent on each case that would leave this stage; cases held for staff do not."""
    lines = []
    for identifier in identifiers:
        case = await source.find(identifier, FULL_SCOPE)
        if case is None or case.held_for_staff:
            continue
        lines += [consented_copy(case, person, FULL_SCOPE).model_dump_json() for person in case.parties]
    return lines


def _today() -> date:
    return legal_day(datetime.now(UTC))


@records_app.command()
def case_records() -> None:
    """Check the configured case records as the process does at its start, and say in a sentence what is wrong."""
    settings = Settings()
    try:
        case_source(settings)
    except (MappingError, CaseApiMisconfigured, ExtractRefused) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"the case records are as configured ({settings.case_source_kind})")


def _list_scenarios() -> None:
    listing = Table("Case", "Scenario", "Noncustodial parent", "Born", "Custodial parent", "Born")
    for scenario in SCENARIOS:
        (payer, payer_born), (payee, payee_born) = scenario.noncustodial, scenario.custodial
        listing.add_row(
            scenario.case_identifier, scenario.name, payer, payer_born.isoformat(), payee, payee_born.isoformat()
        )
    Console().print(listing)
