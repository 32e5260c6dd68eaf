"""Makes the practice county: hand-made cases for every edge, and random ones up to the number wanted.

The same seed and day give the same county. Past-due support always equals what fell due less what was paid, plus
what was owed before the ledger begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from case_fetcher.practice.people import practice_case_identifier, practice_person
from case_fetcher.practice.scenarios import SCENARIOS, Scenario
from schemas.case_record import EnforcementCode, EnforcementStatus

LEDGER_MONTHS = 15
LEAST_CASES = 200
SOURCES = ("EMPLOYER", "DIRECT", "FEDERAL_TAX_OFFSET", "STATE_TAX_OFFSET", "UNEMPLOYMENT", "LOTTERY")
COUNTIES = ("Bronx", "Kings", "New York", "Queens", "Richmond")

_ACTION_STATUSES = {
    EnforcementCode.LICENSE_NOTICE: EnforcementStatus.NOTICE_SENT,
    EnforcementCode.VIOLATION_PETITION: EnforcementStatus.NOTICE_SENT,
}

Row = dict[str, Any]


@dataclass
class PracticeCase:
    """The rows of one case, by table."""

    case: Row
    parties: list[Row]
    charges: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    enforcement: list[Row] = field(default_factory=list)
    flags: list[Row] = field(default_factory=list)


def practice_cases(*, count: int, seed: int, today: date) -> Iterator[PracticeCase]:
    """Yield ``count`` cases (at least the hand-made ones), current on ``today``."""
    for scenario in SCENARIOS:
        yield _case(scenario, Random(f"{seed}/{scenario.name}"), today)  # noqa: S311 - made-up data, not secrets
    for number in range(max(count, LEAST_CASES) - len(SCENARIOS)):
        yield _case(_random_scenario(number, Random(f"{seed}/{number}")), Random(f"{seed}-{number}"), today)  # noqa: S311


def _random_scenario(number: int, chance: Random) -> Scenario:
    payer, payer_born = practice_person(chance)
    payee, payee_born = practice_person(chance)
    months_unpaid = chance.choice((0, 0, 0, 1, 2, 3, 5, 12))
    actions = chance.sample(list(EnforcementCode), k=chance.choice((0, 0, 1, 1, 2, 3)))
    return Scenario(
        name=f"random_{number:03d}",
        case_identifier=practice_case_identifier(number),
        noncustodial=(payer, payer_born),
        custodial=(payee, payee_born),
        order_cents=chance.choice((2_500, 5_000, 18_750, 41_200, 66_600, 121_334)),
        frequency=chance.choice(("weekly", "biweekly", "semimonthly", "monthly")),
        ordered_years_ago=chance.uniform(0.3, 14),
        unpaid_months=tuple(chance.sample(range(1, 13), k=months_unpaid)),
        owed_before_dss=chance.choice((0, 0, 49_999, 180_000, 1_200_000)),
        owed_before_parent=chance.choice((0, 0, 25_001, 240_000)),
        actions=tuple(actions),
        case_type=chance.choice(("CURRENT_CA", "FORMER_CA", "NEVER_CA")),
        children=chance.randint(1, 5),
        facts={"employer_known": chance.choice((True, False, None)), "payment_method": chance.choice(("CHECK", None))},
    )


def _case(scenario: Scenario, chance: Random, today: date) -> PracticeCase:
    made = PracticeCase(case={}, parties=_parties(scenario))
    unpaid = _fill_ledger(made, scenario, chance, today)
    to_dss = unpaid if scenario.case_type == "CURRENT_CA" else 0
    ordered_on = today - timedelta(days=round(scenario.ordered_years_ago * 365.25))
    made.case = {
        "case_identifier": scenario.case_identifier,
        "scenario": scenario.name,
        "county": chance.choice(COUNTIES),
        "case_type": scenario.case_type,
        "order_status": scenario.order_status,
        "order_amount": scenario.order_cents if scenario.order_status != "none" else None,
        "order_frequency": scenario.frequency if scenario.order_status != "none" else None,
        "ordered_on": ordered_on if scenario.order_status != "none" else None,
        "children": scenario.children,
        "payable_through_scu": True if scenario.order_status == "active" else None,
        "youngest_child_turns_21_on": today + timedelta(days=round(scenario.years_to_21 * 365.25)),
        "owed_to_dss": scenario.owed_before_dss + to_dss,
        "owed_to_custodial_parent": scenario.owed_before_parent + unpaid - to_dss,
        "permanently_assigned": scenario.permanently_assigned,
        "retroactive": scenario.retroactive,
        "child_on_cash_assistance": {"CURRENT_CA": True, "NEVER_CA": False}.get(scenario.case_type or ""),
        "court_date": None if scenario.court_in_days is None else today + timedelta(days=scenario.court_in_days),
        **scenario.facts,
    }
    _add_opening_balance(made)
    _add_actions(made, scenario, today)
    made.flags = [{"case_identifier": scenario.case_identifier, "kind": kind} for kind in scenario.flags]
    return made


def _parties(scenario: Scenario) -> list[Row]:
    people = {"NCP": scenario.noncustodial, "CP": scenario.custodial}
    return [
        {"case_identifier": scenario.case_identifier, "party": party, "full_name": name, "birth_date": born}
        for party, (name, born) in people.items()
    ]


def _due_days(frequency: str, first: date, today: date) -> list[date]:
    if frequency in {"weekly", "biweekly"}:
        step = timedelta(days=7 if frequency == "weekly" else 14)
        days = (today - first) // step
        return [first + step * number for number in range(days + 1)]
    on = (1, 15) if frequency == "semimonthly" else (1,)
    months = [
        (first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1) for n in range(LEDGER_MONTHS + 2)
    ]
    return [due for year, month in months for day in on if first <= (due := date(year, month, day)) <= today]


def _fill_ledger(made: PracticeCase, scenario: Scenario, chance: Random, today: date) -> int:
    """Add charges and payments; return the cents that fell due and were not paid."""
    if scenario.order_status == "none":
        return 0
    first = today.replace(day=1) - timedelta(days=31 * LEDGER_MONTHS)
    first = first.replace(day=1)
    last = today if scenario.order_status == "active" else today - timedelta(days=120)
    owed = 0
    for due in _due_days(scenario.frequency, first, last):
        months_ago = (today.year - due.year) * 12 + today.month - due.month
        row = {"case_identifier": scenario.case_identifier, "due_on": due, "amount": scenario.order_cents}
        made.charges.append(row)
        owed += scenario.order_cents
        if months_ago in scenario.unpaid_months or scenario.never_paid:
            continue
        paid = scenario.order_cents // 2 if months_ago in scenario.half_paid_months else scenario.order_cents
        received = due + timedelta(days=chance.randint(0, 3))
        if received <= today:
            _pay(made, scenario, received, paid, chance.choice(SOURCES))
            owed -= paid
    for months_ago, cents in scenario.lump_sums:
        _pay(made, scenario, today.replace(day=1) - timedelta(days=30 * months_ago), cents, "FEDERAL_TAX_OFFSET")
        owed -= cents
    return max(owed, 0)


def _pay(made: PracticeCase, scenario: Scenario, received: date, cents: int, source: str) -> None:
    made.payments.append(
        {"case_identifier": scenario.case_identifier, "received_on": received, "amount": cents, "source": source}
    )


def _add_opening_balance(made: PracticeCase) -> None:
    """Say what was past due before the ledger's first day; a case without a ledger leaves it unsaid."""
    days = [row["due_on"] for row in made.charges] + [row["received_on"] for row in made.payments]
    if not days:
        return
    charged, paid = (sum(row["amount"] for row in rows) for rows in (made.charges, made.payments))
    made.case["opening_on"] = min(days)
    made.case["opening_balance"] = made.case["owed_to_dss"] + made.case["owed_to_custodial_parent"] - charged + paid


def _add_actions(made: PracticeCase, scenario: Scenario, today: date) -> None:
    for number, code in enumerate(scenario.actions):
        started = today - timedelta(days=20 + 37 * number)
        released = code is EnforcementCode.BANK_RESTRAINT and number > 0
        made.enforcement.append(
            {
                "case_identifier": scenario.case_identifier,
                "code": code.value,
                "status": EnforcementStatus.RELEASED
                if released
                else _ACTION_STATUSES.get(code, EnforcementStatus.ACTIVE),
                "started_on": started,
                "answer_by": started + timedelta(days=45) if code is EnforcementCode.LICENSE_NOTICE else None,
            }
        )
