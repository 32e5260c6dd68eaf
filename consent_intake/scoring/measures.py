"""The measures that intake is held to: what must be reached, what is hoped for, and what was reached."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from consent_intake.rules.consent_decision import Outcome
from consent_intake.samples.truth import Family
from consent_intake.scoring.intervals import interval
from consent_intake.scoring.scored import ScoredForm

HARD_FAMILIES: Final = frozenset(
    {Family.UNSIGNED, Family.WRONG_BOX, Family.OTHER_PERSON, Family.DIGIT_OFF, Family.WRONG_ROLE}
)
"""Forms that must never be approved, and that a machine is most likely to."""

CPU_FLOOR: Final = 0.30
CPU_AIM: Final = 0.15
"""Seconds a page, everything included, on a machine on which a foreign letter takes LETTER_SECONDS."""

LETTER_SECONDS: Final = 1.8
"""Seconds that Tesseract's look at a whole foreign letter took at the most in the four runs on the machine that the
floor is from (1.53 to 1.78, docs/intake-accuracy.md of 2026-11-22 and 23): the tape that a run's seconds are measured
with. The same machine took 1.5 times as long for everything some hours later."""

ENOUGH_LETTERS: Final = 20
"""With fewer a run's own seconds count as they are."""

MEMORY_FLOOR: Final = float(1 << 30)
MEMORY_AIM: Final = 300.0 * (1 << 20)
"""Bytes of one child."""

Counted = tuple[int, int]
"""Hits and trials."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a share has to be.

    Attributes:
        name: what is measured.
        floor: must be reached; None for a share that is only told.
        aim: is hoped for.
        at_most: whether less is better.
        count: hits and trials in some forms.
    """

    name: str
    floor: float | None
    aim: float | None
    at_most: bool
    count: Callable[[Sequence[ScoredForm]], Counted]


@dataclass(frozen=True, slots=True)
class Measure:
    """A share that was reached, with its 95 % interval; nothing is known without trials."""

    goal: Goal
    hits: int
    trials: int

    @property
    def reached(self) -> float | None:
        """The share; None without trials."""
        return self.hits / self.trials if self.trials else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The interval; None without trials."""
        return interval(self.hits, self.trials) if self.trials else None

    @property
    def missed(self) -> bool:
        """Whether there is a floor and it was not reached; a share of nothing misses none."""
        if self.goal.floor is None or self.reached is None:
            return False
        return self.reached > self.goal.floor if self.goal.at_most else self.reached < self.goal.floor


def _approved(forms: Iterable[ScoredForm]) -> Counted:
    outcomes = [form.outcome is Outcome.APPROVED for form in forms]
    return sum(outcomes), len(outcomes)


def hard_approved(forms: Sequence[ScoredForm]) -> Counted:
    """Count approvals of forms that must never be approved."""
    return _approved(form for form in forms if form.family in HARD_FAMILIES)


def faulty_approved(forms: Sequence[ScoredForm]) -> Counted:
    """Count approvals of forms with other faults: dates, organization, revision, safety box."""
    return _approved(form for form in forms if form.family is Family.OTHER_FAULT)


def letters_approved(forms: Sequence[ScoredForm]) -> Counted:
    """Count approvals of other organizations' letters."""
    return _approved(form for form in forms if form.family is Family.LETTER)


def good_approved(fill: str) -> Callable[[Sequence[ScoredForm]], Counted]:
    """Return a count of good forms of one fill that need no person."""
    return lambda forms: _approved(form for form in forms if form.family is Family.GOOD and form.fill == fill)


def typed_exact(forms: Sequence[ScoredForm]) -> Counted:
    """Count printed and typed fields that were read exactly."""
    exact = [field.exact for form in forms for field in form.fields if not field.by_hand]
    return sum(exact), len(exact)


def typed_names_to_the_accent(forms: Sequence[ScoredForm]) -> Counted:
    """Count printed and typed names that were read exactly, accents and all."""
    fields = [field for form in forms for field in form.fields if field.name == "parent_name" and not field.by_hand]
    return sum(field.to_the_accent for field in fields), len(fields)


def hand_confirmed(forms: Sequence[ScoredForm]) -> Counted:
    """Count hand-written fields whose true claim was confirmed."""
    fields = [field for form in forms for field in form.fields if field.by_hand and field.claim_holds]
    return sum(field.confirmed for field in fields), len(fields)


def told_at_once(forms: Sequence[ScoredForm]) -> Counted:
    """Count empty boxes, dirt and signatures in the witness's box that the uploader hears of at once."""
    told = [form.told_unsigned for form in forms if form.told_at_once]
    return sum(told), len(told)


def signed_told_unsigned(forms: Sequence[ScoredForm]) -> Counted:
    """Count signed forms whose uploader hears that they are not."""
    told = [form.told_unsigned for form in forms if form.signed and form.family is not Family.LETTER]
    return sum(told), len(told)


def registered_and_read(forms: Sequence[ScoredForm]) -> Counted:
    """Count our pages that were found and whose code was read right."""
    found = [form.registered and form.code_read for form in forms if form.has_code]
    return sum(found), len(found)


GOALS: Final = (
    Goal("unsigned, wrong-box, other-person, one-digit-off, wrong-role approved", 0.0, 0.0, True, hard_approved),
    Goal("forms with other faults approved", 0.0, 0.0, True, faulty_approved),
    Goal("foreign letters approved", 0.0, 0.0, True, letters_approved),
    Goal("good prefilled forms decided without a human", 0.92, 0.98, False, good_approved("prefilled")),
    Goal("good hand-filled forms decided without a human", 0.70, 0.90, False, good_approved("hand")),
    Goal("good typed forms decided without a human", None, None, False, good_approved("typed")),
    Goal("typed fields exact", 0.98, 0.995, False, typed_exact),
    Goal("typed names exact to the accent", None, None, False, typed_names_to_the_accent),
    Goal("handwritten claims confirmed", 0.85, 0.95, False, hand_confirmed),
    Goal("unsigned forms told so at once", 0.90, 0.98, False, told_at_once),
    Goal("signed forms told that they are unsigned", 0.015, 0.005, True, signed_told_unsigned),
    Goal("pages registered and code read", 0.995, 0.999, False, registered_and_read),
)
"""Every share, in the order of the table."""


def measures(forms: Sequence[ScoredForm]) -> tuple[Measure, ...]:
    """Return every share of a set of forms."""
    return tuple(Measure(goal, *goal.count(forms)) for goal in GOALS)
