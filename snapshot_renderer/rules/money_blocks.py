"""The two blocks about money: payments by month, and the past-due amount by who it is owed to."""

from datetime import date

from schemas.case_record import CaseCopy
from schemas.values import Cents
from snapshot_renderer.rules.case_figures import CaseFigures, FiguresDoNotReconcile, Month, MonthState
from snapshot_renderer.rules.page_model import (
    ArrearsBlock,
    ArrearsPart,
    LegendEntry,
    MonthBar,
    OrderBlock,
    PaymentsBlock,
)
from snapshot_renderer.rules.wording import (
    CENTS_PER_DOLLAR,
    Money,
    Texts,
    money,
    month_and_year,
    month_name,
    short_money,
)

CUT_SHORT_FROM = 2
"""A month with more than twice the largest due amount would flatten all others: its bar is cut and says its amount."""

PER_MILLE = 1000
LEAST_SHARE = 15
"""The smallest part of the bar that can still be seen, per mille."""

_LEGEND = (("legend_full", MonthState.FULL), ("legend_part", MonthState.PART), ("legend_missed", MonthState.MISSED))


def payments_block(figures: CaseFigures, texts: Texts, *, covered: bool, as_of: date) -> PaymentsBlock:
    """Return the chart's content, or why there is no chart."""
    if not covered:
        return _no_chart(texts, "", "", texts.say("payments_not_covered"))
    at = texts.say("block_as_of", day=as_of)
    first, last = (month_and_year(figures.months[end].first, texts.language) for end in (0, -1))
    span = texts.say("payments_span", first=first, last=last)
    if figures.paid == figures.due == 0:
        return _no_chart(texts, span, at, texts.say("no_months", first=first, last=last))
    total = "payments_total" if figures.due else "payments_total_nothing_due"
    states = {month.state for month in figures.months}
    return PaymentsBlock(
        heading=texts.say("payments_heading"),
        span=span,
        as_of=at,
        total=texts.say(total, paid=Money(figures.paid), due=Money(figures.due)),
        message=None,
        bars=tuple(_bar(month, texts, first=month is figures.months[0]) for month in figures.months),
        legend=tuple(LegendEntry(state, texts.say(key)) for key, state in _LEGEND if state in states),
        notes=_notes(figures, texts),
        chart_title=texts.say("chart_title", months="; ".join(_spoken(month, texts) for month in figures.months)),
    )


def tallest(bars: tuple[MonthBar, ...]) -> Cents:
    """Return the amount at the chart's top: the largest payment, but at most twice the largest due amount."""
    due = max((bar.due for bar in bars), default=0)
    paid = max((bar.paid for bar in bars), default=0)
    return max(due, min(paid, CUT_SHORT_FROM * due)) if due else paid


def arrears_block(case: CaseCopy, texts: Texts, *, as_of: date) -> ArrearsBlock:
    """Return the split of the past-due amount, or that the consent does not cover it.

    Raises:
        FiguresDoNotReconcile: the parts are not the whole.
    """
    heading, at = texts.say("arrears_heading"), texts.say("block_as_of", day=as_of)
    if case.arrears is None:
        return ArrearsBlock(heading, "", texts.say("arrears_not_covered"), "", (), "")
    dss, parent = case.arrears.owed_to_dss, case.arrears.owed_to_custodial_parent
    if dss + parent != case.arrears.total:
        raise FiguresDoNotReconcile
    if case.arrears.total == 0:
        return ArrearsBlock(heading, at, texts.say("arrears_none"), texts.say("arrears_none_text"), (), "")
    shares = _shares(dss, parent)
    parts = (
        _part("dss", dss, shares[0], texts, label="arrears_dss", text="arrears_dss_text"),
        _part(
            "parent",
            parent,
            shares[1],
            texts,
            label=f"arrears_cp_{case.party.value}",
            text=f"arrears_cp_text_{case.party.value}",
        ),
    )
    title = texts.say("arrears_bar", dss=Money(dss), cp=Money(parent))
    return ArrearsBlock(heading, at, None, "", tuple(part for part in parts if part.share), title)


def order_block(case: CaseCopy, texts: Texts) -> OrderBlock | None:
    """Return what is on record about the order; None when nothing is."""
    order = case.order
    lines = []
    if order.ordered_on is not None:
        lines.append(texts.say("order_date", day=order.ordered_on))
    if order.payable_through_scu is not None:
        lines.append(texts.say("order_scu" if order.payable_through_scu else "order_no_scu"))
    if order.youngest_child_turns_21_on is not None:
        lines.append(texts.say("order_21", day=order.youngest_child_turns_21_on))
    return OrderBlock(texts.say("order_heading"), tuple(lines)) if lines else None


def _no_chart(texts: Texts, span: str, at: str, message: str) -> PaymentsBlock:
    return PaymentsBlock(texts.say("payments_heading"), span, at, "", message, (), (), (), "")


def _bar(month: Month, texts: Texts, *, first: bool) -> MonthBar:
    january = month.first.month == 1
    return MonthBar(
        month=month_name(month.first, texts.language),
        year=str(month.first.year) if first or january else "",
        amount="" if month.state is MonthState.NOTHING_DUE else short_money(month.paid, texts.language),
        state=month.state,
        due=month.due,
        paid=month.paid,
    )


def _notes(figures: CaseFigures, texts: Texts) -> tuple[str, ...]:
    due = max(month.due for month in figures.months)
    cut = due and any(month.paid > CUT_SHORT_FROM * due for month in figures.months)
    rounded = any(month.paid % CENTS_PER_DOLLAR for month in figures.months)
    return tuple(texts.say(key) for key, wanted in (("capped", cut), ("rounded", rounded)) if wanted)


def _spoken(month: Month, texts: Texts) -> str:
    name = month_and_year(month.first, texts.language)
    return texts.say("chart_month", month=name, paid=Money(month.paid), due=Money(month.due))


def _shares(dss: Cents, parent: Cents) -> tuple[int, int]:
    if not dss or not parent:
        return (PER_MILLE if dss else 0, PER_MILLE if parent else 0)
    share = min(max(dss * PER_MILLE // (dss + parent), LEAST_SHARE), PER_MILLE - LEAST_SHARE)
    return (share, PER_MILLE - share)


def _part(kind: str, cents: Cents, share: int, texts: Texts, *, label: str, text: str) -> ArrearsPart:
    return ArrearsPart(kind, money(cents, texts.language), texts.say(label), texts.say(text), share)
