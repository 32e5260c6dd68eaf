"""The pages that every contender sets: made-up cases, as content, as the HTML of our print template, and as facts."""

import json
import re
from base64 import b64encode
from dataclasses import asdict
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

from schemas.values import Language, Party
from services.fonts import FONT_FOLDER, font_face_css
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_template import PageTemplate, packaged_template
from snapshot_renderer.adapters.payment_chart import chart_svg
from snapshot_renderer.adapters.pdf_writer import PdfWriter
from snapshot_renderer.adapters.qr_code import qr_svg
from snapshot_renderer.rules.page_content import PageRequest, page_content
from snapshot_renderer.rules.page_model import PageContent
from snapshot_renderer.samples.made_up_cases import typical
from snapshot_renderer.samples.varied_cases import varied_case

CHROMIUM = "/usr/bin/chromium"
HERE = Path(__file__).resolve().parent
WEIGHTS = {400: "PublicSans-Regular", 600: "PublicSans-SemiBold", 700: "PublicSans-Bold"}
_IMAGE = '<img class="{name}"[^>]*/>'


def request_of(number: int) -> PageRequest:
    """Return the made-up case of this number: both sides in turn."""
    party = list(Party)[number % 2]
    plain = typical(party)
    case = varied_case(number, party)
    day = case.as_of.date()
    return PageRequest(case, plain.grant, plain.organization_name, as_of=day, today=day)


def language_of(number: int) -> Language:
    """Return English and Spanish in turn, each for both sides."""
    return list(Language)[number // 2 % 2]


def content_of(number: int) -> PageContent:
    """Return what the page of this number says."""
    return page_content(request_of(number), packaged_editorial(), language_of(number))


def plain_html(page: PageContent) -> str:
    """Return our print template with its style inside, its drawings as SVG, and our fonts as TrueType files."""
    return _html(page, font_face_css() + packaged_template("page.css"))


def usual_html(page: PageContent, fonts: Path) -> str:
    """Return the page as most would write it: rows and columns by flexbox and grid, fonts as WOFF2 files."""
    style = packaged_template("page.css") + (HERE / "usual.css").read_text(encoding="utf-8")
    return _html(page, _faces(fonts) + style)


def self_contained_html(page: PageContent, fonts: Path) -> str:
    """Return our print template with everything inside, for a browser that reaches nothing."""
    style = _faces(fonts, inline=True) + packaged_template("page.css")
    return _html(page, style)


def facts_of(page: PageContent) -> str:
    """Return all that a page says as JSON, its QR code as SVG."""
    return json.dumps({**asdict(page), "qr": str(qr_svg(page.steps.qr_url, title=""))}, default=str)


def file_of(page: PageContent) -> bytes:
    """Return the finished page."""
    return _writer().write(page)


def write_woff2(folder: Path) -> None:
    """Write our fonts as WOFF2, whole, as a web project has them."""
    for name in WEIGHTS.values():
        font = TTFont(FONT_FOLDER / f"{name}.ttf")
        font.flavor = "woff2"
        font.save(folder / f"{name}.woff2")


def _html(page: PageContent, style: str) -> str:
    density = _writer().density_of(page)
    html = PageTemplate().html(page, density)
    if not page.payments.message:
        html = _put(html, "chart", chart_svg(page.payments, height=density.chart_height))
    html = _put(html, "qr", qr_svg(page.steps.qr_url, title=page.steps.qr_title))
    return html.replace("</head>", f"<style>{style}</style></head>")


def _put(html: str, name: str, drawing: str) -> str:
    # allowed: no-pattern-from-text - our own name of a drawing
    return re.sub(_IMAGE.format(name=name), lambda _: str(drawing), html, count=1)


def _faces(fonts: Path, *, inline: bool = False) -> str:
    rules = []
    for weight, name in WEIGHTS.items():
        file = fonts / f"{name}.woff2"
        data = f"data:font/woff2;base64,{b64encode(file.read_bytes()).decode()}" if inline else file.as_uri()
        rules.append(
            f'@font-face {{ font-family: "Public Sans"; font-weight: {weight}; src: url("{data}") format("woff2"); }}'
        )
    return "\n".join(rules)


@cache
def _writer() -> PdfWriter:
    return PdfWriter()
