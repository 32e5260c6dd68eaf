"""A page can't depend on what its consent does not cover: two cases that differ only there make the same page."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.case_record import CaseCopy
from schemas.consent_scope import closed_fields
from schemas.values import FULL_SCOPE, Language, Party, ScopeItem
from snapshot_renderer.adapters.embedded_facts import facts_json
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_maker import make_both
from snapshot_renderer.adapters.page_template import Density
from snapshot_renderer.proving.page_reading import read_page
from snapshot_renderer.rules.page_content import PageRequest, page_content
from snapshot_renderer.rules.page_facts import page_facts
from snapshot_renderer.samples.made_up_cases import typical, worst
from snapshot_renderer.samples.random_cases import random_request

SUBSETS = [subset for size in range(1, 4) for subset in combinations(FULL_SCOPE, size)]
NAMES = {scope: "+".join(scope) for scope in SUBSETS}


def consenting_to(request: PageRequest, scope: tuple[ScopeItem, ...]) -> PageRequest:
    return replace(request, grant=request.grant.model_copy(update={"scope": scope}))


def with_other_closed_fields(case: CaseCopy, other: CaseCopy, scope: tuple[ScopeItem, ...]) -> CaseCopy:
    """Return a case that differs from the first in fields that the scope does not open, and there is as the other."""
    mine: dict[str, Any] = case.model_dump()
    theirs: Mapping[str, Any] = other.model_dump()
    for place in closed_fields(scope):
        part, _, name = place.partition(".")
        if part == "block_as_of":
            continue
        if name:
            mine[part] = {**mine[part], name: theirs[part][name]}
        else:
            mine[part] = theirs[part]
    return CaseCopy.model_validate(mine)


@pytest.mark.parametrize("scope", SUBSETS, ids=NAMES.get)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), party=st.sampled_from(Party), language=st.sampled_from(Language))
def test_what_the_consent_does_not_cover_changes_nothing_on_the_page(
    scope: tuple[ScopeItem, ...], seed: int, party: Party, language: Language
) -> None:
    request = consenting_to(random_request(seed, 1, party), scope)
    other = random_request(seed, 2, party).case
    changed = replace(request, case=with_other_closed_fields(request.case, other, scope))
    one, two = (page_content(each, packaged_editorial(), language) for each in (request, changed))
    assert one == two
    why = [page_facts(each, packaged_editorial(), snapshot_id=request.grant.consent_id) for each in (request, changed)]
    assert why[0] == why[1]


SECRETS: Mapping[ScopeItem, tuple[str, ...]] = {
    ScopeItem.PAYMENTS: ("2,184.75", "2,185", "May 12, 2014", "12 de mayo de 2014", "9 children", "9 menores"),
    ScopeItem.ARREARS: ("184,210", "102,630", "286,841"),
    ScopeItem.ENFORCEMENT: ("Oct 27, 2026", "27 oct 2026", "Jan 14", "14 ene"),
}
"""What only this part of the worst case tells."""


@cache
def everything_said(scope: tuple[ScopeItem, ...], party: Party, language: Language) -> str:
    """Return the text of the PDF, its drawings and its embedded facts, and the web page."""
    made = make_both(consenting_to(worst(party), scope), language)
    read = read_page(made.pdf)
    return " ".join((read.spoken, read.drawn, *read.told, *read.embedded.values(), made.twin.decode()))


@pytest.mark.parametrize("scope", SUBSETS, ids=NAMES.get)
def test_pdf_facts_and_web_page_hold_nothing_outside_the_consent_and_say_so(scope: tuple[ScopeItem, ...]) -> None:
    party = Party.NONCUSTODIAL
    language = Language.SPANISH if len(scope) == 2 else Language.ENGLISH
    whole = everything_said(FULL_SCOPE, party, language)
    part = everything_said(scope, party, language)
    for item, secrets in SECRETS.items():
        assert any(secret in whole for secret in secrets), item
        if item not in scope:
            assert not [secret for secret in secrets if secret in part], item
    said = {Language.ENGLISH: "not covered by this consent", Language.SPANISH: "Este consentimiento no incluye"}
    assert said[language] in part


def test_a_consent_without_next_steps_has_none_anywhere() -> None:
    scope = tuple(item for item in FULL_SCOPE if item is not ScopeItem.NEXT_STEPS)
    request = consenting_to(worst(Party.CUSTODIAL), scope)
    content = page_content(request, packaged_editorial(), Language.ENGLISH)
    assert (content.steps.steps, content.act_now) == ((), None)
    assert content.steps.message == "Next steps are not covered by this consent."
    facts = json.loads(facts_json(content, Density("normal", 136, 5, 99)))
    assert facts["steps"] == []


def test_a_step_whose_facts_are_not_covered_is_not_on_the_page() -> None:
    request = typical(Party.NONCUSTODIAL)
    payments_only = steps(consenting_to(request, (ScopeItem.PAYMENTS, ScopeItem.NEXT_STEPS)))
    assert "N02" in steps(request)
    assert "N02" not in payments_only
    assert payments_only


def steps(request: PageRequest) -> set[str]:
    return {step.rule_id for step in page_content(request, packaged_editorial(), Language.ENGLISH).steps.steps}
