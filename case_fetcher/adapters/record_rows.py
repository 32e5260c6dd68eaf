"""From rows of any source, in the agency's words, to the agency's record in ours; the same strict reading for all.

Nothing is guessed: a blank is unknown, an amount that is no whole number of cents, a date that is not written
YEAR-MONTH-DAY and a code that has no translation make the record unusable.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from case_fetcher.rules.agency_case import AgencyCase, PartyOnCase, RecordUnusable
from schemas.case_record import (
    Arrears,
    BlockMoments,
    CaseFacts,
    Charge,
    EnforcementAction,
    OpeningBalance,
    Payment,
    SupportOrder,
)
from schemas.values import Party

MONEY = frozenset(
    {"amount", "order_amount", "owed_to_dss", "owed_to_custodial_parent", "permanently_assigned", "retroactive",
     "opening_balance", "income_yearly", "collected_this_federal_year"}
)  # fmt: skip

DATES = frozenset(
    {"birth_date", "due_on", "received_on", "started_on", "answer_by", "ordered_on", "court_date", "opening_on",
     "youngest_child_turns_21_on"}
)  # fmt: skip

MOMENTS = frozenset({"as_of", "payments_as_of", "enforcement_as_of"})

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")

Row = Mapping[str, Any]
Part = TypeVar("Part", bound=BaseModel)


def in_our_words(row: Row, *, money: str, codes: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return one row with amounts in cents, dates as dates, the agency's codes as ours, and blanks as None.

    Args:
        row: values by the product's column names.
        money: ``"cents"`` or ``"dollars"``, as the source keeps amounts.
        codes: by column, the agency's code for each of ours.

    Raises:
        ValueError: a value is not what its column holds.
    """
    return {entry: _value(entry, value, money, codes.get(entry, {})) for entry, value in row.items()}


def _value(entry: str, value: Any, money: str, codes: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        value = value.strip()  # fixed-width columns are padded
        value = codes.get(value, value) or None
    if value is None:
        return None
    if entry in MONEY:
        return cents(value, money)
    if entry in DATES:
        return _date(value)
    return _moment(value) if entry in MOMENTS else value


def cents(value: Any, money: str) -> int:
    """Return an amount in whole cents.

    Raises:
        ValueError: it is no amount, or holds parts of a cent.
    """
    if isinstance(value, bool):
        raise ValueError("a truth value is no amount")  # noqa: TRY004 - one kind of failure for every unusable value
    try:
        amount = Decimal(str(value)) * (100 if money == "dollars" else 1)
        whole = int(amount)
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise ValueError("no amount") from error
    if whole != amount:
        raise ValueError("parts of a cent")
    return whole


def _date(value: Any) -> date:
    """Refuse everything but dates: a number or ``20261122`` would pass as seconds since 1970 further on."""
    if isinstance(value, str):
        day, _, clock = value.partition(" ")
        if not ISO_DATE.fullmatch(day) or clock.strip("0:."):
            raise ValueError("no date")
        return date.fromisoformat(day)
    if isinstance(value, datetime):
        if value.time() != time():
            raise ValueError("a moment where a day belongs")
        return value.date()
    if not isinstance(value, date):
        raise ValueError("no date")  # noqa: TRY004 - one kind of failure for every unusable value
    return value


def _moment(value: Any) -> datetime:
    """Return an aware moment; one without a zone is UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def agency_case(rows: Mapping[str, Sequence[Row]]) -> AgencyCase | None:
    """Return the record that these rows, in our words, make up; None when there is no case row.

    A column that a row lacks was not asked for: the consent does not open it.

    Raises:
        RecordUnusable: two rows claim to be the case, a part is missing, or a code is unknown.
    """
    if not rows["case"]:
        return None
    if len(rows["case"]) > 1 or rows["case"][0]["as_of"] is None:
        raise RecordUnusable
    try:
        return _put_together(rows["case"][0], rows)
    except (ValidationError, ValueError):
        raise RecordUnusable from None  # the error's text quotes the record


def _put_together(case: Row, rows: Mapping[str, Sequence[Row]]) -> AgencyCase:
    moments = _moments(case)
    return AgencyCase(
        case_identifier=case["case_identifier"],
        county=case.get("county"),
        as_of=moments.oldest,
        block_as_of=moments,
        held_for_staff=bool(rows["hold"]),
        parties=tuple(
            PartyOnCase(Party(row["party"]), row["full_name"], row["birth_date"])
            for row in rows["party"]
            if row["full_name"] and row["birth_date"]  # who has neither can't be recognised, and consents to nothing
        ),
        order=_order(case),
        arrears=Arrears.model_validate(_pick(case, Arrears.model_fields)) if "owed_to_dss" in case else None,
        opening_balance=_opening_balance(case),
        charges=tuple(sorted(_each(Charge, rows["charge"]), key=lambda charge: charge.due_on)),
        payments=tuple(sorted(_each(Payment, rows["payment"]), key=lambda payment: payment.received_on)),
        enforcement=tuple(sorted(_each(EnforcementAction, rows["enforcement"]), key=lambda action: action.started_on)),
        facts=CaseFacts.model_validate(_pick(case, CaseFacts.model_fields)),
    )


def _each(model: type[Part], rows: Sequence[Row]) -> list[Part]:
    return [model.model_validate(_pick(row, model.model_fields)) for row in rows]


def _moments(case: Row) -> BlockMoments:
    """A part that has no moment of its own is as old as the case row."""
    whole = case["as_of"]
    return BlockMoments(
        figures=whole,
        payments=case.get("payments_as_of") or whole,
        enforcement=case.get("enforcement_as_of") or whole,
    )


def _opening_balance(case: Row) -> OpeningBalance | None:
    """Both or neither: an amount without its day can't be reckoned with, and is not simply left out."""
    on, amount = case.get("opening_on"), case.get("opening_balance")
    return None if on is None and amount is None else OpeningBalance(on=on, amount=amount)


def _order(case: Row) -> SupportOrder:
    return SupportOrder.model_validate(
        {
            "status": case["order_status"],
            "amount": case.get("order_amount"),
            "frequency": case.get("order_frequency"),
            **_pick(case, ("ordered_on", "children", "payable_through_scu", "youngest_child_turns_21_on")),
        }
    )


def _pick(row: Row, names: Sequence[str] | Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}
