"""How well the characters seen in comb cells fit what is claimed to be written there.

The claim is checked, not only read: every cell has to be likely enough, the weakest as well, because a form that is one
digit off differs in one cell only. Another engine that reads the whole comb exactly as claimed is a second witness.
"""

from dataclasses import dataclass
from enum import Enum

from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.comb_text import chance_of, fitted
from consent_intake.rules.form_reading import Engine, WrittenText


class Fit(Enum):
    """How a comb fits a claim."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    OPEN = "open"


@dataclass(frozen=True)
class Evidence:
    """What a comb says about a claim.

    Attributes:
        fit: the outcome.
        weakest: chance of the claimed character in the cell where it is least likely.
    """

    fit: Fit
    weakest: float


def evidence(written: WrittenText, claimed: str, thresholds: ClaimThresholds) -> Evidence:
    """Compare a comb with the characters that are claimed to be in it, one for each cell."""
    if len(written.cells) != len(claimed):
        return Evidence(Fit.OPEN, 0.0)
    weakest, others = least_chance(written, claimed), other_readings(written)
    seconded = _needed_with_second(written, claimed, thresholds)
    needed = [
        seconded if _seconded(place, character, others) else thresholds.cell_alone
        for place, character in enumerate(claimed)
    ]
    chances = [chance_of(cell, character) for cell, character in zip(written.cells, claimed, strict=True)]
    if all(chance >= least for chance, least in zip(chances, needed, strict=True)):
        return Evidence(Fit.CONFIRMED, weakest)
    sure = sure_text(written, thresholds)
    if sure is None or weakest > thresholds.cell_not_claimed:
        return Evidence(Fit.OPEN, weakest)
    differing = sum(read != character for read, character in zip(sure, claimed, strict=True))
    least = 1 if read_twice(written) else thresholds.cells_not_claimed
    return Evidence(Fit.CONTRADICTED if differing >= least else Fit.OPEN, weakest)


def read_twice(written: WrittenText) -> bool:
    """Return whether two engines made the same of the whole comb."""
    return bool(written.text) and written.text in other_readings(written)


def sure_text(written: WrittenText, thresholds: ClaimThresholds) -> str | None:
    """Return a comb's characters when the reading can stand alone, without a claim that it fits; else None."""
    if not written.cells or len(written.text) != len(written.cells):
        return None
    weakest, others = least_chance(written, written.text), other_readings(written)
    if written.text in others:
        surely = _surely_read(written, written.text, thresholds)
        least = thresholds.cell_with_sure_second if surely else thresholds.sure_with_second
        return written.text if weakest >= least else None
    return written.text if weakest >= thresholds.sure_alone and not others else None


def least_chance(written: WrittenText, characters: str) -> float:
    """Return the chance of the least likely of these characters, each in its cell."""
    return min(chance_of(cell, character) for cell, character in zip(written.cells, characters, strict=True))


def other_readings(written: WrittenText) -> list[str]:
    """Return what engines other than the cell reader made of the whole comb, where it has the right length."""
    texts = [fitted(reading.text, written.cells) for reading in written.readings if reading.engine is not Engine.CELLS]
    return [text for text in texts if text is not None]


def _seconded(place: int, character: str, others: list[str]) -> bool:
    """Return whether another engine read this character in this cell, and none another one."""
    return bool(others) and all(text[place] == character for text in others)


def _needed_with_second(written: WrittenText, claimed: str, thresholds: ClaimThresholds) -> float:
    """Return the chance that a cell needs when another engine reads the claimed character there."""
    sure = _surely_read(written, claimed, thresholds)
    return thresholds.cell_with_sure_second if sure else thresholds.cell_with_second


def _surely_read(written: WrittenText, claimed: str, thresholds: ClaimThresholds) -> bool:
    """Return whether another engine reads the whole comb as claimed and is sure of every character."""
    return any(
        reading.confidence >= thresholds.sure_second and fitted(reading.text, written.cells) == claimed
        for reading in written.readings
        if reading.engine is not Engine.CELLS
    )
