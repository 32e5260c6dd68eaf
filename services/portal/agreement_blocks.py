"""An agreement's plain text, cut into headings, paragraphs and points for the page."""

import re
from dataclasses import dataclass

_HEADING = re.compile(r"\d+\. ")
_POINT = "- "


@dataclass(frozen=True)
class Block:
    """A part of the text between two empty lines; each of the three can be empty."""

    heading: str
    text: str
    points: tuple[str, ...]


def agreement_blocks(text: str) -> list[Block]:
    """Return the parts of a text. The first part, title and version, is shown by the page's own heading."""
    parts = [part.strip().splitlines() for part in re.split(r"\n\s*\n", text.strip())]
    return [_block(lines) for lines in parts[1:]]


def _block(lines: list[str]) -> Block:
    heading = lines[0] if _HEADING.match(lines[0]) else ""
    rest = lines[1:] if heading else lines
    return Block(
        heading=heading,
        text=" ".join(line for line in rest if not line.startswith(_POINT)),
        points=tuple(line.removeprefix(_POINT) for line in rest if line.startswith(_POINT)),
    )
