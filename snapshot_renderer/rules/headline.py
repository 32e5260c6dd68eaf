"""The answer first: one headline, and the three figures under it."""

from schemas.case_record import CaseCopy, OrderStatus
from schemas.values import Party, ScopeItem
from snapshot_renderer.rules.case_figures import MONTHS_SHOWN, CaseFigures
from snapshot_renderer.rules.page_model import BigNumber
from snapshot_renderer.rules.wording import Money, Texts, money


def headline(case: CaseCopy, figures: CaseFigures, texts: Texts) -> str:
    """Return the one sentence that answers "how does this case stand"."""
    if case.order.status is OrderStatus.NONE:
        return texts.say("headline_no_order")
    if case.order.status is OrderStatus.ENDED:
        return _ended(case, texts)
    if ScopeItem.PAYMENTS not in case.scope:
        return texts.say("headline_active")
    return _months_paid(figures, texts, case.party)


def big_numbers(case: CaseCopy, figures: CaseFigures, texts: Texts) -> tuple[BigNumber, BigNumber, BigNumber]:
    """Return the order's amount, what is past due, and the last payment; each only if the consent covers it."""
    return (
        _order(case, texts),
        _past_due(case, texts),
        _last_payment(figures, texts) if ScopeItem.PAYMENTS in case.scope else _not_covered(texts),
    )


def _not_covered(texts: Texts) -> BigNumber:
    return BigNumber(texts.say("not_covered_number"), texts.say("not_covered"), is_word=True)


def _ended(case: CaseCopy, texts: Texts) -> str:
    if case.arrears is None:
        return texts.say("headline_ended")
    if case.arrears.total == 0:
        return texts.say("headline_ended_clear")
    return texts.say(f"headline_ended_owed_{case.party.value}", amount=Money(case.arrears.total))


def _months_paid(figures: CaseFigures, texts: Texts, party: Party) -> str:
    due = sum(1 for month in figures.months if month.due)
    paid = sum(1 for month in figures.months if month.due and month.paid)
    if figures.paid == 0:
        return texts.say("headline_none" if due else "headline_nothing_due")
    if due == 0:
        return texts.say("headline_nothing_due")
    key = f"headline_{party.value}"
    if due == MONTHS_SHOWN:
        return texts.say(f"{key}_all") if paid == due else texts.say(f"{key}_some", paid=paid)
    if due == paid == 1:
        return texts.say(f"{key}_month_due")
    return texts.say(f"{key}_some_due", paid=paid, due=due)


def _order(case: CaseCopy, texts: Texts) -> BigNumber:
    order = case.order
    if order.status is OrderStatus.NONE:
        return BigNumber(texts.say("order_none_number"), texts.say("order_none"), is_word=True)
    if order.status is OrderStatus.ENDED:
        return BigNumber(texts.say("order_ended_number"), texts.say("order_ended"), is_word=True)
    if ScopeItem.PAYMENTS not in case.scope:
        return _not_covered(texts)
    if order.amount is None:
        return BigNumber(texts.say("order_unknown_number"), texts.say("order_unknown"), is_word=True)
    if order.frequency is None:
        return BigNumber(money(order.amount, texts.language), texts.say("order_other"))
    label = texts.say(f"order_{order.frequency.value}_{case.party.value}")
    return BigNumber(money(order.amount, texts.language), label)


def _past_due(case: CaseCopy, texts: Texts) -> BigNumber:
    """Each parent sees what concerns them: all they owe, or the part that is owed to them."""
    if case.arrears is None:
        return _not_covered(texts)
    mine = case.arrears.total if case.party is Party.NONCUSTODIAL else case.arrears.owed_to_custodial_parent
    return BigNumber(money(mine, texts.language), texts.say(f"past_due_{case.party.value}"))


def _last_payment(figures: CaseFigures, texts: Texts) -> BigNumber:
    last = figures.last_payment
    if last is None:
        since = figures.months[0].first
        return BigNumber(texts.say("no_payment_number"), texts.say("no_payment", day=since), is_word=True)
    return BigNumber(money(last.amount, texts.language), texts.say("last_payment", day=last.received_on))
