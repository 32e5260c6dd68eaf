"""Three made-up cases for each side: typical, minimal and the worst that still has to fit."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

from schemas.case_record import (
    Arrears,
    CaseCopy,
    CaseFacts,
    CaseType,
    Charge,
    EnforcementAction,
    EnforcementCode,
    EnforcementStatus,
    OrderStatus,
    Payment,
    PaymentFrequency,
    SupportOrder,
)
from schemas.consent_records import ConsentGrant
from schemas.values import Cents, Language, Party
from snapshot_renderer.rules.case_figures import full_months_before
from snapshot_renderer.rules.page_content import PageRequest

AS_OF = date(2026, 11, 20)
_AS_OF_TIME = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
_CONSENT = UUID("7f3a9c21-0000-4000-8000-000000000001")
_ORGANIZATION = UUID("0b0f0000-0000-4000-8000-000000000001")
_EIGHT_ACTIONS = (
    EnforcementCode.LICENSE_NOTICE,
    EnforcementCode.LICENSE_SUSPENDED,
    EnforcementCode.PASSPORT,
    EnforcementCode.BANK_RESTRAINT,
    EnforcementCode.TAX_OFFSET_SUBMITTED,
    EnforcementCode.TAX_DEPARTMENT_REFERRAL,
    EnforcementCode.PROFESSIONAL_LICENSE,
    EnforcementCode.ADDITIONAL_AMOUNT,
)

_EVERYTHING_AT_ONCE = CaseFacts(
    case_type=CaseType.CURRENT_ASSISTANCE,
    child_on_cash_assistance=True,
    employer_known=False,
    address_confirmed=False,
    payment_method="CHECK",
    court_date=date(2027, 1, 14),
    custody_changed=True,
    account_disputed=True,
    lost_job=True,
    income_change_percent=-40.0,
)


def typical(party: Party) -> PageRequest:
    """Return a case with missed months, both kinds of arrears and four enforcement actions."""
    paid = (41200, 41200, 41200, 0, 0, 20600, 41200, 41200, 0, 41200, 41200, 41200)
    case = CaseCopy(
        case_identifier="AB12345C1",
        party=party,
        parent_name="Marcus Rivera" if party is Party.NONCUSTODIAL else "Elena Núñez",
        county="Bronx",
        as_of=_AS_OF_TIME,
        order=SupportOrder(
            status=OrderStatus.ACTIVE,
            amount=41200,
            frequency=PaymentFrequency.MONTHLY,
            ordered_on=date(2022, 3, 3),
            children=2,
            payable_through_scu=True,
            youngest_child_turns_21_on=date(2035, 5, 9),
        ),
        arrears=Arrears(owed_to_dss=421000, owed_to_custodial_parent=263000),
        charges=_charges(41200),
        payments=_payments(paid, day=30),
        enforcement=(
            _action(EnforcementCode.INCOME_WITHHOLDING, EnforcementStatus.ACTIVE, date(2026, 8, 3)),
            _action(EnforcementCode.PASSPORT, EnforcementStatus.ACTIVE, date(2026, 6, 22)),
            _action(EnforcementCode.LICENSE_NOTICE, EnforcementStatus.NOTICE_SENT, date(2026, 10, 22)),
            _action(EnforcementCode.BANK_RESTRAINT, EnforcementStatus.RELEASED, date(2026, 3, 12)),
        ),
        facts=CaseFacts(
            case_type=CaseType.FORMER_ASSISTANCE,
            employer_known=True,
            address_confirmed=True,
            payment_method="CHECK",
        ),
    )
    return _request(case, "Bronx Fathers Forward")


def minimal(party: Party) -> PageRequest:
    """Return a case with nothing on it yet: no order, no payment, no arrears."""
    case = CaseCopy(
        case_identifier="CD54321E2",
        party=party,
        parent_name="Ana Li",
        as_of=_AS_OF_TIME,
        order=SupportOrder(status=OrderStatus.NONE),
        arrears=Arrears(owed_to_dss=0, owed_to_custodial_parent=0),
    )
    return _request(case, "Bronx Fathers Forward")


def unpaid(party: Party) -> PageRequest:
    """Return a case without a single payment in the year, all of it owed to the custodial parent."""
    case = CaseCopy(
        case_identifier="EF00017G6",
        party=party,
        parent_name="Jordan Okafor",
        county="Kings",
        as_of=_AS_OF_TIME,
        order=SupportOrder(
            status=OrderStatus.ACTIVE,
            amount=9508,
            frequency=PaymentFrequency.WEEKLY,
            ordered_on=date(2025, 9, 8),
            children=1,
            payable_through_scu=True,
        ),
        arrears=Arrears(owed_to_dss=0, owed_to_custodial_parent=494416),
        charges=_charges(41201),
    )
    return _request(case, "Kings County Parents' Table")


def worst(party: Party) -> PageRequest:
    """Return the longest names, the largest sums, a lump-sum month, eight actions and six steps."""
    due = 218475
    paid = (due, 100000, 0, due, 4 * due + 44600, 33300, 0, 0, due, 1800, due, due)
    case = CaseCopy(
        case_identifier="ZZ99999Z9",
        party=party,
        parent_name="María Guadalupe de los Ángeles Fernández-Villavicencio y Montalvo",
        county="Richmond (Staten Island)",
        as_of=_AS_OF_TIME,
        order=SupportOrder(
            status=OrderStatus.ACTIVE,
            amount=due,
            frequency=PaymentFrequency.BIWEEKLY,
            ordered_on=date(2014, 5, 12),
            children=9,
            payable_through_scu=True,
            youngest_child_turns_21_on=date(2027, 2, 1),
        ),
        arrears=Arrears(owed_to_dss=18421037, owed_to_custodial_parent=10263099),
        charges=_charges(due),
        payments=_payments(paid, day=28),
        enforcement=tuple(
            _action(code, EnforcementStatus.ACTIVE, date(2026, 10, 28 - index))
            for index, code in enumerate(_EIGHT_ACTIONS)
        ),
        facts=_EVERYTHING_AT_ONCE,
    )
    return _request(
        case, "The Northern Manhattan and Bronx Community Coalition for Families and Responsible Fatherhood, Inc."
    )


CASES: dict[str, Callable[[Party], PageRequest]] = {
    "typical": typical,
    "minimal": minimal,
    "unpaid": unpaid,
    "worst": worst,
}


def _charges(amount: Cents) -> tuple[Charge, ...]:
    return tuple(Charge(due_on=month, amount=amount) for month in full_months_before(AS_OF))


def _payments(amounts: tuple[Cents, ...], *, day: int) -> tuple[Payment, ...]:
    months = full_months_before(AS_OF)
    return tuple(
        Payment(received_on=month.replace(day=min(day, 28)), amount=amount)
        for month, amount in zip(months, amounts, strict=True)
        if amount
    )


def _action(code: EnforcementCode, status: EnforcementStatus, day: date) -> EnforcementAction:
    return EnforcementAction(code=code, status=status, started_on=day)


def _request(case: CaseCopy, organization_name: str) -> PageRequest:
    grant = ConsentGrant(
        consent_id=_CONSENT,
        organization_id=_ORGANIZATION,
        document_sha256="0" * 64,
        parent_name=case.parent_name,
        birth_date=date(1990, 1, 1),
        case_identifier=case.case_identifier,
        party=case.party,
        form_revision="2026-11",
        form_language=Language.ENGLISH,
        signed_on=date(2026, 11, 18),
        starts_on=date(2026, 11, 18),
        expires_on=date(2027, 11, 18),
    )
    return PageRequest(case, grant, organization_name, as_of=AS_OF, today=AS_OF)
