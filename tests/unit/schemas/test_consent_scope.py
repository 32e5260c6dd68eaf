from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from case_fetcher.adapters.source_mapping import OPTIONAL, REQUIRED
from schemas.case_record import BlockMoments, CaseCopy, CaseFacts, SupportOrder
from schemas.consent_scope import ALWAYS_READ, SCOPED_FIELDS, closed_fields, columns_opened
from schemas.values import FULL_SCOPE, Party, ScopeItem
from snapshot_renderer.samples.made_up_cases import worst
from snapshot_renderer.samples.random_cases import random_request

SUBSETS = [subset for size in range(5) for subset in combinations(FULL_SCOPE, size)]
PARTS: dict[str, type[BaseModel]] = {"order": SupportOrder, "facts": CaseFacts}
NO_CASE_DATA = {"party", "parent_name", "scope", "block_as_of.figures"}
"""The consenting parent, the consent itself, and the age of what any consent opens."""


def record_fields() -> Iterator[str]:
    for name in CaseCopy.model_fields:
        if name in PARTS:
            yield from (f"{name}.{inner}" for inner in PARTS[name].model_fields)
        elif name == "block_as_of":
            yield from (f"{name}.{inner}" for inner in BlockMoments.model_fields)
        else:
            yield name


def test_every_field_of_the_copy_and_every_column_of_a_source_is_in_the_table() -> None:
    assert {field.record for field in SCOPED_FIELDS} == set(record_fields()) - NO_CASE_DATA
    sources = {field.source for field in SCOPED_FIELDS}
    columns = {f"case.{column}" for column in (*REQUIRED["case"], *OPTIONAL["case"])}
    tables = set(REQUIRED) - {"case"} - ALWAYS_READ
    assert sources == columns | tables


def test_a_column_that_the_table_does_not_know_is_never_read() -> None:
    assert columns_opened("case", ("county", "employer_name"), FULL_SCOPE) == ("county",)
    assert columns_opened("address", ("street",), FULL_SCOPE) == ()


def value_at(case: CaseCopy, place: str) -> Any:
    part, _, name = place.partition(".")
    value = getattr(case, part)
    return getattr(value, name) if name and value is not None else value


@pytest.mark.parametrize("scope", SUBSETS, ids=lambda scope: "+".join(scope) or "nothing")
@given(seed=st.integers(0, 10_000), party=st.sampled_from(Party))
def test_the_part_of_a_copy_that_a_scope_opens_holds_nothing_else(
    scope: tuple[ScopeItem, ...], seed: int, party: Party
) -> None:
    whole = random_request(seed, 0, party).case
    moments = BlockMoments(
        figures=whole.as_of, payments=whole.as_of - timedelta(days=2), enforcement=whole.as_of - timedelta(days=1)
    )
    whole = whole.model_copy(update={"block_as_of": moments, "as_of": moments.oldest})
    part = whole.within(scope)
    assert part.scope == scope
    for place in (field.record for field in SCOPED_FIELDS):
        if place not in closed_fields(scope) and place != "as_of":
            assert value_at(part, place) == value_at(whole, place)
        elif place.startswith("block_as_of"):
            assert value_at(part, place) == moments.figures
        elif place != "as_of":
            assert value_at(part, place) in (None, ())
    assert part.as_of == part.block_as_of.oldest if part.block_as_of else whole.as_of
    assert CaseCopy.model_validate_json(part.canonical_bytes()) == part


@pytest.mark.parametrize(
    ("place", "missing"),
    sorted((field.record, min(field.needs)) for field in SCOPED_FIELDS if field.needs and field.record != "arrears"),
)
def test_a_copy_refuses_a_field_outside_its_scope_be_it_false_or_zero(place: str, missing: ScopeItem) -> None:
    scope = tuple(item for item in FULL_SCOPE if item is not missing)
    part = worst(Party.NONCUSTODIAL).case.within(scope).model_dump()
    at = part["as_of"]
    worst_value: dict[str, Any] = {
        "charges": [{"due_on": at.date(), "amount": 0}],
        "payments": [{"received_on": at.date(), "amount": 0}],
        "opening_balance": {"on": at.date(), "amount": 0},
        "enforcement": [{"code": "IWO", "status": "active", "started_on": at.date()}],
        "order.amount": 0,
        "order.children": 0,
        "order.frequency": "weekly",
        "order.payable_through_scu": False,
        "facts.case_type": "NEVER_CA",
        "facts.payment_method": "",
        "facts.income_yearly": 0,
        "facts.income_change_percent": 0.0,
        "facts.cost_of_living_change_percent": 0.0,
        "facts.collected_this_federal_year": 0,
    }
    outer, _, inner = place.partition(".")
    if outer == "block_as_of":
        part[outer] = {"figures": at, "payments": at, "enforcement": at, inner: at - timedelta(days=1)}
    elif inner:
        is_day = inner.endswith(("_on", "_date"))
        part[outer][inner] = worst_value.get(place, at.date() if is_day else False)
    else:
        part[outer] = worst_value[place]
    with pytest.raises(ValidationError, match="outside the scope"):
        CaseCopy.model_validate(part)


def test_past_due_support_is_there_exactly_when_the_consent_covers_it() -> None:
    case = worst(Party.CUSTODIAL).case
    without = case.within({ScopeItem.PAYMENTS})
    for wrong in (
        {**case.model_dump(), "arrears": None},
        {**without.model_dump(), "arrears": case.model_dump()["arrears"]},
    ):
        with pytest.raises(ValidationError, match="past-due support"):
            CaseCopy.model_validate(wrong)


def test_a_part_never_grows_back_into_more() -> None:
    case = worst(Party.CUSTODIAL).case.within({ScopeItem.PAYMENTS})
    assert case.within(FULL_SCOPE) == case
    assert case.within({ScopeItem.ARREARS}).scope == ()
