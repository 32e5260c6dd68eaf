"""The scores as a table on the terminal and as a page of documentation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Final

from consent_intake.samples.truth import Family
from consent_intake.scoring.breakdowns import Breakdown
from consent_intake.scoring.measures import (
    CPU_AIM,
    CPU_FLOOR,
    ENOUGH_LETTERS,
    LETTER_SECONDS,
    MEMORY_AIM,
    MEMORY_FLOOR,
    Measure,
    measures,
)
from consent_intake.scoring.scored import ScoredForm

HEAD: Final = ("measure", "floor", "aim", "reached", "95 % interval", "n", "floor held")

_MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What reading costs.

    Attributes:
        name: what is measured.
        floor: must not be exceeded; None for a cost that is only told.
        aim: is hoped for.
        reached: None when nothing was measured.
        n: how often it was.
        unit: ``s`` or ``MiB``.
    """

    name: str
    floor: float | None
    aim: float | None
    reached: float | None
    n: int
    unit: str

    @property
    def missed(self) -> bool:
        """Whether it costs more than it may."""
        return self.floor is not None and self.reached is not None and self.reached > self.floor


@dataclass(frozen=True)
class Report:
    """Every measure of a run."""

    shares: tuple[Measure, ...]
    costs: tuple[Cost, ...]
    letter_seconds: float | None

    @property
    def missed(self) -> list[str]:
        """Names of the floors that were not held."""
        shares = [measure.goal.name for measure in self.shares if measure.missed]
        return shares + [cost.name for cost in self.costs if cost.missed]

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table's rows; HEAD is its head."""
        return [_share_row(measure) for measure in self.shares] + [_cost_row(cost) for cost in self.costs]


def report_of(forms: Sequence[ScoredForm], child_bytes: int) -> Report:
    """Return every measure; letters cost a look by Tesseract at the whole page, and are counted apart."""
    seconds = [form.cpu_seconds for form in forms if form.family is not Family.LETTER]
    letters = [form.cpu_seconds for form in forms if form.family is Family.LETTER]
    memory = Cost(
        "memory of the largest child", MEMORY_FLOOR / _MIB, MEMORY_AIM / _MIB, child_bytes / _MIB, len(forms), "MiB"
    )
    return Report(measures(forms), (*_cpu(seconds, letters), memory), fmean(letters) if letters else None)


def _cpu(seconds: Sequence[float], letters: Sequence[float]) -> tuple[Cost, ...]:
    """Return what a page costs here, and what that is at the speed that the floor is for, when it can be told."""
    name, mean = "CPU per page, everything included", fmean(seconds) if seconds else None
    if mean is None or len(letters) < ENOUGH_LETTERS:
        return (Cost(name, CPU_FLOOR, CPU_AIM, mean, len(seconds), "s"),)
    same_speed = mean * LETTER_SECONDS / fmean(letters)
    return (
        Cost(f"{name}, as it ran", None, None, mean, len(seconds), "s"),
        Cost(f"{name}, a letter at {LETTER_SECONDS} s", CPU_FLOOR, CPU_AIM, same_speed, len(seconds), "s"),
    )


def _share_row(measure: Measure) -> tuple[str, ...]:
    goal, bounds = measure.goal, measure.bounds
    return (
        goal.name,
        _goal(goal.floor, at_most=goal.at_most),
        _goal(goal.aim, at_most=goal.at_most),
        "-" if measure.reached is None else f"{_percent(measure.reached)} ({measure.hits})",
        "-" if bounds is None else f"{_percent(bounds[0])} to {_percent(bounds[1])}",
        str(measure.trials),
        _held(missed=measure.missed, judged=goal.floor is not None and measure.reached is not None),
    )


def _cost_row(cost: Cost) -> tuple[str, ...]:
    digits = 2 if cost.unit == "s" else 0
    reached = "-" if cost.reached is None else f"{cost.reached:.{digits + (cost.unit == 's')}f} {cost.unit}"
    return (
        cost.name,
        *("-" if goal is None else f"{goal:.{digits}f} {cost.unit}" for goal in (cost.floor, cost.aim)),
        reached,
        "",
        str(cost.n),
        _held(missed=cost.missed, judged=cost.floor is not None and cost.reached is not None),
    )


def _goal(share: float | None, *, at_most: bool) -> str:
    if share is None:
        return "-"
    if share == 0:
        return "0"
    return f"{'at most ' if at_most else ''}{100 * share:g} %"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %" if share not in {0.0, 1.0} else f"{100 * share:.0f} %"


def _held(*, missed: bool, judged: bool) -> str:
    if not judged:
        return "-"
    return "NO" if missed else "yes"


def markdown(title: str, command: str, notes: Iterable[str], report: Report, tables: Iterable[Breakdown]) -> str:
    """Return the page: the command that makes it again, what the figures are of, and every table."""
    # allowed: aware-clock - the day of the run, as its machine tells it
    parts = [f"# {title}", f"Made by `{command}` on {date.today():%Y-%m-%d}.", *notes]  # noqa: DTZ011 - of the run
    parts += [_table(HEAD, report.rows())]
    for breakdown in tables:
        parts += [f"## {breakdown.title}", _table(breakdown.head, breakdown.rows)]
    return "\n\n".join(parts) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
