"""The agency's record of one case, as far as this product may know it.

Both parties' names and birth dates are here to find out which one the consenting parent is; only that parent's
name leaves this stage. A payment has no source here: the adapter never asks for it.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

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


class RecordUnusable(Exception):
    """The agency's record breaks its own rules (an unknown code, parts that exceed their whole, no date): no page."""


@dataclass(frozen=True)
class PartyOnCase:
    """A person on the case, by the agency's record."""

    party: Party
    full_name: str
    birth_date: date


@dataclass(frozen=True)
class AgencyCase:
    """One case.

    ``as_of`` is its oldest part's. ``held_for_staff``: a family-violence flag or an order of protection is on it.
    What the consent does not open was not read: None, or empty.
    """

    case_identifier: str
    county: str | None
    as_of: datetime
    held_for_staff: bool
    parties: tuple[PartyOnCase, ...]
    order: SupportOrder
    arrears: Arrears | None = None
    charges: tuple[Charge, ...] = ()
    payments: tuple[Payment, ...] = ()
    enforcement: tuple[EnforcementAction, ...] = ()
    block_as_of: BlockMoments | None = None
    opening_balance: OpeningBalance | None = None
    facts: CaseFacts = field(default_factory=CaseFacts)
