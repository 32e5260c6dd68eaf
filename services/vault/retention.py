"""Erasing what was kept long enough: keys are destroyed, and that nothing opens any more is tried and written down."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import ColumnElement, delete, exists, select

from services.register import audit, legal_holds
from services.register.database import Database, Transaction
from services.register.states import ConsentStatus
from services.register.tables import Consent, PrintedForm, VaultCaseKey, VaultKey
from services.settings import RetentionSettings
from services.vault.vault import OF_THE_CASE, Kind, ObjectDamaged, ObjectMissing, Vault

A_ROUND: Final = 1_000
"""Consents of each kind that one round erases; what is left comes in the next one."""

EVERYTHING: Final = frozenset(Kind)


class StillOpens(Exception):
    """An object opened after its key was destroyed; ``kind`` says which. Nothing of it is committed as erased."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(kind.value)
        self.kind = kind


async def erase_due(database: Database, vault: Vault, settings: RetentionSettings, *, now: datetime) -> int:
    """Erase what is due, each consent in its own transaction; return how many consents it was.

    Case copies and pages go so many days after delivery, forms so many days after they were rejected or the case was
    refused. What a consent's own end takes (revocation, its last day) is gone already, but for what a legal hold kept
    beyond the last day: that goes once the hold is lifted. What is held is never due.

    Raises:
        StillOpens: see there.
    """
    cases = await _due_cases(database, now - timedelta(days=settings.case_days))
    forms = await _due_forms(database, now - timedelta(days=settings.closed_form_days))
    kept = await _due_ended(database, now)
    erased = 0
    for due, destroy, kinds in (
        (cases, vault.erase_case, OF_THE_CASE),
        ([*forms, *kept], vault.destroy_key, EVERYTHING),
    ):
        for consent_id in due:
            async with database.transaction() as tx:
                if await legal_holds.is_held(tx, consent_id):  # placed a moment ago
                    continue
                await destroy(tx, consent_id)
                await _prove(tx, vault, consent_id, kinds, now)
            await vault.remove_erased(consent_id)
            erased += 1
    return erased


async def forget_printed_forms(tx: Transaction, *, before: datetime) -> int:
    """Drop the ids of forms that were printed before then; a paper that still turns up goes to a reviewer.

    The id of a form whose consent still opens its case stays.
    """
    over = (ConsentStatus.REJECTED, ConsentStatus.REFUSED, ConsentStatus.REVOKED, ConsentStatus.EXPIRED)
    ended = select(Consent.id).where(Consent.status.in_(over))
    may_go = PrintedForm.used_by.is_(None) | PrintedForm.used_by.in_(ended)
    gone = await tx.scalars(
        delete(PrintedForm).where(PrintedForm.printed_at < before, may_go).returning(PrintedForm.serial)
    )
    return len(list(gone))


async def _prove(tx: Transaction, vault: Vault, consent_id: UUID, kinds: Collection[Kind], now: datetime) -> None:
    """Try every object, and write into the audit log that none opens."""
    for kind in sorted(kinds):
        try:
            await vault.open(tx, consent_id, kind)
        except (ObjectMissing, ObjectDamaged):
            continue
        raise StillOpens(kind)
    detail: dict[str, JsonValue] = {"tried": [kind.value for kind in sorted(kinds)], "opened": 0}
    await audit.record(tx, act="vault.erased", actor=audit.SYSTEM, at=now, consent_id=consent_id, detail=detail)


async def _due_cases(database: Database, before: datetime) -> list[UUID]:
    erased = VaultCaseKey.consent_id == Consent.id, VaultCaseKey.destroyed_at.is_not(None)
    return await _due(database, (ConsentStatus.DELIVERED,), before, exists().where(*erased))


async def _due_forms(database: Database, before: datetime) -> list[UUID]:
    return await _due(database, (ConsentStatus.REJECTED, ConsentStatus.REFUSED), before, _key_destroyed())


async def _due_ended(database: Database, now: datetime) -> list[UUID]:
    return await _due(database, (ConsentStatus.EXPIRED,), now, _key_destroyed())


def _key_destroyed() -> ColumnElement[bool]:
    return exists().where(VaultKey.consent_id == Consent.id, VaultKey.destroyed_at.is_not(None))


async def _due(
    database: Database, statuses: Iterable[ConsentStatus], before: datetime, erased: ColumnElement[bool]
) -> list[UUID]:
    due = select(Consent.id).where(
        Consent.status.in_(statuses), Consent.status_since < before, ~erased, ~legal_holds.held()
    )
    async with database.reading() as tx:
        return list(await tx.scalars(due.order_by(Consent.status_since, Consent.id).limit(A_ROUND)))
