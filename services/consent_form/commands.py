"""``snapshot consent-form``: print a form, and draw the packaged blank pages again after a change of the form."""

from pathlib import Path
from typing import Annotated

import cv2
import typer

from schemas.values import Language
from services.consent_form.blank import BLANK_DPI, blank_page_file
from services.consent_form.code import FormCodeInvalid, new_serial
from services.consent_form.pdf import DoesNotFitBox, blank_form_pdf, empty_form_pdf
from services.consent_form.raster import page_raster

app = typer.Typer(help="Print the consent form.", no_args_is_help=True)


@app.command("print")
def print_form(
    out: Annotated[Path, typer.Option(help="PDF file to write")],
    organization_name: Annotated[str, typer.Option(help="printed into box 5")],
    organization_code: Annotated[str, typer.Option(help="the organization's public code")],
    language: Annotated[Language, typer.Option(help="language of the form")] = Language.ENGLISH,
) -> None:
    """Write an empty form for one organization, to look at or to test with.

    Its id is made up: no installation knows it, so a signed one goes to a reviewer. Forms to hand out are printed by
    the portal, which registers their ids.
    """
    try:
        page = blank_form_pdf(
            language=language,
            organization_name=organization_name,
            organization_code=organization_code,
            serial=new_serial(),
        )
    except FormCodeInvalid:
        raise typer.BadParameter("an organization code is 1 to 12 of A-Z, 0-9 and hyphen") from None
    except DoesNotFitBox:
        raise typer.BadParameter("the organization's name is too long for box 5") from None
    out.write_bytes(page)
    typer.echo(f"Wrote {out}. Its id is made up: print forms to hand out in the portal.")


@app.command("blank-pages")
def blank_pages(
    folder: Annotated[Path, typer.Option(help="folder of the packaged pages")] = Path(__file__).parent,
) -> None:
    """Draw the packaged blank pages from the current layout and words."""
    for language in Language:
        page = page_raster(empty_form_pdf(language), BLANK_DPI)
        target = folder / blank_page_file(language)
        cv2.imwrite(str(target), page, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        typer.echo(f"Drew {target.name}")
