"""Read the fields of a registered form with engines that run inside the confined process.

The reader of single comb cells comes first. RapidOCR's recogniser reads the open lines, and combs on which the cell
reader is not sure. What is still unsure is handed out as pictures for a second reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from types import MappingProxyType

import numpy as np

from consent_intake.adapters.cell_reader import CellKind, CellReader
from consent_intake.adapters.field_strips import Line, comb_line, first_words, text_lines, without_far_specks
from consent_intake.adapters.form_ink import InkedForm
from consent_intake.adapters.rapidocr_lines import CAPITALS, DIGITS, NAME_CHARACTERS, RapidOcrLines
from consent_intake.rules.comb_text import IDENTIFIER_LETTERS, best_comb, cells_text, date_in_comb, day_first_in_comb
from consent_intake.rules.form_reading import CombCell, Engine, EngineText, WrittenText, ZoneWord
from services.consent_form.layout import TEXT_FIELDS

CASE_IDENTIFIER = "case_identifier"

SURE_CELL = 0.97
"""A comb is left to the cell reader alone when every cell is read at least so surely; the checks ask for as much. Of
449 hand-written signing dates read so, none was wrong."""

NO_CLAIM = ("signed_on", "starts_on", "expires_on")
"""Dates that nobody claims: there is nothing that a misreading could be compared with. They are read twice, unless the
cell reader is sure of them and they make an ordinary period, for which no form is ever rejected."""

_SIGNED_LATELY = timedelta(days=180)
_LEAD = timedelta(days=60)
_TWELVE_MONTHS = timedelta(days=365)

UNSURE_NAME = 0.45
"""Below this chance of a name's least certain letter, a second reader looks as well."""


ORGANIZATION = "organization"
"""Printed with the form, and its code is in the form's own: only its first words are read, to notice another's name."""

WIDTHS = MappingProxyType({"parent_name": 0.8, ORGANIZATION: 0.55, "signature": 0.7, CASE_IDENTIFIER: 1.0})
"""Share of its own width to which a line is squeezed: the time goes with the width, and of 44 printed organizations
none, of 44 names none more was misread."""

DATE_WIDTH = 0.7
"""The same for dates: of 228 signing dates 207 were read exactly, as many as at their full width."""


@dataclass(frozen=True)
class FieldsRead:
    """What was read.

    Attributes:
        fields: text fields and combs by the layout's names.
        signature_words: words seen in the signature box.
        second: lines on which a second reader should be asked.
    """

    fields: dict[str, WrittenText]
    signature_words: tuple[ZoneWord, ...] = ()
    second: tuple[Line, ...] = ()


class FieldReader:
    """Reads text fields, combs and the words of the signature box.

    Args:
        cells: reads comb cells.
        lines: reads lines.
    """

    def __init__(self, cells: CellReader, lines: RapidOcrLines) -> None:
        self._cells = cells
        self._lines = lines

    @classmethod
    def load(cls) -> "FieldReader":
        """Load the models, with one thread each; ready to be used after a fork.

        Raises:
            RapidOcrMissing: RapidOCR's model is not installed.
        """
        return cls(CellReader.load(), RapidOcrLines.load())

    def read(self, form: InkedForm, today: date | None = None) -> FieldsRead:
        """Return the fields of a form.

        Args:
            form: taken apart.
            today: legal day of the reading; without it, no date is read less than twice.
        """
        texts = {name: self._text(form, name) for name in TEXT_FIELDS}
        combs = self._combs(form, today)
        signature = text_lines("signature", without_far_specks(form.boxes["signature"]))
        words = tuple(word for line in signature for word in self._lines.words(line, width=WIDTHS["signature"]))
        return FieldsRead(texts | combs, words[:60], _for_a_second_reader(form, texts))

    def _text(self, form: InkedForm, name: str) -> WrittenText:
        box = form.boxes[name]
        lines = text_lines(name, box)
        if name == ORGANIZATION:
            lines = [first_words(line) for line in lines[:1]]
        read = [self._lines.read(line, NAME_CHARACTERS, width=WIDTHS[name]) for line in lines]
        written = WrittenText(ink=min(box.share, 1.0), crop=form.crops[name])
        if not read:
            return written
        text, sure = " ".join(part.text for part in read), min(part.confidence for part in read)
        reading = EngineText(engine=Engine.RAPIDOCR, text=text, confidence=sure)
        return written.model_copy(update={"text": text, "confidence": sure, "readings": (reading,)})

    def _combs(self, form: InkedForm, today: date | None) -> dict[str, WrittenText]:
        cells = [cell for comb in form.combs.values() for cell in comb]
        kinds = [kind for name, comb in form.combs.items() for kind in _kinds(name, len(comb))]
        seen = iter(self._cells.read(cells, kinds))
        by_name = {name: tuple(islice(seen, len(comb))) for name, comb in form.combs.items()}
        ordinary = today is not None and is_ordinary({name: cells_text(by_name[name]) for name in NO_CLAIM}, today)
        return {name: self._comb(form, name, cells, ordinary=ordinary) for name, cells in by_name.items()}

    def _comb(self, form: InkedForm, name: str, cells: tuple[CombCell, ...], *, ordinary: bool) -> WrittenText:
        read, comb = cells_text(cells), form.combs[name]
        once = read.confidence >= SURE_CELL and len(read.text) == len(cells) and (ordinary or name not in NO_CLAIM)
        line = comb_line(name, comb) if read.text and not once else None
        readings: tuple[EngineText, ...] = (read,)
        if line is not None:
            known = DIGITS + CAPITALS if name == CASE_IDENTIFIER else DIGITS
            readings = (read, self._lines.read(line, known, width=WIDTHS.get(name, DATE_WIDTH)))
        text, sure = best_comb(cells, readings)
        ink = float(np.mean([cell.share for cell in comb]))
        return WrittenText(
            text=text, confidence=sure, ink=min(ink, 1.0), readings=readings, cells=cells, crop=form.crops[name]
        )


def is_ordinary(dates: Mapping[str, EngineText], today: date) -> bool:
    """Return whether the dates make a period that is in force, of at most twelve months, on a form signed lately."""
    read = {name: date_in_comb(one.text) or day_first_in_comb(one.text) for name, one in dates.items()}
    if any(dates[name].text and read[name] is None for name in NO_CLAIM):
        return False
    signed_on, starts_on, expires_on = (read[name] for name in NO_CLAIM)
    if signed_on is None or not today - _SIGNED_LATELY <= signed_on <= today:
        return False
    starts_on = starts_on or signed_on
    expires_on = expires_on or starts_on + _TWELVE_MONTHS
    in_time = signed_on - _LEAD <= starts_on <= signed_on + _TWELVE_MONTHS
    return in_time and max(today, starts_on) <= expires_on <= starts_on + _TWELVE_MONTHS


def _kinds(name: str, count: int) -> list[CellKind]:
    letters = IDENTIFIER_LETTERS if name == CASE_IDENTIFIER else frozenset()
    return [CellKind.LETTER if place in letters else CellKind.DIGIT for place in range(count)]


def _for_a_second_reader(form: InkedForm, texts: dict[str, WrittenText]) -> tuple[Line, ...]:
    name = "parent_name"
    if not texts[name].readings or texts[name].confidence >= UNSURE_NAME:
        return ()
    return tuple(text_lines(name, form.boxes[name]))
