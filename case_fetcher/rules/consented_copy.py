"""The part of an agency record that a consenting parent's page is made from."""

from collections.abc import Collection

from pydantic import ValidationError

from case_fetcher.rules.agency_case import AgencyCase, PartyOnCase, RecordUnusable
from schemas.case_record import CaseCopy
from schemas.values import ScopeItem


def consented_copy(case: AgencyCase, person: PartyOnCase, scope: Collection[ScopeItem]) -> CaseCopy:
    """Return the copy to seal: of all people on the case, it names the consenting parent only.

    The name is the agency's own spelling, so that the page says what the case file says. The copy refuses to hold a
    field outside the scope, whatever a source brought.

    Raises:
        RecordUnusable: the record's parts contradict each other, or it holds more than the scope opens.
    """
    try:
        return CaseCopy(
            case_identifier=case.case_identifier,
            party=person.party,
            parent_name=person.full_name,
            scope=tuple(item for item in ScopeItem if item in scope),
            county=case.county,
            as_of=case.as_of,
            block_as_of=case.block_as_of,
            order=case.order,
            arrears=case.arrears,
            opening_balance=case.opening_balance,
            charges=case.charges,
            payments=case.payments,
            enforcement=case.enforcement,
            facts=case.facts,
        )
    except ValidationError:
        raise RecordUnusable from None  # the error's text quotes the record
