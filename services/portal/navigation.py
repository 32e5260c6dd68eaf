"""The links across the top of every page, by role. A page's module adds its line here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.portal.languages import mark
from services.register.states import PersonRole

if TYPE_CHECKING:
    from services.portal.identity import SignedIn

ADMIN = PersonRole.ORGANIZATION_ADMIN
STAFF = PersonRole.ORGANIZATION_STAFF
REVIEWER = PersonRole.REVIEWER
AGENCY = PersonRole.AGENCY_ADMIN
OPERATOR = PersonRole.OPERATOR


@dataclass(frozen=True)
class Link:
    """One entry; ``label`` is an English text of the catalogue."""

    path: str
    label: str
    roles: tuple[PersonRole, ...]


LINKS = (
    Link("/consents", mark("Consents"), (ADMIN, STAFF)),
    Link("/forms/new", mark("Print a form"), (ADMIN, STAFF)),
    Link("/review", mark("Review"), (REVIEWER,)),
    Link("/organizations", mark("Organizations"), (AGENCY,)),
    Link("/operations", mark("Operations"), (OPERATOR,)),
    Link("/inbox", mark("Inbox"), (ADMIN, STAFF, REVIEWER)),
    Link("/resources", mark("Resources"), (ADMIN, STAFF, REVIEWER)),
    Link("/people", mark("People"), (ADMIN,)),
    Link("/connections", mark("Connections"), (ADMIN,)),
)


def navigation(signed_in: "SignedIn | None") -> tuple[Link, ...]:
    """Return the links of a person's role; none before the agreements are accepted and a due second factor is on."""
    if signed_in is None or not signed_in.agreements_current or signed_in.second_factor_due:
        return ()
    return tuple(link for link in LINKS if signed_in.role in link.roles)


def home_of(signed_in: "SignedIn") -> str:
    """Return where a person starts."""
    links = navigation(signed_in)
    if signed_in.agreements_current and signed_in.second_factor_due:
        return "/account/second-factor"
    return links[0].path if links else "/agreement"
