"""Two spellings of one person match; two people do not."""

import pytest

from services.parent_names import same_person


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Marcus Rivera", "MARCUS RIVERA"),
        ("Elena Núñez", "Elena Nunez"),
        ("Rivera, Marcus", "Marcus Rivera"),
        ("José García Márquez", "Jose Garcia"),
        ("María de los Ángeles Peña", "Maria Angeles Pena"),
        ("Keisha Smith-Jones", "Keisha Smith Jones"),
        ("Fatima O'Brien", "Fatima OBrien"),
        ("Marcus Rivera", "Marcvs Rivera"),
        ("Terrence Washington Jr.", "Terrence Washington"),
    ],
)
def test_spellings_of_one_person_match(one: str, other: str) -> None:
    assert same_person(one, other)
    assert same_person(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Marcus Rivera", "Elena Núñez"),
        ("Marcus Rivera", "Marcus Ramirez"),
        ("Marcus Rivera", "Maria Rivera"),
        ("Marcus Rivera", "Rivera"),
        ("Marcus Rivera", ""),
        ("", ""),
        ("Luis Peña", "Luisa Peña Torres"),
    ],
)
def test_other_people_do_not_match(one: str, other: str) -> None:
    assert not same_person(one, other)
