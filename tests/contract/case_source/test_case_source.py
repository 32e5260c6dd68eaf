"""What every source of case records promises: databases, an agency's HTTP interface and nightly files."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from case_fetcher.rules.agency_case import AgencyCase, RecordUnusable
from case_fetcher.stage import CaseSource
from schemas.case_record import (
    BlockMoments,
    EnforcementAction,
    EnforcementCode,
    EnforcementStatus,
    OpeningBalance,
    OrderStatus,
    PaymentFrequency,
)
from schemas.values import FULL_SCOPE, Party
from services.runtime.failures import TemporarilyUnavailable
from tests.support.kept_cases import AS_OF, CANARY, Keeper, Money, Record, a_record

CASE = "AB12345C1"


async def found(source: CaseSource, case_identifier: str = CASE) -> AgencyCase:
    case = await source.find(case_identifier, FULL_SCOPE)
    assert case is not None
    return case


async def test_a_case_is_read_whole(keeper: Keeper) -> None:
    case = await found(await keeper.keep([a_record()]))
    assert (case.case_identifier, case.as_of, case.held_for_staff) == (CASE, AS_OF, False)
    assert {(person.party, person.full_name, person.birth_date) for person in case.parties} == {
        (Party.NONCUSTODIAL, "Marcus Rivera", date(1987, 4, 12)),
        (Party.CUSTODIAL, "Elena Núñez, “Ela”", date(1990, 9, 30)),
    }
    assert (case.order.status, case.order.amount) == (OrderStatus.ACTIVE, 41_200)
    assert (case.order.frequency, case.order.ordered_on) == (PaymentFrequency.MONTHLY, date(2022, 9, 10))
    assert (case.arrears.owed_to_dss, case.arrears.total, case.arrears.permanently_assigned) == (
        421_000,
        663_429,
        300_000,
    )
    assert case.enforcement == (
        EnforcementAction(
            code=EnforcementCode.LICENSE_NOTICE,
            status=EnforcementStatus.NOTICE_SENT,
            started_on=date(2026, 11, 2),
            answer_by=date(2026, 12, 17),
        ),
    )
    assert (case.facts.employer_known, case.facts.child_under_18) == (True, False)


@pytest.mark.parametrize("money", ["cents", "dollars"])
async def test_amounts_are_whole_cents_however_they_are_kept_and_oldest_first(keeper: Keeper, money: Money) -> None:
    record = a_record(order_amount=1, owed_to_dss=123_456_789, owed_to_custodial_parent=0, income_yearly=2_999_999)
    case = await found(await keeper.keep([record], money=money))
    assert [(payment.received_on, payment.amount) for payment in case.payments] == [
        (date(2026, 10, 5), -29),
        (date(2026, 11, 5), 41_207),
    ]
    assert [charge.due_on for charge in case.charges] == [date(2026, 10, 1), date(2026, 11, 1)]
    assert (case.order.amount, case.arrears.total, case.facts.income_yearly) == (1, 123_456_789, 2_999_999)


@pytest.mark.parametrize("money", ["cents", "dollars"])
async def test_an_opening_balance_comes_with_its_day(keeper: Keeper, money: Money) -> None:
    opening: dict[str, Any] = {"opening_balance": -50, "opening_on": date(2026, 10, 1)}
    half = a_record("AB12345C2", opening_balance=100)
    source = await keeper.keep([a_record(**opening), half, a_record("AB12345C3")], money=money)
    assert (await found(source)).opening_balance == OpeningBalance(on=date(2026, 10, 1), amount=-50)
    assert (await found(source, "AB12345C3")).opening_balance is None
    with pytest.raises(RecordUnusable):
        await source.find("AB12345C2", FULL_SCOPE)


async def test_a_case_the_agency_does_not_have_is_none(keeper: Keeper) -> None:
    source = await keeper.keep([a_record()])
    for other in ("ZZ99999Z9", "AB12345C2", "AB12345C1' OR '1'='1"):
        assert await source.find(other, FULL_SCOPE) is None


async def test_each_of_a_parents_cases_is_read_by_itself(keeper: Keeper) -> None:
    second = a_record("AB12345C2", owed_to_dss=500_000)
    second["payment"] = []
    source = await keeper.keep([a_record(), second, a_record("AB12345C3")])
    assert (await found(source, "AB12345C2")).payments == ()
    assert (await found(source, "AB12345C2")).arrears.owed_to_dss == 500_000
    assert len((await found(source)).payments) == 2
    assert len((await found(source)).parties) == 2


async def test_what_the_record_does_not_say_is_unknown_and_neither_false_nor_zero(keeper: Keeper) -> None:
    unsaid: dict[str, Any] = dict.fromkeys(
        ("order_amount", "order_frequency", "ordered_on", "permanently_assigned", "employer_known")
    )
    record = a_record(**unsaid)
    record["enforcement"][0]["answer_by"] = None
    case = await found(await keeper.keep([record, a_record("AB12345C9")]))
    assert (case.order.amount, case.order.frequency, case.order.ordered_on) == (None, None, None)
    assert (case.arrears.permanently_assigned, case.arrears.retroactive) == (None, None)
    assert (case.facts.employer_known, case.facts.income_yearly, case.county) == (None, None, None)
    assert case.enforcement[0].answer_by is None


async def test_a_case_with_nothing_on_it_has_nothing_on_it(keeper: Keeper) -> None:
    record = a_record()
    record.update(charge=[], payment=[], enforcement=[])
    case = await found(await keeper.keep([record]))
    assert (case.charges, case.payments, case.enforcement) == ((), (), ())


async def test_a_flag_holds_its_own_case_only(keeper: Keeper) -> None:
    held = a_record("AB12345C2")
    held["hold"] = [{"case_identifier": "AB12345C2"}]
    source = await keeper.keep([a_record(), held])
    assert (await found(source, "AB12345C2")).held_for_staff
    assert not (await found(source)).held_for_staff


async def test_a_record_older_than_the_others_says_so(keeper: Keeper) -> None:
    older = AS_OF - timedelta(days=9)
    source = await keeper.keep([a_record(), a_record("AB12345C2", as_of=older)])
    assert (await found(source, "AB12345C2")).as_of == older
    assert (await found(source)).as_of == AS_OF


async def test_each_part_says_how_old_it_is_and_the_oldest_counts_for_the_whole(keeper: Keeper) -> None:
    day = timedelta(days=1)
    parts = a_record("AB12345C2", as_of=AS_OF - day, payments_as_of=AS_OF - 3 * day, enforcement_as_of=AS_OF)
    source = await keeper.keep([a_record(), parts])
    case = await found(source, "AB12345C2")
    assert case.as_of == AS_OF - 3 * day
    assert case.block_as_of == BlockMoments(figures=AS_OF - day, payments=AS_OF - 3 * day, enforcement=AS_OF)
    assert (await found(source)).block_as_of == BlockMoments(figures=AS_OF, payments=AS_OF, enforcement=AS_OF)


async def test_where_a_payment_came_from_and_where_people_live_and_work_never_arrives(keeper: Keeper) -> None:
    assert CANARY not in repr(await found(await keeper.keep([a_record()])))


def _with(block: str, **changes: Any) -> Record:
    record = a_record()
    record[block][0].update(changes)
    return record


@pytest.mark.parametrize(
    "record",
    [
        _with("enforcement", code="TAX_REFUND_TAKEN"),
        _with("enforcement", status="paused"),
        _with("enforcement", started_on=None),
        _with("case", order_status="paused"),
        _with("case", order_status=None),
        _with("case", order_frequency="yearly"),
        _with("case", owed_to_dss=None),
        _with("case", owed_to_dss=-1),
        _with("case", as_of=None),
        _with("case", case_type="SOMETIMES"),
        _with("charge", amount=None),
        _with("charge", due_on=None),
        _with("payment", received_on=None),
        _with("party", party="child"),
    ],
)
async def test_a_record_that_breaks_its_own_rules_is_unusable_and_the_failure_quotes_nothing(
    keeper: Keeper, record: Record
) -> None:
    source = await keeper.keep([record, a_record("AB12345C2")])
    with pytest.raises(RecordUnusable) as raised:
        await source.find(CASE, FULL_SCOPE)
    assert str(raised.value) == ""
    assert await source.find("AB12345C2", FULL_SCOPE) is not None


async def test_parts_of_a_cent_are_refused_and_not_rounded_away(keeper: Keeper) -> None:
    source = await keeper.keep([_with("payment", amount=Decimal("41207.5"))], money="dollars")
    with pytest.raises(RecordUnusable):
        await source.find(CASE, FULL_SCOPE)


async def test_records_that_are_away_are_a_temporary_failure(keeper: Keeper) -> None:
    source = await keeper.keep([a_record()])
    await keeper.go_away()
    with pytest.raises(TemporarilyUnavailable) as raised:
        await source.find(CASE, FULL_SCOPE)
    assert raised.value.dependency == "case_source"
