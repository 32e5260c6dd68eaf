"""``snapshot pages``: look at the page of a made-up case. ``snapshot rules``: what may be advised, and when."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pypdfium2
import typer
from PIL import Image
from rich.console import Console
from rich.table import Table

from schemas.values import Language, Party
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_maker import make_page
from snapshot_renderer.samples.made_up_cases import CASES

pages_app = typer.Typer(no_args_is_help=True, help="The one-page snapshot.")
rules_app = typer.Typer(no_args_is_help=True, help="The rule book of next steps.")

PREVIEW_WIDTH_PX = 1000
PREVIEW_COLORS = 160
"""Enough to keep every colour of the page and smooth type, at a third of the size of full colour."""


class MadeUpCase(StrEnum):
    """A case to look at."""

    TYPICAL = "typical"
    MINIMAL = "minimal"
    UNPAID = "unpaid"
    WORST = "worst"


@pages_app.callback()
def _pages() -> None:
    """The one-page snapshot."""


@pages_app.command()
def preview(
    out: Annotated[Path, typer.Option(help="PDF to write.")],
    party: Annotated[Party, typer.Option(help="Side of the case.")] = Party.NONCUSTODIAL,
    language: Annotated[Language, typer.Option(help="Language of the page.")] = Language.ENGLISH,
    case: Annotated[MadeUpCase, typer.Option(help="Which made-up case.")] = MadeUpCase.TYPICAL,
    png: Annotated[bool, typer.Option("--png", help="Also write a picture beside the PDF.")] = False,
) -> None:
    """Write the page of a made-up case."""
    pdf = make_page(CASES[case.value](party), language)
    out.write_bytes(pdf)
    typer.echo(f"{out}: {len(pdf)} bytes")
    if png:
        picture = out.with_suffix(".png")
        _picture(pdf).save(picture, optimize=True)
        typer.echo(f"{picture}: {picture.stat().st_size} bytes")


@rules_app.callback()
def _rules() -> None:
    """The rule book of next steps."""


@rules_app.command(name="list")
def list_rules(
    language: Annotated[Language, typer.Option(help="Language of the titles.")] = Language.ENGLISH,
) -> None:
    """List every rule: whom it is for, when it applies, and how sure its source is."""
    book = packaged_editorial().book
    listing = Table("Rule", "For", "Priority", "Step", "When", "Rated", title=f"Rule book {book.edition}")
    for rule in sorted(book.rules, key=lambda rule: (rule.audience, rule.priority)):
        listing.add_row(rule.id, rule.audience, str(rule.priority), rule.title.say(language), rule.when, rule.conf)
    Console().print(listing)


def _picture(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    image: Image.Image = page.render(scale=PREVIEW_WIDTH_PX / page.get_width()).to_pil()
    page.close()
    document.close()
    return image.quantize(PREVIEW_COLORS)
