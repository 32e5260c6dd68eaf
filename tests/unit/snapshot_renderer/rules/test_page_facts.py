from dataclasses import replace
from datetime import date
from uuid import UUID

import cel
import pytest

from schemas.values import FULL_SCOPE, Language, Party, ScopeItem
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rules.page_content import PageRequest, page_content
from snapshot_renderer.rules.page_facts import PageFacts, page_facts
from snapshot_renderer.samples.made_up_cases import AS_OF, CASES, typical

SNAPSHOT = UUID(int=7)
EDITORIAL = packaged_editorial()


def why(request: PageRequest) -> PageFacts:
    return page_facts(request, EDITORIAL, snapshot_id=SNAPSHOT)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("party", list(Party))
@pytest.mark.parametrize("name", list(CASES))
def test_the_steps_are_those_of_the_page_in_every_language(name: str, party: Party, language: Language) -> None:
    request = CASES[name](party)
    page = page_content(request, EDITORIAL, language)

    assert [(step.number, step.rule_id) for step in why(request).steps] == [
        (step.number, step.rule_id) for step in page.steps.steps
    ]


def test_the_facts_that_are_kept_make_the_condition_true_again() -> None:
    for party in Party:
        for step in why(CASES["worst"](party)).steps:
            assert cel.compile(step.condition).execute(dict(step.facts)) is True, step.rule_id


def test_a_step_carries_the_facts_its_condition_names_and_no_other() -> None:
    steps = {step.rule_id: step for step in why(typical(Party.NONCUSTODIAL)).steps}
    passport = steps["N05"]

    assert passport.facts == {
        "arrears_total": 684000,
        "open_actions": ["DL_NOTICE", "IWO", "PASSPORT"],
        "passport_limit": 250000,
    }
    assert (passport.source, passport.rating) == ("42 USC 652(k); ACF DCL 2006-03-29; enf_actions.html", "A")


def test_what_is_sealed_is_read_back_as_it_was() -> None:
    found = why(typical(Party.CUSTODIAL))

    assert PageFacts.model_validate_json(found.canonical_bytes()) == found
    assert found.rule_book == EDITORIAL.book.edition
    assert found.rule_book_sha256 == EDITORIAL.book_sha256
    assert (found.as_of, found.today) == (AS_OF, AS_OF)


def test_a_page_without_released_steps_keeps_no_fact() -> None:
    request = typical(Party.NONCUSTODIAL)
    scope = tuple(item for item in FULL_SCOPE if item is not ScopeItem.NEXT_STEPS)

    assert why(replace(request, grant=request.grant.model_copy(update={"scope": scope}))).steps == ()


def test_withheld_rules_are_named() -> None:
    request = replace(typical(Party.NONCUSTODIAL), today=date(2027, 4, 1))

    assert why(request).withheld == ("N12", "N13")
