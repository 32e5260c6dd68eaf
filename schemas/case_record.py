"""The copy of a case that a consent opens: what case_fetcher seals and snapshot_renderer reads.

Facts and thresholds: docs/glossary.md and the rule book's sources. A payment has a date and an amount and never a
source (federal tax information stays outside). Unknown is None, never False or 0.
"""

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from schemas.consent_scope import closed_fields, without_closed_fields
from schemas.values import FULL_SCOPE, CaseIdentifier, Cents, Party, ScopeItem


class CaseType(StrEnum):
    """Whether the child's support rights are, were or never were assigned to DSS."""

    CURRENT_ASSISTANCE = "CURRENT_CA"
    FORMER_ASSISTANCE = "FORMER_CA"
    NEVER_ASSISTANCE = "NEVER_CA"


class PaymentFrequency(StrEnum):
    """How often the order's amount falls due."""

    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    SEMIMONTHLY = "semimonthly"
    MONTHLY = "monthly"


class OrderStatus(StrEnum):
    """Where the support order stands."""

    NONE = "none"
    ACTIVE = "active"
    ENDED = "ended"


class EnforcementCode(StrEnum):
    """An enforcement action; sources in docs/glossary.md.

    There is deliberately no code for a tax refund that was taken, nor for credit reporting (not confirmed).
    """

    INCOME_WITHHOLDING = "IWO"
    UNEMPLOYMENT_WITHHOLDING = "UIB"
    ADDITIONAL_AMOUNT = "ADD_AMOUNT"
    LICENSE_NOTICE = "DL_NOTICE"
    LICENSE_SUSPENDED = "DL_SUSPENDED"
    TAX_OFFSET_SUBMITTED = "TAX_OFFSET_SUBMITTED"
    PASSPORT = "PASSPORT"
    BANK_RESTRAINT = "BANK_RESTRAINT"
    PROPERTY_EXECUTION = "PEX"
    LOTTERY = "LOTTERY"
    TAX_DEPARTMENT_REFERRAL = "DTF_REFERRAL"
    LIEN = "LIEN"
    PROFESSIONAL_LICENSE = "PROF_LICENSE"
    RECREATIONAL_LICENSE = "REC_LICENSE"
    VIOLATION_PETITION = "VIOLATION"
    CONTEMPT = "CONTEMPT"


class EnforcementStatus(StrEnum):
    """Where an enforcement action stands."""

    NOTICE_SENT = "notice_sent"
    ACTIVE = "active"
    CHALLENGED = "challenged"
    RELEASED = "released"


class _Sealed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SupportOrder(_Sealed):
    """The order in force, or the last one."""

    status: OrderStatus
    amount: Cents | None = Field(default=None, ge=0, description="per payment period")
    frequency: PaymentFrequency | None = None
    ordered_on: date | None = None
    children: int | None = Field(default=None, ge=0)
    payable_through_scu: bool | None = Field(default=None, description="through the Support Collection Unit")
    youngest_child_turns_21_on: date | None = None


class Payment(_Sealed):
    """Money credited to the case. No source, by design."""

    received_on: date
    amount: Cents


class Charge(_Sealed):
    """Support that fell due."""

    due_on: date
    amount: Cents


class OpeningBalance(_Sealed):
    """What was past due before anything dated ``on``: with the ledger since then it makes up the arrears."""

    on: date
    amount: Cents = Field(description="below zero: a credit")


class Arrears(_Sealed):
    """Past-due support by who it is owed to."""

    owed_to_dss: Cents = Field(ge=0, description="assigned; repays cash assistance")
    owed_to_custodial_parent: Cents = Field(ge=0)
    permanently_assigned: Cents | None = Field(default=None, ge=0, description="part of owed_to_dss")
    retroactive: Cents | None = Field(default=None, ge=0, description="part of the total that most thresholds exclude")

    @property
    def total(self) -> Cents:
        """All past-due support, whoever it is owed to."""
        return self.owed_to_dss + self.owed_to_custodial_parent


class EnforcementAction(_Sealed):
    """One thing the agency or court did, or announced, to collect support."""

    code: EnforcementCode
    status: EnforcementStatus
    started_on: date
    answer_by: date | None = None


class BlockMoments(_Sealed):
    """When each part of the record was true, where the agency keeps its parts apart."""

    figures: AwareDatetime = Field(description="order, past-due amounts, facts")
    payments: AwareDatetime = Field(description="charges and payments")
    enforcement: AwareDatetime

    @property
    def oldest(self) -> datetime:
        """The whole is no newer than its oldest part."""
        return min(self.figures, self.payments, self.enforcement)


class CaseFacts(_Sealed):
    """Facts that only the next-step rules need; None where the agency's record does not say."""

    case_type: CaseType | None = None
    child_on_cash_assistance: bool | None = None
    employer_known: bool | None = None
    address_confirmed: bool | None = None
    payment_method: str | None = Field(default=None, description="how the custodial parent is paid, agency code")
    court_date: date | None = None
    custody_changed: bool | None = None
    account_disputed: bool | None = None
    lost_job: bool | None = None
    incarcerated: bool | None = None
    income_yearly: Cents | None = Field(default=None, description="of the noncustodial parent, when on record")
    income_change_percent: float | None = None
    receives_benefits: bool | None = Field(
        default=None, description="noncustodial parent: cash assistance, SSI, Medicaid"
    )
    cost_of_living_change_percent: float | None = None
    child_under_18: bool | None = None
    collected_this_federal_year: Cents | None = None


class CaseCopy(_Sealed):
    """One parent's side of one case, as of a moment; all that snapshot_renderer may know."""

    case_identifier: CaseIdentifier
    party: Party
    parent_name: str
    scope: tuple[ScopeItem, ...] = Field(default=FULL_SCOPE, description="what the consent opens; the rest is empty")
    county: str | None = None
    as_of: AwareDatetime = Field(description="of the oldest part")
    block_as_of: BlockMoments | None = Field(default=None, description="of each part; None: all as of ``as_of``")
    order: SupportOrder
    arrears: Arrears | None = Field(description="None: outside the scope")
    opening_balance: OpeningBalance | None = Field(
        default=None, description="given: the arrears were recomputed from the ledger, to the cent; None: they can't be"
    )
    charges: tuple[Charge, ...] = Field(default=(), description="at least the last twelve full months, oldest first")
    payments: tuple[Payment, ...] = Field(default=(), description="at least the last twelve full months, oldest first")
    enforcement: tuple[EnforcementAction, ...] = ()
    facts: CaseFacts = CaseFacts()

    @model_validator(mode="after")
    def _parts_do_not_exceed_their_whole(self) -> Self:
        if self.arrears is None:
            return self
        if (self.arrears.permanently_assigned or 0) > self.arrears.owed_to_dss:
            raise ValueError("permanently assigned arrears exceed what is owed to DSS")
        if (self.arrears.retroactive or 0) > self.arrears.total:
            raise ValueError("retroactive arrears exceed the total")
        return self

    @model_validator(mode="after")
    def _holds_what_the_scope_opens_and_nothing_else(self) -> Self:
        if (self.arrears is None) == (ScopeItem.ARREARS in self.scope):
            raise ValueError("past-due support does not go with the scope")
        for place in closed_fields(self.scope):
            part, _, name = place.partition(".")
            value = getattr(self, part)
            if name and value is not None:
                value = getattr(value, name)
            if part == "block_as_of" and self.block_as_of is not None and value == self.block_as_of.figures:
                continue  # as old as the rest: it says nothing of its own
            if value is not None and value != ():
                raise ValueError(f"{place} is outside the scope")
        return self

    def within(self, scope: Collection[ScopeItem]) -> "CaseCopy":
        """Return the part of this copy that a scope opens too; never more than this copy holds."""
        kept = tuple(item for item in self.scope if item in scope)
        if kept == self.scope:
            return self
        part = without_closed_fields(self.model_dump(), kept)
        moments = part["block_as_of"]
        return CaseCopy.model_validate(
            {**part, "scope": kept, "as_of": self.as_of if moments is None else min(moments.values())}
        )

    def canonical_bytes(self) -> bytes:
        """Return the bytes that are hashed and sealed."""
        return self.model_dump_json().encode()
