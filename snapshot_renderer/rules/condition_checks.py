"""Try a rule's condition on every mixture of known and unknown facts, before a parent's record does."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice, product

import cel

from schemas.case_record import CaseType, EnforcementCode
from snapshot_renderer.rules.next_steps import NOT_COMPUTED
from snapshot_renderer.rules.rule_book import Constants
from snapshot_renderer.rules.rule_facts import Fact

MOST_MIXTURES = 20_000
"""Of one condition; the longest packaged one has 1,600."""

_YES_NO: tuple[Fact, ...] = (None, True, False)
_COUNT: tuple[Fact, ...] = (None, -1, 0, 2, 10**9)
_CODES = [code.value for code in EnforcementCode]
_KNOWN: Mapping[str, tuple[Fact, ...]] = {
    "order_active": (True, False),
    "order_ended": (True, False),
    "enforcement_known": (True, False),
    "pio_open": (True, False),
    "open_actions": ([], _CODES),
}
"""Facts that are never unknown."""

FACT_RANGES: Mapping[str, tuple[Fact, ...]] = {
    **_KNOWN,
    **dict.fromkeys(
        (
            "child_on_ca",
            "employer_known",
            "address_ok",
            "custody_changed",
            "account_disputed",
            "lost_job",
            "incarcerated",
            "ncp_on_benefits",
            "child_under_18",
            "paid_full_year",
            "iwo_active",
        ),
        _YES_NO,
    ),
    **dict.fromkeys(
        (
            "years_since_order",
            "months_to_21",
            "arrears_dss",
            "arrears_cp",
            "arrears_total",
            "arrears_months",
            "days_since_payment",
            "days_left_dl",
            "ncp_income",
            "collected_ffy",
            "ssr",
            "fpl1",
        ),
        _COUNT,
    ),
    "income_change_pct": (None, -100.0, 0.0, 100.0),
    "cpi_change_pct": (None, -100.0, 0.0, 100.0),
    "payment_method": (None, "DIRECT_DEPOSIT", "DEBIT_CARD", "CHECK"),
    "case_type": (None, *(kind.value for kind in CaseType)),
    "court_date": (None, "2026-12-01"),
}
"""Every fact of a record that a condition may read, with values that lie on both sides of any threshold."""

_ACTION = re.compile(r"""['"](\w+)['"]\s+in\s+open_actions""")
_CASE_TYPE = re.compile(r"""case_type\s*[!=]=\s*['"](\w+)['"]""")
_THRESHOLD = re.compile(r"[<>=]=?\s*(-?\d++(?:\.\d++)?+)(?!\s*\*)")
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")


@dataclass(frozen=True)
class Condition:
    """A condition that can be read: the facts it names, and what is wrong with it."""

    facts: frozenset[str]
    faults: tuple[str, ...]


def check_condition(when: str, constants: Constants) -> Condition:
    """Say what is wrong with a condition, in sentences without its text."""
    try:
        names = frozenset(cel.compile(when).variables())
    except ValueError as fault:
        return Condition(frozenset(), (f"the condition can't be read: {_where(str(fault))}",))
    known = FACT_RANGES.keys() | constants.amounts.keys() | constants.counts.keys()
    if unknown := sorted(names - known):
        return Condition(names, tuple(f"unknown fact {name} in the condition" for name in unknown))
    faults = [*_unknown_codes(when), *_thresholds(when)]
    return Condition(names, (*faults, *_uncomputable(when, names, constants)))


def may_hold(when: str, names: frozenset[str], constants: Constants, given: Mapping[str, Fact]) -> bool:
    """Say whether a condition without faults can hold while some facts are as given (unknown, say)."""
    program = cel.compile(when)
    return any(program.execute(facts | dict(given)) is True for facts in _mixtures(names - given.keys(), constants))


def _uncomputable(when: str, names: frozenset[str], constants: Constants) -> Iterator[str]:
    program = cel.compile(when)
    for facts in _mixtures(names, constants):
        try:
            answer = program.execute(facts)
        except NOT_COMPUTED:
            missing = sorted(name for name, value in facts.items() if value is None)
            yield f"the condition can't be computed when these are unknown: {', '.join(missing) or 'none'}"
            return
        if not isinstance(answer, bool):
            yield "the condition is no yes-or-no question"
            return


def _mixtures(names: frozenset[str], constants: Constants) -> Iterator[dict[str, Fact]]:
    fixed: dict[str, Fact] = {**constants.amounts_on(date.max), **constants.counts_on(date.max)}
    varied = sorted(names & FACT_RANGES.keys())
    for values in islice(product(*(FACT_RANGES[name] for name in varied)), MOST_MIXTURES):
        yield fixed | dict(zip(varied, values, strict=True))


def _unknown_codes(when: str) -> Iterator[str]:
    for code in _ACTION.findall(when):
        if code not in _CODES:
            yield f"unknown enforcement action {code} in the condition"
    for kind in _CASE_TYPE.findall(when):
        if kind not in tuple(CaseType):
            yield f"unknown case type {kind} in the condition"


def _thresholds(when: str) -> Iterator[str]:
    """0 and -1.0 * percent are arithmetic; any other number belongs into constants.json, with its date and source."""
    for comparison in _THRESHOLD.findall(_QUOTED.sub("", when)):
        if float(comparison) != 0:
            yield f"the number {comparison} in the condition: thresholds belong into constants.json"


def _where(message: str) -> str:
    found = re.search(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)", message)
    return f"at character {found.group(2)}, {found.group(3)[:80]}" if found else "it is no CEL expression"
