"""The gate: the only way to case data.

Whoever fetches, renders, delivers or shows anything of a case asks here first, inside the transaction in which it does
so. The gate locks the consent's row; a revocation takes the same lock, so the two never overlap and nothing is
disclosed after a revocation has committed. Decisions are never cached, and each is in the audit log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import select

from schemas.consent_records import ConsentGrant
from schemas.reason_codes import ReasonCode
from services.register import audit, consents, grants
from services.register.agreements import Agreements
from services.register.audit import Actor
from services.register.database import Transaction
from services.register.gate_rules import (
    RULE_VERSION,
    AskingPerson,
    GateInputs,
    GrantState,
    GrantTerms,
    RegisteredConsent,
    refusal,
)
from services.register.grants import GrantInvalid, GrantVerifier
from services.register.states import OPENS_THE_CASE, Purpose
from services.register.tables import Consent, Organization, Person
from services.runtime.clock import Clock, legal_day
from services.vault.vault import Kind, ObjectDamaged, ObjectMissing, Vault

_Row = TypeVar("_Row", Organization, Person)


@dataclass(frozen=True)
class Allowed:
    """The gate is open for this one use. ``disclosure`` is the audit entry's number."""

    disclosure: int
    grant: ConsentGrant


@dataclass(frozen=True)
class Refused:
    """The gate is shut, and why."""

    reason: ReasonCode


class Gate:
    """Decides whether a consent opens a case, here and now."""

    def __init__(self, *, vault: Vault, verifier: GrantVerifier, agreements: Agreements, clock: Clock) -> None:
        self._vault = vault
        self._verifier = verifier
        self._agreements = agreements
        self._clock = clock

    async def decide(
        self,
        tx: Transaction,
        consent_id: UUID,
        purpose: Purpose,
        actor: Actor,
        *,
        person_id: UUID | None = None,
        organization_id: UUID | None = None,
        about: Mapping[str, str] | None = None,
    ) -> Allowed | Refused:
        """Check everything, write the decision to the audit log, and answer.

        Call it before anything else in the transaction, act on the answer within the transaction, and commit in
        either case: a refusal is recorded too. A consent whose last day is found to be over is marked expired and its
        key destroyed.

        Args:
            tx: the transaction in which the caller discloses.
            consent_id: whose case.
            purpose: what for.
            actor: who asks.
            person_id: the person on whose behalf; required for ``Purpose.VIEW``.
            organization_id: the organization on whose behalf, when the caller knows it.
            about: codes of what exactly is asked for (form, language); recorded, and no part of the decision.
        """
        consent = await _locked(tx, consent_id)
        now = self._clock()
        inputs = GateInputs(
            purpose=purpose, day=legal_day(now), consent_id=consent_id, asking_organization_id=organization_id
        )
        grant: ConsentGrant | None = None
        if consent is not None:
            inputs = await self._with_organization(tx, inputs, consent)
        if person_id is not None:
            inputs = await self._with_person(tx, inputs, person_id)
        if consent is not None:
            inputs, grant = await self._with_grant(tx, inputs, consent)
        return await self._conclude(tx, inputs, consent, grant, actor=actor, now=now, about=about)

    async def _conclude(
        self,
        tx: Transaction,
        inputs: GateInputs,
        consent: Consent | None,
        grant: ConsentGrant | None,
        *,
        actor: Actor,
        now: datetime,
        about: Mapping[str, str] | None,
    ) -> Allowed | Refused:
        reason = refusal(inputs)
        if reason is ReasonCode.CONSENT_EXPIRED and consent is not None and consent.status in OPENS_THE_CASE:
            await consents.expire(tx, consent.id, actor=audit.SYSTEM, at=now, vault=self._vault)
        detail: dict[str, JsonValue] = {
            "rule": RULE_VERSION,
            "reason": reason.value if reason else None,
            "inputs": inputs.as_detail(),
        }
        sequence = await audit.record(
            tx,
            act="disclosure.refused" if reason else "disclosure.allowed",
            actor=actor,
            at=now,
            consent_id=inputs.consent_id,
            detail=detail | ({"about": dict(about)} if about else {}),
        )
        if reason is None and grant is not None:
            return Allowed(sequence, grant)
        return Refused(reason or ReasonCode.GRANT_MISSING)  # the rules never pass without a grant; deny if they did

    async def _with_person(self, tx: Transaction, inputs: GateInputs, person_id: UUID) -> GateInputs:
        person = await _as_it_is_now(tx, Person, person_id)
        if person is None:
            return replace(inputs, person_asked=True)
        agreed = self._agreements.person_agreed(person)
        asking = AskingPerson(person.id, person.organization_id, person.status, agreed)
        return replace(inputs, person_asked=True, person=asking)

    async def _with_organization(self, tx: Transaction, inputs: GateInputs, consent: Consent) -> GateInputs:
        registered = RegisteredConsent(consent.status, consent.organization_id, consent.party, consent.document_sha256)
        organization = await _as_it_is_now(tx, Organization, consent.organization_id)
        if organization is None:
            return replace(inputs, consent=registered)
        agreed = self._agreements.organization_agreed(organization)
        return replace(inputs, consent=registered, organization_status=organization.status, organization_agreed=agreed)

    async def _with_grant(
        self, tx: Transaction, inputs: GateInputs, consent: Consent
    ) -> tuple[GateInputs, ConsentGrant | None]:
        row = await grants.load(tx, consent.id)
        if row is None:
            return inputs, None
        try:
            canonical = await self._vault.open(tx, consent.id, Kind.GRANT)
            grant = self._verifier.check(canonical, grant_sha256=row.grant_sha256, signature=row.signature)
        except ObjectMissing:
            return inputs, None
        except (ObjectDamaged, GrantInvalid):
            return replace(inputs, grant_state=GrantState.INVALID), None
        terms = GrantTerms(
            consent_id=grant.consent_id,
            organization_id=grant.organization_id,
            party=grant.party,
            document_sha256=grant.document_sha256,
            scope=grant.scope,
            starts_on=grant.starts_on,
            expires_on=grant.expires_on,
        )
        return replace(inputs, grant_state=GrantState.VALID, grant=terms), grant


async def _locked(tx: Transaction, consent_id: UUID) -> Consent | None:
    try:
        return await consents.lock(tx, consent_id)
    except consents.ConsentUnknown:
        return None


async def _as_it_is_now(tx: Transaction, table: type[_Row], row_id: UUID) -> _Row | None:
    """Read a row afresh and hold off whoever wants to change it (a suspension, say) until the transaction ends."""
    query = select(table).where(table.id == row_id).with_for_update(read=True)
    return await tx.scalar(query.execution_options(populate_existing=True))
