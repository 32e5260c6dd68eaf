import pytest

from services.portal.passwords import TOO_EASY, TOO_LONG, TOO_SHORT, why_unsuitable

EMAIL = "maya.ortiz@example.org"


@pytest.mark.parametrize("password", ["correct horse battery", "lluvia sobre tejado 7", "x8#kQ!mz2LpVw"])
def test_a_long_unusual_password_is_taken(password: str) -> None:
    assert why_unsuitable(password, email=EMAIL) is None


def test_the_limits_of_length_are_kept() -> None:
    assert why_unsuitable("k7#pQz!mV2x", email=EMAIL) == TOO_SHORT
    assert why_unsuitable("ab3!efgh" * 33, email=EMAIL) == TOO_LONG


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "121212121212",
        "Password1234!",
        "passwordpassword",
        "qwertyuiop12",
        "ChildSupport2026",
        "snapshot123456",
        "letmein!letmein!",
        "contraseña1234",
        "maya.ortiz2026",
    ],
)
def test_what_everybody_tries_first_is_not_taken(password: str) -> None:
    assert why_unsuitable(password, email=EMAIL) == TOO_EASY
