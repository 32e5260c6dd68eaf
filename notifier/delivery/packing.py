"""Make what is sent from a message row: the e-mail with its words, the webhook call with its facts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from gettext import NullTranslations

from notifier.rules.kinds import CARRIES_TOKEN, WEBHOOK_TYPES, Kind
from notifier.rules.message_text import TEMPLATES, Facts, compose
from notifier.rules.outgoing import Mail, WebhookCall
from notifier.rules.redelivery import Failure, GiveUp
from schemas.values import Language
from services.register.database import Transaction
from services.register.messages import SEALED_ADDRESS, SEALED_TOKEN, open_parameter, webhook_secret_purpose
from services.register.states import PersonStatus
from services.register.tables import Message, Organization, Person
from services.resources.catalogue import ResourceUnknown, by_id
from services.texts import reasons
from services.vault.sealed_text import open_text
from services.vault.standing_keys import PurposeKeys
from services.vault.vault import ObjectDamaged


@dataclass(frozen=True)
class _Reader:
    address: str
    language: Language


class Packer:
    """Makes e-mails and webhook calls.

    Args:
        keys: open sealed tokens, addresses and webhook secrets.
        portal_url: public address of the portal, without trailing slash.
        translations: the e-mails' catalogue in a language.
    """

    def __init__(
        self, *, keys: PurposeKeys, portal_url: str, translations: Callable[[Language], NullTranslations]
    ) -> None:
        self._keys = keys
        self._portal_url = portal_url.rstrip("/")
        self._translations = translations

    async def mail(self, tx: Transaction, message: Message) -> Mail | GiveUp | None:
        """Return the e-mail of a row."""
        kind = Kind(message.kind)
        if kind not in TEMPLATES:
            return GiveUp(Failure.MESSAGE_INVALID)
        try:
            reader = await self._reader(tx, message)
            token = open_parameter(self._keys, message, SEALED_TOKEN) if kind in CARRIES_TOKEN else None
        except ObjectDamaged:
            return GiveUp(Failure.SECRET_UNREADABLE)
        if reader is None:
            return None
        facts = Facts(
            kind=kind,
            language=reader.language,
            portal_url=self._portal_url,
            consent_id=message.consent_id,
            reasons=tuple(reasons.sentences(message.reasons, reader.language)),
            token=token,
            links=_links(message.parameters.get("resource_ids", ()), reader.language),
        )
        return Mail(message.id, reader.address, compose(facts, self._translations(reader.language)))

    async def webhook_call(self, tx: Transaction, message: Message) -> WebhookCall | GiveUp | None:
        """Return the call of a row; None when the organization has no webhook any more."""
        kind = Kind(message.kind)
        if kind not in WEBHOOK_TYPES or message.organization_id is None or message.consent_id is None:
            return GiveUp(Failure.MESSAGE_INVALID)
        organization = await tx.get_one(Organization, message.organization_id, populate_existing=True)
        if organization.webhook_url is None or organization.webhook_disabled_at is not None:
            return None
        try:
            sealed = organization.webhook_secret_sealed or b""
            secret = open_text(self._keys, webhook_secret_purpose(organization.id), sealed)
        except ObjectDamaged:
            return GiveUp(Failure.SECRET_UNREADABLE)
        event_type, status = WEBHOOK_TYPES[kind]
        return WebhookCall(
            message_id=message.id,
            url=organization.webhook_url,
            secret=secret,
            event_type=event_type,
            consent_id=message.consent_id,
            status=status,
            reasons=tuple(message.reasons),
            at=message.created_at,
        )

    async def _reader(self, tx: Transaction, message: Message) -> _Reader | None:
        """Return to whom and in which language; None when there is nobody any more."""
        if SEALED_ADDRESS in message.parameters:
            address = open_parameter(self._keys, message, SEALED_ADDRESS)
            return _Reader(address, Language(message.parameters.get("language", Language.ENGLISH)))
        if message.person_id is not None:
            person = await tx.get_one(Person, message.person_id, populate_existing=True)
            return None if person.status is PersonStatus.DEACTIVATED else _Reader(person.email, person.language)
        if message.organization_id is not None:
            organization = await tx.get_one(Organization, message.organization_id, populate_existing=True)
            return _Reader(organization.contact_email, organization.language)
        return None


def _links(resource_ids: Sequence[str], language: Language) -> tuple[tuple[str, str], ...]:
    """Return title and address of each resource; one that left the catalogue is left out."""
    found = []
    for resource_id in resource_ids:
        try:
            resource = by_id(resource_id)
        except ResourceUnknown:
            continue
        found.append((resource.title(language), resource.url))
    return tuple(found)
