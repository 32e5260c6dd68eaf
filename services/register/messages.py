"""Messages that the portal asks the notifier to send. The row is the request: it commits with what it tells about.

A token or an address is sealed under a standing key as long as it waits, and the notifier erases it once it is sent or
given up.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from schemas.values import Language
from services.register.database import Transaction
from services.register.states import Channel, DeliveryState
from services.register.tables import Message
from services.vault.sealed_text import open_text, seal_text
from services.vault.standing_keys import PurposeKeys
from services.vault.vault import ObjectDamaged

INVITATION = "invitation"
PASSWORD_RESET = "password_reset"  # noqa: S105  (a message's kind)
PASSWORD_CHANGED = "password_changed"  # noqa: S105  (a message's kind)
ORGANIZATION_DECLINED = "organization_declined"
RESOURCE = "resource"

SEALED_TOKEN = "sealed_token"  # noqa: S105  (a parameter's name)
SEALED_ADDRESS = "sealed_address"


async def invite(tx: Transaction, keys: PurposeKeys, *, person_id: UUID, token: str, at: datetime) -> UUID:
    """Ask for an e-mail to a person with the link ``{portal}/invitation?token=...``; return the message's id."""
    return await _with_token(tx, keys, kind=INVITATION, person_id=person_id, token=token, at=at)


async def send_reset_link(tx: Transaction, keys: PurposeKeys, *, person_id: UUID, token: str, at: datetime) -> UUID:
    """Ask for an e-mail with the link ``{portal}/password-reset?token=...``; return the message's id."""
    return await _with_token(tx, keys, kind=PASSWORD_RESET, person_id=person_id, token=token, at=at)


async def tell_password_changed(tx: Transaction, *, person_id: UUID, at: datetime) -> UUID:
    """Ask for an e-mail that tells a person of their new password; return the message's id."""
    return await _request(tx, uuid4(), kind=PASSWORD_CHANGED, person_id=person_id, parameters={}, at=at)


async def tell_declined(tx: Transaction, *, organization_id: UUID, at: datetime) -> UUID:
    """Ask for an e-mail to a declined organization's contact address; return the message's id."""
    return await _request(
        tx, uuid4(), kind=ORGANIZATION_DECLINED, organization_id=organization_id, parameters={}, at=at
    )


async def share_resources(
    tx: Transaction,
    keys: PurposeKeys,
    *,
    organization_id: UUID,
    address: str,
    resource_ids: Sequence[str],
    language: Language,
    at: datetime,
) -> UUID:
    """Ask for an e-mail with links to a client's own address, in the client's language; return the message's id."""
    message_id = uuid4()
    parameters = {
        SEALED_ADDRESS: _sealed(keys, SEALED_ADDRESS, message_id, address),
        "resource_ids": list(resource_ids),
        "language": language.value,
    }
    return await _request(tx, message_id, kind=RESOURCE, organization_id=organization_id, parameters=parameters, at=at)


def open_parameter(keys: PurposeKeys, message: Message, name: str) -> str:
    """Return a sealed parameter of a message.

    Raises:
        ObjectDamaged: it is absent, erased, or was sealed for another message or with another key.
    """
    try:
        sealed = b64decode(message.parameters[name], validate=True)
    except (KeyError, ValueError, TypeError) as error:
        raise ObjectDamaged from error
    return open_text(keys, _purpose(name, message.id), sealed)


def without_sealed(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return parameters without what is sealed: what stays of a message that is sent or given up."""
    return {name: value for name, value in parameters.items() if name not in {SEALED_TOKEN, SEALED_ADDRESS}}


def webhook_secret_purpose(organization_id: UUID) -> str:
    """Return what an organization's webhook secret (``whsec_...``) is sealed for."""
    return f"webhook-secret/{organization_id}"


def _sealed(keys: PurposeKeys, name: str, message_id: UUID, text: str) -> str:
    return b64encode(seal_text(keys, _purpose(name, message_id), text)).decode()


def _purpose(name: str, message_id: UUID) -> str:
    return f"{name}/{message_id}"


async def _with_token(
    tx: Transaction, keys: PurposeKeys, *, kind: str, person_id: UUID, token: str, at: datetime
) -> UUID:
    message_id = uuid4()
    parameters = {SEALED_TOKEN: _sealed(keys, SEALED_TOKEN, message_id, token)}
    return await _request(tx, message_id, kind=kind, person_id=person_id, parameters=parameters, at=at)


async def _request(
    tx: Transaction,
    message_id: UUID,
    *,
    kind: str,
    parameters: dict[str, Any],
    at: datetime,
    organization_id: UUID | None = None,
    person_id: UUID | None = None,
) -> UUID:
    tx.add(
        Message(
            id=message_id,
            organization_id=organization_id,
            person_id=person_id,
            channel=Channel.EMAIL,
            kind=kind,
            reasons=[],
            parameters=parameters,
            state=DeliveryState.PENDING,
            attempts=0,
            next_attempt_at=at,
            created_at=at,
        )
    )
    await tx.flush()
    return message_id
