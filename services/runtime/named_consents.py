"""The consent that an event is about, if the register agrees with what the event says of it."""

from typing import Protocol
from uuid import UUID

from schemas.reason_codes import ReasonCode
from services.register import consents
from services.register.database import Transaction
from services.register.tables import Consent
from services.runtime.failures import CannotBeProcessed


class NamesAConsent(Protocol):
    """An event of an organization about one of its consents."""

    @property
    def consent_id(self) -> UUID:
        """Which consent."""

    @property
    def organization_id(self) -> UUID:
        """Whose it is said to be."""


async def consent_named_by(tx: Transaction, event: NamesAConsent) -> Consent:
    """Return the event's consent; one in another organization's name is nobody's that this line made.

    Raises:
        CannotBeProcessed: CONSENT_UNKNOWN, or EVENT_CONTRADICTS_REGISTER; later events of the consent don't wait.
    """
    try:
        consent = await consents.get(tx, event.consent_id)
    except consents.ConsentUnknown:
        raise CannotBeProcessed(ReasonCode.CONSENT_UNKNOWN, parks_later_events=False) from None
    if consent.organization_id != event.organization_id:
        raise CannotBeProcessed(ReasonCode.EVENT_CONTRADICTS_REGISTER, parks_later_events=False)
    return consent
