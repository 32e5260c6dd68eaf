"""Does a laid-out page really hold together? One page is not enough: text may still run over the edge or the footer."""

from collections.abc import Iterator
from typing import Any

EDGE_PX = 0.6
"""Rounding that layout may leave at an edge."""

OVERLAP_X_PX = 1.5
OVERLAP_Y_PX = 3.5
"""Line boxes are taller than their ink, so lines may touch by this much."""

Box = tuple[float, float, float, float]


def holds_together(page_box: Any) -> bool:
    """Check a WeasyPrint page box: all text inside the margins, no text over other text, all above the footer.

    Reads the layout tree (``formatting_structure``), which WeasyPrint does not promise to keep: its version is pinned.
    """
    inked = [_corners(box) for box in _inked(page_box)]
    left, top = page_box.content_box_x(), page_box.content_box_y()
    right, bottom = left + page_box.width, top + page_box.height
    inside = all(
        x0 >= left - EDGE_PX and x1 <= right + EDGE_PX and y0 >= top - EDGE_PX and y1 <= bottom + EDGE_PX
        for x0, y0, x1, y1 in inked
    )
    return inside and not _any_overlap(inked) and _ends_above_footer(page_box)


def _inked(page_box: Any) -> Iterator[Any]:
    for box in page_box.descendants(placeholders=True):
        kind = type(box).__name__
        if (kind == "TextBox" and box.text.strip()) or "Replaced" in kind:
            yield box


def _corners(box: Any) -> Box:
    return (box.position_x, box.position_y, box.position_x + box.width, box.position_y + box.height)


def _any_overlap(boxes: list[Box]) -> bool:
    ordered = sorted(boxes, key=lambda box: box[1])
    for index, (x0, _, x1, y1) in enumerate(ordered):
        for other_x0, other_y0, other_x1, other_y1 in ordered[index + 1 :]:
            if other_y0 > y1 - OVERLAP_Y_PX:
                break
            deep = min(y1, other_y1) - other_y0 > OVERLAP_Y_PX
            if deep and min(x1, other_x1) - max(x0, other_x0) > OVERLAP_X_PX:
                return True
    return False


def _ends_above_footer(page_box: Any) -> bool:
    by_id = {
        box.element.get("id"): box
        for box in page_box.descendants(placeholders=True)
        if getattr(box, "element", None) is not None
    }
    main, footer = by_id["main"], by_id["footer"]
    return bool(main.position_y + main.height <= footer.position_y + EDGE_PX)
