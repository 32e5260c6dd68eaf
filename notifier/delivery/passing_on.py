"""Tell the administrators what a person was to be told who left before the e-mail did."""

from datetime import datetime

from notifier.delivery import contacts
from notifier.delivery.desk import Draft, Recipient, write
from notifier.rules.kinds import FOR_REVIEWERS, Kind
from notifier.rules.recipients import administrators
from services.register import consents
from services.register.database import Transaction
from services.register.states import Channel
from services.register.tables import Message
from services.runtime.structured_log import get_logger


async def pass_on(tx: Transaction, message: Message, *, now: datetime) -> None:
    """Write the inbox entry and the e-mail of each active administrator, for a message about a consent to a person.

    What reviewers are told isn't passed on: the other reviewers were told as well.
    """
    kind = Kind(message.kind)
    if message.person_id is None or message.consent_id is None or kind in FOR_REVIEWERS:
        return
    consent = await consents.get(tx, message.consent_id)
    heirs = administrators(await contacts.of_organization(tx, consent.organization_id))
    if not heirs:
        get_logger().error("nobody to tell", consent_id=str(consent.id), kind=kind.value)
    draft = Draft(f"passed on/{message.id}", kind, now, consent.id, tuple(message.reasons))
    for person_id in heirs:
        await write(tx, draft, Recipient(Channel.INBOX, person_id=person_id))
        await write(tx, draft, Recipient(Channel.EMAIL, person_id=person_id))
