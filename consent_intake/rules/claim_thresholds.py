"""Thresholds of the fields' checks."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Chance = Annotated[float, Field(ge=0, le=1)]
Similarity = Annotated[float, Field(ge=0, le=100)]


class ClaimThresholds(BaseModel):
    """What the fields must reach.

    The cells' thresholds were chosen on 346 combs by hands that no reader was trained on, scanned, copied, photographed
    and faxed (docs/models/cell-reader.md).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    cell_alone: Chance = 0.97
    """Chance of the claimed character from which the cell reader alone confirms a cell."""

    cell_with_second: Chance = 0.80
    """The same when another engine reads that character there too: at 0.75 a 9 that both took for a 4 passed, and how
    sure the other engine was of the whole comb made no difference."""

    cell_with_sure_second: Chance = 0.03
    """The same when another engine reads the whole comb as claimed, and surely."""

    sure_second: Chance = 0.97
    """How sure of its least certain character that other engine has to be: at 0.85 and 0.96 it was wrong once each."""

    sure_alone: Chance = 0.97
    """Chance of the weakest cell from which the cell reader's reading stands alone, without a claim that it fits: of
    294 combs none that stood alone was wrong."""

    sure_with_second: Chance = 0.40
    """The same when another engine read exactly the same."""

    cell_not_claimed: Chance = 0.01
    """A comb that surely reads otherwise fails a claim when some cell gives the claimed character at most this."""

    cells_not_claimed: Annotated[int, Field(ge=1, le=12)] = 3
    """Cells that must differ from a claim before the cell reader alone contradicts it: with fewer it may have misread
    one, and a true form would be rejected."""

    period_lead_days: Annotated[int, Field(ge=0, le=400)] = 60
    """A first day that one engine alone read counts when it is at most so many days before the signing date, and at
    most as many months after it as a consent may last; a last day when it is at most so long after the first one."""

    told_cell: Chance = 0.80
    """Chance of the weakest cell of a date from which a form is rejected for it. Below it, two of 86 good forms were
    told that they had expired: a 7 that both engines took for a 1, and the year 0027."""

    day_cell: Chance = 0.003
    """Chance of the weakest cell of a day that is likely, but not read surely."""

    day_share: Chance = 0.99
    """Share of the weight of all days that the expected ones need."""

    other_day_weight: Chance = 0.05
    """Weight of a day outside of the expected ones, against one among them: a form of another year must not pass."""

    unprinted_day_weight: Chance = 0.02
    """By how much less a day weighs on which the form was not printed yet, or that is months ahead: nobody can have
    signed it then, but a hand may have written the old year."""

    printed_day_cell: Chance = 0.0008
    """As ``day_cell``, where the day of the printing is known: it leaves a week or two of days."""

    printed_day_share: Chance = 0.985
    """As ``day_share``, where the day of the printing is known; below it, a hand may have written the old year."""

    same_day_odds: Annotated[float, Field(ge=1)] = 10.0
    """Recent days that fit less than so many times worse than the best count as read alike."""

    name_similarity: Similarity = 86.0
    """Least likeness of two full names of one person, whatever the order of their words."""

    other_person_similarity: Similarity = 60.0
    """At or below it the names have little in common; unrelated names score below 70."""

    name_readable: Chance = 0.30
    """Chance of a name's least certain letter below which even a difference is the reader's, not the paper's."""

    name_sure: Chance = 0.80
    """The same from which a name is another person's."""

    organization_similarity: Similarity = 50.0
    """Below it the organization written on the form is another one than the printed code's."""

    written_ink: Chance = 0.004
    """Share of ink in a box that somebody wrote into: one thin digit in eight cells has about 0.008."""

    marked_ink: Chance = 0.10
    """Share of ink of a ticked box: a thin single stroke across the box has about 0.13."""

    unmarked_ink: Chance = 0.04
    """Share of ink up to which a box is empty: specks and the edge of the frame."""
