"""Past-due figures against generated ledgers, in whole cents."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from case_fetcher.adapters.record_rows import cents
from case_fetcher.rules.agency_case import AgencyCase
from case_fetcher.rules.ledger import figures_reconcile, ledger_balance
from schemas.case_record import Arrears, Charge, OpeningBalance, Payment
from tests.support.agency_cases import an_agency_case

OPENED = date(2024, 3, 1)
LARGEST = 999_999_999

amounts = st.integers(min_value=1, max_value=LARGEST)
days = st.integers(min_value=0, max_value=900).map(lambda number: OPENED + timedelta(days=number))


@dataclass(frozen=True)
class Ledger:
    """A ledger and the sum that a bookkeeper, entry by entry in the order of days, comes to."""

    opening: int
    charges: list[tuple[date, int]]
    payments: list[tuple[date, int]]

    @property
    def balance(self) -> int:
        entries = sorted(
            [(day, cents) for day, cents in self.charges] + [(day, -cents) for day, cents in self.payments]
        )
        balance = self.opening
        for _, change in entries:
            balance += change
        return balance

    def case(self, owed_to_dss: int, owed_to_custodial_parent: int) -> AgencyCase:
        return an_agency_case(
            arrears=Arrears(owed_to_dss=owed_to_dss, owed_to_custodial_parent=owed_to_custodial_parent),
            opening_balance=OpeningBalance(on=OPENED, amount=self.opening),
            charges=tuple(Charge(due_on=day, amount=cents) for day, cents in self.charges),
            payments=tuple(Payment(received_on=day, amount=cents) for day, cents in self.payments),
        )


ledgers = st.builds(
    Ledger,
    opening=st.integers(min_value=-LARGEST, max_value=LARGEST),
    charges=st.lists(st.tuples(days, amounts), max_size=30),
    payments=st.lists(st.tuples(days, st.integers(min_value=-LARGEST, max_value=LARGEST)), max_size=30),
)


@given(ledgers, st.floats(min_value=0, max_value=1))
def test_a_total_that_follows_from_its_ledger_reconciles_however_it_is_split(ledger: Ledger, share: float) -> None:
    total = max(ledger.balance, 0)
    to_dss = min(int(total * share), total)
    case = ledger.case(to_dss, total - to_dss)
    assert ledger_balance(case) == total
    assert figures_reconcile(case)


@given(ledgers, st.integers(min_value=-LARGEST, max_value=LARGEST))
def test_a_total_that_is_off_by_any_cent_does_not(ledger: Ledger, off: int) -> None:
    total = max(ledger.balance, 0)
    assume(off != 0 and total + off >= 0)
    assert not figures_reconcile(ledger.case(0, total + off))


@given(ledgers, st.integers(min_value=1, max_value=LARGEST))
def test_an_entry_that_is_lost_or_comes_twice_shows(ledger: Ledger, amount: int) -> None:
    assume(ledger.balance >= 0)
    more = replace(ledger, charges=[*ledger.charges, (OPENED, amount)])
    assert not figures_reconcile(ledger.case(0, more.balance))
    assert not figures_reconcile(more.case(0, ledger.balance))


@given(ledgers, st.lists(st.tuples(st.integers(min_value=1, max_value=900), amounts), min_size=1, max_size=5))
def test_what_is_older_than_the_opening_balance_is_in_it_already(ledger: Ledger, before: list[tuple[int, int]]) -> None:
    older = [(OPENED - timedelta(days=number), cents) for number, cents in before]
    longer = replace(ledger, charges=[*older, *ledger.charges], payments=[*older[:1], *ledger.payments])
    assert figures_reconcile(longer.case(max(ledger.balance, 0), 0))


@given(st.integers(min_value=-LARGEST, max_value=LARGEST))
def test_an_amount_is_the_same_in_cents_and_in_dollars(amount: int) -> None:
    sign = "-" if amount < 0 else ""
    assert cents(f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}", "dollars") == amount
    assert cents(amount / 100, "dollars") == amount
    assert cents(str(amount), "cents") == amount


def test_without_an_opening_balance_nothing_is_claimed() -> None:
    case = an_agency_case(opening_balance=None, charges=(Charge(due_on=OPENED, amount=1),))
    assert ledger_balance(case) is None
    assert figures_reconcile(case)


@pytest.mark.parametrize(
    ("arrears", "reconciles"),
    [
        (Arrears(owed_to_dss=5, owed_to_custodial_parent=3, permanently_assigned=5, retroactive=8), True),
        (Arrears(owed_to_dss=5, owed_to_custodial_parent=3, permanently_assigned=6), False),
        (Arrears(owed_to_dss=5, owed_to_custodial_parent=3, retroactive=9), False),
    ],
)
def test_no_part_exceeds_its_whole(arrears: Arrears, reconciles: bool) -> None:
    assert figures_reconcile(an_agency_case(arrears=arrears)) is reconciles
