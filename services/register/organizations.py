"""Community organizations: asking to take part, the agency's decision, and the code their forms carry."""

import unicodedata
from collections.abc import Container
from datetime import datetime
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from schemas.values import Language
from services.register import audit
from services.register.audit import SYSTEM
from services.register.database import Transaction
from services.register.states import OrganizationStatus
from services.register.tables import Organization

FORM_CODE_LENGTH = 12
"""Width of the column and of the box in the form's code."""

ATTEMPTS = 5
"""How often a request tries again when another one takes its code first."""

_SMALL_WORDS = frozenset({"AND", "DE", "FOR", "IN", "INC", "LA", "OF", "THE", "Y"})


class OrganizationUnknown(Exception):
    """No organization has this id."""


class NameTaken(Exception):
    """Another organization has this name."""


async def request(tx: Transaction, *, name: str, contact_email: str, language: Language, at: datetime) -> Organization:
    """Note that an organization asks to take part; the agency decides.

    Raises:
        NameTaken: see there (letter case does not count).
    """
    for _ in range(ATTEMPTS):
        organization = await _new(tx, " ".join(name.split()), contact_email.strip(), language, at=at)
        if organization is not None:
            break
    else:
        raise NameTaken
    detail = {"organization": str(organization.id)}
    await audit.record(tx, act="organization.requested", actor=SYSTEM, at=at, detail=detail)
    return organization


async def _new(
    tx: Transaction, name: str, contact_email: str, language: Language, *, at: datetime
) -> Organization | None:
    """Return the new organization, or None when another transaction took the name or the code just now."""
    if await tx.scalar(select(Organization.id).where(func.lower(Organization.name) == name.lower())) is not None:
        raise NameTaken
    taken = set(await tx.scalars(select(Organization.form_code)))
    organization = Organization(
        id=uuid4(),
        name=name,
        form_code=form_code_for(name, taken),
        status=OrganizationStatus.REQUESTED,
        contact_email=contact_email,
        language=language,
        requested_at=at,
    )
    try:
        async with tx.begin_nested():
            tx.add(organization)
    except IntegrityError:  # not passed on: PostgreSQL's error quotes the values
        return None
    return organization


async def get(tx: Transaction, organization_id: UUID) -> Organization:
    """Return an organization.

    Raises:
        OrganizationUnknown: see there.
    """
    organization = await tx.get(Organization, organization_id)
    if organization is None:
        raise OrganizationUnknown
    return organization


async def by_form_code(tx: Transaction, form_code: str) -> Organization | None:
    """Return the organization whose forms carry this code."""
    found: Organization | None = await tx.scalar(select(Organization).where(Organization.form_code == form_code))
    return found


async def with_status(tx: Transaction, status: OrganizationStatus) -> list[Organization]:
    """Return the organizations in a status, the longest waiting first."""
    query = select(Organization).where(Organization.status == status)
    return list(await tx.scalars(query.order_by(Organization.requested_at, Organization.id)))


async def approve(tx: Transaction, organization_id: UUID, *, by: UUID, at: datetime) -> bool:
    """Let an organization take part, or again after a suspension; False when neither fits its status.

    Raises:
        OrganizationUnknown: see there.
    """
    may = {OrganizationStatus.REQUESTED, OrganizationStatus.SUSPENDED}
    return await _decide(tx, organization_id, OrganizationStatus.ACTIVE, may, by=by, at=at)


async def decline(tx: Transaction, organization_id: UUID, *, by: UUID, at: datetime) -> bool:
    """Turn a request down; False when it was decided already.

    Raises:
        OrganizationUnknown: see there.
    """
    may = {OrganizationStatus.REQUESTED}
    return await _decide(tx, organization_id, OrganizationStatus.DECLINED, may, by=by, at=at)


async def suspend(tx: Transaction, organization_id: UUID, *, by: UUID, at: datetime) -> bool:
    """Shut the gate for an organization at once; False when it is not active.

    Raises:
        OrganizationUnknown: see there.
    """
    may = {OrganizationStatus.ACTIVE}
    return await _decide(tx, organization_id, OrganizationStatus.SUSPENDED, may, by=by, at=at)


def form_code_for(name: str, taken: Container[str]) -> str:
    """Return a short code of capital letters and digits made from a name and not taken yet.

    The initials of the words that carry meaning, or the first letters of a single word; a number follows when needed.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    telling = [word for word in words if word not in _SMALL_WORDS] or words
    initials = "".join(word[0] for word in telling) if len(telling) > 1 else "".join(telling)[:3]
    stem = initials[: FORM_CODE_LENGTH - 4] or "ORG"
    candidates = (stem if number == 1 else f"{stem}{number}" for number in count(1))
    return next(code for code in candidates if code not in taken)


async def _decide(
    tx: Transaction,
    organization_id: UUID,
    status: OrganizationStatus,
    may: Container[OrganizationStatus],
    *,
    by: UUID,
    at: datetime,
) -> bool:
    query = select(Organization).where(Organization.id == organization_id).with_for_update()
    organization: Organization | None = await tx.scalar(query.execution_options(populate_existing=True))
    if organization is None:
        raise OrganizationUnknown
    if organization.status not in may:
        return False
    organization.status, organization.decided_at, organization.decided_by = status, at, by
    detail = {"organization": str(organization_id)}
    act = f"organization.{'approved' if status is OrganizationStatus.ACTIVE else status.value}"
    await audit.record(tx, act=act, actor=audit.person_actor(by), at=at, detail=detail)
    return True
