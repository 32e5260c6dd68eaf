"""The two type sizes of a snapshot's web page, and the one mark in it that chooses between them.

The page is sealed once, in the regular size; who opens it may ask for large print. Its figures are the same bytes.
"""

from enum import StrEnum


class PageSize(StrEnum):
    """How large the type is."""

    REGULAR = "regular"
    LARGE = "large"


def mark(size: PageSize) -> str:
    """Return the attribute of the page's root element that its style sheet goes by."""
    return f'data-size="{size.value}"'


def in_size(page: bytes, size: PageSize) -> bytes:
    """Return a regular page in a size; what bears no mark comes back as it is."""
    return page.replace(mark(PageSize.REGULAR).encode(), mark(size).encode(), 1)
