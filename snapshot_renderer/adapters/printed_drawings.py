"""The page's chart and QR code, put straight into its PDF.

WeasyPrint sets every letter of an SVG on its own and makes every centred label an object of the file: the two drawings
took a sixth of a page's time. These stand in its cache of images, under addresses that lead nowhere else, and set their
text with its own functions (WeasyPrint 70; the version is pinned).
"""

from functools import lru_cache
from typing import Any, Protocol

from weasyprint.draw.text import draw_first_line
from weasyprint.matrix import Matrix
from weasyprint.text.line_break import Layout, line_size

from snapshot_renderer.adapters.payment_chart import (
    AXIS_WIDTH,
    DASHES,
    INK,
    LABEL_SIZE,
    RED,
    WHITE,
    WIDTH,
    Axis,
    Bar,
    Gap,
    Label,
    Shape,
    chart_shapes,
)
from snapshot_renderer.adapters.qr_code import qr_code
from snapshot_renderer.rules.page_model import PageContent, PaymentsBlock

CHART, QR = "about:chart", "about:qr"
"""Where the template finds them."""

PX_PER_POINT = 4 / 3
"""CSS pixels, in which WeasyPrint measures."""


class Drawing(Protocol):
    """What WeasyPrint asks of an image."""

    def get_intrinsic_size(self, image_resolution: float, font_size: float) -> tuple[float, float, float]:
        """Return width and height in CSS pixels, and their ratio."""

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, style: Any) -> None:
        """Draw it into a PDF stream with the style of its element; sizes are CSS pixels."""


def printed_drawings(page: PageContent, *, chart_height: float) -> dict[str, Drawing]:
    """Return the drawings of one page by their addresses."""
    drawings: dict[str, Drawing] = {QR: PrintedQr(page.steps.qr_url)}
    if not page.payments.message:
        drawings[CHART] = PrintedChart(page.payments, chart_height)
    return drawings


class PrintedChart:
    """The months of payments, ``height`` points tall."""

    def __init__(self, block: PaymentsBlock, height: float) -> None:
        self._shapes = chart_shapes(block, height=height)
        self._height = height

    def get_intrinsic_size(self, image_resolution: float, font_size: float) -> tuple[float, float, float]:  # noqa: ARG002
        """Return width and height in CSS pixels, and their ratio."""
        return WIDTH * PX_PER_POINT, self._height * PX_PER_POINT, WIDTH / self._height

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, style: Any) -> None:
        """Draw it as one object: its labels are no text of the page, since the alternative text tells them."""
        group = stream.add_group(0, 0, WIDTH, self._height)
        styles = {weight: _label_style(style, weight) for weight in (400, 600, 700)}
        for shape in self._shapes:
            _draw(shape, group, styles)
        with stream.stacked():
            stream.transform(a=concrete_width / WIDTH, d=concrete_height / self._height)
            stream.draw_x_object(group.id)


class PrintedQr:
    """The QR code of an address; as large as the style sheet says."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_intrinsic_size(self, image_resolution: float, font_size: float) -> tuple[float, float, float]:  # noqa: ARG002
        """Return a pixel a module, and the ratio of a square."""
        size = qr_code(self._address).size
        return size, size, 1

    def draw(self, stream: Any, concrete_width: float, concrete_height: float, style: Any) -> None:  # noqa: ARG002
        """Draw the dark runs as one path on white."""
        size = qr_code(self._address).size
        with stream.stacked():
            stream.transform(a=concrete_width / size, d=concrete_height / size)
            stream.stream.append(_modules(self._address))


@lru_cache(maxsize=64)
def _modules(address: str) -> bytes:
    code = qr_code(address)
    dark = " ".join(f"{x} {y} {length} 1 re" for x, y, length in code.runs)
    return f"1 1 1 rg 0 0 {code.size} {code.size} re f 0 0 0 rg {dark} f".encode()


def _label_style(style: Any, weight: int) -> Any:
    """Return an element's style for labels: the drawing's own size, which the style sheet does not change."""
    own = style.copy()
    own["font_weight"], own["font_size"] = weight, LABEL_SIZE
    return own


def _draw(shape: Shape, stream: Any, styles: dict[int, Any]) -> None:
    match shape:
        case Label():
            _draw_label(shape, stream, styles[shape.weight])
        case Bar():
            _draw_bar(shape, stream)
        case Gap():
            stream.set_color_rgb(*_rgb(WHITE))
            stream.move_to(*shape.points[0])
            for point in shape.points[1:]:
                stream.line_to(*point)
            stream.fill()
        case Axis():
            stream.set_color_rgb(*_rgb(INK))
            stream.rectangle(0, shape.y - AXIS_WIDTH / 2, WIDTH, AXIS_WIDTH)
            stream.fill()


def _draw_bar(bar: Bar, stream: Any) -> None:
    stream.set_color_rgb(*_rgb(bar.color))
    stream.rectangle(bar.x, bar.y, bar.width, bar.height)
    if not bar.dashed:
        stream.fill()
        return
    stream.set_color_rgb(*_rgb(RED), stroke=True)
    stream.set_dash(DASHES, 0)
    stream.fill_and_stroke()


def _draw_label(label: Label, stream: Any, style: Any) -> None:
    layout = Layout(style)
    layout.set_text(label.text)
    line, _ = layout.get_first_line()
    width, _ = line_size(line, style)
    stream.set_color_rgb(*_rgb(label.color))
    stream.begin_text()
    draw_first_line(stream, _Line(layout, style), "none", "none", Matrix(d=-1, e=label.x - width / 2, f=label.y))
    stream.end_text()


class _Line:
    """What WeasyPrint's function for drawing a line reads."""

    def __init__(self, layout: Any, style: Any) -> None:
        self.pango_layout, self.style, self.text, self.baseline = layout, style, layout.text, 0


@lru_cache(maxsize=16)
def _rgb(color: str) -> tuple[float, float, float]:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
