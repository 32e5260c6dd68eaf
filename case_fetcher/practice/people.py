"""Made-up people: names of the kinds a form must cope with (accents, hyphens, two surnames, long names)."""

from datetime import date, timedelta
from random import Random

GIVEN = (
    "Marcus", "Elena", "José", "María Guadalupe", "Andre", "Keisha", "Luis", "Ana Lucía", "Tyrone", "Fatima",
    "Wei", "Dmitri", "Aisha", "Jean-Pierre", "Rosa", "Samuel", "Ngozi", "Carlos Andrés", "Denise", "Omar",
    "Patricia", "Raúl", "Sonia", "Terrence", "Yolanda", "Miguel Ángel", "Latoya", "Ivan", "Graciela", "Hector",
)  # fmt: skip
SURNAMES = (
    "Rivera", "Núñez", "Johnson", "García Márquez", "O'Brien", "Smith-Jones", "Fernández", "Okafor", "Chen",
    "Williams", "de la Cruz", "Peña", "Baptiste", "Kowalski", "Rahman", "Ortiz Vega", "Thompson", "Santiago",
    "Nguyen", "Delgado", "Washington", "Muñoz", "Petrov", "Castillo", "Abdullah", "Torres", "Jackson", "Quiñones",
)  # fmt: skip


def practice_person(chance: Random) -> tuple[str, date]:
    """Return a full name and a birth date between 1966 and 2005."""
    name = f"{chance.choice(GIVEN)} {chance.choice(SURNAMES)}"
    return name, date(1966, 1, 1) + timedelta(days=chance.randrange(14_000))


def practice_case_identifier(number: int) -> str:
    """Return a well-formed identifier for the ``number``-th random case; fixed cases use the prefix AB."""
    prefix = chr(ord("C") + number % 20) + chr(ord("D") + number // 20 % 20)
    return f"{prefix}{10_000 + number * 37 % 90_000:05d}C{number % 9 + 1}"
