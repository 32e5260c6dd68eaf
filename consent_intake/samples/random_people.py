"""Made-up parents for large sets of samples: names as they occur in New York City."""

import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from string import ascii_uppercase, digits
from typing import Final

from numpy.random import Generator

from schemas.consent_records import ConsentClaim
from schemas.values import CaseIdentifier, Party
from services.parent_names import name_similarity

_GIVEN: Final = (
    *("Marcus", "Elena", "Jamal", "Keisha", "Luis", "María", "José", "Ana Lucía", "Dwayne", "Tiffany", "Andre", "Rosa"),
    *("Miguel", "Yesenia", "Terrence", "Latoya", "Ángel", "Carmen", "Darnell", "Wei", "Fatou", "Olga", "Igor", "Priya"),
    *("Mohammed", "Aisha", "Kwame", "Nadia", "Sean", "Bridget", "Ramón", "Inés", "Héctor", "Sofía", "Malik", "Xiomara"),
)
_FAMILY: Final = (
    *("Rivera", "Núñez", "Johnson", "Williams", "García", "Rodríguez", "Brown", "Santos", "Peña", "Davis", "Jackson"),
    *("Ortiz", "Castillo", "Chen", "Diallo", "Ivanov", "Patel", "Hernández", "Washington", "O'Brien", "Baptiste"),
    *(
        "Martínez",
        "Cruz",
        "Vázquez",
        "Singh",
        "Mensah",
        "Thompson",
        "Acosta",
        "Guzmán",
        "Whitlock",
        "Kowalski",
        "Zhang",
    ),
)
_CONFUSABLE: Final = {
    **dict(zip("0123456789", ("86", "74", "7", "85", "91", "63", "50", "12", "30", "4"), strict=True)),
    **dict(zip("BCDEGMNPUVO", "RGPFCNMFVUD", strict=True)),
}
"""Characters that look alike when written badly; never a letter for a digit, which no identifier allows."""

_NOT_ALIKE: Final = 72.0
"""Highest similarity of the names of two people who must be told apart."""

_FIRST_BIRTH: Final = date(1958, 1, 1)
_BIRTH_DAYS: Final = 17_000


def random_parent(random: Generator) -> ConsentClaim:
    """Return a parent: mostly a given name and a surname, some with two surnames, a hyphen or a middle letter."""
    return ConsentClaim(
        parent_name=_random_name(random),
        birth_date=_FIRST_BIRTH + timedelta(days=int(random.integers(_BIRTH_DAYS))),
        case_identifier=_random_case(random),
        party=Party.NONCUSTODIAL if random.random() < 0.6 else Party.CUSTODIAL,  # noqa: PLR2004 - more of them ask
    )


def said_differently(name: str, random: Generator) -> str:
    """Return a name as an uploader may type it: without accents, in another order, without the second surname."""
    chance = random.random()
    words = name.split()
    if chance < 0.5:  # noqa: PLR2004 - shares of the set
        return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    if chance < 0.75 and set(words[-2:]) <= set(_FAMILY):  # noqa: PLR2004
        return " ".join(words[:-1])
    return f"{words[-1]}, {' '.join(words[:-1])}"


def somebody_else(name: str, random: Generator) -> str:
    """Return another person's name: two times in five one of the same family."""
    family = name.rsplit(maxsplit=1)[-1]
    while True:
        other = _random_name(random)
        if random.random() < 0.4:  # noqa: PLR2004
            other = f"{_one(_GIVEN, random)} {family}"
        if name_similarity(other, name) < _NOT_ALIKE and other.split()[0] not in name.split():
            return other


def one_character_off(case_identifier: CaseIdentifier, random: Generator) -> CaseIdentifier:
    """Return an identifier that differs in one character, half of the time in one that looks alike."""
    at = int(random.integers(len(case_identifier)))
    return case_identifier[:at] + _another(case_identifier[at], random) + case_identifier[at + 1 :]


def one_digit_off(day: date, random: Generator) -> date:
    """Return a date that differs in one digit of MMDDYYYY."""
    text = f"{day:%m%d%Y}"
    while True:
        at = int(random.integers(len(text)))
        other = text[:at] + _another(text[at], random) + text[at + 1 :]
        month, number, year = int(other[:2]), int(other[2:4]), int(other[4:])
        possible = 1 <= month <= 12 and 1930 <= year <= 2015  # noqa: PLR2004 - a calendar's months, a parent's years
        if possible and 1 <= number <= monthrange(year, month)[1]:
            return date(year, month, number)


def _random_name(random: Generator) -> str:
    given, family, second = _one(_GIVEN, random), _one(_FAMILY, random), _one(_FAMILY, random)
    kind = random.random()
    if kind < 0.15:  # noqa: PLR2004 - shares of the set
        return f"{given} {family} {second}"
    if kind < 0.25:  # noqa: PLR2004
        return f"{given} {family}-{second}"
    if kind < 0.35:  # noqa: PLR2004
        return f"{given} {ascii_uppercase[int(random.integers(26))]}. {family}"
    return f"{given} {family}"


def _random_case(random: Generator) -> str:
    letters = [ascii_uppercase[int(random.integers(26))] for _ in range(3)]
    numbers = [digits[int(random.integers(10))] for _ in range(6)]
    return f"{letters[0]}{letters[1]}{''.join(numbers[:5])}{letters[2]}{numbers[5]}"


def _another(character: str, random: Generator) -> str:
    alike = _CONFUSABLE.get(character, "")
    if alike and random.random() < 0.5:  # noqa: PLR2004 - half of them
        return _one(tuple(alike), random)
    pool = digits if character.isdigit() else ascii_uppercase
    return _one(tuple(other for other in pool if other != character), random)


def _one(values: tuple[str, ...], random: Generator) -> str:
    return values[int(random.integers(len(values)))]
