from datetime import date
from typing import Any

import pytest

from schemas.case_record import (
    Arrears,
    CaseCopy,
    Charge,
    EnforcementAction,
    EnforcementCode,
    EnforcementStatus,
    OrderStatus,
    Payment,
    PaymentFrequency,
    SupportOrder,
)
from schemas.values import Party
from snapshot_renderer.rules.case_figures import (
    FiguresDoNotReconcile,
    Month,
    MonthState,
    figures_of,
    full_months_before,
    monthly_amount,
)
from snapshot_renderer.samples.made_up_cases import AS_OF, minimal, typical


def a_case(**changes: Any) -> CaseCopy:
    return typical(Party.NONCUSTODIAL).case.model_copy(update=changes)


def an_order(amount: int | None, frequency: PaymentFrequency | None) -> SupportOrder:
    return SupportOrder(status=OrderStatus.ACTIVE, amount=amount, frequency=frequency)


@pytest.mark.parametrize(
    ("frequency", "amount", "expected"),
    [
        (PaymentFrequency.WEEKLY, 9508, 41201),
        (PaymentFrequency.BIWEEKLY, 20000, 43333),
        (PaymentFrequency.SEMIMONTHLY, 20601, 41202),
        (PaymentFrequency.MONTHLY, 41200, 41200),
    ],
)
def test_an_orders_amount_becomes_cents_of_an_average_month(
    frequency: PaymentFrequency, amount: int, expected: int
) -> None:
    assert monthly_amount(an_order(amount, frequency)) == expected


def test_an_unknown_amount_or_frequency_stays_unknown() -> None:
    assert monthly_amount(an_order(None, PaymentFrequency.MONTHLY)) is None
    assert monthly_amount(an_order(100, None)) is None
    assert monthly_amount(SupportOrder(status=OrderStatus.ENDED, amount=1, frequency=PaymentFrequency.MONTHLY)) is None


def test_the_month_that_is_not_over_is_not_counted() -> None:
    months = full_months_before(date(2026, 3, 31))

    assert (months[0], months[-1], len(months)) == (date(2025, 3, 1), date(2026, 2, 1), 12)


def test_payments_count_in_the_month_they_were_received() -> None:
    case = a_case(
        charges=(Charge(due_on=date(2026, 10, 1), amount=500),),
        payments=(
            Payment(received_on=date(2026, 9, 30), amount=200),
            Payment(received_on=date(2026, 10, 31), amount=300),
            Payment(received_on=date(2026, 11, 2), amount=999),
        ),
    )
    months = figures_of(case, as_of=AS_OF).months

    assert months[-1] == Month(date(2026, 10, 1), due=500, paid=300)
    assert months[-2] == Month(date(2026, 9, 1), due=0, paid=200)


@pytest.mark.parametrize(
    ("due", "paid", "state"),
    [
        (100, 100, MonthState.FULL),
        (100, 101, MonthState.FULL),
        (100, 99, MonthState.PART),
        (100, 0, MonthState.MISSED),
        (0, 0, MonthState.NOTHING_DUE),
        (0, 5, MonthState.FULL),
    ],
)
def test_a_month_is_paid_in_part_or_missed_by_its_own_amounts(due: int, paid: int, state: MonthState) -> None:
    assert Month(date(2026, 1, 1), due, paid).state is state


def test_retroactive_support_does_not_count_as_months_behind() -> None:
    arrears = Arrears(owed_to_dss=200000, owed_to_custodial_parent=0, retroactive=80000)

    assert figures_of(a_case(arrears=arrears), as_of=AS_OF).arrears_months == 2


def test_days_without_any_payment_count_from_the_first_support_due() -> None:
    figures = figures_of(a_case(payments=()), as_of=AS_OF)

    assert figures.last_payment is None
    assert figures.days_since_payment == (AS_OF - date(2025, 11, 1)).days


def test_a_case_without_an_order_has_nothing_to_count() -> None:
    figures = figures_of(minimal(Party.CUSTODIAL).case, as_of=AS_OF)

    assert (figures.due, figures.paid, figures.days_since_payment, figures.arrears_months) == (0, 0, None, None)


def test_full_years_and_months_are_counted_by_the_day() -> None:
    order = a_case().order.model_copy(
        update={"ordered_on": date(2023, 11, 21), "youngest_child_turns_21_on": date(2027, 5, 19)}
    )
    figures = figures_of(a_case(order=order), as_of=AS_OF)

    assert figures.years_since_order == 2
    assert figures.months_to_21 == 5


def test_last_year_is_unknown_unless_the_record_spans_it() -> None:
    assert figures_of(a_case(), as_of=AS_OF).paid_full_last_year is None
    spanning = tuple(Charge(due_on=date(2025, month, 1), amount=100) for month in range(1, 13))
    paid = (Payment(received_on=date(2025, 12, 31), amount=1200),)

    assert figures_of(a_case(charges=spanning, payments=paid), as_of=AS_OF).paid_full_last_year is True
    assert figures_of(a_case(charges=spanning, payments=()), as_of=AS_OF).paid_full_last_year is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"payments": (Payment(received_on=date(2026, 10, 1), amount=-1),)},
        {"charges": (Charge(due_on=date(2026, 10, 1), amount=-1),)},
        {"payments": (Payment(received_on=date(2026, 11, 21), amount=1),)},
        {"order": SupportOrder(status=OrderStatus.NONE)},
        {"order": SupportOrder(status=OrderStatus.ACTIVE, ordered_on=date(2027, 1, 1))},
        {
            "enforcement": (
                EnforcementAction(
                    code=EnforcementCode.LIEN,
                    status=EnforcementStatus.ACTIVE,
                    started_on=date(2026, 10, 2),
                    answer_by=date(2026, 10, 1),
                ),
            )
        },
    ],
    ids=["negative payment", "negative charge", "payment to come", "charges without order", "order to come", "answer"],
)
def test_a_record_that_contradicts_itself_makes_no_page(wrong: dict[str, Any]) -> None:
    with pytest.raises(FiguresDoNotReconcile):
        figures_of(a_case(**wrong), as_of=AS_OF)
