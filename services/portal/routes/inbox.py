"""What a person was told, in the portal: the same as by e-mail, and as free of names."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import ColumnElement, func, select, update
from starlette.exceptions import HTTPException

from services.portal.consent_progress import reference
from services.portal.context import Context
from services.portal.identity import ORGANIZATION_ROLES, SignedIn, require_role
from services.portal.languages import mark
from services.portal.pages import page, see
from services.register.states import Channel, PersonRole
from services.register.tables import Message

router = APIRouter(include_in_schema=False)

Member = Annotated[SignedIn, Depends(require_role(*ORGANIZATION_ROLES, PersonRole.REVIEWER))]

SHOWN = 100
"""Messages on the page, newest first."""

TEXTS: Mapping[str, str] = {
    "snapshot_ready": mark("A page is ready to open."),
    "consent_rejected": mark("A form was not accepted. See what to do."),
    "consent_in_review": mark("A person at the agency is looking at a form. We will write again."),
    "case_in_review": mark("A case record has to be mended before its page can be made. We will write again."),
    "case_review_waiting": mark("A case record waits for a reviewer."),
    "case_refused": mark("No page was made for a form. See why."),
    "snapshot_refused": mark("No page was made for a form. See why."),
    "consent_revoked": mark("A consent was revoked. Its pages can't be opened any more."),
    "email_failed": mark("An e-mail to one of your people could not be delivered. Check the address."),
    "review_waiting": mark("A form waits for a reviewer."),
    "webhook_failed": mark("Your webhook did not answer for days, so we gave up on a message. Check that it works."),
    "webhook_disabled": mark(
        "Your webhook answered that it is gone, so we switched it off. Save its address to start again."
    ),
}
"""What each kind of message says here; a kind that is not for the inbox is not shown."""

ABOUT_THE_WEBHOOK = frozenset({"webhook_failed", "webhook_disabled"})


@router.get("/inbox")
async def inbox(request: Request, member: Member, context: Context) -> Response:
    """List the person's messages, newest first."""
    query = select(Message).where(*_mine(member)).order_by(Message.created_at.desc(), Message.id).limit(SHOWN)
    count = select(func.count()).select_from(Message).where(*_mine(member), Message.read_at.is_(None))
    async with context.database.reading() as tx:
        found = list(await tx.scalars(query))
        unread = await tx.scalar(count)
    rows = [
        (one, TEXTS[one.kind], reference(one.consent_id) if one.consent_id else None, _subject(one)) for one in found
    ]
    return page(request, "consents/inbox.html", member, rows=rows, unread=unread)


@router.post("/inbox/read")
async def read_all(member: Member, context: Context) -> Response:
    """Mark every message as read."""
    unread = update(Message).where(*_mine(member), Message.read_at.is_(None))
    async with context.database.transaction() as tx:
        await tx.execute(unread.values(read_at=context.clock()))
    return see("/inbox")


@router.post("/inbox/{message_id:uuid}")
async def read_one(message_id: UUID, member: Member, context: Context) -> Response:
    """Mark a message as read and go to what it is about."""
    async with context.database.transaction() as tx:
        message = await tx.scalar(select(Message).where(*_mine(member), Message.id == message_id))
        if message is None:
            raise HTTPException(404)
        message.read_at = message.read_at or context.clock()
    return see(_subject(message) or "/inbox")


def _subject(message: Message) -> str | None:
    """Return the page about what the message tells, None when there is none."""
    if message.kind in ABOUT_THE_WEBHOOK:
        return "/connections"
    if message.consent_id is None:
        return None
    if message.kind == "case_review_waiting":
        return "/review/cases"
    return f"/review/{message.consent_id}" if message.kind == "review_waiting" else f"/consents/{message.consent_id}"


def _mine(member: SignedIn) -> tuple[ColumnElement[bool], ...]:
    return (Message.channel == Channel.INBOX, Message.person_id == member.person_id, Message.kind.in_(TEXTS))
