"""From page content to HTML (Jinja2): autoescaped, and an unknown name is an error, not an empty space."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from schemas.values import sha256_of
from snapshot_renderer.adapters.printed_drawings import CHART, QR
from snapshot_renderer.rules.money_blocks import PER_MILLE
from snapshot_renderer.rules.page_model import ArrearsBlock, PageContent

_TEMPLATES = (".j2", ".css", ".json")
SPLIT_HEIGHT = 11
SPLIT_WIDTH = 186
GAP = 2
PART_COLORS = {"dss": "#162e51", "parent": "#00687d"}


@dataclass(frozen=True)
class Density:
    """How tightly a page is set: the class on its body, its chart's height in points, and rows of its table.

    ``most_lines`` is the longest page, in estimated lines, that is worth trying to set so.
    """

    name: str
    chart_height: float
    rows: int
    most_lines: float


class PageTemplate:
    """The compiled template; make one per process."""

    def __init__(self) -> None:
        self._template = compiled_template("page.html.j2")

    def html(self, page: PageContent, density: Density) -> str:
        """Return the page as HTML; its chart and QR code are drawn by ``printed_drawings``.

        Raises:
            jinja2.UndefinedError: the template names something that the content lacks.
        """
        return self._template.render(
            page=page,
            density=density.name,
            rows_shown=density.rows,
            chart=CHART,
            split=split_svg(page.arrears),
            qr=QR,
        )


def compiled_template(name: str) -> Template:
    """Return a packaged template, compiled: autoescaped, and an unknown name is an error."""
    environment = Environment(
        loader=FunctionLoader(packaged_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def packaged_template(name: str) -> str:
    """Return the text of a packaged template or style sheet."""
    return files("snapshot_renderer.templates").joinpath(name).read_text(encoding="utf-8")


@cache
def packaged_templates_sha256() -> str:
    """Return one SHA-256 of all packaged templates and style sheets, with their names, in the order of their names."""
    packaged = sorted(files("snapshot_renderer.templates").iterdir(), key=lambda file: file.name)
    sums = (f"{sha256_of(file.read_bytes())}  {file.name}\n" for file in packaged if file.name.endswith(_TEMPLATES))
    return sha256_of("".join(sums).encode())


def split_svg(block: ArrearsBlock) -> Markup:
    """Return the bar that shows how the past-due amount divides."""
    if not block.parts:
        return Markup()
    bars, x = [], 0.0
    for part in block.parts:
        width = SPLIT_WIDTH * part.share / PER_MILLE
        bars.append(
            f'<rect x="{x:.1f}" y="0" width="{max(width - GAP, 1):.1f}" height="{SPLIT_HEIGHT}" '
            f'fill="{PART_COLORS[part.kind]}"/>'
        )
        x += width
    opening = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="split" role="img" width="{width}pt" height="{height}pt" '
        'viewBox="0 0 {width} {height}"><title>{title}</title>'
    ).format(width=SPLIT_WIDTH, height=SPLIT_HEIGHT, title=block.bar_title)
    # allowed: no-markup-of-data - numbers and our own colours
    return opening + Markup("".join((*bars, "</svg>")))  # noqa: S704 # nosec B704
