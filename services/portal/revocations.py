"""Revoke a consent for its organization: in the register at once, and told to the people concerned."""

from uuid import UUID

from schemas.consent_events import ConsentRevoked, RevokedBy
from schemas.topics import Writer
from services.portal.acting import Acting
from services.portal.context import PortalContext
from services.register import consents
from services.register.consents import ConsentUnknown
from services.register.states import ConsentStatus
from services.register.tables import Consent
from services.runtime import outgoing


class CannotBeRevoked(Exception):
    """The consent has already ended in another way; there is nothing left to stop."""


async def revoke_consent(context: PortalContext, *, caller: Acting, consent_id: UUID, by: RevokedBy) -> Consent:
    """Revoke, once. A repeat finds it revoked and changes nothing.

    The register's row lock is the one that every disclosure takes, so nothing is disclosed after this returns.

    Raises:
        ConsentUnknown: no such consent, or another organization's.
        CannotBeRevoked: it was rejected.
    """
    async with context.database.transaction() as tx:
        consent = await consents.lock(tx, consent_id)
        if consent.organization_id != caller.organization_id:
            raise ConsentUnknown
        if consent.status == ConsentStatus.REVOKED:
            return consent
        at = context.clock()
        if not await consents.revoke(tx, consent_id, by=by, actor=caller.actor, at=at, vault=context.vault):
            raise CannotBeRevoked
        revoked = ConsentRevoked(consent_id=consent_id, organization_id=consent.organization_id, revoked_by=by)
        await outgoing.queue(tx, writer=Writer.PORTAL, parent=consent_id, events=[revoked], at=at)
        consent = await consents.get(tx, consent_id)
    context.relay.nudge()
    return consent
