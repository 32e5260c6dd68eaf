"""Prints the form: the layout's boxes as a drawing, the words over it at fixed places.

Same input, same bytes: the only dates in the file are the revision's.
"""

import base64
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final

import weasyprint
from jinja2 import Environment, StrictUndefined, Template
from weasyprint.text.fonts import FontConfiguration

from schemas.values import Language
from services.consent_form.code import FORM_ID, FormCode
from services.consent_form.drawing import form_svg
from services.consent_form.layout import (
    DATE_GROUPS,
    FORM_REVISION,
    REVISION_DATE,
    FormLayout,
    box_number,
    layout,
)
from services.consent_form.prefill import DoesNotFitBox, Prefill, printed_values
from services.consent_form.texts import form_texts
from services.fonts import font_face_css
from services.fonts.fetching import FontsAndDrawings

__all__ = ["DoesNotFitBox", "Prefill", "blank_form_pdf", "empty_form_pdf"]

_EMPTY: Final = Prefill()


def blank_form_pdf(
    *,
    language: Language,
    organization_name: str,
    organization_code: str,
    serial: str,
    prefill: Prefill | None = None,
) -> bytes:
    """Return the form, ready to be signed, as a one-page PDF with its fonts embedded.

    Args:
        language: language of the printed text.
        organization_name: printed into box 5.
        organization_code: public code of the organization, goes into the QR code.
        serial: one-time id from services.consent_form.code.new_serial.
        prefill: what is known about the parent.

    Raises:
        FormCodeInvalid: when the organization code or the serial has the wrong shape.
        DoesNotFitBox: when a name is too long for its box.
    """
    code = FormCode(FORM_ID, FORM_REVISION, language, organization_code, serial)
    return _print(language, organization_name, code, prefill or _EMPTY)


def empty_form_pdf(language: Language, *, code: FormCode | None = None) -> bytes:
    """Return the form with nothing variable on it: no name, no organization, and no code unless one is given.

    The page that consent_intake subtracts, and, with a code of another revision, a form that is no longer accepted.

    Raises:
        FormCodeInvalid: when a part of the code has the wrong shape.
    """
    return _print(language, "", code, _EMPTY)


def _print(language: Language, organization_name: str, code: FormCode | None, prefill: Prefill) -> bytes:
    code_text = None if code is None else code.text()
    form = layout(language)
    html = _template().render(
        language=language.value,
        texts=form_texts(language),
        fields=form.fields,
        number=box_number,
        date_spans=lambda name: _date_spans(form, name),
        values=printed_values(form, organization_name, prefill),
        revision=FORM_REVISION if code is None else code.revision,
        made_on=f"{REVISION_DATE:%Y-%m-%d}T00:00:00Z",
    )
    drawing = base64.b64encode(form_svg(form, code_text=code_text, ticked=prefill.ticked).encode()).decode()
    fetcher, fonts, css = FontsAndDrawings(), _fonts(), _stylesheet()
    page = weasyprint.CSS(
        string=f'@page {{ background: url("data:image/svg+xml;base64,{drawing}") no-repeat 0 0 / 612pt 792pt; }}',
        url_fetcher=fetcher,
    )
    target = BytesIO()
    weasyprint.HTML(string=html, url_fetcher=fetcher).write_pdf(
        target, stylesheets=[css, page], font_config=fonts, pdf_variant="pdf/ua-1", uncompressed_pdf=False
    )
    return target.getvalue()


def _date_spans(form: FormLayout, name: str) -> Iterator[tuple[float, float, str]]:
    """Yield x, width and word of each part of a date, to be printed below its cells."""
    cells = form.cells[name]
    start = 0
    for length, word in zip(DATE_GROUPS, form_texts(form.language).date_parts, strict=True):
        first, last = cells[start], cells[start + length - 1]
        yield first.x, last.right - first.x, word
        start += length


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    source = files("services.consent_form").joinpath("page.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source)


@lru_cache(maxsize=1)
def _fonts() -> Any:
    return FontConfiguration()


@lru_cache(maxsize=1)
def _stylesheet() -> Any:
    """Return the parsed style sheet; it carries the fonts, so it belongs to the one font configuration."""
    source = files("services.consent_form").joinpath("page.css").read_text(encoding="utf-8")
    return weasyprint.CSS(string=f"{font_face_css()}\n{source}", font_config=_fonts(), url_fetcher=FontsAndDrawings())
