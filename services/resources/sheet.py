"""A sheet of paper with chosen resources: a QR code, title and address each, and nothing about anybody's case.

Same resources and language, same bytes.
"""

import base64
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final

import segno
import weasyprint
from jinja2 import Environment, StrictUndefined, Template
from weasyprint.text.fonts import FontConfiguration

from schemas.values import Language
from services.fonts import font_face_css
from services.fonts.fetching import FontsAndDrawings
from services.resources.catalogue import Resource, ResourceType

_WORDS: Final = {
    Language.ENGLISH: {
        "title": "Child support resources",
        "how": "Point the camera of your phone at a square to open the page, or type its address.",
        "helpline": "Questions? Call 888-208-4485 (TTY 866-875-9975) or visit childsupport.ny.gov.",
        ResourceType.PAGE: "Web page",
        ResourceType.FORM: "Form",
        ResourceType.BROCHURE: "Brochure",
        ResourceType.VIDEO: "Video",
    },
    Language.SPANISH: {
        "title": "Recursos sobre el sustento de menores",
        "how": "Apunte la cámara de su teléfono a un cuadro para abrir la página, o escriba la dirección.",
        "helpline": "¿Preguntas? Llame al 888-208-4485 (TTY 866-875-9975) o visite childsupport.ny.gov.",
        ResourceType.PAGE: "Página web",
        ResourceType.FORM: "Formulario",
        ResourceType.BROCHURE: "Folleto",
        ResourceType.VIDEO: "Video",
    },
}


def resource_sheet_pdf(resources: Sequence[Resource], language: Language) -> bytes:
    """Return the sheet as a tagged PDF (PDF/UA-1), letter paper, on as many pages as it takes."""
    words = _WORDS[language]
    entries = [
        {"kind": words[resource.type], "title": resource.title(language), "url": resource.url, "qr": _qr(resource.url)}
        for resource in resources
    ]
    html = _template().render(language=language.value, words=words, entries=entries)
    fonts = FontConfiguration()
    document: Any = weasyprint.HTML(string=html, url_fetcher=FontsAndDrawings(), base_url="about:sheet")
    style = weasyprint.CSS(string=font_face_css(), font_config=fonts, url_fetcher=FontsAndDrawings())
    pdf: bytes = document.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")
    return pdf


def _qr(address: str) -> str:
    """Return the code as a data: URL, with error correction M and the white border that ISO/IEC 18004 asks for."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=4, xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


@cache
def _template() -> Template:
    text = files("services.resources").joinpath("sheet.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(text)
