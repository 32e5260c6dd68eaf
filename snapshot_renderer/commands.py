"""``snapshot pages``: look at the page of a made-up case."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import pypdfium2
import typer
from PIL import Image

from schemas.values import Language, Party
from services.runtime.clock import utc_now
from snapshot_renderer.adapters.page_maker import make_page
from snapshot_renderer.adapters.seal_files import SealUnusable
from snapshot_renderer.proving.command import prove
from snapshot_renderer.samples.made_up_cases import CASES
from snapshot_renderer.settings import Settings

pages_app = typer.Typer(no_args_is_help=True, help="The one-page snapshot.")
pages_app.command()(prove)

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


@pages_app.command()
def seal() -> None:
    """Say whether pages bear the agency's seal, and whose it is; exit with 1 when it can't be used."""
    from snapshot_renderer.adapters.page_seal import PageSeal  # noqa: PLC0415 - pyHanko, for this command only

    files = Settings().seal_files
    if files is None:
        typer.echo("off: pages bear no seal")
        return
    try:
        typer.echo(PageSeal(files, utc_now).said())
    except SealUnusable as error:
        typer.echo(str(error))
        raise typer.Exit(1) from None


def _picture(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    image: Image.Image = page.render(scale=PREVIEW_WIDTH_PX / page.get_width()).to_pil()
    page.close()
    document.close()
    return image.quantize(PREVIEW_COLORS)
