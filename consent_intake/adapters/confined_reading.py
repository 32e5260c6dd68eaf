"""Everything that is done with a stranger's file, from its bytes to a reading. Runs only inside the confined child."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from consent_intake.adapters.child_answer import Opened, Read, opened_part, read_part
from consent_intake.adapters.child_frames import Task
from consent_intake.adapters.field_reader import FieldReader
from consent_intake.adapters.form_ink import inked_form
from consent_intake.adapters.grey_png import in_pairs
from consent_intake.adapters.page_finder import GreyPixels, find_forms
from consent_intake.adapters.page_renderer import Refused, form_fields_of, pages_of
from consent_intake.adapters.pdf_signatures import TrustList, digital_signatures
from consent_intake.adapters.pen_likeness import PenLikeness
from consent_intake.adapters.signature_ink import measure
from consent_intake.rules.form_reading import FormReading
from schemas.values import Language
from services.consent_form.layout import CHECK_FIELDS
from services.file_types import PDF, true_media_type

SIGNATURE, WITNESS = "signature", "witness"


@dataclass(frozen=True)
class Tools:
    """What is loaded once in the warm process and used by every child.

    Attributes:
        fields: reads text fields and combs.
        pens: tells a pen's ink from print.
        trust: certificates that digital signatures may lead to.
    """

    fields: FieldReader
    pens: PenLikeness
    trust: TrustList

    @classmethod
    def load(cls, trust_files: Sequence[Path] = ()) -> "Tools":
        """Load models and certificates."""
        return cls(FieldReader.load(), PenLikeness.load(), TrustList.from_files(trust_files))


def read_document(task: Task, tools: Tools, say: Callable[[bytes], None]) -> None:
    """Open a document, say so, read it and say what was read."""
    try:
        pictures = list(pages_of(task.document))
    except Refused as refused:
        say(opened_part(Opened(problem=refused.code)))
        return
    say(opened_part(Opened(page_count=len(pictures), first_page=pictures[0] if task.show_first else None)))
    say(read_part(read_pictures(pictures, task, tools)))


def read_pictures(pictures: Sequence[GreyPixels], task: Task, tools: Tools) -> Read:
    """Find our form on a document's pictures and read it."""
    document = task.document
    found = find_forms(pictures)
    reading = FormReading(
        page_count=len(pictures),
        registration=found.found.registration,
        forms=found.forms,
        code=found.found.code,
        field_hints=form_fields_of(document),
        digital_signatures=digital_signatures(document, tools.trust) if true_media_type(document) == PDF else (),
    )
    if found.page_index is None or found.found.page is None:
        return Read(reading, first_page=pictures[0])
    update = {"page_index": found.page_index}
    return _read_form(reading.model_copy(update=update), found.found.page, task.today, tools)


def _read_form(reading: FormReading, page: GreyPixels, today: date, tools: Tools) -> Read:
    inked = inked_form(page, reading.code.language if reading.code else Language.ENGLISH)
    fields = tools.fields.read(inked, today)
    signature = measure(inked.boxes[SIGNATURE], fields.signature_words, inked.crops[SIGNATURE])
    update = {
        "fields": fields.fields,
        "boxes": {name: min(inked.boxes[name].share, 1.0) for name in CHECK_FIELDS},
        "box_crops": {name: inked.crops[name] for name in CHECK_FIELDS},
        "signature": tools.pens.added(signature, inked.boxes[SIGNATURE]),
        "witness": measure(inked.boxes[WITNESS], (), inked.crops[WITNESS]),
    }
    return Read(reading.model_copy(update=update), page=in_pairs(page), second=fields.second)
