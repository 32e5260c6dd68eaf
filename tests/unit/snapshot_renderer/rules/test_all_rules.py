"""What holds for every page and all 38 rules: the cap, the order, and who gives way to whom."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from pydantic import ValidationError

from schemas.values import Party
from services.runtime.clock import legal_day
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rules.case_figures import figures_of
from snapshot_renderer.rules.next_steps import MOST_STEPS, ChosenStep, next_steps
from snapshot_renderer.rules.rule_book import Constants, RuleBook
from snapshot_renderer.rules.rule_facts import RuleFacts, facts_for_rules
from snapshot_renderer.samples.made_up_cases import AS_OF, CASES
from snapshot_renderer.samples.varied_cases import varied_case

EDITORIAL = packaged_editorial()
BOOK, CONSTANTS = EDITORIAL.book, EDITORIAL.constants
REPLACES_GENERAL_ADVICE = {"N10", "N12", "N13"}


def advised(party: Party) -> Iterator[tuple[RuleFacts, tuple[ChosenStep, ...]]]:
    cases = [make(party).case for make in CASES.values()] + [varied_case(number, party) for number in range(400)]
    for case in cases:
        day = legal_day(case.as_of)
        figures = figures_of(case, as_of=day)
        facts = facts_for_rules(case, figures, constants=CONSTANTS, today=day)
        yield facts, next_steps(BOOK, facts, party=party, today=AS_OF)


def always() -> RuleBook:
    """The packaged book in which every rule applies to everybody it speaks to."""
    return BOOK.model_copy(update={"rules": tuple(rule.model_copy(update={"when": "true"}) for rule in BOOK.rules)})


def test_the_book_holds_the_38_rules_for_each_side() -> None:
    assert Counter(rule.audience for rule in BOOK.rules) == {"NCP": 22, "CP": 15, "BOTH": 1}
    assert {rule.conf for rule in BOOK.rules} == {"A", "B"}


@pytest.mark.parametrize("party", list(Party))
def test_a_page_has_at_most_six_steps_by_priority_and_the_standing_advice_last(party: Party) -> None:
    closing = "N90" if party is Party.NONCUSTODIAL else "C90"
    for _, steps in advised(party):
        rules = [step.rule for step in steps]
        assert len(rules) <= MOST_STEPS
        assert rules[-1].id == closing
        assert [rule.priority for rule in rules[:-1]] == sorted(rule.priority for rule in rules[:-1])
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))
        assert all(rule.is_for(party) for rule in rules)
        assert len({rule.id for rule in rules}) == len(rules)


def test_the_general_debt_advice_is_never_beside_a_program_and_comes_without_one() -> None:
    alone = 0
    for facts, steps in advised(Party.NONCUSTODIAL):
        ids = {step.rule.id for step in steps}
        assert not ("N11" in ids and ids & REPLACES_GENERAL_ADVICE)
        if facts.facts["arrears_dss"] and len(steps) < MOST_STEPS:
            assert ids & {"N11", *REPLACES_GENERAL_ADVICE}
            alone += "N11" in ids
    assert alone > 10
    assert {rule.id: set(rule.replaced_by) for rule in BOOK.rules if rule.replaced_by} == {
        "N11": REPLACES_GENERAL_ADVICE
    }


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        (Party.NONCUSTODIAL, ["N08", "N02", "N03", "N10", "N01", "N90"]),
        (Party.CUSTODIAL, ["C01", "C09", "C02", "C03", "C04", "C90"]),
    ],
)
def test_when_everything_applies_the_most_urgent_five_and_the_standing_advice_are_left(
    party: Party, expected: list[str]
) -> None:
    facts = next(facts for facts, _ in advised(party))

    assert [step.rule.id for step in next_steps(always(), facts, party=party, today=AS_OF)] == expected


@pytest.mark.parametrize(
    ("day", "limit", "least"),
    [
        (date(2006, 9, 30), 500000, None),
        (date(2006, 10, 1), 250000, None),
        (date(2016, 6, 1), 250000, 100000),
        (date(2017, 8, 8), 250000, 100000),
        (date(2026, 11, 20), 250000, 50000),
    ],
)
def test_a_threshold_is_the_one_in_force_on_the_day(day: date, limit: int, least: int | None) -> None:
    amounts = CONSTANTS.amounts_on(day)

    assert (amounts["passport_limit"], amounts["pio_min"]) == (limit, least)


def test_every_threshold_is_in_force_today() -> None:
    assert None not in {*CONSTANTS.amounts_on(AS_OF).values(), *CONSTANTS.counts_on(AS_OF).values()}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [
            {"effective_on": "2020-01-01", "cents": 1, "conf": "A"},
            {"effective_on": "2019-01-01", "cents": 2, "conf": "A"},
        ],
        [{"effective_on": None, "cents": 1, "conf": "A"}, {"effective_on": None, "cents": 2, "conf": "A"}],
        [{"effective_on": None, "cents": 1, "conf": "C"}],
    ],
)
def test_thresholds_in_disorder_or_not_confirmed_are_refused(rows: list[object]) -> None:
    raw = CONSTANTS.model_dump(mode="json")
    raw["amounts"]["fee"] = rows

    with pytest.raises(ValidationError):
        Constants.model_validate(raw)
