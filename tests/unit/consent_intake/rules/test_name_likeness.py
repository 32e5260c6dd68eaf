import pytest

from consent_intake.rules.name_likeness import name_likeness

SAME = 86


@pytest.mark.parametrize(
    ("written", "claimed"),
    [
        ("JOSE PENA", "José Peña"),
        ("RIVERAELENA", "Elena Rivera"),
        ("MARCUS J. RIVERA", "Marcus Rivera"),
        ("Ana Lucia Ortiz", "Ana Lucía Ortiz Cruz"),
        ("OBRIEN SEAN", "Sean O'Brien"),
        ("Garcia-Nunez, Luis", "Luis García Núñez"),
        ("MARCUS RIVFRA", "Marcus Rivera"),
    ],
)
def test_one_persons_names_are_alike(written: str, claimed: str) -> None:
    assert name_likeness(written, claimed) >= SAME


@pytest.mark.parametrize(
    ("written", "claimed"),
    [
        ("Eva Hernández Rodríguez", "Ana Hernández Rodríguez"),
        ("EVAHERNANDEZRODRIGUEZ", "Ana Hernández Rodríguez"),
        ("Luis Rivera", "Marcus Rivera"),
        ("Rivera", "Marcus Rivera"),
        ("", "Marcus Rivera"),
    ],
)
def test_names_that_share_only_a_part_are_not(written: str, claimed: str) -> None:
    assert name_likeness(written, claimed) < SAME
