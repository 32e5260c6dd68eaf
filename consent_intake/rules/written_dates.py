"""Dates that did not come from a box's ink, in the shape of one that did: the period rules know no other."""

from collections.abc import Mapping
from datetime import date

from consent_intake.rules.form_reading import CombCell, Crop, Engine, EngineText, FormReading, WrittenText

_INK_OF_A_DIGIT = 0.2


def as_written(day: date, crop: Crop | None = None) -> WrittenText:
    """Return a date as its comb reads when it is printed there, month first, and nobody can doubt it."""
    digits = f"{day:%m%d%Y}"
    readings = tuple(
        EngineText(engine=engine, text=digits, confidence=1.0) for engine in (Engine.CELLS, Engine.RAPIDOCR)
    )
    cells = tuple(CombCell(chances={digit: 1.0}, ink=_INK_OF_A_DIGIT) for digit in digits)
    return WrittenText(text=digits, confidence=1.0, ink=_INK_OF_A_DIGIT, readings=readings, cells=cells, crop=crop)


def with_dates(reading: FormReading, days: Mapping[str, date | None]) -> FormReading:
    """Return the reading with these days in place of what was read in the boxes of these names; None leaves one."""
    known = {name: day for name, day in days.items() if day is not None}
    boxes = {name: reading.fields.get(name, WrittenText()).crop for name in known}
    written = {name: as_written(day, boxes[name]) for name, day in known.items()}
    return reading.model_copy(update={"fields": {**reading.fields, **written}})
