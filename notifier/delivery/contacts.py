"""People as contacts: who they are to a message, read from the register."""

from collections.abc import Sequence
from uuid import UUID

from notifier.rules.recipients import Contact
from services.register import people
from services.register.database import Transaction
from services.register.states import PersonRole, PersonStatus
from services.register.tables import Person


async def of_organization(tx: Transaction, organization_id: UUID) -> list[Contact]:
    """Return everybody of an organization, active or not."""
    return _contacts(await people.members(tx, organization_id))


async def reviewers(tx: Transaction) -> list[Contact]:
    """Return the agency's reviewers."""
    return _contacts(await people.with_role(tx, PersonRole.REVIEWER))


def _contacts(found: Sequence[Person]) -> list[Contact]:
    return [
        Contact(
            person_id=person.id,
            active=person.status is PersonStatus.ACTIVE,
            administers=person.role is PersonRole.ORGANIZATION_ADMIN,
            reviews=person.role is PersonRole.REVIEWER,
        )
        for person in found
    ]
