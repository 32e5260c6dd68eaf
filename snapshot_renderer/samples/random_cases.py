"""Seeded random cases: the same seed and number make the same case on every machine."""

import random
from datetime import UTC, date, datetime, time, timedelta
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
from schemas.values import FULL_SCOPE, Cents, Language, Party
from snapshot_renderer.rules.case_figures import BlockDays, full_months_before
from snapshot_renderer.rules.page_content import PageRequest

_NOON = time(17, 0, tzinfo=UTC)
_FIRST_DAY = date(2026, 11, 1)
_DAYS = 1200
"""Days as of which cases may be: more than three years, with a leap day among them."""

_GIVEN = ("Ana", "Li", "Marcus", "Guadalupe", "José Ángel", "Thị Phương", "Anne-Marie", "O'Shea", "Zoë", "Władysław")
_FAMILY = ("Li", "Rivera", "Núñez", "Fernández-Villavicencio", "de la Cruz", "Okafor", "Đặng", "van den Berg", "Kováč")
_COUNTIES = ("Bronx", "Kings", "New York", "Queens", "Richmond (Staten Island)", "St. Lawrence")
_ORGANIZATION_WORDS = ("Bronx", "Fathers", "Forward", "Families", "Coalition", "Community", "Responsible", "Together")
_SUMS: tuple[Cents, ...] = (1, 99, 2_500, 41_200, 218_475, 1_000_000, 9_999_999, 312_345_678)
_ODDS_OF_PART_OF_SCOPE = 0.15
_ODDS_OF_UNBROKEN_NAME = 0.05


def random_request(seed: int, number: int, party: Party) -> PageRequest:
    """Return the case of this number. Both sides of one number differ in the side only."""
    dice = random.Random(f"{seed}/{number}")  # noqa: S311  (made-up cases, and they must come again)
    as_of = _FIRST_DAY + timedelta(days=dice.randrange(_DAYS))
    order = _order(dice, as_of)
    months = full_months_before(as_of)
    case = CaseCopy(
        case_identifier=_case_identifier(dice),
        party=party,
        parent_name=_name(dice),
        county=dice.choice((None, *_COUNTIES)),
        as_of=datetime.combine(as_of, _NOON),
        order=order,
        arrears=Arrears(owed_to_dss=_sum(dice), owed_to_custodial_parent=_sum(dice)),
        charges=() if order.status is OrderStatus.NONE else _charges(dice, months),
        payments=_payments(dice, months),
        enforcement=tuple(_action(dice, as_of) for _ in range(dice.choice((0, 0, 1, 2, 3, 4, 5, 8)))),
        facts=_facts(dice, as_of),
    )
    days = _block_days(random.Random(f"{seed}/{number}/days"), as_of)  # noqa: S311  (as above)
    today = max(days.figures, days.payments, days.enforcement)
    return PageRequest(case, _grant(dice, case, as_of), _organization(dice), as_of=as_of, today=today, block_days=days)


def _block_days(dice: random.Random, oldest: date) -> BlockDays:
    """Return days of which one is the oldest: in half of the cases all are."""
    if dice.random() < 0.5:  # noqa: PLR2004  (a half)
        return BlockDays.all_on(oldest)
    later = [0, dice.randrange(4), dice.randrange(4)]
    dice.shuffle(later)
    return BlockDays(*(oldest + timedelta(days=days) for days in later))


def _case_identifier(dice: random.Random) -> str:
    letters = [dice.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(3)]
    return f"{letters[0]}{letters[1]}{dice.randrange(100_000):05d}{letters[2]}{dice.randrange(10)}"


def _name(dice: random.Random) -> str:
    if dice.random() < _ODDS_OF_UNBROKEN_NAME:
        return "".join(dice.choice("abcdefgijlmwW-éñ") for _ in range(dice.randint(40, 120)))
    given = " ".join(dice.sample(_GIVEN, dice.choice((1, 1, 2, 3))))
    return f"{given} {'-'.join(dice.sample(_FAMILY, dice.choice((1, 1, 1, 2, 3))))}"[:120]


def _organization(dice: random.Random) -> str:
    return " ".join(dice.choice(_ORGANIZATION_WORDS) for _ in range(dice.choice((2, 3, 4, 12))))[:140]


def _sum(dice: random.Random) -> Cents:
    most = dice.choice((0, 0, *_SUMS))
    return dice.randint(0, most)


def _order(dice: random.Random, as_of: date) -> SupportOrder:
    status = dice.choice((OrderStatus.ACTIVE,) * 6 + (OrderStatus.ENDED, OrderStatus.NONE))
    if status is OrderStatus.NONE:
        return SupportOrder(status=status)
    return SupportOrder(
        status=status,
        amount=dice.choice((None, _sum(dice), _sum(dice), _sum(dice))),
        frequency=dice.choice((None, *PaymentFrequency)),
        ordered_on=dice.choice((None, as_of - timedelta(days=dice.randrange(7000)))),
        children=dice.choice((None, 1, 2, 3, 9)),
        payable_through_scu=dice.choice((None, True, False)),
        youngest_child_turns_21_on=dice.choice((None, as_of + timedelta(days=dice.randint(-400, 7000)))),
    )


def _charges(dice: random.Random, months: tuple[date, ...]) -> tuple[Charge, ...]:
    amount = _sum(dice)
    first = dice.choice((0, 0, 0, 5, 11))
    return tuple(Charge(due_on=month, amount=amount) for month in months[first:])


def _payments(dice: random.Random, months: tuple[date, ...]) -> tuple[Payment, ...]:
    usual = _sum(dice)
    paid = []
    for month in months:
        for _ in range(dice.choice((0, 1, 1, 1, 2, 4))):
            amount = usual if dice.random() < 0.7 else _sum(dice)  # noqa: PLR2004  (seven months of ten are as usual)
            if amount:
                paid.append(Payment(received_on=month.replace(day=dice.randint(1, 28)), amount=amount))
    return tuple(paid)


def _action(dice: random.Random, as_of: date) -> EnforcementAction:
    started = as_of - timedelta(days=dice.randrange(800))
    return EnforcementAction(
        code=dice.choice(list(EnforcementCode)),
        status=dice.choice(list(EnforcementStatus)),
        started_on=started,
        answer_by=dice.choice((None, started + timedelta(days=dice.randrange(90)))),
    )


def _facts(dice: random.Random, as_of: date) -> CaseFacts:
    def perhaps() -> bool | None:
        return dice.choice((None, True, False))

    return CaseFacts(
        case_type=dice.choice((None, *CaseType)),
        child_on_cash_assistance=perhaps(),
        employer_known=perhaps(),
        address_confirmed=perhaps(),
        payment_method=dice.choice((None, "CHECK", "CARD", "DIRECT")),
        court_date=dice.choice((None, as_of + timedelta(days=dice.randrange(200)))),
        custody_changed=perhaps(),
        account_disputed=perhaps(),
        lost_job=perhaps(),
        incarcerated=perhaps(),
        income_yearly=dice.choice((None, dice.randrange(20_000_000))),
        income_change_percent=dice.choice((None, float(dice.randint(-100, 100)))),
        receives_benefits=perhaps(),
        cost_of_living_change_percent=dice.choice((None, float(dice.randint(0, 30)))),
        child_under_18=perhaps(),
        collected_this_federal_year=dice.choice((None, dice.randrange(500_000))),
    )


def _grant(dice: random.Random, case: CaseCopy, as_of: date) -> ConsentGrant:
    scope = FULL_SCOPE
    if dice.random() < _ODDS_OF_PART_OF_SCOPE:
        chosen = dice.sample(FULL_SCOPE, dice.randint(1, 3))
        scope = tuple(item for item in FULL_SCOPE if item in chosen)
    signed = as_of - timedelta(days=dice.randrange(300))
    return ConsentGrant(
        consent_id=UUID(int=dice.getrandbits(128), version=4),
        organization_id=UUID(int=dice.getrandbits(128), version=4),
        document_sha256="0" * 64,
        parent_name=case.parent_name,
        birth_date=date(1960, 1, 1) + timedelta(days=dice.randrange(15_000)),
        case_identifier=case.case_identifier,
        party=case.party,
        scope=scope,
        form_revision="2026-11",
        form_language=Language.ENGLISH,
        signed_on=signed,
        starts_on=signed,
        expires_on=signed + timedelta(days=365),
    )
