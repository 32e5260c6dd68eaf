"""Somebody signed in changes the password, and ends sign-ins of their own."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select

from services.portal import sign_ins
from services.portal.passwords import DIFFERENT, TOO_COMMON
from services.portal.routes.own_password import NOT_RIGHT, THE_SAME
from services.portal.settings import IDLE_LIMIT
from services.register import people
from services.register.messages import PASSWORD_CHANGED
from services.register.tables import AuditEntry, Message, Person, SignIn
from tests.support.portal_browser import ANAS_PASSWORD, sign_in, submit
from tests.support.portal_world import PortalWorld

NEW = "zafiro con tejado 31"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
PAGE = "/account/password"


async def change(client: httpx.AsyncClient, current: str, password: str, again: str | None = None) -> httpx.Response:
    fields = {"current": current, "password": password, "again": password if again is None else again}
    return await submit(client, PAGE, fields)


async def entries(world: PortalWorld, act: str) -> Sequence[AuditEntry]:
    async with world.context.database.reading() as tx:
        return (await tx.scalars(select(AuditEntry).where(AuditEntry.act == act))).all()


async def mails(world: PortalWorld) -> Sequence[Message]:
    async with world.context.database.reading() as tx:
        return (await tx.scalars(select(Message).where(Message.kind == PASSWORD_CHANGED))).all()


async def another_browser(world: PortalWorld, person_id: UUID, device: str | None = None) -> UUID:
    async with world.context.database.transaction() as tx:
        token = await sign_ins.begin(tx, person_id, world.clock(), device=device)
        return (await tx.get_one(SignIn, sign_ins.digest(token))).id


async def ended(world: PortalWorld, *ids: UUID) -> list[bool]:
    async with world.context.database.reading() as tx:
        found = {row.id: row.ended_at is not None for row in await tx.scalars(select(SignIn))}
    return [found[one] for one in ids]


async def test_a_person_changes_the_password_and_every_other_browser_is_out(world: PortalWorld, ana: str) -> None:
    other = await another_browser(world, world.staff.person_id)
    async with world.browser(None) as client:
        await sign_in(client, ana, ANAS_PASSWORD)
        before = client.cookies["sign_in"]
        answer = await change(client, ANAS_PASSWORD, NEW)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account?notice=password_changed")
        assert client.cookies["sign_in"] != before
        assert (await client.get("/account")).status_code == 200
    assert await ended(world, other) == [True]
    async with world.browser(world.staff) as client:
        assert (await client.get("/account")).headers["location"].startswith("/sign-in")
    async with world.browser(None) as client:
        assert (await sign_in(client, ana, ANAS_PASSWORD)).status_code == 422
        assert (await sign_in(client, ana, NEW)).status_code == 303


async def test_a_change_is_recorded_and_told_by_a_mail_that_holds_nothing_about_the_person(
    world: PortalWorld, ana: str
) -> None:
    async with world.browser(world.staff) as client:
        await change(client, ANAS_PASSWORD, NEW)
    (entry,) = await entries(world, "password.changed")
    assert (entry.actor, entry.detail) == (f"person:{world.staff.person_id}", {})
    (mail,) = await mails(world)
    assert (mail.person_id, mail.parameters, mail.reasons) == (world.staff.person_id, {}, [])
    assert ana not in str(entry.detail)


async def test_without_the_right_password_nothing_changes(world: PortalWorld, ana: str) -> None:
    async with world.browser(world.staff) as client:
        answer = await change(client, "not the password", NEW)
    assert answer.status_code == 422
    assert NOT_RIGHT in answer.text
    (entry,) = await entries(world, "password.refused")
    assert entry.detail == {"person": str(world.staff.person_id)}
    assert await mails(world) == []
    async with world.browser(None) as client:
        assert (await sign_in(client, ana, ANAS_PASSWORD)).status_code == 303


async def test_ten_guesses_at_an_open_browser_lock_the_account(world: PortalWorld, ana: str) -> None:
    async with world.browser(world.staff) as client:
        for _ in range(people.FAILURES_BEFORE_LOCK):
            await people.confirm_password(
                world.context.database, world.staff.person_id, password="a guess", at=world.clock()
            )
        assert (await change(client, ANAS_PASSWORD, NEW)).status_code == 422
    assert len(await entries(world, "person.locked_out")) == 1
    async with world.browser(None) as client:
        assert (await sign_in(client, ana, ANAS_PASSWORD)).status_code == 422


@pytest.mark.usefixtures("ana")
async def test_one_person_cannot_try_for_ever(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        statuses = [(await change(client, "a guess", NEW, "other")).status_code for _ in range(15)]
    assert statuses[:8] == [422] * 8
    assert statuses[-1] == 429


@pytest.mark.usefixtures("ana")
async def test_an_unsuitable_a_mistyped_or_the_same_password_is_not_taken(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        for password, again, wrong in (
            ("trustno1trustno1", None, TOO_COMMON),
            (NEW, "typed otherwise", DIFFERENT),
            (ANAS_PASSWORD, None, THE_SAME),
        ):
            answer = await change(client, ANAS_PASSWORD, password, again)
            assert answer.status_code == 422
            assert wrong in answer.text
    assert await entries(world, "password.changed") == []


@pytest.mark.usefixtures("ana")
async def test_of_two_changes_at_once_one_counts(world: PortalWorld) -> None:
    async with world.browser(world.staff) as one, world.browser(world.staff) as other:
        answers = await asyncio.gather(change(one, ANAS_PASSWORD, NEW), change(other, ANAS_PASSWORD, f"{NEW} y otra"))
    assert 303 in {answer.status_code for answer in answers}
    assert len(await entries(world, "password.changed")) == 1


async def test_a_person_sees_their_own_browsers_by_kind_and_nobody_elses(world: PortalWorld, ana: str) -> None:
    await another_browser(world, world.other_staff.person_id, "safari/iphone")
    await another_browser(world, world.staff.person_id)
    async with world.browser(None) as client:
        client.headers["user-agent"] = FIREFOX
        await sign_in(client, ana, ANAS_PASSWORD)
        shown = (await client.get("/account")).text
    assert "Firefox, Windows" in shown
    assert "Another program" in shown
    assert "iPhone" not in shown
    assert shown.count("This browser") == 1
    async with world.context.database.reading() as tx:
        stored = set(await tx.scalars(select(SignIn.device)))
    assert stored == {None, "firefox/windows", "safari/iphone"}


async def test_a_browser_that_is_idle_too_long_is_no_longer_shown(world: PortalWorld) -> None:
    await another_browser(world, world.staff.person_id, "edge/windows")
    world.clock.now += IDLE_LIMIT
    async with world.browser(world.staff) as client:
        assert "Edge, Windows" in (await client.get("/account")).text
        world.clock.now += IDLE_LIMIT / 2
        assert "Edge, Windows" not in (await client.get("/account")).text


async def test_one_browser_is_ended_and_the_others_stay(world: PortalWorld) -> None:
    first, second = [await another_browser(world, world.staff.person_id) for _ in range(2)]
    async with world.browser(world.staff) as client:
        answer = await submit(client, "/account", {}, action=f"/account/sign-ins/{first}/end")
        assert answer.headers["location"] == "/account?notice=sign_in_ended"
        assert (await client.get("/account")).status_code == 200
    assert await ended(world, first, second) == [True, False]
    (entry,) = await entries(world, "person.sign_in_ended")
    assert (entry.actor, entry.detail) == (f"person:{world.staff.person_id}", {"sign_in": str(first)})


async def test_nobody_ends_anothers_sign_in(world: PortalWorld) -> None:
    others = await another_browser(world, world.other_staff.person_id)
    async with world.browser(world.staff) as client:
        for sign_in_id in (others, uuid4()):
            answer = await submit(client, "/account", {}, action=f"/account/sign-ins/{sign_in_id}/end")
            assert answer.status_code == 404
    assert await ended(world, others) == [False]
    assert await entries(world, "person.sign_in_ended") == []


async def test_every_other_browser_is_ended_at_once(world: PortalWorld) -> None:
    mine = [await another_browser(world, world.staff.person_id) for _ in range(3)]
    others = await another_browser(world, world.other_staff.person_id)
    async with world.browser(world.staff) as client:
        await submit(client, "/account", {}, action="/account/sign-ins/end-others")
        assert (await client.get("/account")).status_code == 200
    assert await ended(world, *mine, others) == [True, True, True, False]
    (entry,) = await entries(world, "person.other_sign_ins_ended")
    assert (entry.actor, entry.detail) == (f"person:{world.staff.person_id}", {"count": 3})


async def test_a_password_is_changed_only_from_its_own_page(world: PortalWorld, ana: str) -> None:
    fields = {"current": ANAS_PASSWORD, "password": NEW, "again": NEW}
    async with world.browser(world.staff) as client:
        assert (await client.post(PAGE, data=fields)).status_code == 403
        forged = {**fields, "csrf_token": world.other_staff.csrf_token}
        assert (await client.post(PAGE, data=forged)).status_code == 403
    async with world.context.database.reading() as tx:
        stored = (await tx.scalars(select(Person.password_hash).where(Person.email == ana))).one()
    assert people.check_password(stored, ANAS_PASSWORD)
