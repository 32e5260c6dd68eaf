"""An organization's administrator invites staff and ends their access."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException, Request, Response

from schemas.values import Language
from services.portal import invitations, password_changes, sign_ins
from services.portal.context import Context, PortalContext
from services.portal.form_checks import mistakes, why_no_email, why_no_language, why_no_name
from services.portal.identity import SignedIn, require_role
from services.portal.languages import mark
from services.portal.pages import page, see
from services.register import audit, people, second_factors
from services.register.audit import person_actor
from services.register.database import Transaction
from services.register.states import PersonRole, PersonStatus
from services.register.tables import Person

router = APIRouter(include_in_schema=False)

Administrator = Annotated[SignedIn, Depends(require_role(PersonRole.ORGANIZATION_ADMIN))]

TAKEN = mark("This address cannot be invited here. Check it, or use another one.")
ROLE_WRONG = mark("Choose what this person may do.")
ROLES = {role.value: role for role in (PersonRole.ORGANIZATION_STAFF, PersonRole.ORGANIZATION_ADMIN)}
EMPTY = {"name": "", "email": "", "role": PersonRole.ORGANIZATION_STAFF.value, "preferred": ""}


@router.get("/people")
async def list_people(request: Request, context: Context, person: Administrator) -> Response:
    """Show who belongs to the organization."""
    return await _show(request, context, person, EMPTY, {})


@router.post("/people")
async def invite(
    request: Request,
    context: Context,
    person: Administrator,
    name: Annotated[str, Form()] = "",
    email: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    preferred: Annotated[str, Form()] = "",
) -> Response:
    """Add a person and e-mail them a link."""
    given = {"name": name, "email": email, "role": role, "preferred": preferred}
    errors = mistakes(
        name=why_no_name(name),
        email=why_no_email(email),
        role=None if role in ROLES else ROLE_WRONG,
        preferred=why_no_language(preferred),
    )
    if not errors and not await _invite(context, person, given):
        errors = {"email": TAKEN}
    if errors:
        return await _show(request, context, person, given, errors)
    return see("/people", notice="person_invited")


@router.post("/people/{person_id}/invite-again")
async def invite_again(person_id: UUID, context: Context, person: Administrator) -> Response:
    """Send a new link to somebody who has not set a password yet; the old one stops working."""
    async with context.database.transaction() as tx:
        member = await _member(tx, person, person_id)
        if member.status is PersonStatus.INVITED:
            at, detail = context.clock(), {"person": str(member.id)}
            await invitations.invite(tx, context.master_key, member, at)
            actor = person_actor(person.person_id)
            await audit.record(tx, act="person.invited_again", actor=actor, at=at, detail=detail)
    return see("/people", notice="person_invited")


@router.post("/people/{person_id}/reset-password")
async def reset_password(person_id: UUID, context: Context, person: Administrator) -> Response:
    """Send somebody who lost their password a link to set another; nobody else ever knows or sets it."""
    async with context.database.transaction() as tx:
        member = await _member(tx, person, person_id)
        if member.status is PersonStatus.ACTIVE:
            at, detail = context.clock(), {"person": str(member.id)}
            await password_changes.send_link(tx, context.master_key, member, at)
            actor = person_actor(person.person_id)
            await audit.record(tx, act="password.reset_started", actor=actor, at=at, detail=detail)
    return see("/people", notice="reset_started")


@router.post("/people/{person_id}/remove-second-factor")
async def remove_second_factor(person_id: UUID, context: Context, person: Administrator) -> Response:
    """Take the second factor from somebody who lost it. Their sign-ins end, and the password is needed as before."""
    at = context.clock()
    async with context.database.transaction() as tx:
        member = await _member(tx, person, person_id)
        if member.id == person.person_id:
            raise HTTPException(404)
        await second_factors.take_away(tx, member.id, actor=person_actor(person.person_id), at=at)
    return see("/people", notice="second_factor_taken")


@router.post("/people/{person_id}/deactivate")
async def deactivate(person_id: UUID, context: Context, person: Administrator) -> Response:
    """End somebody's access and their sign-ins at once. One's own access is for another administrator to end."""
    now = context.clock()
    async with context.database.transaction() as tx:
        member = await _member(tx, person, person_id)
        if member.id == person.person_id:
            raise HTTPException(404)
        await people.deactivate(tx, member.id, actor=person_actor(person.person_id), at=now)
        await sign_ins.end_all_of(tx, member.id, now)
    return see("/people", notice="person_deactivated")


async def _invite(context: PortalContext, person: SignedIn, given: dict[str, str]) -> bool:
    now = context.clock()
    try:
        async with context.database.transaction() as tx:
            added = await people.add(
                tx,
                email=given["email"],
                display_name=given["name"],
                role=ROLES[given["role"]],
                language=Language(given["preferred"]),
                at=now,
                actor=person_actor(person.person_id),
                organization_id=person.organization_id,
            )
            await invitations.invite(tx, context.master_key, added, now)
    except people.EmailTaken:
        return False
    return True


async def _member(tx: Transaction, administrator: SignedIn, person_id: UUID) -> Person:
    member = await tx.get(Person, person_id)
    if member is None or member.organization_id != administrator.organization_id:
        raise HTTPException(404)  # the same for a person of another organization and for nobody
    return member


async def _show(
    request: Request, context: PortalContext, person: SignedIn, given: dict[str, str], errors: dict[str, str]
) -> Response:
    if person.organization_id is None:
        raise HTTPException(404)
    async with context.database.reading() as tx:
        members = await people.members(tx, person.organization_id)
        secured = await second_factors.with_one(tx, [member.id for member in members])
    status = 422 if errors else 200
    names = {"members": members, "secured": secured, "given": given, "errors": errors}
    return page(request, "accounts/people.html", person, status_code=status, **names)
