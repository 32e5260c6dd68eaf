"""What each kind of information on the consent form opens: one table from scope to columns, record fields and blocks.

Every source reads only the columns whose needs are met, the case copy refuses to hold a field whose needs are not, and
the page shows the block as not covered. A field that is not in this table has no way onto a page: tests compare the
table with the record's model and with the mapping of the sources.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from schemas.values import ScopeItem

_PAYMENTS = frozenset({ScopeItem.PAYMENTS})
_ARREARS = frozenset({ScopeItem.ARREARS})
_ENFORCEMENT = frozenset({ScopeItem.ENFORCEMENT})
_STEPS = frozenset({ScopeItem.NEXT_STEPS})
_ANY: frozenset[ScopeItem] = frozenset()


class PageBlock(StrEnum):
    """Where on the page a field can show."""

    MASTHEAD = "masthead"
    ORDER = "order"
    PAYMENTS = "payments"
    ARREARS = "arrears"
    ENFORCEMENT = "enforcement"
    STEPS = "steps"


@dataclass(frozen=True)
class ScopedField:
    """One field of the agency's record.

    Attributes:
        source: the table of a source's mapping, or the table and its column.
        record: the field of the case copy, with a point between a part and its field.
        needs: every one of these has to be in the consent; empty: any consent opens it.
        block: where it shows.
    """

    source: str
    record: str
    needs: frozenset[ScopeItem]
    block: PageBlock


def _case(block: PageBlock, needs: frozenset[ScopeItem], **columns: str) -> Iterator[ScopedField]:
    return (ScopedField(f"case.{column}", record, needs, block) for column, record in columns.items())


def _facts(needs: frozenset[ScopeItem], *names: str) -> Iterator[ScopedField]:
    return (ScopedField(f"case.{name}", f"facts.{name}", needs, PageBlock.STEPS) for name in names)


SCOPED_FIELDS: tuple[ScopedField, ...] = (
    *_case(
        PageBlock.MASTHEAD, _ANY,
        case_identifier="case_identifier", county="county", as_of="as_of", order_status="order.status",
    ),
    *_case(
        PageBlock.ORDER, _PAYMENTS,
        order_amount="order.amount", order_frequency="order.frequency", ordered_on="order.ordered_on",
        children="order.children", payable_through_scu="order.payable_through_scu",
        youngest_child_turns_21_on="order.youngest_child_turns_21_on",
    ),
    *_case(PageBlock.PAYMENTS, _PAYMENTS, payments_as_of="block_as_of.payments"),
    ScopedField("charge", "charges", _PAYMENTS, PageBlock.PAYMENTS),
    ScopedField("payment", "payments", _PAYMENTS, PageBlock.PAYMENTS),
    *_case(
        PageBlock.ARREARS, _ARREARS,
        owed_to_dss="arrears", owed_to_custodial_parent="arrears",
        permanently_assigned="arrears", retroactive="arrears",
    ),
    *_case(
        PageBlock.ARREARS, _PAYMENTS | _ARREARS, opening_balance="opening_balance", opening_on="opening_balance"
    ),
    *_case(PageBlock.ENFORCEMENT, _ENFORCEMENT, enforcement_as_of="block_as_of.enforcement"),
    ScopedField("enforcement", "enforcement", _ENFORCEMENT, PageBlock.ENFORCEMENT),
    *_facts(
        _STEPS,
        "case_type", "child_on_cash_assistance", "employer_known", "address_confirmed", "custody_changed",
        "account_disputed", "lost_job", "incarcerated", "income_yearly", "income_change_percent", "receives_benefits",
        "cost_of_living_change_percent", "child_under_18",
    ),
    *_facts(_STEPS | _PAYMENTS, "payment_method", "collected_this_federal_year"),
    *_facts(_STEPS | _ENFORCEMENT, "court_date"),
)  # fmt: skip
"""The table. The order's terms say what falls due, so they go with payments; a fact that only the next steps read needs
the next steps too. An opening balance ties past-due support to the ledger, so it needs both."""

ALWAYS_READ = frozenset({"party", "hold"})
"""Tables read under any consent: who is on the case, to find the parent who signed, and what holds it for staff.
Only that parent's own name leaves case_fetcher."""


def opens(needs: frozenset[ScopeItem], scope: Collection[ScopeItem]) -> bool:
    """Say whether a consent with this scope opens a field with these needs."""
    return needs <= set(scope)


def columns_opened(table: str, columns: Collection[str], scope: Collection[ScopeItem]) -> tuple[str, ...]:
    """Return which of a source table's columns may be read; none: the table may not be read at all.

    A column that is not in ``SCOPED_FIELDS`` may not.
    """
    if table in ALWAYS_READ:
        return tuple(columns)
    if table in _NEEDS_OF_SOURCE:
        return tuple(columns) if opens(_NEEDS_OF_SOURCE[table], scope) else ()
    needed = {name: _NEEDS_OF_SOURCE.get(f"{table}.{name}") for name in columns}
    return tuple(name for name, needs in needed.items() if needs is not None and opens(needs, scope))


def closed_fields(scope: Collection[ScopeItem]) -> tuple[str, ...]:
    """Return the case copy's fields that this scope does not open, each once."""
    return tuple(dict.fromkeys(field.record for field in SCOPED_FIELDS if not opens(field.needs, scope)))


def without_closed_fields(record: Mapping[str, Any], scope: Collection[ScopeItem]) -> dict[str, Any]:
    """Return a dumped case copy with every field emptied that the scope does not open."""
    kept = {name: dict(value) if isinstance(value, Mapping) else value for name, value in record.items()}
    for place in closed_fields(scope):
        part, _, name = place.partition(".")
        if part == "block_as_of":
            if kept.get(part) is not None:
                kept[part][name] = kept[part]["figures"]
        elif name:
            kept[part][name] = None
        else:
            kept[part] = () if isinstance(kept[part], (tuple, list)) else None
    return kept


_NEEDS_OF_SOURCE: Mapping[str, frozenset[ScopeItem]] = {field.source: field.needs for field in SCOPED_FIELDS}
