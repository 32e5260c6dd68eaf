"""``snapshot rules test``: who would be advised something else, before an edited rule book is in force."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from schemas.case_record import CaseCopy
from schemas.values import Party
from services.runtime.clock import legal_day, utc_now
from snapshot_renderer.rule_commands.checking import FAULTY, opened
from snapshot_renderer.rules.advice_changes import (
    Advice,
    Change,
    RuleCount,
    advice_for,
    changes_between,
    counts_of,
    reworded,
)
from snapshot_renderer.rules.case_figures import FiguresDoNotReconcile
from snapshot_renderer.rules.next_steps import RuleBroken
from snapshot_renderer.rules.page_content import Editorial
from snapshot_renderer.samples.made_up_cases import CASES
from snapshot_renderer.samples.varied_cases import varied_case
from snapshot_renderer.settings import Settings

CHANGED = 1
"""Exit code when anybody would be advised something else, or in other words."""

LEAST_WIDTH = 100


def compare(
    rules: Annotated[Path | None, typer.Option(help="The edited rule book; by default the one in force.")] = None,
    against: Annotated[Path | None, typer.Option(help="The one before; by default the packaged one.")] = None,
    cases: Annotated[
        Path | None, typer.Option(help="Case copies, one JSON object a line; by default made-up cases.")
    ] = None,
    varied: Annotated[int, typer.Option(min=0, help="How many made-up cases with random facts, of each side.")] = 400,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Withhold what is to be reviewed before; today.")
    ] = None,
    show: Annotated[int, typer.Option(min=0, help="How many changed cases to list.")] = 20,
) -> None:
    """Compare two rule books case by case. Ends with 0: no change, 1: changes, 2: a file can't be used."""
    after, before = opened(rules or Settings().rule_book_file), opened(against)
    day = on.date() if on else legal_day(utc_now())
    copies = _copies(cases) if cases else _made_up(varied)
    old, new = _advice(copies, before, day), _advice(copies, after, day)
    changes = changes_between(old, new)
    ids = [rule.id for editorial in (before, after) for rule in editorial.book.rules]
    words = reworded(before.book, after.book)
    typer.echo(f"{len(old)} pages of {len(copies)} cases; rule book {before.book.edition} -> {after.book.edition}")
    _print_counts(counts_of(old, new, changes, ids))
    _print_changes(changes, show)
    for rule_id in words:
        typer.echo(f"{rule_id}: other words or links, on {sum(rule_id in page for page in new.values())} pages")
    typer.echo(f"{len(changes)} pages change, {len(words)} rules are worded anew.")
    if changes or words:
        raise typer.Exit(CHANGED)


def _made_up(varied: int) -> Mapping[str, CaseCopy]:
    """Return the hand-made cases and seeded ones, both sides of each; labels name no person."""
    found = {f"{name} ({party.value})": make(party).case for name, make in CASES.items() for party in Party}
    found |= {
        f"varied {number} ({party.value})": varied_case(number, party) for number in range(varied) for party in Party
    }
    return found


def _copies(path: Path) -> Mapping[str, CaseCopy]:
    found = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            if line.strip():
                case = CaseCopy.model_validate_json(line)
                found[f"line {number} ({case.party.value})"] = case
    except ValidationError:  # its text quotes the record
        typer.echo(f"{path}, line {number}: this is no case copy.", err=True)
        raise typer.Exit(FAULTY) from None
    except (OSError, UnicodeDecodeError):
        typer.echo(f"{path} can't be read.", err=True)
        raise typer.Exit(FAULTY) from None
    return found


def _advice(copies: Mapping[str, CaseCopy], editorial: Editorial, day: date) -> dict[str, Advice]:
    found = {}
    for label, case in copies.items():
        as_of = legal_day(case.as_of)
        try:
            found[label] = advice_for(case, editorial.book, editorial.constants, as_of=as_of, reviewed_on=day)
        except FiguresDoNotReconcile:
            continue  # no page, by any rule book
        except RuleBroken as broken:
            typer.echo(f"rule {broken.rule_id} can't be computed for {label}.", err=True)
            raise typer.Exit(FAULTY) from None
    return found


def _print_counts(counts: Sequence[RuleCount]) -> None:
    table = Table("Rule", "Before", "After", "Added", "Removed", "Moved")
    for count in counts:
        figures = (count.before, count.after, count.added, count.removed, count.moved)
        table.add_row(count.rule_id, *(str(figure) for figure in figures))
    _screen().print(table)


def _print_changes(changes: Sequence[Change], show: int) -> None:
    for change in changes[:show]:
        parts = [f"+{rule}" for rule in change.added] + [f"-{rule}" for rule in change.removed]
        parts += [f"~{rule}" for rule in change.moved]
        typer.echo(f"{change.case}: {' '.join(parts)}")
    if len(changes) > show:
        typer.echo(f"and {len(changes) - show} more")


def _screen() -> Console:
    screen = Console()
    return screen if screen.is_terminal else Console(width=max(screen.width, LEAST_WIDTH))
