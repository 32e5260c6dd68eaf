"""The stage as it is wired, with the file vault, the gate, a mail server, and a broker in memory."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from notifier.app import stage
from notifier.settings import Settings
from schemas import topics
from services.mail_catcher.mailbox import Mailbox
from services.mail_catcher.smtp_port import taking_mail
from services.register import messages
from services.register.database import Database
from services.register.grants import generate_key_files
from services.register.messages import webhook_secret_purpose
from services.register.states import ConsentStatus, DeliveryState
from services.register.tables import Organization
from services.runtime.clock import utc_now
from services.runtime.in_memory_broker import InMemoryBroker
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey, generate_master_key_file
from services.vault.sealed_text import seal_text
from tests.support.local_web_server import LocalWebServer, local_web_server
from tests.support.notifier_world import WEBHOOK_SECRET, NotifierWorld, rejected, rendered
from tests.support.register_builders import GateWorld, MovableClock


@dataclass
class Whole:
    world: NotifierWorld
    broker: InMemoryBroker
    mailbox: Mailbox
    webhook: LocalWebServer

    async def settled(self) -> None:
        """Wait until nothing is pending; the couriers run beside."""
        while await self.world.messages(state=DeliveryState.PENDING):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture
async def whole(sqlite_register: Database, sqlite_register_url: str, tmp_path: Path) -> AsyncIterator[Whole]:
    keys = tmp_path / "keys"
    generate_master_key_file(keys / "master.key")
    generate_key_files(keys / "grant_private.pem", keys / "grant_public.pem")
    generate_key_files(keys / "audit_private.pem", keys / "audit_public.pem")
    master = MasterKey.from_file(keys / "master.key")
    mailbox = Mailbox(tmp_path / "mail")
    async with taking_mail(mailbox, host="127.0.0.1", port=0) as port, local_web_server() as webhook:
        settings = Settings(
            home=tmp_path,
            database_url=sqlite_register_url,
            smtp_url=f"smtp://127.0.0.1:{port}",
            webhook_allow_private=True,
        )
        built = stage(settings, sqlite_register)
        broker = InMemoryBroker(sqlite_register)
        broker.run_stage(built)
        private_key = load_pem_private_key((keys / "grant_private.pem").read_bytes(), None)
        gates = GateWorld(FileVault(settings.vault_path, master), MovableClock(utc_now()), private_key)
        running = [asyncio.create_task(companion()) for companion in built.companions]
        yield Whole(NotifierWorld(sqlite_register, gates, master), broker, mailbox, webhook)
        for task in running:
            task.cancel()
        for task in running:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def with_webhook(whole: Whole) -> Organization:
    organization = await whole.world.organization()
    async with whole.world.database.transaction() as tx:
        row = await tx.get_one(Organization, organization.id)
        row.webhook_url = f"{whole.webhook.url}/in"
        row.webhook_secret_sealed = seal_text(whole.world.master, webhook_secret_purpose(row.id), WEBHOOK_SECRET)
    return organization


async def test_a_finished_page_reaches_email_inbox_and_webhook_once_however_often_the_event_comes(whole: Whole) -> None:
    organization = await with_webhook(whole)
    consent = await whole.world.consent(ConsentStatus.RENDERED, organization=organization)
    event, parent = rendered(consent), uuid4()
    await whole.broker.publish(event, parent=parent)
    await whole.broker.run_until_idle()
    whole.broker.deliver_again(topics.Writer.NOTIFIER.value, topics.SNAPSHOT_RENDERED.name)
    await whole.broker.run_until_idle()
    await whole.broker.publish(event, parent=uuid4())  # the same news under another id
    await whole.broker.run_until_idle()
    await asyncio.wait_for(whole.settled(), 30)
    assert len(whole.mailbox.newest_first()) == 1
    assert len(whole.webhook.received) == 1
    assert await whole.world.status_of(consent.id) is ConsentStatus.DELIVERED
    assert whole.broker.dead_letters(topics.SNAPSHOT_RENDERED.name) == []


async def test_an_event_that_the_register_contradicts_becomes_a_dead_letter_and_no_message(whole: Whole) -> None:
    consent = await whole.world.consent(ConsentStatus.RENDERED)
    await whole.broker.publish(rejected(consent), parent=uuid4())
    await whole.broker.run_until_idle()
    assert len(whole.broker.dead_letters(topics.CONSENT_REJECTED.name)) == 1
    assert await whole.world.messages() == []


async def test_what_the_portal_asks_for_is_sent_without_any_event(whole: Whole) -> None:
    person = await whole.world.person(await whole.world.organization())
    async with whole.world.database.transaction() as tx:
        await messages.invite(tx, whole.world.master, person_id=person.id, token="t0ken", at=utc_now())
    await asyncio.wait_for(whole.settled(), 30)
    (mail,) = whole.mailbox.newest_first()
    assert mail.to == person.email
    assert "/invitation?token=t0ken" in whole.mailbox.text(mail.number)
