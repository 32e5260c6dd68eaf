"""Thresholds of the signature check. Lengths in points; docs/models/signature.md has the tables behind the numbers."""

from pydantic import BaseModel, ConfigDict, Field


class SignatureThresholds(BaseModel):
    """What the signature box must reach.

    Attributes:
        least_stroke_length: less is no signature, whatever the model says: trees guess on ink that they never saw.
        least_height: of all ink.
        least_width: of all ink.
        least_largest_part: of the connected parts, the longer side of the largest.
        most_straight: at or above it, the ink is a line: a crease, a streak, a stroke that crosses the box out.
        most_solid: share of its hull; at or above it the ink is a sticker, a thumb or a smudge.
        most_ring: part of its extent that the only loop encloses; at or above it the ink is a ring around something.
        most_boxed: width of a level line that ends in a corner on both sides; at or above it it is a frame.
        approve_chance: least chance, by the model, of a signature.
        legible_chance: the same where a recogniser of print reads a name: a careful hand passes, a typed name does not.
        name_sure: where two words or more are read, each at least so surely, a whole name stands there as print does.
        name_pen_odds: where a name is read, least logarithm of the odds, by the network, that a pen wrote it.
        sure_chance: from this chance on, the network has to be a little less sure of a name.
        sure_name_pen_odds: so sure.
        unread_chance: below this chance, the network must be sure too, where hardly a letter is read.
        doubted_chance: the same where letters are read.
        doubted_pen_odds: so sure.
        unprinted_chance: below this chance, the network must be sure too, on a form whose printing nobody knows: one
            that the portal printed was made for somebody, and its id is good once.
        unprinted_pen_odds: so sure.
        convinced_chance: from this chance on, where the network is sure as well, strokes that read as initials or as
            a /s/, and not surely, say nothing.
        convinced_pen_odds: so sure.
        narrow_width: ink that is narrower may be initials, or a short note.
        narrow_chance: least chance of a signature for such ink.
        narrow_pen_odds: least logarithm of the odds, by the network, for such ink.
        capitals_width: two to four capitals, narrower than this, may be initials as well.
        capitals_pen_odds: least logarithm of the odds, by the network, for them.
        initials_pen_odds: the same where they are the initials of the parent whom the uploader names.
        crossed_line: share of a straight line through the whole box that is inked, faintly or not; at or above it the
            signature is crossed out, or the box is.
        crossed_remains: points of pale lines away from the ink, all together; at or above it, where they span the box,
            a copier or a fax nearly erased what crosses the signature out.
        crossed_span: share of the box's width that such remains span.
        unsigned_chance: at or above it, a person looks even at little ink.
        no_ink_length: less stroke than the smallest initial: dust, dots, what is left of the printed line.
        no_ink_part: largest part of such remains.
        no_faint_part: largest part of hardly visible ink that is not yet a stroke that a copier nearly erased.
        witness_length: least stroke in the witness's box that is a signature in the wrong place.
        witness_width: least width of it.
        word_sure: a recogniser of print is this sure of a word only when the box holds print or printed letters.
        word_likely: sure enough for a word of five different letters, which pens' loops and peaks do not read as.
        very_sure: so sure of one word that it is print whatever its letters are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    least_stroke_length: float = Field(default=90.0, ge=0)
    least_height: float = Field(default=6.0, ge=0)
    least_width: float = Field(default=16.0, ge=0)
    least_largest_part: float = Field(default=5.5, ge=0)
    most_straight: float = Field(default=0.65, gt=0, le=1)
    most_solid: float = Field(default=0.75, gt=0, le=1)
    most_ring: float = Field(default=0.4, gt=0, le=1)
    most_boxed: float = Field(default=40.0, ge=0)
    approve_chance: float = Field(default=0.75, ge=0.5, le=1)
    legible_chance: float = Field(default=0.9, ge=0.5, le=1)
    name_sure: float = Field(default=0.7, ge=0, le=1)
    name_pen_odds: float = Field(default=2.0)
    sure_chance: float = Field(default=0.98, ge=0, le=1)
    sure_name_pen_odds: float = Field(default=1.75)
    unread_chance: float = Field(default=0.9, ge=0, le=1)
    doubted_chance: float = Field(default=0.96, ge=0, le=1)
    doubted_pen_odds: float = Field(default=3.0)
    unprinted_chance: float = Field(default=0.985, ge=0, le=1)
    unprinted_pen_odds: float = Field(default=2.0)
    convinced_chance: float = Field(default=0.995, ge=0, le=1)
    convinced_pen_odds: float = Field(default=3.5)
    narrow_width: float = Field(default=80.0, ge=0)
    narrow_chance: float = Field(default=0.98, ge=0.5, le=1)
    narrow_pen_odds: float = Field(default=2.25)
    capitals_width: float = Field(default=135.0, ge=0)
    capitals_pen_odds: float = Field(default=2.25)
    initials_pen_odds: float = Field(default=4.0)
    crossed_line: float = Field(default=0.8, gt=0)
    crossed_remains: float = Field(default=30.0, ge=0)
    crossed_span: float = Field(default=0.5, ge=0, le=1)
    unsigned_chance: float = Field(default=0.3, ge=0, le=1)
    no_ink_length: float = Field(default=12.0, ge=0)
    no_ink_part: float = Field(default=5.5, ge=0)
    no_faint_part: float = Field(default=12.0, ge=0)
    witness_length: float = Field(default=40.0, ge=0)
    witness_width: float = Field(default=16.0, ge=0)
    word_sure: float = Field(default=0.75, ge=0, le=1)
    word_likely: float = Field(default=0.6, ge=0, le=1)
    very_sure: float = Field(default=0.9, ge=0, le=1)
