import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from services.portal.passwords import COMMON, TOO_COMMON, TOO_EASY, TOO_LONG, TOO_SHORT, why_unsuitable
from services.register.people import PASSWORD_MIN_LENGTH

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


def test_no_password_of_the_list_is_taken() -> None:
    assert len(COMMON) == 30_000
    long_enough = [one for one in COMMON if len(one) >= PASSWORD_MIN_LENGTH]
    assert len(long_enough) > 200
    assert [one for one in long_enough if why_unsuitable(one.upper(), email=EMAIL) not in {TOO_COMMON, TOO_EASY}] == []


@pytest.mark.parametrize("made", ["{0}{0}{0}", "{0}20262026", "{0}{0}{0}!!", "12345678{0}"])
def test_none_of_the_3000_commonest_becomes_good_by_repeating_it_or_by_a_year(made: str) -> None:
    commonest = FREQUENCY_LISTS["passwords"][:3000:30]
    lengthened = [made.format(one.capitalize()) for one in commonest]
    tried = [one for one in lengthened if len(one) >= PASSWORD_MIN_LENGTH]
    assert len(tried) > 60
    assert [one for one in tried if why_unsuitable(one, email=EMAIL) is None] == []


def test_a_common_begin_does_no_harm_to_a_long_rest() -> None:
    assert why_unsuitable("trustno1trustno1trustno1", email=EMAIL) == TOO_COMMON
    assert why_unsuitable("trustno1trustno1trustno1 tejado lluvia zafiro", email=EMAIL) is None


def test_a_password_of_odd_signs_is_judged_by_as_much_as_is_quick_to_judge() -> None:
    assert why_unsuitable("4@8({[</369&#!1/|0$5+7%2" * 10, email=EMAIL) is None
