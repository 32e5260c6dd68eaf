from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.case_record import Arrears, CaseFacts, EnforcementAction, EnforcementCode, EnforcementStatus
from schemas.values import FULL_SCOPE, Language, Party, ScopeItem
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rules.case_figures import figures_of
from snapshot_renderer.rules.next_steps import MOST_STEPS, RuleBroken, next_steps
from snapshot_renderer.rules.page_content import PageRequest, page_content
from snapshot_renderer.rules.rule_facts import RuleFacts, facts_for_rules
from snapshot_renderer.samples.made_up_cases import AS_OF, CASES, minimal, typical, worst


def facts_of(request: PageRequest, *, scope: tuple[ScopeItem, ...] = FULL_SCOPE, today: date = AS_OF) -> RuleFacts:
    case = request.case.within(scope)
    figures = figures_of(case, as_of=AS_OF)
    return facts_for_rules(case, figures, constants=packaged_editorial().constants, today=today)


def ids(request: PageRequest, *, reviewed_in: date = AS_OF, **how: Any) -> list[str]:
    """Advise as of a day (``today``), by a rule book that was read against its sources on another."""
    facts = facts_of(request, **how)
    steps = next_steps(packaged_editorial().book, facts, party=request.case.party, today=reviewed_in)
    return [step.rule.id for step in steps]


def with_case(request: PageRequest, **changes: Any) -> PageRequest:
    return replace(request, case=request.case.model_copy(update=changes))


def payer(**changes: Any) -> PageRequest:
    """A parent who pays, with nothing on record but an order that is paid."""
    plain = {"arrears": Arrears(owed_to_dss=0, owed_to_custodial_parent=0), "enforcement": (), "facts": CaseFacts()}
    return with_case(typical(Party.NONCUSTODIAL), **(plain | changes))


def an_action(code: EnforcementCode, status: EnforcementStatus = EnforcementStatus.ACTIVE) -> EnforcementAction:
    return EnforcementAction(code=code, status=status, started_on=date(2026, 10, 20))


@pytest.mark.parametrize("party", list(Party))
@pytest.mark.parametrize("name", list(CASES))
def test_the_list_is_short_and_ends_with_the_standing_advice(name: str, party: Party) -> None:
    found = ids(CASES[name](party))

    assert len(found) <= MOST_STEPS
    assert found[-1] == ("N90" if party is Party.NONCUSTODIAL else "C90")
    assert found.count(found[-1]) == 1


def test_the_worst_case_fires_more_rules_than_are_shown_and_keeps_the_most_urgent() -> None:
    assert ids(worst(Party.NONCUSTODIAL)) == ["N08", "N02", "N03", "N01", "N07", "N90"]


@pytest.mark.parametrize("party", list(Party))
def test_no_rule_fires_on_facts_that_nobody_knows(party: Party) -> None:
    request = with_case(minimal(party), facts=CaseFacts())
    known = facts_of(request)
    constants = packaged_editorial().constants
    kept = {"open_actions", "enforcement_known", "pio_open", "order_active", "order_ended"}
    kept |= {*constants.amounts, *constants.counts}
    unknown = {name: value if name in kept else None for name, value in known.facts.items()}
    unknown |= {"order_active": True}

    fired = next_steps(packaged_editorial().book, RuleFacts(unknown, known.values), party=party, today=AS_OF)

    assert [step.rule.id for step in fired] == (["N90"] if party is Party.NONCUSTODIAL else ["C12", "C90"])


def test_an_unknown_employer_is_not_a_missing_one() -> None:
    assert "N19" not in ids(payer())
    assert "N19" in ids(payer(facts=CaseFacts(employer_known=False)))


def test_the_general_debt_advice_gives_way_to_a_named_program() -> None:
    some = Arrears(owed_to_dss=40000, owed_to_custodial_parent=0)
    more = Arrears(owed_to_dss=60000, owed_to_custodial_parent=0)

    assert "N11" in ids(payer(arrears=some))
    assert "N13" not in ids(payer(arrears=some))
    assert "N13" in ids(payer(arrears=more))
    assert "N11" not in ids(payer(arrears=more))


@pytest.mark.parametrize(("cents", "fires"), [(250000, False), (250001, True)])
def test_the_passport_limit_must_be_exceeded(cents: int, *, fires: bool) -> None:
    request = payer(arrears=Arrears(owed_to_dss=0, owed_to_custodial_parent=cents))

    assert ("N05" in ids(request)) is fires


def test_a_released_action_asks_for_nothing() -> None:
    assert "N03" in ids(payer(enforcement=(an_action(EnforcementCode.BANK_RESTRAINT),)))
    released = an_action(EnforcementCode.BANK_RESTRAINT, EnforcementStatus.RELEASED)
    assert "N03" not in ids(payer(enforcement=(released,)))


def test_a_license_notice_can_be_answered_through_the_45th_day() -> None:
    request = payer(enforcement=(an_action(EnforcementCode.LICENSE_NOTICE, EnforcementStatus.NOTICE_SENT),))
    last_day = date(2026, 10, 20) + timedelta(days=45)

    assert "N02" in ids(request, today=last_day)
    assert "N02" not in ids(request, today=last_day + timedelta(days=1))
    assert facts_of(request).values["dl_deadline"] == last_day


def test_a_court_date_that_is_over_is_not_announced() -> None:
    request = payer(facts=CaseFacts(court_date=AS_OF))

    assert "N08" in ids(request)
    assert "N08" not in ids(request, today=AS_OF + timedelta(days=1))


def test_pay_it_off_is_offered_only_inside_a_window() -> None:
    request = payer(arrears=Arrears(owed_to_dss=50000, owed_to_custodial_parent=0))

    assert "N10" not in ids(request)
    assert "N10" in ids(request, today=date(2026, 3, 13))
    assert "N10" not in ids(request, today=date(2026, 3, 14))


def test_what_the_consent_does_not_release_advises_nothing() -> None:
    without = tuple(item for item in FULL_SCOPE if item is not ScopeItem.ARREARS)
    found = ids(typical(Party.NONCUSTODIAL), scope=without)

    assert not {"N10", "N11", "N13", "N14"} & set(found)
    nothing = ids(worst(Party.NONCUSTODIAL), scope=(ScopeItem.NEXT_STEPS,))
    assert not {"N01", "N02", "N03", "N07", "N08"} & set(nothing)


def test_amounts_out_of_date_are_treated_as_unknown() -> None:
    request = payer(arrears=Arrears(owed_to_dss=60000, owed_to_custodial_parent=0))

    assert "N13" not in ids(request, today=date(2028, 1, 1))
    assert "N11" in ids(request, today=date(2028, 1, 1))


def test_a_broken_condition_names_its_rule_and_no_fact() -> None:
    book = packaged_editorial().book
    rule = book.rules[0].model_copy(update={"when": "arrears_dss > 'a'"})
    broken = book.model_copy(update={"rules": (rule, *book.rules[1:])})

    with pytest.raises(RuleBroken) as caught:
        next_steps(broken, facts_of(payer()), party=Party.NONCUSTODIAL, today=AS_OF)
    assert str(caught.value) == rule.id


def test_a_rule_is_printed_through_its_review_by_day_and_withheld_from_the_next() -> None:
    request = payer(enforcement=(an_action(EnforcementCode.BANK_RESTRAINT),))
    last_day = next(rule.review_by for rule in packaged_editorial().book.rules if rule.id == "N03")

    assert "N03" in ids(request, reviewed_in=last_day)
    assert "N03" not in ids(request, reviewed_in=last_day + timedelta(days=1))


def test_a_withheld_rule_replaces_no_other() -> None:
    request = payer(arrears=Arrears(owed_to_dss=60000, owed_to_custodial_parent=0))
    book = packaged_editorial().book
    last_day = next(rule.review_by for rule in book.rules if rule.id == "N13")
    assert next(rule.review_by for rule in book.rules if rule.id == "N11") > last_day

    assert "N11" not in ids(request, reviewed_in=last_day)
    after = ids(request, reviewed_in=last_day + timedelta(days=1))
    assert "N11" in after
    assert "N13" not in after


@pytest.mark.parametrize("language", list(Language))
def test_a_page_is_made_even_when_every_rule_is_withheld(language: Language) -> None:
    request = replace(typical(Party.NONCUSTODIAL), today=date(2040, 1, 1))

    content = page_content(request, packaged_editorial(), language)

    assert content.steps.steps == ()
    assert content.act_now is None
