"""Twelve months as a bar chart that also works without colour: its shapes, and the web page's SVG of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from snapshot_renderer.rules.case_figures import MonthState
from snapshot_renderer.rules.money_blocks import tallest
from snapshot_renderer.rules.page_model import MonthBar, PaymentsBlock

WIDTH = 330.0
TOP = 12.0
"""Room above the tallest bar for its label."""

LABELS = 24.0
"""Room under the axis for month and year."""

BAR_SHARE = 0.72
FONTS = "Public Sans, DejaVu Sans, sans-serif"
"""Said in the drawing: an SVG inherits no font from its page."""

NOTHING = "\N{EN DASH}"
LABEL_SIZE = 7.8
INSIDE_FROM = 13.0
"""Least height of a slot, in points, that a label fits into."""

THINNEST = 0.6
AXIS_WIDTH = 0.8
DASHES = (2.2, 1.6)
BLUE, AMBER, RED, SLOT, INK, MUTED, WHITE = (
    "#1a4480",
    "#c05600",
    "#b50909",
    "#e1e7f1",
    "#1b1b1b",
    "#565c65",
    "#ffffff",
)


@dataclass(frozen=True)
class Bar:
    """A rectangle; a dashed one has a red, dashed edge. All measures are points from the drawing's top left."""

    x: float
    y: float
    width: float
    height: float
    color: str
    dashed: bool = False

    def svg(self) -> str:
        """Return the shape as SVG."""
        edge = f' stroke="{RED}" stroke-dasharray="{DASHES[0]} {DASHES[1]}"' if self.dashed else ""
        return (
            f'<rect x="{self.x:.1f}" y="{self.y:.1f}" width="{self.width:.1f}" height="{self.height:.1f}" '
            f'fill="{self.color}"{edge}/>'
        )


@dataclass(frozen=True)
class Gap:
    """A slanted white band: the sign that a bar is longer than drawn."""

    points: tuple[tuple[float, float], ...]

    def svg(self) -> str:
        """Return the shape as SVG."""
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)
        return f'<polygon points="{points}" fill="{WHITE}"/>'


@dataclass(frozen=True)
class Axis:
    """The line that the bars stand on."""

    y: float

    def svg(self) -> str:
        """Return the shape as SVG."""
        y = f"{self.y:.1f}"
        return f'<line x1="0.0" y1="{y}" x2="{WIDTH:.1f}" y2="{y}" stroke="{INK}" stroke-width="{AXIS_WIDTH}"/>'


@dataclass(frozen=True)
class Label:
    """A text, centred at ``x`` with its foot at ``y``."""

    x: float
    y: float
    text: str
    color: str
    weight: int = 400

    def svg(self) -> str:
        """Return the shape as SVG."""
        look = f'font-size="{LABEL_SIZE}" font-weight="{self.weight}" fill="{self.color}" text-anchor="middle"'
        return f'<text x="{self.x:.1f}" y="{self.y:.1f}" {look}>{Markup.escape(self.text)}</text>'


Shape = Bar | Gap | Axis | Label


def chart_shapes(block: PaymentsBlock, *, height: float) -> tuple[Shape, ...]:
    """Return the chart, ``height`` points tall and ``WIDTH`` wide, in the order of drawing.

    A month far above the others is cut short, with a gap as its sign and its amount on top.
    """
    top = tallest(block.bars)
    plot = height - TOP - LABELS
    column = WIDTH / len(block.bars)
    drawn = [shape for index, bar in enumerate(block.bars) for shape in _column(bar, index, column, plot, top)]
    return (*(shape for shape in drawn if not isinstance(shape, Label) or shape.text), Axis(TOP + plot))


def chart_svg(block: PaymentsBlock, *, height: float) -> Markup:
    """Return the chart as SVG. Its title tells every month for those who can't see it."""
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" font-family="{FONTS}" '
        f'width="{WIDTH}pt" height="{height}pt" viewBox="0 0 {WIDTH} {height}">'
    )
    shapes = "".join(shape.svg() for shape in chart_shapes(block, height=height))
    # allowed: no-markup-of-data - numbers; the title is escaped by format()
    return Markup(opening + "<title>{title}</title>").format(title=block.chart_title) + Markup(  # noqa: S704 # nosec B704
        shapes + "</svg>"
    )


def _column(bar: MonthBar, index: int, column: float, plot: float, top: int) -> Iterator[Shape]:
    width = column * BAR_SHARE
    x = column * index + (column - width) / 2
    base = TOP + plot
    due, paid = (min(amount, top) * plot / top for amount in (bar.due, bar.paid))
    center = column * (index + 0.5)
    if bar.state is MonthState.NOTHING_DUE:
        yield Label(center, base - 3, NOTHING, MUTED)
    elif bar.state is MonthState.MISSED:
        yield Bar(x + 0.5, base - due, width - 1, max(due, THINNEST), WHITE, dashed=True)
        yield Label(center, base - 4 if due >= INSIDE_FROM else base - due - 3, bar.amount, RED, weight=700)
    else:
        if bar.state is MonthState.PART:
            yield Bar(x, base - due, width, max(due, THINNEST), SLOT)
        yield Bar(x, base - paid, width, max(paid, THINNEST), AMBER if bar.state is MonthState.PART else BLUE)
        if bar.paid > top:
            yield _gap(x, base - paid * 0.8, width)
        yield Label(center, base - paid - 3, bar.amount, INK, weight=600)
    yield Label(center, base + 9.5, bar.month, INK)
    yield Label(center, base + 18.5, bar.year, MUTED)


def _gap(x: float, y: float, width: float) -> Gap:
    return Gap(((x - 1, y + 3), (x + width + 1, y - 3), (x + width + 1, y), (x - 1, y + 6)))
