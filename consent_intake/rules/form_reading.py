"""What was read from a form: the record that adapters make, rules judge, and the vault keeps sealed."""

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from schemas.reason_codes import ReasonCode
from services.consent_form.code import FormCode


class Registration(StrEnum):
    """How the page was found on the picture."""

    MARKS = "marks"
    CODE_AND_MARKS = "code_and_marks"
    UNSURE = "unsure"
    """Some sign of the form, but not enough to trust where its boxes are."""
    NONE = "none"
    """Nothing of the form."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WrittenText(_Record):
    """One field as read from its box.

    Attributes:
        text: as read, spaces kept; comb fields without gaps.
        again: combs only: what a second reading of thickened letters made of it.
        confidence: of the least certain word of either reading, 0 to 1.
        ink: share of the box's area that is ink the blank form does not have, 0 to 1.
    """

    text: str = ""
    again: str | None = None
    confidence: float = Field(default=0.0, ge=0, le=1)
    ink: float = Field(default=0.0, ge=0, le=1)


class ZoneWord(_Record):
    """A word recognised inside the signature box."""

    text: str
    confidence: float = Field(ge=0, le=1)


class SignatureInk(_Record):
    """Ink in the signature box after the blank form is taken away. Lengths in points (1/72 inch).

    Attributes:
        area: ink area, square points.
        stroke_length: length of the ink's centre line.
        height: of the ink's bounding box.
        width: of the ink's bounding box.
        largest_part: longer side of the largest connected part.
        straightness: share of the stroke length that lies on one straight line, 0 to 1.
        components: connected parts.
        words: what a recogniser for print makes of the zone.
    """

    area: float = 0.0
    stroke_length: float = 0.0
    height: float = 0.0
    width: float = 0.0
    largest_part: float = 0.0
    straightness: float = 0.0
    components: int = 0
    solidity: float = 0.0
    stroke_width: float = 0.0
    words: tuple[ZoneWord, ...] = ()


class FormReading(_Record):
    """A whole file's reading. Holds personal data: it exists sealed in the vault and never in an event or a log.

    Attributes:
        problem: why the file could not be turned into pages at all.
        page_count: pages of the file.
        page_index: page that was read, from 0; None when none was registered.
        registration: how that page was found.
        several_forms: more than one different form is in the file.
        code: what the printed code says; None when it could not be read.
        fields: text fields and combs by the layout's names.
        boxes: check boxes by the layout's names: share of the inside that is ink, 0 to 1.
        signature: ink in the signature box; None when no page was registered.
        field_hints: form fields of a PDF, never evidence.
    """

    problem: ReasonCode | None = None
    page_count: int = 0
    page_index: int | None = None
    registration: Registration = Registration.NONE
    several_forms: bool = False
    code: FormCode | None = None
    fields: dict[str, WrittenText] = {}
    boxes: dict[str, float] = {}
    signature: SignatureInk | None = None
    field_hints: dict[str, str] = {}

    @property
    def registered(self) -> bool:
        """Whether the boxes are where the layout says."""
        return self.registration in {Registration.MARKS, Registration.CODE_AND_MARKS}


@dataclass(frozen=True)
class ReadForm:
    """A reading and the picture that it was made from: what a reviewer sees is what was read.

    Attributes:
        reading: what was read.
        picture: PNG of the straightened page, or of the first page when none was registered; None without pages.
    """

    reading: FormReading
    picture: bytes | None = None
