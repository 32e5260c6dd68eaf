"""The lines of the form as one SVG in page points: marks, code, boxes, ticks. Nothing here is text."""

import itertools
from collections.abc import Iterable
from typing import Final

import segno

from services.consent_form.layout import CHECK_FIELDS, COMB_FIELDS, FieldBox, FormLayout
from services.consent_form.markers import marker_svg, path_of_rows

CODE_VERSION: Final = 4
"""QR version: always 33 modules, so that the code's geometry never changes. Holds 46 bytes at level Q."""

BORDER: Final = 0.8
"""Width of a box's border, points, centred on the box's edge."""

_SEPARATOR: Final = 0.5
_INK: Final = "#1b1b1b"
_NAVY: Final = "#162e51"


def form_svg(layout: FormLayout, *, code_text: str | None, ticked: Iterable[str] = ()) -> str:
    """Return the page's drawing.

    Args:
        layout: where everything is.
        code_text: text of the QR code; None leaves its place empty.
        ticked: names of check boxes that are printed with an X.
    """
    parts = [marker_svg(mark) for mark in layout.marks]
    parts += [_comb(layout.cells[name]) for name in COMB_FIELDS]
    parts += [_box(box) for name, box in layout.fields.items() if name not in COMB_FIELDS]
    parts += [_tick(layout.fields[name]) for name in CHECK_FIELDS if name in set(ticked)]
    parts += [_signature_line(layout), _header_bar()]
    if code_text is not None:
        parts.append(_code(code_text, layout.code))
    size = f"{layout.width:g} {layout.height:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{layout.width:g}pt" height="{layout.height:g}pt" '
        f'viewBox="0 0 {size}">{"".join(parts)}</svg>'
    )


def _box(box: FieldBox) -> str:
    return (
        f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" '
        f'fill="none" stroke="{_INK}" stroke-width="{BORDER}"/>'
    )


def _comb(cells: tuple[FieldBox, ...]) -> str:
    """Return a border per group of touching cells and a thinner line between two cells of a group."""
    groups: list[list[FieldBox]] = [[cells[0]]]
    for left, right in itertools.pairwise(cells):
        if right.x - left.right > BORDER:
            groups.append([])
        groups[-1].append(right)
    parts: list[str] = []
    for group in groups:
        first, last = group[0], group[-1]
        parts.append(_box(FieldBox(first.name, first.x, first.y, last.right - first.x, first.height)))
        parts += [_line(cell.x, cell.y, cell.x, cell.bottom, _SEPARATOR) for cell in group[1:]]
    return "".join(parts)


def _line(x1: float, y1: float, x2: float, y2: float, width: float) -> str:
    return f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" fill="none" stroke="{_INK}" stroke-width="{width:g}"/>'


def _tick(box: FieldBox) -> str:
    inset = 3.0
    left, right = box.x + inset, box.right - inset
    top, bottom = box.y + inset, box.bottom - inset
    return _line(left, top, right, bottom, 1.6) + _line(left, bottom, right, top, 1.6)


def _signature_line(layout: FormLayout) -> str:
    """Return the line to sign on and the printed X at its start."""
    box, baseline = layout.signature, layout.signature_baseline
    left, size = box.x + 10.0, 8.0
    cross = _line(left, baseline - size - 2, left + size, baseline - 2, 1.2)
    cross += _line(left, baseline - 2, left + size, baseline - size - 2, 1.2)
    return cross + _line(box.x + 8.0, baseline, box.right - 8.0, baseline, _SEPARATOR)


def _header_bar() -> str:
    return f'<rect x="66" y="24" width="396" height="5" fill="{_NAVY}"/>'


def _code(text: str, box: FieldBox) -> str:
    code = segno.make_qr(text, version=CODE_VERSION, error="q", boost_error=False, mode="byte", mask=None)
    rows = tuple("".join("1" if module else "0" for module in row) for row in code.matrix)
    return path_of_rows(rows, box)
