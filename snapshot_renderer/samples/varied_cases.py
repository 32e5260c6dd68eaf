"""Made-up cases in which every fact of the rules takes every kind of value; the same number makes the same case."""

import random
from datetime import UTC, date, datetime, time, timedelta

from schemas.case_record import (
    Arrears,
    CaseCopy,
    CaseFacts,
    CaseType,
    Charge,
    EnforcementAction,
    EnforcementCode,
    EnforcementStatus,
    OrderStatus,
    Payment,
)
from schemas.values import Cents, Party
from snapshot_renderer.rules.case_figures import full_months_before
from snapshot_renderer.samples.made_up_cases import AS_OF, minimal, typical

_DAYS = (AS_OF, AS_OF, AS_OF, date(2026, 3, 10))
"""The last one is inside a Pay It Off window."""

_ODDS_OF_NO_ORDER = 0.15
_SUMS: tuple[Cents, ...] = (0, 100, 49_999, 50_000, 50_001, 250_000, 250_001, 421_000)
_INCOMES: tuple[Cents | None, ...] = (None, 1_000_000, 1_596_000, 1_596_001, 2_154_599, 2_154_600, 9_000_000)
_PERCENTS = (None, -40.0, -15.0, -14.9, 0.0, 10.0, 20.0)


def varied_case(number: int, party: Party) -> CaseCopy:
    """Return the case of this number; its two sides differ in the side only."""
    dice = random.Random(number)  # noqa: S311  (made-up cases, and they must come again)
    day = dice.choice(_DAYS)
    months = full_months_before(day, 24)
    plain = minimal(party).case if dice.random() < _ODDS_OF_NO_ORDER else typical(party).case
    changes: dict[str, object] = {
        "as_of": datetime.combine(day, time(17, tzinfo=UTC)),
        "arrears": Arrears(owed_to_dss=dice.choice(_SUMS), owed_to_custodial_parent=dice.choice(_SUMS)),
        "enforcement": tuple(_action(dice, day) for _ in range(dice.choice((0, 0, 1, 2, 4)))),
        "facts": _facts(dice, day),
        "payments": tuple(
            Payment(received_on=month, amount=41_200) for month in months[: dice.choice((0, 12, 21, 24, 24))]
        ),
    }
    if plain.order.status is OrderStatus.ACTIVE:
        changes["charges"] = tuple(Charge(due_on=month, amount=41_200) for month in months)
        changes["order"] = plain.order.model_copy(
            update={
                "status": dice.choice((OrderStatus.ACTIVE, OrderStatus.ACTIVE, OrderStatus.ENDED)),
                "ordered_on": dice.choice((None, *(day - timedelta(days=days) for days in (100, 900, 1095, 1096)))),
                "youngest_child_turns_21_on": dice.choice((None, day + timedelta(days=100), date(2035, 5, 9))),
            }
        )
    return plain.model_copy(update=changes)


def _action(dice: random.Random, day: date) -> EnforcementAction:
    return EnforcementAction(
        code=dice.choice(list(EnforcementCode)),
        status=dice.choice(list(EnforcementStatus)),
        started_on=day - timedelta(days=dice.choice((1, 44, 45, 46, 300))),
    )


def _facts(dice: random.Random, day: date) -> CaseFacts:
    return CaseFacts(
        case_type=dice.choice((None, *CaseType)),
        child_on_cash_assistance=_maybe(dice),
        employer_known=_maybe(dice),
        address_confirmed=_maybe(dice),
        payment_method=dice.choice((None, "CHECK", "DIRECT_DEPOSIT", "DEBIT_CARD")),
        court_date=dice.choice((None, None, day - timedelta(days=1), day, day + timedelta(days=30))),
        custody_changed=_maybe(dice),
        account_disputed=_maybe(dice),
        lost_job=_maybe(dice),
        incarcerated=_maybe(dice),
        income_yearly=dice.choice(_INCOMES),
        income_change_percent=dice.choice(_PERCENTS),
        receives_benefits=_maybe(dice),
        cost_of_living_change_percent=dice.choice(_PERCENTS),
        child_under_18=_maybe(dice),
        collected_this_federal_year=dice.choice((None, *_SUMS, 55_001)),
    )


def _maybe(dice: random.Random) -> bool | None:
    return dice.choice((None, None, False, True))
