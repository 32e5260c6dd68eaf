"""Counts what the tests made of each small change, and says of every survivor why it may live (deploy/mutate).

Reads what mutmut left in ``mutants/``. The reasons stand in ``mutation_reasons.json``: by file, function and what the
line became. A survivor without a reason is one that the tests have to find; a reason without a survivor is out of date.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

REASONS: Final = Path(__file__).parent / "mutation_reasons.json"
TABLE: Final = Path("docs/benchmarks/mutation.md")

FLOOR: Final = 0.95
"""Share of all changes, from docs/security.md, Q1."""

NOTICED: Final = frozenset({1, 3, 24, 36, 152, 255, -24})
"""A test run's exit code when a test failed or could not even begin, or when the code ran for ever and was stopped. A
crash, a run that was interrupted and a change that no test reaches do not count."""


@dataclass(frozen=True)
class Survivor:
    """One change that no test noticed: the lines it took away and put in."""

    file: str
    function: str
    before: str
    after: str

    @property
    def key(self) -> str:
        """Its name among the reasons."""
        return f"{self.file} {self.function}: {self.after}"


@dataclass
class Tally:
    """Changes by file."""

    made: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)
    lived: list[Survivor] = field(default_factory=list)

    @property
    def share(self) -> float:
        """How many of all were noticed, from 0 to 1; 0 when none was made."""
        return self.noticed.total() / max(self.made.total(), 1)


def counted(mutants: Path, show: Callable[[str], str]) -> Tally:
    """Count a finished run.

    Args:
        mutants: the folder that mutmut works in.
        show: returns a change, by its name, as a diff.
    """
    tally = Tally()
    for meta in sorted(mutants.rglob("*.py.meta")):
        file = meta.relative_to(mutants).as_posix().removesuffix(".meta")
        for name, code in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            tally.made[file] += 1
            tally.noticed[file] += code in NOTICED
            if code not in NOTICED:
                tally.lived.append(_survivor(file, name, show(name)))
    return tally


def _survivor(file: str, name: str, diff: str) -> Survivor:
    lines = [line for line in diff.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    before, after = (" ".join(line[1:].strip() for line in lines if line[0] == sign) for sign in "-+")
    function = name.rpartition("__mutmut_")[0].rpartition(".")[2].removeprefix("x_").removeprefix("x")
    return Survivor(file, function.replace("ǁ", ".").removeprefix("."), before, after)


def faults(tally: Tally, reasons: Mapping[str, str]) -> list[str]:
    """Return what has to be mended, a line each; nothing when the tests bite."""
    found = [f"no test notices it, and no reason is given: {one.key}" for one in tally.lived if one.key not in reasons]
    keys = {one.key for one in tally.lived}
    found += [f"a reason for a change that does not live: {key}" for key in sorted(set(reasons) - keys)]
    return found + ([f"less than {FLOOR:.0%} were noticed"] if tally.share < FLOOR else [])


def page(tally: Tally, reasons: Mapping[str, str], on: str) -> str:
    """Return the page as Markdown."""
    made, noticed = tally.made, tally.noticed
    rows = [f"| {file} | {made[file]} | {noticed[file]} | {noticed[file] / made[file]:.1%} |" for file in sorted(made)]
    survivors = [
        f"| {one.file.rpartition('/')[2]} `{one.function}` | `{_cell(one.after)}` | "
        f"{reasons.get(one.key, '**none: the tests have to find it**')} |"
        for one in tally.lived
    ]
    return "\n".join(
        [
            "# Do the tests bite?",
            "",
            f"Made by `deploy/mutate --write` on {on}: each of these files is changed in many small ways, one at a",
            f"time, and the tests that reach the changed function are run. Floor: {FLOOR:.0%} noticed. Only tests on",
            "SQLite and without a broker or a browser count here.",
            "",
            "| file | changes | noticed | share |",
            "|---|---|---|---|",
            *rows,
            f"| **all** | {made.total()} | {noticed.total()} | **{tally.share:.1%}** |",
            "",
            "## What lived, and why it may",
            "",
            "| where | became | reason |",
            "|---|---|---|",
            *survivors,
            "",
        ]
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or "(removed)"


def _shown(name: str) -> str:
    command = [sys.executable, "-m", "mutmut", "show", name]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def main() -> int:
    """Print the page and what has to be mended; 1 when there is anything."""
    reasons: Mapping[str, str] = json.loads(REASONS.read_text(encoding="utf-8"))
    tally = counted(Path("mutants"), _shown)
    text = page(tally, reasons, datetime.now(UTC).date().isoformat())
    print(text)
    if "--write" in sys.argv:
        TABLE.write_text(text, encoding="utf-8")
    found = faults(tally, reasons)
    print("\n".join(found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
