"""Hand-made extremes: whatever a record may hold at its longest, largest, emptiest or oddest, for either side."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from schemas.case_record import (
    Arrears,
    CaseFacts,
    CaseType,
    Charge,
    EnforcementAction,
    EnforcementCode,
    EnforcementStatus,
    OrderStatus,
    Payment,
    PaymentFrequency,
    SupportOrder,
)
from schemas.values import Cents, Party, ScopeItem
from snapshot_renderer.rules.case_figures import BlockDays, full_months_before
from snapshot_renderer.rules.page_content import PageRequest
from snapshot_renderer.samples.made_up_cases import AS_OF, minimal, typical, unpaid, worst

Extreme = Callable[[Party], PageRequest]

LONGEST_NAME = 120
"""Letters that a consent's parent name may have (schemas/consent_records.py)."""

LONGEST_ORGANIZATION = 140
"""Letters that an organization's name may have (services/register/tables.py)."""

_MILLION: Cents = 100_000_000
_LEAP_DAY = date(2028, 2, 29)
_NOON = time(17, 0, tzinfo=UTC)
_ALL_SPACES = ("María de los Ángeles Guadalupe Fernández-Villavicencio y Montalvo Rodríguez de la Concepción " * 2)[
    :119
]
_ORGANIZATION = ("The Northern Manhattan and Bronx Community Coalition for Families, Responsible Fatherhood " * 2)[:139]


def with_record(request: PageRequest, **changes: Any) -> PageRequest:
    """Return the request with some fields of its case copy changed."""
    return replace(request, case=request.case.model_copy(update=changes))


def with_order(request: PageRequest, **changes: Any) -> PageRequest:
    """Return the request with some fields of its order changed."""
    return with_record(request, order=request.case.order.model_copy(update=changes))


def at_day(request: PageRequest, day: date) -> PageRequest:
    """Return the request as of another day, its page made on that day."""
    moment = datetime.combine(day, _NOON)
    return replace(with_record(request, as_of=moment), as_of=day, today=day)


def with_scope(request: PageRequest, *scope: ScopeItem) -> PageRequest:
    """Return the request with a consent that releases only this."""
    return replace(request, grant=request.grant.model_copy(update={"scope": scope}))


def _named(name: str) -> Extreme:
    return lambda party: with_record(worst(party), parent_name=name)


def _typical_named(name: str) -> Extreme:
    return lambda party: with_record(typical(party), parent_name=name)


def _paid(request: PageRequest, amounts: Sequence[Cents], *, day: int = 1) -> PageRequest:
    months = full_months_before(request.as_of)
    payments = tuple(
        Payment(received_on=month.replace(day=day), amount=amount)
        for month, amount in zip(months, amounts, strict=True)
        if amount
    )
    return with_record(request, payments=payments)


def _charged(request: PageRequest, amount: Cents) -> PageRequest:
    months = full_months_before(request.as_of)
    return with_record(request, charges=tuple(Charge(due_on=month, amount=amount) for month in months))


def _actions(codes: Sequence[EnforcementCode], status: EnforcementStatus, *, answer_in: int | None = None) -> Any:
    return tuple(
        EnforcementAction(
            code=code,
            status=status,
            started_on=AS_OF - timedelta(days=index),
            answer_by=None if answer_in is None else AS_OF + timedelta(days=answer_in + index),
        )
        for index, code in enumerate(codes)
    )


def _longest_of_everything(party: Party) -> PageRequest:
    request = with_record(worst(party), parent_name=_ALL_SPACES, county="Richmond (Staten Island)")
    actions = _actions(list(EnforcementCode)[:8], EnforcementStatus.NOTICE_SENT, answer_in=5)
    return replace(with_record(request, enforcement=actions), organization_name=_ORGANIZATION)


def _sixteen_actions(party: Party) -> PageRequest:
    return with_record(worst(party), enforcement=_actions(list(EnforcementCode), EnforcementStatus.ACTIVE))


def _same_action_eight_times(party: Party) -> PageRequest:
    codes = (EnforcementCode.LICENSE_NOTICE,) * 8
    return with_record(worst(party), enforcement=_actions(codes, EnforcementStatus.NOTICE_SENT))


def _all_released(party: Party) -> PageRequest:
    return with_record(
        typical(party), enforcement=_actions(list(EnforcementCode)[:8], EnforcementStatus.RELEASED, answer_in=0)
    )


def _millions(party: Party) -> PageRequest:
    arrears = Arrears(owed_to_dss=3 * _MILLION + 1, owed_to_custodial_parent=9 * _MILLION + 99)
    return with_record(_paid(_charged(worst(party), 12_345_678), (98_765_432,) * 12), arrears=arrears)


def _lump_sum(party: Party) -> PageRequest:
    return _paid(typical(party), (0,) * 11 + (25 * _MILLION,))


def _one_cent(party: Party) -> PageRequest:
    request = with_order(_paid(_charged(typical(party), 1), (1,) * 12), amount=1)
    return with_record(request, arrears=Arrears(owed_to_dss=1, owed_to_custodial_parent=0))


def _one_cent_of_millions(party: Party) -> PageRequest:
    return with_record(typical(party), arrears=Arrears(owed_to_dss=5 * _MILLION, owed_to_custodial_parent=1))


def _all_zero(party: Party) -> PageRequest:
    request = with_order(_charged(typical(party), 0), amount=0)
    return with_record(request, payments=(), enforcement=(), arrears=Arrears(owed_to_dss=0, owed_to_custodial_parent=0))


def _all_unknown(party: Party) -> PageRequest:
    request = with_record(typical(party), charges=(), payments=(), enforcement=(), facts=CaseFacts(), county=None)
    return with_record(request, order=SupportOrder(status=OrderStatus.ACTIVE))


def _overpaid(party: Party) -> PageRequest:
    """Every month paid three times over: what agencies print as a negative balance. Past due is nothing here."""
    request = _paid(typical(party), (123_600,) * 12)
    return with_record(request, arrears=Arrears(owed_to_dss=0, owed_to_custodial_parent=0))


def _ended(party: Party, owed: Cents) -> PageRequest:
    request = with_order(typical(party), status=OrderStatus.ENDED, amount=None, frequency=None)
    return with_record(request, arrears=Arrears(owed_to_dss=0, owed_to_custodial_parent=owed))


def _several_a_month(party: Party) -> PageRequest:
    request = typical(party)
    days = (1, 2, 8, 9, 15, 16, 22, 23, 28)
    payments = tuple(
        Payment(received_on=month.replace(day=day), amount=1000 + day)
        for month in full_months_before(request.as_of)
        for day in days
    )
    return with_record(request, payments=payments)


def _leap_day(party: Party) -> PageRequest:
    request = at_day(typical(party), _LEAP_DAY)
    request = with_order(request, ordered_on=date(2024, 2, 29), youngest_child_turns_21_on=date(2036, 2, 29))
    return _paid(_charged(request, 41_200), (41_200,) * 12, day=28)


def _first_day_of_a_year(party: Party) -> PageRequest:
    request = at_day(unpaid(party), date(2027, 1, 1))
    return _charged(request, 41_201)


def _every_fact_true(party: Party) -> PageRequest:
    facts = CaseFacts(
        case_type=CaseType.FORMER_ASSISTANCE,
        child_on_cash_assistance=True,
        employer_known=False,
        address_confirmed=False,
        payment_method="CHECK",
        court_date=AS_OF + timedelta(days=1),
        custody_changed=True,
        account_disputed=True,
        lost_job=True,
        incarcerated=True,
        income_yearly=1_500_000,
        income_change_percent=-99.9,
        receives_benefits=True,
        cost_of_living_change_percent=25.0,
        child_under_18=True,
        collected_this_federal_year=200_000,
    )
    return with_record(worst(party), facts=facts)


def _paid_before_the_year(party: Party) -> PageRequest:
    return with_record(typical(party), payments=(Payment(received_on=date(2009, 1, 5), amount=4_200),))


def _weekly(party: Party) -> PageRequest:
    request = with_order(typical(party), frequency=PaymentFrequency.WEEKLY, children=1)
    return with_record(request, charges=request.case.charges[6:])


def _parts_of_three_ages(party: Party) -> PageRequest:
    """The ledger is from the next month already; the order and the actions are older."""
    days = BlockDays(AS_OF, AS_OF.replace(month=AS_OF.month + 1, day=3), AS_OF + timedelta(days=2))
    return replace(worst(party), block_days=days, today=days.payments)


EXTREMES: dict[str, Extreme] = {
    "longest of everything": _longest_of_everything,
    "unbroken name of 120 letters": _named("W" * LONGEST_NAME),
    "name of one letter": _typical_named("X"),
    "name with Vietnamese letters": _typical_named("Nguyễn Thị Phương Thảo-Đặng"),
    "name with Polish and Turkish letters": _typical_named("Żółćisława İğdir-Świątek"),
    "name in Cyrillic letters": _typical_named("Анна Шевченко"),
    "name in Greek letters": _typical_named("Ελένη Παπαδοπούλου"),
    "name with marks that combine": _typical_named(
        "Jose\N{COMBINING ACUTE ACCENT} N\N{COMBINING TILDE}un\N{COMBINING TILDE}ez"
    ),
    "name with quotes, braces and markup": _typical_named('O\'Neil "Bo" {amount} <b>&amp;%s</b>'),
    "unbroken organization of 140 letters": lambda party: replace(
        worst(party), organization_name="M" * LONGEST_ORGANIZATION
    ),
    "sixteen actions": _sixteen_actions,
    "the same action eight times": _same_action_eight_times,
    "eight released actions": _all_released,
    "not one payment": unpaid,
    "millions": _millions,
    "a lump sum of 25 million": _lump_sum,
    "one cent": _one_cent,
    "one cent beside millions": _one_cent_of_millions,
    "all zero": _all_zero,
    "all unknown": _all_unknown,
    "nothing yet": minimal,
    "paid three times over": _overpaid,
    "ended, and nothing owed": lambda party: _ended(party, 0),
    "ended, and millions owed": lambda party: _ended(party, 7 * _MILLION + 50),
    "nine payments a month": _several_a_month,
    "as of February 29": _leap_day,
    "as of January 1": _first_day_of_a_year,
    "every fact true": _every_fact_true,
    "last paid in 2009": _paid_before_the_year,
    "half a year of charges": _weekly,
    "parts of three ages": _parts_of_three_ages,
    "a consent for payments only": lambda party: with_scope(worst(party), ScopeItem.PAYMENTS),
    "a consent for steps only": lambda party: with_scope(worst(party), ScopeItem.NEXT_STEPS),
    "a consent for all but steps": lambda party: with_scope(
        worst(party), ScopeItem.PAYMENTS, ScopeItem.ARREARS, ScopeItem.ENFORCEMENT
    ),
}
"""Each has to come out as one sound page, for both sides in both languages."""
