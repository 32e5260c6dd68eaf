"""Made-up agency cases for tests of case_fetcher."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from case_fetcher.rules.agency_case import AgencyCase, PartyOnCase
from schemas.case_record import Arrears, OrderStatus, Payment, SupportOrder
from schemas.values import Party
from tests.support.register_builders import NOON, PRACTICE_CASE

PARENT = PartyOnCase(Party.NONCUSTODIAL, "Practice Parent", date(1990, 4, 1))
"""The parent of ``register_builders.a_grant``."""

OTHER_PARENT = PartyOnCase(Party.CUSTODIAL, "Other Somebody", date(1991, 5, 2))


def an_agency_case(*, as_of: datetime = NOON - timedelta(hours=1), **changes: Any) -> AgencyCase:
    """Return the case that ``register_builders.a_grant`` names, with both parents on it."""
    case = AgencyCase(
        case_identifier=PRACTICE_CASE,
        county="Bronx",
        as_of=as_of,
        held_for_staff=False,
        parties=(OTHER_PARENT, PARENT),
        order=SupportOrder(status=OrderStatus.ACTIVE),
        arrears=Arrears(owed_to_dss=1_000, owed_to_custodial_parent=2_000),
        payments=(Payment(received_on=date(2026, 10, 5), amount=41_207),),
    )
    return replace(case, **changes)
