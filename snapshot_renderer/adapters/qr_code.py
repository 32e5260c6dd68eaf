"""A QR code (segno): its dark runs, and the web page's inline SVG of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import segno
from markupsafe import Markup

QUIET_ZONE = 4
"""Modules of white around the code; ISO/IEC 18004 asks for four."""


@dataclass(frozen=True)
class QrCode:
    """A code of ``size`` modules a side; ``runs`` are (column, row, length) of dark modules side by side."""

    size: int
    runs: tuple[tuple[int, int, int], ...]


@lru_cache(maxsize=64)
def qr_code(address: str) -> QrCode:
    """Return an address as a QR code with error correction M: it still reads with 15 % of it dirty or creased.

    Codes are kept: all pages of one side and language have the same.
    """
    code = segno.make(address, error="m", micro=False)
    rows = [list(row) for row in code.matrix_iter(border=QUIET_ZONE)]
    return QrCode(len(rows), tuple((x, y, length) for y, row in enumerate(rows) for x, length in _runs(row)))


def qr_svg(address: str, *, title: str) -> Markup:
    """Return the code of an address as inline SVG."""
    code = qr_code(address)
    path = "".join(f"M{x} {y}h{length}v1h-{length}z" for x, y, length in code.runs)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img" viewBox="0 0 {size} {size}">'
        '<title>{title}</title><rect width="{size}" height="{size}" fill="#ffffff"/>'
        '<path fill="#000000" d="{path}"/></svg>'
    ).format(size=code.size, title=title, path=path)


def _runs(row: list[int]) -> Iterator[tuple[int, int]]:
    """Yield (column, length) of each run of dark modules: one path of them draws faster than a thousand squares."""
    start = None
    for x, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = x
        elif not dark and start is not None:
            yield start, x - start
            start = None
