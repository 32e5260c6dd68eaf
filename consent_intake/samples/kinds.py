"""The kinds of specimens in a test set, with their shares: good forms, and every way of being bad."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from numpy.random import Generator

from consent_intake.samples.marks import MARK_KINDS
from consent_intake.samples.truth import Family

MARK_PREFIX: Final = "mark:"
"""Before the name of a kind of mark that is in the signature box instead of a signature."""

TWO_FORMS: Final = "two_forms"
TWO_UP: Final = "two_up"
"""Two people's forms in one file: a page each, or side by side on one sheet."""

_GOOD: Final[Mapping[str, float]] = MappingProxyType({"good": 36.0})
_EMPTY: Final = "mark:empty"
_EMPTY_SHARE: Final = 9.0
_MARKS_SHARE: Final = 21.0
_WITNESS: Final = "mark:witness"
_WITNESS_SHARE: Final = 4.0

_OTHERS: Final[Mapping[str, tuple[Family, float]]] = MappingProxyType(
    {
        "other_name": (Family.OTHER_PERSON, 6.0),
        "case_one_off": (Family.DIGIT_OFF, 6.0),
        "birth_date_one_off": (Family.DIGIT_OFF, 6.0),
        "wrong_role": (Family.WRONG_ROLE, 2.5),
        "both_roles": (Family.WRONG_ROLE, 1.5),
        "undated": (Family.OTHER_FAULT, 0.8),
        "future_date": (Family.OTHER_FAULT, 0.6),
        "expired": (Family.OTHER_FAULT, 0.6),
        "other_organization": (Family.OTHER_FAULT, 0.7),
        "retired_revision": (Family.OTHER_FAULT, 0.6),
        "period_backwards": (Family.OTHER_FAULT, 0.7),
        "safety": (Family.OTHER_FAULT, 0.5),
        TWO_FORMS: (Family.OTHER_FAULT, 0.5),
        TWO_UP: (Family.OTHER_FAULT, 0.5),
        "letter": (Family.LETTER, 1.25),
        "letter_unsigned": (Family.LETTER, 1.25),
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Attributes:
        name: ``good``, ``mark:`` and a kind of mark, or one of the others.
        family: what is the matter with it.
        share: parts of the whole set.
    """

    name: str
    family: Family
    share: float

    @property
    def mark(self) -> str | None:
        """The kind of mark in the signature box; None when the form is signed, or is none of ours."""
        return self.name.removeprefix(MARK_PREFIX) if self.name.startswith(MARK_PREFIX) else None


def _all_kinds() -> tuple[Kind, ...]:
    marks = [name for name in (MARK_PREFIX + kind for kind in MARK_KINDS) if name not in {_EMPTY, _WITNESS}]
    shares = {_EMPTY: _EMPTY_SHARE, **dict.fromkeys(marks, _MARKS_SHARE / len(marks))}
    kinds = [Kind(name, Family.GOOD, share) for name, share in _GOOD.items()]
    kinds += [Kind(name, Family.UNSIGNED, share) for name, share in shares.items()]
    kinds.append(Kind(_WITNESS, Family.WRONG_BOX, _WITNESS_SHARE))
    return (*kinds, *(Kind(name, family, share) for name, (family, share) in _OTHERS.items()))


KINDS: Final = _all_kinds()


def kinds_of_set(count: int, random: Generator) -> list[Kind]:
    """Return the kind of each of ``count`` specimens: shares kept as well as whole numbers can, order random.

    A set of 160 or more has every kind.
    """
    total = sum(kind.share for kind in KINDS)
    wanted = [kind.share / total * count for kind in KINDS]
    numbers = [int(share) for share in wanted]
    by_rest = sorted(range(len(KINDS)), key=lambda index: numbers[index] - wanted[index])
    for index in by_rest[: count - sum(numbers)]:
        numbers[index] += 1
    kinds = [kind for kind, number in zip(KINDS, numbers, strict=True) for _ in range(number)]
    return [kinds[index] for index in random.permutation(len(kinds))]
