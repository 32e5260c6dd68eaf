"""Who is told what. Pure: people in, people out."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Contact:
    """A person as far as telling them something goes: an id and what they may do; no name, no address."""

    person_id: UUID
    active: bool
    administers: bool = False
    reviews: bool = False


def to_be_told(uploader: UUID, organization: Sequence[Contact]) -> list[UUID]:
    """Return who of an organization hears about a consent: the uploader, or the administrators when they have left.

    An upload must never end in silence because its uploader changed jobs.
    """
    active = [contact for contact in organization if contact.active]
    if any(contact.person_id == uploader for contact in active):
        return [uploader]
    return [contact.person_id for contact in active if contact.administers]


def administrators(organization: Sequence[Contact]) -> list[UUID]:
    """Return who hears about the organization's own affairs, such as a webhook that stopped."""
    return [contact.person_id for contact in organization if contact.active and contact.administers]


def reviewers_for(uploader: UUID, agency: Sequence[Contact]) -> list[UUID]:
    """Return which reviewers hear that a form waits: every active one but the person who uploaded it."""
    return [
        contact.person_id for contact in agency if contact.active and contact.reviews and contact.person_id != uploader
    ]
