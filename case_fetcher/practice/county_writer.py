"""Writes the practice county into a database."""

from datetime import UTC, datetime

from sqlalchemy import create_engine, insert
from sqlalchemy.engine import make_url

from case_fetcher.practice import county_tables as tables
from case_fetcher.practice.county import PracticeCase, practice_cases
from services.runtime.clock import legal_day


def write_practice_county(url: str, *, count: int, seed: int, now: datetime | None = None) -> int:
    """Replace the practice county at ``url`` (SQLite or PostgreSQL) and return the number of cases.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: the database can't be written.
    """
    moment = now or datetime.now(UTC)
    parsed = make_url(url)
    engine = create_engine(parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed)
    made = list(practice_cases(count=count, seed=seed, today=legal_day(moment)))
    with engine.begin() as connection:
        tables.metadata.drop_all(connection)
        tables.metadata.create_all(connection)
        for table, rows in _rows(made, moment).items():
            connection.execute(insert(tables.metadata.tables[table]), rows)
    engine.dispose()
    return len(made)


def _rows(made: list[PracticeCase], moment: datetime) -> dict[str, list[dict[str, object]]]:
    every_column = dict.fromkeys(column.name for column in tables.cases.columns)
    return {
        "cases": [{**every_column, **one.case, "as_of": moment} for one in made],
        "case_parties": [row for one in made for row in one.parties],
        "charges": [row for one in made for row in one.charges],
        "payments": [row for one in made for row in one.payments],
        "enforcement_actions": [row for one in made for row in one.enforcement],
        "case_flags": [row for one in made for row in one.flags],
    }
