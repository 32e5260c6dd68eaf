"""``snapshot rules list`` and ``snapshot rules check``: read a rule book, and say everything that is wrong with it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from schemas.values import Language
from services.runtime.clock import legal_day, utc_now
from snapshot_renderer.adapters.packaged_data import RuleBookUnreadable, editorial_with, rule_book_bytes
from snapshot_renderer.rules.page_content import Editorial
from snapshot_renderer.rules.rule_checks import RuleBookFaulty
from snapshot_renderer.settings import Settings

FAULTY = 2
"""Exit code of a command whose rule book can't be used."""


def list_rules(
    language: Annotated[Language, typer.Option(help="Language of the titles.")] = Language.ENGLISH,
    rules: Annotated[Path | None, typer.Option(help="A rule book; by default the one in force.")] = None,
) -> None:
    """List every rule: whom it is for, when it applies, how sure its source is, and until when it may be printed."""
    editorial = opened(rules or Settings().rule_book_file)
    book, today = editorial.book, legal_day(utc_now())
    headings = ("Rule", "For", "Priority", "Step", "When", "Rated", "Review by")
    listing = Table(*headings, title=f"Rule book {book.edition}")
    for rule in sorted(book.rules, key=lambda rule: (rule.audience, rule.priority)):
        review = rule.review_by.isoformat() + (" WITHHELD" if rule.is_overdue(today) else "")
        cells = (rule.id, rule.audience, str(rule.priority), rule.title.say(language), rule.when, rule.conf, review)
        listing.add_row(*cells)
    Console().print(listing)
    if overdue := book.overdue(today):
        typer.echo(f"{len(overdue)} withheld, past their review-by date: {', '.join(rule.id for rule in overdue)}")


def check(
    file: Annotated[Path | None, typer.Argument(help="A rule book; by default the one in force.")] = None,
) -> None:
    """Say everything that is wrong with a rule book, with the lines; ends with 2 when there is anything."""
    book = opened(file or Settings().rule_book_file).book
    typer.echo(f"Rule book {book.edition}: {len(book.rules)} rules, no fault.")


def opened(path: Path | None) -> Editorial:
    """Return a rule book with the packaged rest; prints its faults and ends with 2 when it can't be used."""
    try:
        return editorial_with(rule_book_bytes(path))
    except RuleBookUnreadable as error:
        typer.echo(str(error), err=True)
    except RuleBookFaulty as error:
        for fault in error.faults:
            typer.echo(f"{path or 'packaged rule book'}, {fault.sentence()}", err=True)
        typer.echo(f"{len(error.faults)} fault{'s' if len(error.faults) > 1 else ''}.", err=True)
    raise typer.Exit(FAULTY)
