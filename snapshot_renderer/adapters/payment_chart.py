"""Twelve months as an inline SVG bar chart that also works without colour."""

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
"""Said again here: an SVG inherits no font from its page."""

NOTHING = "\N{EN DASH}"
LABEL_SIZE = 7.8
INSIDE_FROM = 13.0
"""Least height of a slot, in points, that a label fits into."""

BLUE, AMBER, RED, SLOT, INK, MUTED = "#1a4480", "#c05600", "#b50909", "#e1e7f1", "#1b1b1b", "#565c65"


def chart_svg(block: PaymentsBlock, *, height: float) -> Markup:
    """Return the chart, ``height`` points tall. Its title tells every month for those who can't see it.

    A month far above the others is cut short, with a gap as its sign and its amount on top.
    """
    top = tallest(block.bars)
    plot = height - TOP - LABELS
    column = WIDTH / len(block.bars)
    drawn = [_column(bar, index, column, plot, top) for index, bar in enumerate(block.bars)]
    axis = _line(0, TOP + plot, WIDTH, TOP + plot, INK, 0.8)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" font-family="{FONTS}" '
        f'width="{WIDTH}pt" height="{height}pt" viewBox="0 0 {WIDTH} {height}">'
    )
    return Markup(opening + "<title>{title}</title>").format(title=block.chart_title) + Markup(  # noqa: S704 (numbers)
        "".join((*drawn, axis, "</svg>"))
    )


def _column(bar: MonthBar, index: int, column: float, plot: float, top: int) -> str:
    width = column * BAR_SHARE
    x = column * index + (column - width) / 2
    base = TOP + plot
    due, paid = (min(amount, top) * plot / top for amount in (bar.due, bar.paid))
    center = column * (index + 0.5)
    months = _text(center, base + 9.5, bar.month, INK) + _text(center, base + 18.5, bar.year, MUTED)
    if bar.state is MonthState.NOTHING_DUE:
        return _text(center, base - 3, NOTHING, MUTED) + months
    if bar.state is MonthState.MISSED:
        slot = _rect(x + 0.5, base - due, width - 1, due, f'fill="#ffffff" stroke="{RED}" stroke-dasharray="2.2 1.6"')
        inside = base - 4 if due >= INSIDE_FROM else base - due - 3
        return slot + _text(center, inside, bar.amount, RED, weight=700) + months
    shapes = ""
    if bar.state is MonthState.PART:
        shapes += _rect(x, base - due, width, due, f'fill="{SLOT}"')
    color = AMBER if bar.state is MonthState.PART else BLUE
    shapes += _rect(x, base - paid, width, paid, f'fill="{color}"')
    if bar.paid > top:
        shapes += _gap(x, base - paid * 0.8, width)
    return shapes + _text(center, base - paid - 3, bar.amount, INK, weight=600) + months


def _gap(x: float, y: float, width: float) -> str:
    """A slanted white band: the sign that a bar is longer than drawn."""
    points = (
        f"{x - 1:.1f},{y + 3:.1f} {x + width + 1:.1f},{y - 3:.1f} {x + width + 1:.1f},{y:.1f} {x - 1:.1f},{y + 6:.1f}"
    )
    return f'<polygon points="{points}" fill="#ffffff"/>'


def _rect(x: float, y: float, width: float, height: float, look: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 0.6):.1f}" {look}/>'


def _line(x1: float, y1: float, x2: float, y2: float, color: str, width: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" stroke-width="{width}"/>'


def _text(x: float, y: float, text: str, color: str, *, weight: int = 400) -> str:
    if not text:
        return ""
    look = f'font-size="{LABEL_SIZE}" font-weight="{weight}" fill="{color}" text-anchor="middle"'
    return (
        str(Markup('<text x="{x}" y="{y}" ').format(x=f"{x:.1f}", y=f"{y:.1f}"))
        + f"{look}>{Markup.escape(text)}</text>"
    )
