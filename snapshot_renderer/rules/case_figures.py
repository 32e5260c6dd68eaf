"""What the case copy adds up to: twelve full months, amounts by month, times since. Integer cents throughout."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from schemas.case_record import CaseCopy, Charge, OrderStatus, Payment, PaymentFrequency, SupportOrder
from schemas.values import Cents

MONTHS_SHOWN = 12
MONTHS_PER_YEAR = 12

PERIODS_PER_YEAR = {
    PaymentFrequency.WEEKLY: 52,
    PaymentFrequency.BIWEEKLY: 26,
    PaymentFrequency.SEMIMONTHLY: 24,
    PaymentFrequency.MONTHLY: 12,
}
"""Plain arithmetic; no official page lists the agency's conversion, so a converted amount is never printed."""


class FiguresDoNotReconcile(Exception):
    """The record contradicts itself: no page is better than a wrong one."""


@dataclass(frozen=True)
class BlockDays:
    """New York days on which each part of a record was true: ``figures`` are order, past-due support and facts."""

    figures: date
    payments: date
    enforcement: date

    @classmethod
    def all_on(cls, day: date) -> "BlockDays":
        """Return the days of a record that is of one day as a whole."""
        return cls(day, day, day)


class MonthState(StrEnum):
    """How a month's payments compare with what fell due in it."""

    FULL = "full"
    PART = "part"
    MISSED = "missed"
    NOTHING_DUE = "nothing_due"


@dataclass(frozen=True)
class Month:
    """One calendar month (``first`` is its first day): cents that fell due and cents that were received in it."""

    first: date
    due: Cents
    paid: Cents

    @property
    def state(self) -> MonthState:
        """Payments count in the month they were received in, whatever they were for."""
        if self.due == 0:
            return MonthState.FULL if self.paid else MonthState.NOTHING_DUE
        if self.paid >= self.due:
            return MonthState.FULL
        return MonthState.PART if self.paid else MonthState.MISSED


@dataclass(frozen=True)
class CaseFigures:
    """Everything that is counted from the record. None: the record does not say."""

    months: tuple[Month, ...]
    order_per_month: Cents | None
    arrears_months: int | None
    last_payment: Payment | None
    days_since_payment: int | None
    years_since_order: int | None
    months_to_21: int | None
    paid_full_last_year: bool | None

    @property
    def paid(self) -> Cents:
        """Received in the months shown."""
        return sum(month.paid for month in self.months)

    @property
    def due(self) -> Cents:
        """Fell due in the months shown."""
        return sum(month.due for month in self.months)


def figures_of(case: CaseCopy, *, as_of: date | BlockDays) -> CaseFigures:
    """Count everything, each part as of its own day.

    Args:
        case: the sealed copy.
        as_of: New York day the record was current, or the days of its parts.

    Raises:
        FiguresDoNotReconcile: the record contradicts itself.
    """
    days = as_of if isinstance(as_of, BlockDays) else BlockDays.all_on(as_of)
    refuse_contradictions(case, days=days)
    per_month = monthly_amount(case.order)
    last = max(case.payments, key=lambda payment: payment.received_on, default=None)
    return CaseFigures(
        months=months_of(case.charges, case.payments, as_of=days.payments),
        order_per_month=per_month,
        arrears_months=arrears_months(case, per_month),
        last_payment=last,
        days_since_payment=_days_without_payment(case, last, days.payments),
        years_since_order=_full_years(case.order.ordered_on, days.figures),
        months_to_21=_months_until(case.order.youngest_child_turns_21_on, days.figures),
        paid_full_last_year=paid_in_full(case, year=days.payments.year - 1),
    )


def refuse_contradictions(case: CaseCopy, *, days: BlockDays) -> None:
    """Check what must agree, whatever the amounts are.

    Raises:
        FiguresDoNotReconcile: a negative amount, a day after its part's own, or an order that is and is not.
    """
    amounts = [charge.amount for charge in case.charges] + [payment.amount for payment in case.payments]
    in_ledger = [charge.due_on for charge in case.charges] + [payment.received_on for payment in case.payments]
    actions = [action.started_on for action in case.enforcement]
    order = case.order
    no_order_but = order.status is OrderStatus.NONE and (
        order.amount or order.ordered_on or any(charge.amount for charge in case.charges)
    )
    answers_too_early = any(
        action.answer_by is not None and action.answer_by < action.started_on for action in case.enforcement
    )
    later = (
        order.ordered_on is not None and order.ordered_on > days.figures,
        max(in_ledger, default=days.payments) > days.payments,
        max(actions, default=days.enforcement) > days.enforcement,
    )
    if any((min(amounts, default=0) < 0, no_order_but, answers_too_early, *later)):
        raise FiguresDoNotReconcile


def monthly_amount(order: SupportOrder) -> Cents | None:
    """Return the order's amount for an average month in cents, rounded half up; None when unknown or not active."""
    if order.status is not OrderStatus.ACTIVE or order.amount is None or order.frequency is None:
        return None
    yearly = order.amount * PERIODS_PER_YEAR[order.frequency]
    return (2 * yearly + MONTHS_PER_YEAR) // (2 * MONTHS_PER_YEAR)


def full_months_before(as_of: date, count: int = MONTHS_SHOWN) -> tuple[date, ...]:
    """Return the first days of the last full months, oldest first; the month of ``as_of`` is not over and not in it."""
    firsts = []
    month = as_of.replace(day=1)
    for _ in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
        firsts.append(month)
    return tuple(reversed(firsts))


def months_of(charges: Iterable[Charge], payments: Iterable[Payment], *, as_of: date) -> tuple[Month, ...]:
    """Return the last twelve full months with what fell due and what was received in each."""
    firsts = full_months_before(as_of)
    due = dict.fromkeys(firsts, 0)
    paid = dict.fromkeys(firsts, 0)
    for charge in charges:
        if (month := charge.due_on.replace(day=1)) in due:
            due[month] += charge.amount
    for payment in payments:
        if (month := payment.received_on.replace(day=1)) in paid:
            paid[month] += payment.amount
    return tuple(Month(first, due[first], paid[first]) for first in firsts)


def arrears_months(case: CaseCopy, per_month: Cents | None) -> int | None:
    """Return full months of support that the arrears come to.

    Retroactive support does not count (18 NYCRR 346.11, 346.12). None when the order's amount is unknown or 0, or the
    arrears are unknown.
    """
    if not per_month or case.arrears is None:
        return None
    return (case.arrears.total - (case.arrears.retroactive or 0)) // per_month


def paid_in_full(case: CaseCopy, *, year: int) -> bool | None:
    """Say whether payments of a calendar year covered what fell due in it; None unless the record spans that year."""
    first_charge = min((charge.due_on for charge in case.charges), default=None)
    if first_charge is None or first_charge >= date(year, 2, 1):
        return None
    due = sum(charge.amount for charge in case.charges if charge.due_on.year == year)
    paid = sum(payment.amount for payment in case.payments if payment.received_on.year == year)
    return due > 0 and paid >= due


def _days_without_payment(case: CaseCopy, last: Payment | None, as_of: date) -> int | None:
    """Count from the last payment or, without any, from the first support due on record: at least so many days."""
    if last is not None:
        return (as_of - last.received_on).days
    first_due = min((charge.due_on for charge in case.charges if charge.amount), default=None)
    return None if first_due is None else (as_of - first_due).days


def _full_years(start: date | None, as_of: date) -> int | None:
    if start is None:
        return None
    return as_of.year - start.year - ((as_of.month, as_of.day) < (start.month, start.day))


def _months_until(day: date | None, as_of: date) -> int | None:
    if day is None:
        return None
    return (day.year - as_of.year) * MONTHS_PER_YEAR + day.month - as_of.month - (day.day < as_of.day)
