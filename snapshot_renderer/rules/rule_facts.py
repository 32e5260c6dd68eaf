"""The facts that the rules are written in. A fact that the record does not give is None, never False or 0."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.case_record import CaseCopy, EnforcementAction, EnforcementCode, EnforcementStatus, OrderStatus
from schemas.values import ScopeItem
from snapshot_renderer.rules.case_figures import CaseFigures
from snapshot_renderer.rules.rule_book import Constants
from snapshot_renderer.rules.wording import Money, Printable

Fact = bool | int | float | str | list[str] | None


@dataclass(frozen=True)
class RuleFacts:
    """``facts`` is what conditions read (money in cents); ``values`` is what texts may print."""

    facts: Mapping[str, Fact]
    values: Mapping[str, Printable]


def facts_for_rules(case: CaseCopy, figures: CaseFigures, *, constants: Constants, today: date) -> RuleFacts:
    """Gather the facts; what the consent does not open is not in the copy, and so unknown to the rules too.

    Args:
        case: the sealed copy.
        figures: what it adds up to.
        constants: thresholds.
        today: New York day the page is made; deadlines and windows are counted from it.
    """
    owed = case.arrears
    facts: dict[str, Fact] = {
        **_order_facts(case, figures),
        **_personal_facts(case, today),
        **_enforcement_facts(case, constants=constants, today=today),
        **_constant_facts(constants, today),
        "arrears_dss": None if owed is None else owed.owed_to_dss,
        "arrears_cp": None if owed is None else owed.owed_to_custodial_parent,
        "arrears_total": None if owed is None else owed.total,
        "arrears_months": figures.arrears_months,
        "days_since_payment": figures.days_since_payment,
        "paid_full_year": figures.paid_full_last_year,
    }
    return RuleFacts(facts, _values(case, facts, constants=constants, today=today))


def license_answer_day(action: EnforcementAction, constants: Constants) -> date | None:
    """Return the last day to answer a driver's license notice: as on record, or 45 days from it.

    The number of days is the one in force when the notice was sent; None when that is not known.
    """
    days = constants.counts_on(action.started_on)["license_answer_days"]
    return action.answer_by or (None if days is None else action.started_on + timedelta(days=days))


def _order_facts(case: CaseCopy, figures: CaseFigures) -> dict[str, Fact]:
    return {
        "order_active": case.order.status is OrderStatus.ACTIVE,
        "order_ended": case.order.status is OrderStatus.ENDED,
        "years_since_order": figures.years_since_order,
        "months_to_21": figures.months_to_21,
        "case_type": None if case.facts.case_type is None else case.facts.case_type.value,
    }


def _personal_facts(case: CaseCopy, today: date) -> dict[str, Fact]:
    known = case.facts
    to_come = known.court_date is not None and known.court_date >= today
    return {
        "child_on_ca": known.child_on_cash_assistance,
        "employer_known": known.employer_known,
        "address_ok": known.address_confirmed,
        "payment_method": known.payment_method,
        "court_date": known.court_date.isoformat() if known.court_date is not None and to_come else None,
        "custody_changed": known.custody_changed,
        "account_disputed": known.account_disputed,
        "lost_job": known.lost_job,
        "incarcerated": known.incarcerated,
        "ncp_income": known.income_yearly,
        "income_change_pct": known.income_change_percent,
        "ncp_on_benefits": known.receives_benefits,
        "cpi_change_pct": known.cost_of_living_change_percent,
        "child_under_18": known.child_under_18,
        "collected_ffy": known.collected_this_federal_year,
    }


def _enforcement_facts(case: CaseCopy, *, constants: Constants, today: date) -> dict[str, Fact]:
    known = ScopeItem.ENFORCEMENT in case.scope
    still_open = [action for action in case.enforcement if action.status is not EnforcementStatus.RELEASED]
    codes = sorted({action.code.value for action in still_open})
    deadline = _license_deadline(still_open, constants)
    return {
        "open_actions": list(codes),
        "enforcement_known": known,
        "iwo_active": EnforcementCode.INCOME_WITHHOLDING.value in codes if known else None,
        "days_left_dl": None if deadline is None else (deadline - today).days,
    }


def _license_deadline(still_open: list[EnforcementAction], constants: Constants) -> date | None:
    days = [
        day
        for action in still_open
        if (day := license_answer_day(action, constants)) is not None
        and action.code is EnforcementCode.LICENSE_NOTICE
        and action.status is not EnforcementStatus.CHALLENGED
    ]
    return min(days, default=None)


def _constant_facts(constants: Constants, today: date) -> dict[str, Fact]:
    yearly = constants.yearly_on(today)
    return {
        "ssr": None if yearly is None else yearly.self_support_reserve,
        "fpl1": None if yearly is None else yearly.poverty_level,
        "pio_open": constants.pay_it_off_on(today) is not None,
        **constants.amounts_on(today),
        **constants.counts_on(today),
    }


def _values(case: CaseCopy, facts: Mapping[str, Fact], *, constants: Constants, today: date) -> dict[str, Printable]:
    """Return only what is known, typed as it is to be printed."""
    money = ("arrears_dss", "arrears_cp", "ssr", "fpl1", *constants.amounts)
    counts = ("years_since_order", "days_since_payment", "arrears_months")
    values: dict[str, Printable] = {name: Money(cents) for name in money if isinstance(cents := facts[name], int)}
    values |= {name: count for name in counts if isinstance(count := facts[name], int)}
    if (yearly := constants.yearly_on(today)) is not None:
        values["year"] = yearly.effective_on.year
    if (window := constants.pay_it_off_on(today)) is not None:
        values["pio_end"] = window.last_day
    if facts["court_date"] is not None and case.facts.court_date is not None:
        values["court_date"] = case.facts.court_date
    if isinstance(left := facts["days_left_dl"], int):
        values["dl_deadline"] = today + timedelta(days=left)
    return values
