"""The agency decides which organizations take part."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from sqlalchemy import select

from services.portal import invitations
from services.portal.context import Context
from services.portal.identity import SignedIn, require_role
from services.portal.pages import page, see
from services.register import messages, organizations
from services.register.database import Transaction
from services.register.states import OrganizationStatus, PersonRole
from services.register.tables import Organization, Person

router = APIRouter(include_in_schema=False)

AgencyAdmin = Annotated[SignedIn, Depends(require_role(PersonRole.AGENCY_ADMIN))]


@router.get("/organizations")
async def list_organizations(request: Request, context: Context, person: AgencyAdmin) -> Response:
    """Show the requests that wait, then every organization."""
    async with context.database.reading() as tx:
        waiting = await organizations.with_status(tx, OrganizationStatus.REQUESTED)
        contacts = {row.id: await _contact(tx, row.id) for row in waiting}
        decided = await tx.scalars(
            select(Organization).where(Organization.status != OrganizationStatus.REQUESTED).order_by(Organization.name)
        )
        rows = list(decided)
    return page(request, "accounts/organizations.html", person, waiting=waiting, contacts=contacts, decided=rows)


@router.post("/organizations/{organization_id}/approve")
async def approve(organization_id: UUID, context: Context, person: AgencyAdmin) -> Response:
    """Let an organization in, and invite its contact person as its administrator."""
    now = context.clock()
    async with context.database.transaction() as tx:
        await _known(tx, organization_id)
        if await organizations.approve(tx, organization_id, by=person.person_id, at=now):
            contact = await _contact(tx, organization_id)
            if contact is not None and contact.password_hash is None:
                await invitations.invite(tx, context.master_key, contact, now)
    return see("/organizations", notice="organization_approved")


@router.post("/organizations/{organization_id}/decline")
async def decline(organization_id: UUID, context: Context, person: AgencyAdmin) -> Response:
    """Turn a request down and tell the contact person."""
    now = context.clock()
    async with context.database.transaction() as tx:
        await _known(tx, organization_id)
        if await organizations.decline(tx, organization_id, by=person.person_id, at=now):
            await messages.tell_declined(tx, organization_id=organization_id, at=now)
    return see("/organizations", notice="organization_declined")


@router.post("/organizations/{organization_id}/suspend")
async def suspend(organization_id: UUID, context: Context, person: AgencyAdmin) -> Response:
    """Shut an organization out at once: sign-ins, keys and the gate all look at its status."""
    async with context.database.transaction() as tx:
        await _known(tx, organization_id)
        await organizations.suspend(tx, organization_id, by=person.person_id, at=context.clock())
    return see("/organizations", notice="organization_suspended")


async def _known(tx: Transaction, organization_id: UUID) -> None:
    if await tx.get(Organization, organization_id) is None:
        raise HTTPException(404)


async def _contact(tx: Transaction, organization_id: UUID) -> Person | None:
    query = (
        select(Person)
        .where(Person.organization_id == organization_id, Person.role == PersonRole.ORGANIZATION_ADMIN)
        .order_by(Person.created_at)
        .limit(1)
    )
    found: Person | None = await tx.scalar(query)
    return found
