"""Wiring of the notifier: picks the real adapters and binds them to the stage."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

from notifier.adapters.mail_sender import MailServer, SmtpMailSender
from notifier.adapters.webhook_sender import HttpWebhookSender
from notifier.delivery.closing import close_expired, erase_kept_long_enough
from notifier.delivery.courier import Courier
from notifier.delivery.desk import Desk, Nudge
from notifier.delivery.packing import Packer
from notifier.rules.outgoing import Mail, WebhookCall
from notifier.settings import Settings
from notifier.stage import deliver, tell_in_review, tell_refused, tell_rejected, tell_revoked
from schemas import topics
from services.register.agreements import Agreements
from services.register.checkpointing import Pace, keep_signing
from services.register.checkpoints import CheckpointBook, CheckpointSigner
from services.register.database import Database
from services.register.gate import Gate
from services.register.grants import GrantVerifier
from services.register.key_files import private_key_from
from services.register.states import Channel
from services.runtime import worker
from services.runtime.clock import utc_now
from services.runtime.stage import Consumer, Stage
from services.texts.catalogue import translations
from services.vault.opening import open_standing_keys, open_vault
from services.vault.reshredding import keep_shred_list
from services.vault.shred_list import ShredList
from services.vault.standing_keys import PurposeKeys
from services.vault.vault import Vault

TEXTS = Path(__file__).parent / "po"


def stage(settings: Settings, database: Database) -> Stage:
    """Build the stage; the couriers and the closing of expired consents use the database beside the consumers."""
    vault, keys = open_vault(settings), open_standing_keys(settings, settings.register_url)
    keys.load()
    gate = Gate(
        vault=vault,
        verifier=GrantVerifier.from_file(settings.grant_public_key_path),
        agreements=Agreements(),
        clock=utc_now,
    )
    nudge = Nudge()
    desk = Desk(utc_now, nudge)
    refused = partial(tell_refused, desk=desk)
    return Stage(
        name=topics.Writer.NOTIFIER,
        consumers=(
            Consumer(topics.CONSENT_REJECTED, partial(tell_rejected, desk=desk)),
            Consumer(topics.CONSENT_REVIEW, partial(tell_in_review, desk=desk)),
            Consumer(topics.CONSENT_REVOKED, partial(tell_revoked, desk=desk)),
            Consumer(topics.CASE_REFUSED, refused),
            Consumer(topics.SNAPSHOT_RENDERED, partial(deliver, desk=desk, gate=gate, clock=utc_now)),
            Consumer(topics.SNAPSHOT_REFUSED, refused),
        ),
        writes=(),
        companions=(
            *(partial(courier.run, nudge.listener()) for courier in couriers(settings, database, keys)),
            partial(close_expired, database, vault=vault, clock=utc_now),
            partial(erase_kept_long_enough, database, vault=vault, settings=settings, clock=utc_now),
            *signing_of_audit(settings, database, vault),
        ),
    )


def signing_of_audit(settings: Settings, database: Database, vault: Vault) -> tuple[Callable[[], Awaitable[None]], ...]:
    """Build what signs the audit log's head and keeps the shred list; nothing where a program elsewhere signs.

    Raises:
        KeyFileUnusable: the private audit key is absent.
    """
    if settings.audit_checkpoint_seconds == 0:
        return ()
    private_key, folder = private_key_from(settings.audit_private_key_path), settings.audit_checkpoint_path
    signer, book = CheckpointSigner(private_key), CheckpointBook(folder)
    pace = Pace(timedelta(seconds=settings.audit_checkpoint_seconds), settings.audit_checkpoint_entries)
    shred_list = ShredList(folder, signer.public_key)
    return (
        partial(keep_signing, database, book=book, signer=signer, pace=pace, clock=utc_now),
        partial(keep_shred_list, database, vault=vault, shred_list=shred_list, private_key=private_key, clock=utc_now),
    )


def couriers(settings: Settings, database: Database, keys: PurposeKeys) -> tuple[Courier[Mail], Courier[WebhookCall]]:
    """Build one courier for each channel, so that a webhook that hangs holds up no e-mail.

    Raises:
        MailServerAddressInvalid: the mail server's address can't be read.
        AddressInvalid: the sender's address is not exactly one.
    """
    packer = Packer(
        keys=keys, portal_url=settings.portal_url, translations=lambda language: translations(TEXTS, language)
    )
    server = MailServer.from_url(settings.smtp_url.get_secret_value(), without_tls=settings.smtp_without_tls)
    mail_sender = SmtpMailSender(server, sender=settings.mail_from, clock=utc_now)
    webhook_sender = HttpWebhookSender(clock=utc_now, allow_private=settings.webhook_allow_private)
    return (
        Courier(channel=Channel.EMAIL, database=database, clock=utc_now, pack=packer.mail, send=mail_sender.send),
        Courier(
            channel=Channel.WEBHOOK,
            database=database,
            clock=utc_now,
            pack=packer.webhook_call,
            send=webhook_sender.send,
        ),
    )


def main() -> None:
    """Run until SIGTERM."""
    settings = Settings()
    database = Database(settings.register_url)
    worker.run(stage(settings, database), settings, database)
