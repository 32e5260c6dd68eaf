"""What is kept about one form's judgement: records sealed in the vault, scores and codes in the register.

The stage writes and reads them; operators' commands read them.
"""

from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from consent_intake.rules.consent_decision import Decision
from consent_intake.rules.form_reading import FormReading, ReadForm
from consent_intake.rules.why_cards import changed_checks
from schemas.consent_records import ConsentClaim
from schemas.why_card import WhyCard
from services.register import printed_forms
from services.register.database import Transaction
from services.register.tables import IntakeDecision, ShadowDecision
from services.runtime.clock import legal_day
from services.runtime.structured_log import get_logger
from services.vault.vault import Kind, Vault

Record = TypeVar("Record", bound=BaseModel)


class RecordUnreadable(Exception):
    """The sealed bytes are whole and are no record of this version."""


async def claim_of(vault: Vault, tx: Transaction, consent_id: UUID) -> ConsentClaim:
    """Return what the uploader said the form holds; raises as ``opened`` does."""
    return await opened(vault, tx, consent_id, Kind.CLAIM, ConsentClaim)


async def reading_of(vault: Vault, tx: Transaction, consent_id: UUID) -> FormReading:
    """Return what was read from the form; raises as ``opened`` does."""
    return await opened(vault, tx, consent_id, Kind.READING, FormReading)


async def why_card_of(vault: Vault, tx: Transaction, consent_id: UUID) -> WhyCard:
    """Return why the form was decided as it was; raises as ``opened`` does."""
    return await opened(vault, tx, consent_id, Kind.WHY_CARD, WhyCard)


async def picture_of(vault: Vault, tx: Transaction, consent_id: UUID) -> bytes:
    """Return the page's picture, PNG; raises ObjectMissing and ObjectDamaged as ``opened`` does."""
    return await vault.open(tx, consent_id, Kind.REVIEW_IMAGE)


async def opened(vault: Vault, tx: Transaction, consent_id: UUID, kind: Kind, record: type[Record]) -> Record:
    """Open one object as a record.

    Raises:
        ObjectMissing: never sealed, or the key is destroyed.
        ObjectDamaged: the bytes are not what was sealed.
        RecordUnreadable: they are, and an older version wrote something else there.
    """
    plain = await vault.open(tx, consent_id, kind)
    try:
        return record.model_validate_json(plain)
    except ValidationError:
        raise RecordUnreadable from None  # the error's text quotes the input


async def printed_on(reading: FormReading, tx: Transaction) -> date | None:
    """Return the legal day on which a form was printed; None without a code, and for an id not given out here."""
    at = None if reading.code is None else await printed_forms.printed_at(tx, reading.code.serial)
    return None if at is None else legal_day(at)


async def keep_decision(
    read: ReadForm,
    decision: Decision,
    card: WhyCard,
    tx: Transaction,
    *,
    vault: Vault,
    consent_id: UUID,
    at: datetime,
) -> None:
    """Seal what was read and seen and why; write scores and codes, and no value, into the register."""
    await vault.seal(tx, consent_id, Kind.READING, read.reading.model_dump_json().encode())
    await vault.seal(tx, consent_id, Kind.WHY_CARD, card.model_dump_json().encode())
    if read.picture is not None:
        await vault.seal(tx, consent_id, Kind.REVIEW_IMAGE, read.picture)
    row = IntakeDecision(
        consent_id=consent_id,
        outcome=decision.outcome.value,
        rule_version=card.rule_version,
        checks=[check.record() for check in decision.checks],
        at=at,
    )
    tx.add(row)
    await tx.flush()


def keep_trial(
    live: Decision, trial: Decision, version: str, tx: Transaction, *, consent_id: UUID, at: datetime
) -> None:
    """Write down what the policy on trial would have decided; a difference is told in the log, by codes alone."""
    row = ShadowDecision(
        consent_id=consent_id,
        rule_version=version,
        live_outcome=live.outcome.value,
        shadow_outcome=trial.outcome.value,
        checks=[check.record() for check in changed_checks(live.checks, trial.checks)],
        at=at,
    )
    tx.add(row)
    if live.outcome is not trial.outcome:
        get_logger().info("policy on trial differs", version=version, live=row.live_outcome, trial=row.shadow_outcome)
