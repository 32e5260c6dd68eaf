import pytest

from schemas.case_record import CaseCopy
from schemas.values import Language, Party
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.samples.extreme_cases import EXTREMES
from snapshot_renderer.samples.random_cases import random_request


def test_there_are_at_least_twenty_extremes() -> None:
    assert len(EXTREMES) >= 20


@pytest.mark.parametrize("name", list(EXTREMES))
def test_an_extreme_is_a_record_that_case_fetcher_could_seal(name: str) -> None:
    for party in Party:
        case = EXTREMES[name](party).case

        assert case.party is party
        assert CaseCopy.model_validate_json(case.canonical_bytes()) == case


def test_the_same_seed_and_number_make_the_same_case() -> None:
    first, again = (random_request(7, 3, Party.CUSTODIAL) for _ in range(2))

    assert first == again
    assert random_request(7, 4, Party.CUSTODIAL) != first
    assert random_request(8, 3, Party.CUSTODIAL) != first


def test_both_sides_of_a_random_case_tell_of_the_same_money() -> None:
    payer, receiver = (random_request(7, 3, party).case for party in Party)

    assert (payer.payments, payer.charges, payer.arrears) == (receiver.payments, receiver.charges, receiver.arrears)


def test_random_cases_reconcile_and_are_not_all_alike() -> None:
    editorial = packaged_editorial()
    pages = [
        page_content(random_request(1, number, Party.NONCUSTODIAL), editorial, Language.ENGLISH) for number in range(40)
    ]

    assert len({page.headline for page in pages}) >= 5
    assert {bool(page.enforcement.message) for page in pages} == {True, False}
    assert {bool(page.payments.message) for page in pages} == {True, False}
