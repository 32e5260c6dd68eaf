"""The answer of a case API (docs/case-api.md), read strictly.

A field that is not named here is dropped while the answer is parsed: a payment's source, an address, an employer or a
child never become part of a record. A field that is named must be exactly what it should be.
"""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from case_fetcher.adapters.record_rows import MOMENTS, MONEY, Row, agency_case, in_our_words
from case_fetcher.rules.agency_case import AgencyCase, RecordUnusable
from schemas.case_record import CaseType, EnforcementCode, EnforcementStatus, OrderStatus, PaymentFrequency
from schemas.consent_scope import columns_opened
from schemas.values import CaseIdentifier, Party, ScopeItem

Amount = int | Annotated[str, StringConstraints(pattern=r"^-?\d{1,12}\.\d{2}$")]
"""Whole cents, or dollars as text such as ``"412.07"``: a JSON number with a point can't be trusted with cents."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)


class PersonAnswer(_Part):
    """A person on the case."""

    party: Party
    full_name: str
    birth_date: date | None


class OrderAnswer(_Part):
    """The order in force, or the last one."""

    status: OrderStatus
    amount: Amount | None = None
    frequency: PaymentFrequency | None = None
    ordered_on: date | None = None
    children: int | None = None
    payable_through_scu: bool | None = None
    youngest_child_turns_21_on: date | None = None


class ArrearsAnswer(_Part):
    """Past-due support by who it is owed to."""

    owed_to_dss: Amount
    owed_to_custodial_parent: Amount
    permanently_assigned: Amount | None = None
    retroactive: Amount | None = None
    opening_balance: Amount | None = None
    opening_on: date | None = None


class ChargeAnswer(_Part):
    """Support that fell due."""

    due_on: date
    amount: Amount


class PaymentAnswer(_Part):
    """Money credited to the case: a date and an amount, never a source."""

    received_on: date
    amount: Amount


class EnforcementAnswer(_Part):
    """One enforcement action."""

    code: EnforcementCode
    status: EnforcementStatus
    started_on: date
    answer_by: date | None = None


class FactsAnswer(_Part):
    """What only the next-step rules need; left out = unknown."""

    case_type: CaseType | None = None
    child_on_cash_assistance: bool | None = None
    employer_known: bool | None = None
    address_confirmed: bool | None = None
    payment_method: str | None = None
    court_date: date | None = None
    custody_changed: bool | None = None
    account_disputed: bool | None = None
    lost_job: bool | None = None
    incarcerated: bool | None = None
    income_yearly: Amount | None = None
    income_change_percent: float | None = None
    receives_benefits: bool | None = None
    cost_of_living_change_percent: float | None = None
    child_under_18: bool | None = None
    collected_this_federal_year: Amount | None = None


class CaseAnswer(_Part):
    """One case. A part that the scope opens has to be there; one that it does not may be, and is dropped."""

    case_identifier: CaseIdentifier
    as_of: AwareDatetime
    payments_as_of: AwareDatetime | None = None
    enforcement_as_of: AwareDatetime | None = None
    money: Literal["cents", "dollars"]
    held_for_staff: bool
    county: str | None = None
    parties: list[PersonAnswer]
    order: OrderAnswer
    arrears: ArrearsAnswer | None = None
    charges: list[ChargeAnswer] | None = None
    payments: list[PaymentAnswer] | None = None
    enforcement: list[EnforcementAnswer] | None = None
    facts: FactsAnswer = FactsAnswer()


def read_answer(body: bytes, *, asked_for: str, scope: Collection[ScopeItem]) -> AgencyCase:
    """Return what the scope opens of the record that the answer holds.

    Raises:
        RecordUnusable: the answer is not what docs/case-api.md says, is about another case, or contradicts itself.
    """
    try:
        answer = CaseAnswer.model_validate_json(body)
        if answer.case_identifier != asked_for:
            raise RecordUnusable
        return _in_rows(answer, scope)
    except (ValidationError, ValueError):
        raise RecordUnusable from None  # the error's text quotes the record


def _in_rows(answer: CaseAnswer, scope: Collection[ScopeItem]) -> AgencyCase:
    whole = answer.model_dump()
    _refuse_mixed_amounts(whole, int if answer.money == "cents" else str)
    order = whole["order"]
    case = {
        **{name: whole[name] for name in ("case_identifier", "county", *MOMENTS)},
        **(whole["arrears"] or {}),
        **whole["facts"],
        **{name: value for name, value in order.items() if name not in {"status", "amount", "frequency"}},
        **{f"order_{name}": order[name] for name in ("status", "amount", "frequency")},
    }
    tables = {"case": [case], "party": whole["parties"]}
    tables |= {name: whole[part] for name, part in _TABLES.items()}
    if any(rows is None and columns_opened(name, ("",), scope) for name, rows in tables.items()):
        raise RecordUnusable
    if whole["arrears"] is None and columns_opened("case", ("owed_to_dss",), scope):
        raise RecordUnusable
    ours = {name: _opened(name, rows or [], answer.money, scope) for name, rows in tables.items()}
    found = agency_case({**ours, "hold": [{}] if answer.held_for_staff else []})
    if found is None:
        raise RecordUnusable
    return found


_TABLES = {"charge": "charges", "payment": "payments", "enforcement": "enforcement"}


def _opened(table: str, rows: list[Row], money: str, scope: Collection[ScopeItem]) -> list[dict[str, Any]]:
    opened = [{name: row[name] for name in columns_opened(table, row, scope)} for row in rows]
    return [in_our_words(row, money=money, codes={}) for row in opened if row]


def _refuse_mixed_amounts(value: Any, kind: type) -> None:
    """Cents are whole numbers and dollars are text; an answer that mixes them would be wrong by a hundred."""
    if isinstance(value, list):
        for part in value:
            _refuse_mixed_amounts(part, kind)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name in MONEY and part is not None and not isinstance(part, kind):
                raise RecordUnusable
            _refuse_mixed_amounts(part, kind)
