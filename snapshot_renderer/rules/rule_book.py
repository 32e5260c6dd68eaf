"""The rule book and its constants, as data: who may be told what next, when, and on whose authority.

Sources of every rule and constant are named beside them in rule_book.json and constants.json. ``conf`` is A (read on an
official page, statute or regulation) or B (read second-hand); nothing weaker can be a rule, and a weaker constant is
treated as unknown.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.values import Cents, Party
from snapshot_renderer.rules.wording import Localized

YEARLY_ROW_HOLDS = timedelta(days=366)
"""New amounts come each March; a row older than this is out of date and counts as unknown."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Data):
    """One next step. ``when`` is a CEL expression over the facts of rule_facts.py."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,20}$", description="printed in logs and lists")
    audience: Literal["NCP", "CP", "BOTH"]
    priority: int = Field(description="the lower, the earlier on the page")
    when: str
    title: Localized
    text: Localized
    act_now: Localized | None = Field(default=None, description="for what can't wait; {step} is its number")
    resources: tuple[str, ...] = Field(min_length=1, description="ids in the resource catalogue, best first")
    replaced_by: tuple[str, ...] = Field(default=(), description="left out when one of these is on the page")
    last: bool = Field(default=False, description="always the last step")
    conf: Literal["A", "B"]
    source: str = Field(min_length=1)
    review_by: date = Field(description="last day on which it may be printed without being read against its source")

    def is_for(self, party: Party) -> bool:
        """Say whether the rule speaks to this side of the case."""
        return self.audience in {"BOTH", "NCP" if party is Party.NONCUSTODIAL else "CP"}

    def is_overdue(self, today: date) -> bool:
        """Say whether its review-by day is over: then it is withheld until somebody reads its source again."""
        return self.review_by < today


class RuleBook(_Data):
    """Every rule, and the edition that a snapshot was made with."""

    edition: str = Field(min_length=1, max_length=40)
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _names_only_its_own_rules(self) -> Self:
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) != len(ids):
            raise ValueError("two rules have the same id")
        if unknown := {other for rule in self.rules for other in rule.replaced_by} - set(ids):
            raise ValueError(f"replaced by rules that do not exist: {sorted(unknown)}")
        return self

    def overdue(self, today: date) -> tuple[Rule, ...]:
        """Return the rules that are withheld on a day."""
        return tuple(rule for rule in self.rules if rule.is_overdue(today))


class YearlyAmounts(_Data):
    """Yearly amounts in cents, published values (they can't be computed: rounding differs by year)."""

    effective_on: date
    poverty_level: Cents | None = Field(description="federal poverty level, one person")
    self_support_reserve: Cents | None = Field(description="18 NYCRR 347.10(a)(9)")
    conf: Literal["A", "B", "C"]


class _Dated(_Data):
    effective_on: date | None = Field(description="first day in force; None: since before anything that is on record")
    conf: Literal["A", "B"]

    def is_in_force(self, day: date) -> bool:
        """Say whether it had taken effect by a day."""
        return self.effective_on is None or self.effective_on <= day


class Amount(_Dated):
    """A threshold in cents."""

    cents: Cents


class Count(_Dated):
    """A threshold in days, years, months or percent."""

    count: int


class PayItOffWindow(_Data):
    """Days, both included, in which Pay It Off is open."""

    first_day: date
    last_day: date
    conf: Literal["A", "B"]


class Constants(_Data):
    """Thresholds and the amounts that change every year, each by the day it took effect, oldest first."""

    checked_on: date
    yearly: tuple[YearlyAmounts, ...]
    amounts: Mapping[str, tuple[Amount, ...]]
    counts: Mapping[str, tuple[Count, ...]]
    pay_it_off: tuple[PayItOffWindow, ...]

    @model_validator(mode="after")
    def _oldest_first(self) -> Self:
        dated: dict[str, tuple[_Dated, ...]] = {**self.amounts, **self.counts}
        for name, rows in dated.items():
            days = [row.effective_on or date.min for row in rows]
            if not days or days != sorted(set(days)):
                raise ValueError(f"{name}: at least one row, oldest first, one for each day")
        return self

    def amounts_on(self, day: date) -> Mapping[str, Cents | None]:
        """Return every amount in force on a day; None for one that was not yet."""
        return {name: row.cents if (row := _latest(rows, day)) else None for name, rows in self.amounts.items()}

    def counts_on(self, day: date) -> Mapping[str, int | None]:
        """Return every count in force on a day; None for one that was not yet."""
        return {name: row.count if (row := _latest(rows, day)) else None for name, rows in self.counts.items()}

    def yearly_on(self, day: date) -> YearlyAmounts | None:
        """Return the amounts in force on a day; None when they are out of date or not confirmed."""
        row = max(
            (row for row in self.yearly if row.effective_on <= day), key=lambda row: row.effective_on, default=None
        )
        if row is None or row.conf == "C" or day - row.effective_on > YEARLY_ROW_HOLDS:
            return None
        return row

    def pay_it_off_on(self, day: date) -> PayItOffWindow | None:
        """Return the window that is open on a day."""
        return next((window for window in self.pay_it_off if window.first_day <= day <= window.last_day), None)


_Row = TypeVar("_Row", bound=_Dated)


def _latest(rows: tuple[_Row, ...], day: date) -> _Row | None:
    return next((row for row in reversed(rows) if row.is_in_force(day)), None)
