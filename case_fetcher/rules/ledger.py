"""Whether the past-due figures follow from the ledger, to the cent."""

from case_fetcher.rules.agency_case import AgencyCase
from schemas.values import Cents


def ledger_balance(case: AgencyCase) -> Cents | None:
    """Return what the ledger says is past due: the opening balance, plus what fell due since, less what was paid since.

    What is dated before the opening day is in the opening balance already. More paid than fell due is a credit, and a
    credit is not past due. None: the record gives no opening balance, or the consent opens only one of the two, so
    there is nothing to compare with.
    """
    if case.opening_balance is None:
        return None
    since = case.opening_balance.on
    charged = sum(charge.amount for charge in case.charges if charge.due_on >= since)
    paid = sum(payment.amount for payment in case.payments if payment.received_on >= since)
    return max(case.opening_balance.amount + charged - paid, 0)


def figures_reconcile(case: AgencyCase) -> bool:
    """Return False when the figures contradict each other: a part above its whole, or a total beside its ledger."""
    arrears = case.arrears
    if arrears is None:
        return True  # not read: nothing is claimed that could be wrong
    if (arrears.permanently_assigned or 0) > arrears.owed_to_dss or (arrears.retroactive or 0) > arrears.total:
        return False
    balance = ledger_balance(case)
    return balance is None or balance == arrears.total
