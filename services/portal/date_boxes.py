"""A date that people type into three boxes: month, day and year."""

from collections.abc import Mapping

PARTS = ("month", "day", "year")


def folded(fields: Mapping[str, str], prefix: str) -> str:
    """Return ``YYYY-MM-DD`` from the boxes ``<prefix>_year`` and so on, ``--`` when all are empty; unchecked."""
    year, month, day = (fields.get(f"{prefix}_{part}", "").strip() for part in ("year", "month", "day"))
    return f"{year}-{month.zfill(2) if month else ''}-{day.zfill(2) if day else ''}"


def box_names(prefix: str) -> tuple[str, ...]:
    """Return the names of a date's three boxes, in the order of the page."""
    return tuple(f"{prefix}_{part}" for part in PARTS)
