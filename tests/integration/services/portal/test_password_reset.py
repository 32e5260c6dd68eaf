"""Somebody forgot the password: a link by e-mail, used once, that tells nobody who has an account."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import event, select

from services.portal import password_changes, sign_ins
from services.portal.rate_limits import RESET_ASKED, RESET_MAILED
from services.portal.settings import RESET_LIFETIME
from services.portal.sign_ins import digest
from services.register import people
from services.register.messages import PASSWORD_CHANGED, PASSWORD_RESET, SEALED_TOKEN, open_parameter
from services.register.states import PersonStatus
from services.register.tables import AuditEntry, Message, PasswordReset, Person, SignIn
from tests.support.portal_browser import ANAS_PASSWORD, form_token, sign_in, submit
from tests.support.portal_world import PortalWorld

NEW = "zafiro con tejado 31"


async def ask(world: PortalWorld, email: str) -> httpx.Response:
    async with world.browser(None) as client:
        return await submit(client, "/forgot-password", {"email": email})


async def messages(world: PortalWorld, kind: str = PASSWORD_RESET) -> Sequence[Message]:
    async with world.context.database.reading() as tx:
        return (await tx.scalars(select(Message).where(Message.kind == kind).order_by(Message.created_at))).all()


async def entries(world: PortalWorld, act: str) -> Sequence[AuditEntry]:
    async with world.context.database.reading() as tx:
        return (await tx.scalars(select(AuditEntry).where(AuditEntry.act == act))).all()


async def tokens(world: PortalWorld) -> list[str]:
    return [open_parameter(world.context.master_key, one, SEALED_TOKEN) for one in await messages(world)]


async def use(client: httpx.AsyncClient, token: str, password: str = NEW) -> httpx.Response:
    arrived = await client.get(f"/password-reset?token={token}")
    assert arrived.headers["location"] == "/password-reset"
    return await submit(client, "/password-reset", {"password": password, "again": password})


async def test_a_person_sets_another_password_and_signs_in_with_it(world: PortalWorld, ana: str) -> None:
    assert (await ask(world, f" {ana.upper()} ")).headers["location"] == "/forgot-password?notice=reset_asked"
    (token,) = await tokens(world)
    async with world.browser(None) as client:
        done = await use(client, token)
        assert (done.status_code, done.headers["location"]) == (303, "/sign-in?notice=password_set")
        assert "sign_in" not in client.cookies, "whoever has the link still signs in as always"
        assert (await sign_in(client, ana, ANAS_PASSWORD)).status_code == 422
        assert (await sign_in(client, ana, NEW)).status_code == 303
    async with world.browser(world.staff) as earlier:
        assert (await earlier.get("/account")).headers["location"].startswith("/sign-in")


async def test_it_is_recorded_and_told(world: PortalWorld, ana: str) -> None:
    await ask(world, ana)
    (token,) = await tokens(world)
    async with world.browser(None) as client:
        await use(client, token)
    (asked,), (reset,) = await entries(world, "password.reset_asked"), await entries(world, "password.reset")
    assert (asked.actor, asked.detail) == ("system", {"person": str(world.staff.person_id)})
    assert (reset.actor, reset.detail) == (f"person:{world.staff.person_id}", {})
    assert [one.person_id for one in await messages(world, PASSWORD_CHANGED)] == [world.staff.person_id]


async def test_a_link_works_once_and_its_token_is_nowhere_in_clear(world: PortalWorld, ana: str) -> None:
    await ask(world, ana)
    (token,), (message,) = await tokens(world), await messages(world)
    async with world.context.database.reading() as tx:
        (stored,) = await tx.scalars(select(PasswordReset.token_sha256))
    assert stored == digest(token)
    assert token not in str(message.parameters)
    async with world.browser(None) as client:
        await use(client, token)
    async with world.browser(None) as again:
        await again.get(f"/password-reset?token={token}")
        assert (await again.get("/password-reset")).status_code == 410
        fields = {"csrf_token": await form_token(again, "/sign-in"), "password": NEW, "again": NEW}
        assert (await again.post("/password-reset", data=fields)).status_code == 410


async def test_an_old_link_has_ended(world: PortalWorld, ana: str) -> None:
    await ask(world, ana)
    (token,) = await tokens(world)
    async with world.browser(None) as client:
        await client.get(f"/password-reset?token={token}")
        world.clock.now += RESET_LIFETIME - timedelta(seconds=1)
        assert (await client.get("/password-reset")).status_code == 200
        world.clock.now += timedelta(seconds=1)
        assert (await client.get("/password-reset")).status_code == 410
    async with world.context.database.transaction() as tx:
        hashed = people.hash_password(NEW)
        assert not await password_changes.reset(tx, token, password_hash=hashed, at=world.clock())


async def test_a_newer_link_and_a_changed_password_end_the_older_links(world: PortalWorld, ana: str) -> None:
    await ask(world, ana)
    world.clock.now += timedelta(seconds=1)
    await ask(world, ana)
    first, second = await tokens(world)
    async with world.browser(None) as client:
        await client.get(f"/password-reset?token={first}")
        assert (await client.get("/password-reset")).status_code == 410
    async with world.browser(world.staff) as client:
        fields = {"current": ANAS_PASSWORD, "password": NEW, "again": NEW}
        assert (await submit(client, "/account/password", fields)).status_code == 303
    async with world.browser(None) as client:
        await client.get(f"/password-reset?token={second}")
        assert (await client.get("/password-reset")).status_code == 410


async def test_an_unknown_address_gets_the_same_answer_and_no_mail(world: PortalWorld, ana: str) -> None:
    known, unknown = await ask(world, ana), await ask(world, "nobody@example.org")
    assert (known.status_code, known.headers["location"]) == (unknown.status_code, unknown.headers["location"])
    assert known.content == unknown.content
    assert set(known.headers) == set(unknown.headers)
    assert [one.person_id for one in await messages(world)] == [world.staff.person_id]
    assert [one.detail for one in await entries(world, "password.reset_asked")] == [
        {"person": str(world.staff.person_id)},
        {},
    ]


@pytest.mark.parametrize("email", ["ana@example.org", "nobody@example.org"])
async def test_nothing_is_looked_up_before_the_answer_is_out(world: PortalWorld, email: str) -> None:
    happened: list[str] = []

    @event.listens_for(world.context.database.engine.sync_engine, "before_cursor_execute")
    def note(*_given: Any) -> None:
        happened.append("register")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def noting(message: Any) -> None:
            happened.append(message["type"])
            await send(message)

        await world.app(scope, receive, noting)

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        token = await form_token(client, "/forgot-password")
        happened.clear()
        await client.post("/forgot-password", data={"csrf_token": token, "email": email})
    assert happened[:2] == ["http.response.start", "http.response.body"]
    assert "register" in happened[2:]


async def test_somebody_invited_or_shut_out_gets_no_link(world: PortalWorld, ana: str) -> None:
    for status in (PersonStatus.INVITED, PersonStatus.DEACTIVATED):
        async with world.context.database.transaction() as tx:
            (await people.get(tx, world.staff.person_id)).status = status
        assert (await ask(world, ana)).status_code == 303
    assert await messages(world) == []


async def test_a_link_of_somebody_shut_out_since_is_worth_nothing(world: PortalWorld, ana: str) -> None:
    await ask(world, ana)
    (token,) = await tokens(world)
    async with world.context.database.transaction() as tx:
        (await people.get(tx, world.staff.person_id)).status = PersonStatus.DEACTIVATED
    async with world.browser(None) as client:
        await client.get(f"/password-reset?token={token}")
        assert (await client.get("/password-reset")).status_code == 410
    async with world.context.database.transaction() as tx:
        assert not await password_changes.reset(tx, token, password_hash="unused", at=world.clock())


async def test_a_mailbox_is_not_filled_and_the_answer_stays_the_same(world: PortalWorld, ana: str) -> None:
    answers = {(await ask(world, ana)).headers["location"] for _ in range(RESET_MAILED.amount + 3)}
    assert len(answers) == 1
    assert len(await messages(world)) == RESET_MAILED.amount


async def test_one_client_cannot_ask_for_ever(world: PortalWorld) -> None:
    asked = RESET_ASKED.amount + 5
    statuses = [(await ask(world, f"guess{number}@example.org")).status_code for number in range(asked)]
    assert statuses[: RESET_ASKED.amount - 2] == [303] * (RESET_ASKED.amount - 2)
    assert statuses[-1] == 429


async def test_a_weak_password_is_sent_back_and_the_link_stays(world: PortalWorld, ana: str) -> None:
    await ask(world, ana)
    (token,) = await tokens(world)
    async with world.browser(None) as client:
        assert (await use(client, token, "trustno1trustno1")).status_code == 422
        assert (await use(client, token)).status_code == 303


async def test_a_lock_ends_with_the_new_password(world: PortalWorld, ana: str) -> None:
    for _ in range(people.FAILURES_BEFORE_LOCK):
        await people.sign_in(world.context.database, email=ana, password="a guess", at=world.clock())
    await ask(world, ana)
    (token,) = await tokens(world)
    async with world.browser(None) as client:
        await use(client, token)
        assert (await sign_in(client, ana, NEW)).status_code == 303


@pytest.mark.usefixtures("ana")
async def test_an_administrator_starts_it_and_never_sees_or_sets_a_password(world: PortalWorld) -> None:
    async with world.context.database.transaction() as tx:
        ben = await people.get(tx, world.other_staff.person_id)
        ben.organization_id, ben.password_hash = world.staff.organization_id, people.hash_password(ANAS_PASSWORD)
        before = ben.password_hash
    async with world.browser(world.staff) as client:
        path = f"/people/{world.other_staff.person_id}/reset-password"
        answer = await submit(client, "/people", {"password": NEW}, action=path)
        assert answer.headers["location"] == "/people?notice=reset_started"
        shown = (await client.get(answer.headers["location"])).text
    (token,) = await tokens(world)
    assert token not in answer.text + shown
    (entry,) = await entries(world, "password.reset_started")
    assert (entry.actor, entry.detail) == (
        f"person:{world.staff.person_id}",
        {"person": str(world.other_staff.person_id)},
    )
    async with world.context.database.reading() as tx:
        assert (await tx.get_one(Person, world.other_staff.person_id)).password_hash == before


async def test_an_administrator_starts_it_for_nobody_who_never_had_a_password(world: PortalWorld) -> None:
    async with world.context.database.transaction() as tx:
        ben = await people.get(tx, world.other_staff.person_id)
        ben.organization_id, ben.status = world.staff.organization_id, PersonStatus.INVITED
    async with world.browser(world.staff) as client:
        await submit(client, "/people", {}, action=f"/people/{world.other_staff.person_id}/reset-password")
    assert await messages(world) == []
    assert await entries(world, "password.reset_started") == []


async def test_an_administrator_starts_it_for_nobody_of_another_organization(world: PortalWorld) -> None:
    async with world.browser(world.staff) as client:
        path = f"/people/{world.other_staff.person_id}/reset-password"
        assert (await submit(client, "/people", {}, action=path)).status_code == 404
    assert await messages(world) == []


async def test_every_sign_in_ends_with_the_new_password(world: PortalWorld, ana: str) -> None:
    async with world.context.database.transaction() as tx:
        await sign_ins.begin(tx, world.staff.person_id, world.clock())
    await ask(world, ana)
    (token,) = await tokens(world)
    async with world.browser(None) as client:
        await use(client, token)
    async with world.context.database.reading() as tx:
        mine = await tx.scalars(select(SignIn.ended_at).where(SignIn.person_id == world.staff.person_id))
    assert None not in set(mine)
