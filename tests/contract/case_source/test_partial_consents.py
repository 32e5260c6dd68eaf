"""What every source brings for a consent that covers a part: that part, whatever the agency's record holds."""

from itertools import combinations
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from case_fetcher.rules.consented_copy import consented_copy
from case_fetcher.stage import CaseSource
from schemas.case_record import CaseCopy
from schemas.consent_scope import SCOPED_FIELDS, opens
from schemas.values import FULL_SCOPE, Party, ScopeItem
from tests.support.kept_cases import Keeper, SqlKeeper, a_full_record

CASE = "AB12345C1"
SUBSETS = [subset for size in range(5) for subset in combinations(FULL_SCOPE, size)]


async def test_every_scope_brings_its_own_part_and_no_other(keeper: Keeper) -> None:
    source = await keeper.keep([a_full_record()])
    whole = await _copy(source, FULL_SCOPE)
    for subset in SUBSETS:
        part = await _copy(source, subset)  # the copy refuses what is outside its scope: the source brought none
        assert part == whole.within(subset), subset


async def _copy(source: CaseSource, scope: tuple[ScopeItem, ...]) -> CaseCopy:
    case = await source.find(CASE, scope)
    assert case is not None
    person = next(person for person in case.parties if person.party is Party.CUSTODIAL)
    return consented_copy(case, person, scope)


async def test_a_case_is_found_and_held_for_staff_under_any_scope(keeper: Keeper) -> None:
    held = a_full_record()
    held["hold"] = [{"case_identifier": CASE}]
    source = await keeper.keep([held])
    for subset in SUBSETS:
        case = await source.find(CASE, subset)
        assert case is not None
        assert case.held_for_staff
        assert {person.party for person in case.parties} == set(Party)


async def test_a_closed_table_and_a_closed_column_are_not_even_selected(tmp_path: Path) -> None:
    database = SqlKeeper(f"sqlite:///{tmp_path / 'records.db'}", tmp_path)
    source = await database.keep([a_full_record()])
    said: list[str] = []

    def listen(*call: Any) -> None:
        said.append(call[2])

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        for subset in SUBSETS:
            said.clear()
            await source.find(CASE, subset)
            asked = " ".join(said)
            for field in SCOPED_FIELDS:
                table, _, column = field.source.partition(".")
                name = f'"C {column}"' if column else f'"T_{table}"'
                assert (name in asked) is opens(field.needs, subset), (subset, name)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
        await database.close()
