"""Which table and column of the agency's database holds what; read from a TOML file and checked before the first read.

There is no name for the source of a payment, for an address, an employer or a child: what has no name here can't be
mapped, so it is never asked for (federal tax information and the other party's data stay outside).
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.consent_scope import columns_opened
from schemas.values import ScopeItem

PRACTICE_MAPPING = Path(__file__).parent / "practice_county.toml"

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "case": ("case_identifier", "as_of", "order_status", "owed_to_dss", "owed_to_custodial_parent"),
    "party": ("case_identifier", "party", "full_name", "birth_date"),
    "charge": ("case_identifier", "due_on", "amount"),
    "payment": ("case_identifier", "received_on", "amount"),
    "enforcement": ("case_identifier", "code", "status", "started_on"),
    "hold": ("case_identifier",),
}
"""Columns without which no page can be made. ``hold``: one row for each flag that stops the automatic path."""

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "case": (
        "payments_as_of", "enforcement_as_of",
        "county", "case_type", "order_amount", "order_frequency", "ordered_on", "children", "payable_through_scu",
        "youngest_child_turns_21_on", "permanently_assigned", "retroactive", "opening_balance",
        "opening_on", "child_on_cash_assistance",
        "employer_known", "address_confirmed", "payment_method", "court_date", "custody_changed", "account_disputed",
        "lost_job", "incarcerated", "income_yearly", "income_change_percent", "receives_benefits",
        "cost_of_living_change_percent", "child_under_18", "collected_this_federal_year",
    ),
    "enforcement": ("answer_by",),
}  # fmt: skip
"""Columns that the agency may not have: what is not mapped is unknown (None), never False or 0."""


class MappingError(Exception):
    """The mapping, or the database it describes, lacks something. The text names the entry to mend."""


@dataclass(frozen=True)
class BlockMapping:
    """One table: its name, and the product's column names mapped to the agency's."""

    table: str
    columns: Mapping[str, str]

    def opened(self, block: str, scope: Collection[ScopeItem]) -> Mapping[str, str]:
        """Return the columns that a scope opens, by the product's names; empty: the table is not read at all.

        The identifier's column is how a row is found; it is never more than what was asked with.
        """
        return {name: self.columns[name] for name in columns_opened(block, self.columns, scope)}


@dataclass(frozen=True)
class SourceMapping:
    """All tables, whether money is kept in ``cents`` or ``dollars``, and the agency's codes for the product's."""

    blocks: Mapping[str, BlockMapping]
    money: str
    codes: Mapping[str, Mapping[str, str]]


def read_mapping(file: Path | None) -> SourceMapping:
    """Read and check a mapping file; None reads the practice county's.

    Raises:
        MappingError: the file is not TOML, or an entry is missing, unknown or of the wrong type.
    """
    path = file or PRACTICE_MAPPING
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise MappingError(f"{path.name} can't be read as TOML: {type(error).__name__}") from error
    money = content.pop("money", None)
    if money not in {"cents", "dollars"}:
        raise MappingError('money must be "cents" or "dollars"')
    codes = content.pop("codes", {})
    if unknown := set(content) - set(REQUIRED):
        raise MappingError(f"unknown table entry [{min(unknown)}]")
    return SourceMapping({name: _block(name, content.get(name)) for name in REQUIRED}, str(money), codes)


def _block(name: str, entries: object) -> BlockMapping:
    if not isinstance(entries, dict) or not isinstance(entries.get("table"), str):
        raise MappingError(f"[{name}] needs an entry table")
    columns = {key: value for key, value in entries.items() if key != "table"}
    if missing := set(REQUIRED[name]) - set(columns):
        raise MappingError(f"[{name}] needs an entry {min(missing)}")
    if unknown := set(columns) - set(REQUIRED[name]) - set(OPTIONAL.get(name, ())):
        raise MappingError(f"[{name}] has no entry {min(unknown)}")
    return BlockMapping(entries["table"], columns)
