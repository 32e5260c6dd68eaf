"""Printed consent forms: which ids were given out, to which organization, for which parent, and what used them.

A prefilled form's id is one-time: it stands for one parent's case and role, and one consent. A blank form's is not: an
organization may photocopy a blank form, so its id only says that the form was printed here, for this organization.

Nothing of the parent is stored but the claim index, a keyed hash of case identifier and role.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select

from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.register import audit
from services.register.database import Transaction
from services.register.states import ConsentStatus, PrintedFormKind
from services.register.tables import Consent, PrintedForm

ISSUED: Final = "issued"
UNKNOWN: Final = "unknown"
USED: Final = "used"
OTHER_ORGANIZATION: Final = "other_organization"
OTHER_PARENT: Final = "other_parent"

STATUSES: Final = (ISSUED, UNKNOWN, USED, OTHER_ORGANIZATION, OTHER_PARENT)
"""Everything that ``status_of`` can say; consent_intake judges each in rules/form_id_checks.py."""


async def issue(
    tx: Transaction,
    serial: str,
    *,
    organization_id: UUID,
    language: Language,
    revision: str,
    printed_by: UUID,
    actor: audit.Actor,
    at: datetime,
    claim_index: str | None = None,
) -> PrintedForm:
    """Register the id of a form that is about to be handed out.

    Args:
        tx: the transaction; hand the form out only once it has committed.
        serial: the form's id, from services.consent_form.code.new_serial.
        organization_id: for which the form was printed.
        language: of the printed text.
        revision: of the form.
        printed_by: the person who printed it, or for whom a key did.
        actor: how the audit log names who printed it.
        at: when, aware.
        claim_index: of case identifier and role, for a prefilled form; None for a blank one.
    """
    form = PrintedForm(
        serial=serial,
        organization_id=organization_id,
        kind=PrintedFormKind.BLANK if claim_index is None else PrintedFormKind.PREFILLED,
        claim_index=claim_index,
        language=language,
        revision=revision,
        printed_by=printed_by,
        printed_at=at,
    )
    tx.add(form)
    await tx.flush()
    detail = {"serial": serial, "kind": form.kind.value, "language": language.value, "revision": revision}
    await audit.record(tx, act="form.printed", actor=actor, at=at, detail=detail)
    return form


async def status_of(tx: Transaction, serial: str, *, organization_id: UUID, claim_index: str, consent_id: UUID) -> str:
    """Return what is known of an id that was read from a consent's form; one of ``STATUSES``.

    Locks the id until the transaction ends, so that of two consents with one form that are decided at once the second
    sees the first. A consent's own earlier use does not count against it.

    Args:
        tx: the transaction in which the consent is decided; call ``mark_used`` in the same one.
        serial: as read from the printed code.
        organization_id: the consent's.
        claim_index: the consent's.
        consent_id: whose form is judged.
    """
    form = await _locked(tx, serial)
    if form is None:
        return UNKNOWN
    if form.organization_id != organization_id:
        return OTHER_ORGANIZATION
    if form.kind is PrintedFormKind.BLANK:
        return ISSUED
    if form.claim_index != claim_index:
        return OTHER_PARENT
    return ISSUED if await _free_for(tx, form, consent_id) else USED


async def printed_at(tx: Transaction, serial: str) -> datetime | None:
    """Return when an id was printed, aware: nobody can have signed its form before; None for one not given out here."""
    at: datetime | None = await tx.scalar(select(PrintedForm.printed_at).where(PrintedForm.serial == serial))
    return at


async def mark_used(tx: Transaction, serial: str, *, consent_id: UUID, at: datetime) -> bool:
    """Note that a consent came on this form. Safe to call whatever ``status_of`` said and whatever was decided.

    Returns:
        False, and nothing changed, when there is nothing to note: the id is unknown, a blank form's, another
        organization's or another parent's, or stands for an earlier consent.
    """
    form = await _locked(tx, serial)
    consent = await tx.get(Consent, consent_id)
    if form is None or consent is None or form.kind is PrintedFormKind.BLANK:
        return False
    if (form.organization_id, form.claim_index) != (consent.organization_id, consent.claim_index):
        return False
    if not await _free_for(tx, form, consent_id):
        return False
    if form.used_by != consent_id:
        form.used_by, form.used_at = consent_id, at
        await tx.flush()
    return True


async def _locked(tx: Transaction, serial: str) -> PrintedForm | None:
    query = select(PrintedForm).where(PrintedForm.serial == serial).with_for_update()
    found: PrintedForm | None = await tx.scalar(query.execution_options(populate_existing=True))
    return found


async def _free_for(tx: Transaction, form: PrintedForm, consent_id: UUID) -> bool:
    """Whether nothing stands in the way of using a form: no use yet, its own, or one that the checks turned down.

    After "not dated", say, the parent completes the same paper. A form that a reviewer turned down goes to a reviewer
    again, and a revoked consent's paper never opens the case a second time by itself.
    """
    if form.used_by is None or form.used_by == consent_id:
        return True
    query = select(Consent).where(Consent.id == form.used_by).execution_options(populate_existing=True)
    earlier = await tx.scalar(query)
    if earlier is None:
        return False
    return earlier.status is ConsentStatus.REJECTED and ReasonCode.REVIEWER_REJECTED.value not in earlier.reasons
