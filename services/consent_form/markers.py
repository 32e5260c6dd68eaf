"""The four corner marks: ArUco dictionary DICT_4X4_50, ids 0 to 3.

The bits are written out, so that printing a form needs no vision library; a test compares them with OpenCV's own.
"""

from typing import Final

from services.consent_form.layout import FieldBox, Mark

MODULES: Final = 6
"""Modules per side: four of data and a black border of one."""

_DATA: Final = (
    ("1011", "0101", "0011", "0010"),
    ("0000", "1111", "1001", "1010"),
    ("0011", "0011", "0010", "1101"),
    ("1001", "1001", "0100", "0110"),
)
"""Rows of each id, 1 is white."""


def marker_rows(marker_id: int) -> tuple[str, ...]:
    """Return the six rows of a mark, black border included; "1" is white.

    Raises:
        IndexError: for an id that the form does not use.
    """
    border = "0" * MODULES
    return (border, *(f"0{row}0" for row in _DATA[marker_id]), border)


def marker_svg(mark: Mark) -> str:
    """Return the mark as one SVG path in page points."""
    return path_of_rows(
        tuple(row.translate(str.maketrans("01", "10")) for row in marker_rows(mark.marker_id)), mark.box
    )


def path_of_rows(rows: tuple[str, ...], box: FieldBox) -> str:
    """Return a black SVG path for rows of modules, "1" is black, scaled to a box; a run of modules is one rectangle."""
    module = box.width / len(rows)
    runs: list[str] = []
    for row_index, row in enumerate(rows):
        column = 0
        while column < len(row):
            length = len(row[column:]) - len(row[column:].lstrip("1"))
            if length:
                left, top = box.x + column * module, box.y + row_index * module
                runs.append(f"M{left:.3f} {top:.3f}h{length * module:.3f}v{module:.3f}h-{length * module:.3f}z")
            column += length or 1
    return f'<path d="{"".join(runs)}" fill="#000"/>'
