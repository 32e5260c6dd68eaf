"""Send links to official resources to a client's own e-mail address, and keep no trace of the address."""

from collections.abc import Sequence

from email_validator import EmailNotValidError, validate_email
from pydantic import JsonValue

from schemas.values import Language
from services.portal.acting import Acting
from services.portal.context import PortalContext
from services.register import audit, messages
from services.resources.catalogue import ResourceUnknown, by_id

MOST_LINKS = 20


class AddressRefused(Exception):
    """Not one plain e-mail address. What was typed is not repeated."""


class NothingToSend(Exception):
    """No resource was chosen, too many, or one that the catalogue does not have."""


async def send_resources(
    context: PortalContext, *, caller: Acting, address: str, resource_ids: Sequence[str], language: Language
) -> None:
    """Ask for the e-mail. The address is sealed until it is sent; the audit log names the resources alone.

    Raises:
        NothingToSend: see there; at most ``MOST_LINKS``.
        AddressRefused: the address; nothing was asked for.
    """
    chosen = known_resources(resource_ids)
    to = one_address(address)
    at = context.clock()
    async with context.database.transaction() as tx:
        await messages.share_resources(
            tx,
            context.master_key,
            organization_id=caller.organization_id,
            address=to,
            resource_ids=chosen,
            language=language,
            at=at,
        )
        links: list[JsonValue] = [*chosen]
        detail: dict[str, JsonValue] = {"resources": links, "language": language.value}
        await audit.record(tx, act="resources.sent", actor=caller.actor, at=at, detail=detail)


def one_address(text: str) -> str:
    """Return a single address, normalised.

    Two ways to reach a second mailbox or header are shut before the parser sees the text: control characters, and
    encoded words, which some mail libraries decode when they write a header.

    Raises:
        AddressRefused: anything but one plain address.
    """
    address = text.strip()
    if not address.isprintable() or "=?" in address:
        raise AddressRefused
    try:
        return validate_email(address, check_deliverability=False, allow_quoted_local=False).normalized
    except EmailNotValidError:
        raise AddressRefused from None


def known_resources(resource_ids: Sequence[str]) -> list[str]:
    """Return the chosen ids once each, in the order of choosing.

    Raises:
        NothingToSend: none, more than ``MOST_LINKS``, or one that the catalogue does not have.
    """
    chosen = list(dict.fromkeys(resource_ids))
    if not 0 < len(chosen) <= MOST_LINKS:
        raise NothingToSend
    try:
        return [by_id(resource_id).id for resource_id in chosen]
    except ResourceUnknown:
        raise NothingToSend from None
