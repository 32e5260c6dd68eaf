"""The SQL case source against a real database file, through the practice county's mapping and a foreign one."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from case_fetcher.adapters.source_mapping import PRACTICE_MAPPING, MappingError, read_mapping
from case_fetcher.adapters.sql_case_source import SqlCaseSource
from case_fetcher.practice.county import practice_cases
from case_fetcher.practice.county_writer import write_practice_county
from case_fetcher.practice.scenarios import SCENARIOS
from case_fetcher.rules.agency_case import RecordUnusable
from case_fetcher.rules.ledger import figures_reconcile, ledger_balance
from schemas.case_record import EnforcementCode
from schemas.values import FULL_SCOPE, Party
from services.runtime.failures import TemporarilyUnavailable

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('county') / 'county.db'}"
    assert write_practice_county(url, count=200, seed=1, now=NOW) >= 200
    return url


def source(url: str, mapping: Path | None = None) -> SqlCaseSource:
    return SqlCaseSource(url, read_mapping(mapping), timeout_seconds=5)


async def test_a_case_is_read_whole(county: str) -> None:
    found = await source(county).find("AB12345C1", FULL_SCOPE)
    assert found is not None
    assert {person.party: person.full_name for person in found.parties} == {
        Party.NONCUSTODIAL: "Marcus Rivera",
        Party.CUSTODIAL: "Elena Núñez",
    }
    assert found.order.amount == 41_200
    assert found.as_of == NOW
    assert found.arrears.permanently_assigned == 300_000
    assert EnforcementCode.LICENSE_SUSPENDED in {action.code for action in found.enforcement}
    assert [payment.received_on for payment in found.payments] == sorted(p.received_on for p in found.payments)


async def test_a_case_the_agency_does_not_have_is_none(county: str) -> None:
    assert await source(county).find("ZZ99999Z9", FULL_SCOPE) is None


async def test_what_the_record_does_not_say_is_unknown_and_not_false(county: str) -> None:
    found = await source(county).find("AB10027C1", FULL_SCOPE)
    assert found is not None
    assert found.facts.employer_known is None
    assert found.facts.case_type is None
    assert found.order.children is None


async def test_every_scenario_can_be_read_and_a_flag_holds_the_case(county: str) -> None:
    reader = source(county)
    held = set()
    for scenario in SCENARIOS:
        found = await reader.find(scenario.case_identifier, FULL_SCOPE)
        assert found is not None, scenario.name
        if found.held_for_staff:
            held.add(scenario.name)
    assert held == {"family_violence", "order_of_protection"}


async def test_every_enforcement_action_is_on_some_practice_case(county: str) -> None:
    engine = create_engine(county)
    with engine.connect() as connection:
        codes = set(connection.execute(text("select distinct code from enforcement_actions")).scalars())
    engine.dispose()
    assert codes == {code.value for code in EnforcementCode}


async def test_no_payment_source_leaves_the_database(county: str) -> None:
    found = await source(county).find("AB12345C1", FULL_SCOPE)
    assert "OFFSET" not in repr(found)
    assert "EMPLOYER" not in repr(found)


async def test_the_source_of_a_payment_cannot_be_mapped(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(PRACTICE_MAPPING.read_text().replace("[enforcement]", 'source = "source"\n[enforcement]'))
    with pytest.raises(MappingError, match=r"\[payment\] has no entry source"):
        read_mapping(mapping)


def test_a_missing_column_is_named_at_the_start(county: str, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(PRACTICE_MAPPING.read_text().replace('birth_date = "birth_date"', 'birth_date = "born"'))
    with pytest.raises(MappingError, match="birth_date: table case_parties has no column born"):
        source(county, mapping).check()


def test_a_missing_table_is_named_at_the_start(county: str, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(PRACTICE_MAPPING.read_text().replace('table = "case_flags"', 'table = "flags"'))
    with pytest.raises(MappingError, match=r"\[hold\] the case records have no table flags"):
        source(county, mapping).check()


async def test_amounts_in_dollars_become_cents_and_codes_are_translated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'dollars.db'}"
    write_practice_county(url, count=200, seed=1, now=NOW)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("update payments set amount = 412.07 where case_identifier = 'AB10001C1'"))
        connection.execute(text("update cases set order_status = 'A' where case_identifier = 'AB10001C1'"))
    engine.dispose()
    mapping = tmp_path / "mapping.toml"
    dollars = PRACTICE_MAPPING.read_text().replace('money = "cents"', 'money = "dollars"')
    mapping.write_text(dollars + '[codes.order_status]\nA = "active"\n')
    found = await source(url, mapping).find("AB10001C1", FULL_SCOPE)
    assert found is not None
    assert {payment.amount for payment in found.payments} == {41_207}


async def test_records_that_are_away_are_a_temporary_failure(tmp_path: Path) -> None:
    with pytest.raises(TemporarilyUnavailable):
        await source(f"sqlite:///{tmp_path / 'nothing.db'}").find("AB12345C1", FULL_SCOPE)


async def test_a_record_that_breaks_its_own_rules_is_no_page(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'broken.db'}"
    write_practice_county(url, count=200, seed=1, now=NOW)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("update cases set owed_to_dss = -1 where case_identifier = 'AB12345C1'"))
    engine.dispose()
    with pytest.raises(RecordUnusable):
        await source(url).find("AB12345C1", FULL_SCOPE)


async def test_the_records_are_opened_read_only(county: str) -> None:
    reader = source(county)
    with reader._engine.connect() as connection, pytest.raises(Exception, match="readonly"):
        connection.execute(text("delete from cases"))


def test_the_same_seed_and_day_make_the_same_county() -> None:
    day = date(2026, 11, 22)
    assert list(practice_cases(count=220, seed=7, today=day)) == list(practice_cases(count=220, seed=7, today=day))


async def test_every_practice_case_reconciles_to_the_cent(county: str) -> None:
    reader = source(county)
    balances = []
    for made in practice_cases(count=200, seed=1, today=date(2026, 11, 22)):
        found = await reader.find(made.case["case_identifier"], FULL_SCOPE)
        assert found is not None
        assert figures_reconcile(found), made.case["scenario"]
        balances.append(ledger_balance(found))
    assert sum(balance is not None for balance in balances) >= 190
    assert None in balances
    await reader.close()
