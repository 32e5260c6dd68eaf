"""On whose behalf an organization's act is done: a signed-in person's, or a key's that acts for one."""

from dataclasses import dataclass
from uuid import UUID

from services.portal.identity import ApiCaller, NotAllowed, SignedIn
from services.register import audit


@dataclass(frozen=True)
class Acting:
    """A person of an organization, and how the audit log names who acted."""

    person_id: UUID
    organization_id: UUID
    actor: audit.Actor


def by_key(caller: ApiCaller) -> Acting:
    """Return who acts through the API."""
    return Acting(caller.person_id, caller.organization_id, audit.key_actor(caller.key_id))


def by_person(signed_in: SignedIn) -> Acting:
    """Return who acts in the browser.

    Raises:
        NotAllowed: the agency's people act for no organization.
    """
    if signed_in.organization_id is None:
        raise NotAllowed
    return Acting(signed_in.person_id, signed_in.organization_id, audit.person_actor(signed_in.person_id))
