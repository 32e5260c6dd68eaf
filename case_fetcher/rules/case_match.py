"""Whether the agency's record is the one that the parent's consent opens."""

from datetime import datetime, timedelta

from case_fetcher.rules.agency_case import AgencyCase, PartyOnCase
from case_fetcher.rules.ledger import figures_reconcile
from schemas.consent_records import ConsentGrant
from schemas.reason_codes import ReasonCode
from services.parent_names import same_person


def consenting_party(case: AgencyCase, grant: ConsentGrant) -> PartyOnCase | None:
    """Return the person on the case who gave the grant: same role, same birth date, and a name that matches."""
    for person in case.parties:
        if (
            person.party is grant.party
            and person.birth_date == grant.birth_date
            and same_person(person.full_name, grant.parent_name)
        ):
            return person
    return None


def why_case_stays_shut(
    case: AgencyCase | None, grant: ConsentGrant, *, now: datetime, oldest: timedelta
) -> ReasonCode | None:
    """Return the reason not to disclose this record under this grant, or None.

    ``now`` is aware; ``oldest`` is the greatest age of the record that a page may be made from. A hold for staff is
    looked at before anything that would tell the partner more about the case, and is shown without its cause
    (design rule: the flag itself is sensitive; SSL 111-v forbids release where harm is likely).
    """
    if not grant.scope:
        return ReasonCode.OUT_OF_SCOPE
    if case is None or case.case_identifier != grant.case_identifier:
        return ReasonCode.CASE_NOT_FOUND
    if consenting_party(case, grant) is None:
        return ReasonCode.PARENT_NOT_ON_CASE
    if case.held_for_staff:
        return ReasonCode.HELD_FOR_STAFF
    return _why_no_page_can_be_made(case, now=now, oldest=oldest)


CLOCKS_DIFFER_BY = timedelta(minutes=5)
"""An agency's clock may run ahead of ours by this much; a record from later than that is wrong about its age."""


def _why_no_page_can_be_made(case: AgencyCase, *, now: datetime, oldest: timedelta) -> ReasonCode | None:
    moments = case.block_as_of
    newest = case.as_of if moments is None else max(moments.figures, moments.payments, moments.enforcement)
    if newest - now > CLOCKS_DIFFER_BY:
        return ReasonCode.CASE_DATA_AHEAD
    if now - case.as_of > oldest:
        return ReasonCode.CASE_DATA_TOO_OLD
    return None if figures_reconcile(case) else ReasonCode.FIGURES_DO_NOT_RECONCILE
