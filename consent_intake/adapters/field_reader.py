"""Read the fields of a registered form with engines that run inside the confined process.

The reader of single comb cells comes first. RapidOCR's recogniser reads the open lines, and combs on which the cell
reader is not sure. What is still unsure is handed out as pictures for a second reader.
"""

from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from consent_intake.adapters.cell_reader import CellKind, CellReader
from consent_intake.adapters.field_strips import Line, comb_line, text_lines
from consent_intake.adapters.form_ink import InkBox, InkedForm
from consent_intake.adapters.rapidocr_lines import CAPITALS, DIGITS, NAME_CHARACTERS, RapidOcrLines
from consent_intake.rules.comb_text import IDENTIFIER_LETTERS, best_comb, cells_text
from consent_intake.rules.form_reading import CombCell, Engine, EngineText, WrittenText, ZoneWord
from services.consent_form.layout import TEXT_FIELDS

CASE_IDENTIFIER = "case_identifier"

SURE_CELL = 0.97
"""A comb is left to the cell reader alone when every cell is read at least so surely; the claim checks ask for as
much."""

NO_CLAIM = frozenset({"signed_on", "starts_on", "expires_on"})
"""Dates that nobody claims are read twice wherever they are written: there is nothing that a misreading could be
compared with."""

UNSURE_NAME = 0.45
"""Below this chance of a name's least certain letter, a second reader looks as well."""


WIDTHS = MappingProxyType({"parent_name": 0.8, "organization": 0.55, "signature": 0.7})
"""Share of its own width to which a line is squeezed: the time goes with the width, and of 44 printed organizations
none, of 44 names none more was misread."""


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

    def read(self, form: InkedForm) -> FieldsRead:
        """Return the fields of a form."""
        texts = {name: self._text(form, name) for name in TEXT_FIELDS}
        combs = self._combs(form)
        signature = text_lines("signature", form.boxes["signature"])
        words = tuple(word for line in signature for word in self._lines.words(line, width=WIDTHS["signature"]))
        return FieldsRead(texts | combs, words[:60], _for_a_second_reader(form, texts))

    def _text(self, form: InkedForm, name: str) -> WrittenText:
        box = form.boxes[name]
        read = [self._lines.read(line, NAME_CHARACTERS, width=WIDTHS[name]) for line in text_lines(name, box)]
        written = WrittenText(ink=min(box.share, 1.0), crop=form.crops[name])
        if not read:
            return written
        text, sure = " ".join(part.text for part in read), min(part.confidence for part in read)
        reading = EngineText(engine=Engine.RAPIDOCR, text=text, confidence=sure)
        return written.model_copy(update={"text": text, "confidence": sure, "readings": (reading,)})

    def _combs(self, form: InkedForm) -> dict[str, WrittenText]:
        cells = [cell for comb in form.combs.values() for cell in comb]
        kinds = [kind for name, comb in form.combs.items() for kind in _kinds(name, len(comb))]
        seen = self._cells.read(cells, kinds)
        written, start = {}, 0
        for name, comb in form.combs.items():
            written[name] = self._comb(form, name, comb, tuple(seen[start : start + len(comb)]))
            start += len(comb)
        return written

    def _comb(self, form: InkedForm, name: str, comb: list[InkBox], cells: tuple[CombCell, ...]) -> WrittenText:
        read = cells_text(cells)
        readings: tuple[EngineText, ...] = (read,)
        line = comb_line(name, comb) if read.text and (name in NO_CLAIM or _unsure(read, cells)) else None
        if line is not None:
            readings = (read, self._lines.read(line, DIGITS + CAPITALS if name == CASE_IDENTIFIER else DIGITS))
        text, sure = best_comb(cells, readings)
        ink = float(np.mean([cell.share for cell in comb]))
        return WrittenText(
            text=text, confidence=sure, ink=min(ink, 1.0), readings=readings, cells=cells, crop=form.crops[name]
        )


def _unsure(read: EngineText, cells: tuple[CombCell, ...]) -> bool:
    return read.confidence < SURE_CELL or len(read.text) != len(cells)


def _kinds(name: str, count: int) -> list[CellKind]:
    letters = IDENTIFIER_LETTERS if name == CASE_IDENTIFIER else frozenset()
    return [CellKind.LETTER if place in letters else CellKind.DIGIT for place in range(count)]


def _for_a_second_reader(form: InkedForm, texts: dict[str, WrittenText]) -> tuple[Line, ...]:
    name = "parent_name"
    if not texts[name].readings or texts[name].confidence >= UNSURE_NAME:
        return ()
    return tuple(text_lines(name, form.boxes[name]))
