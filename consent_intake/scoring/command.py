"""``snapshot intake score``: makes forms, reads and decides them, and says whether every floor is held."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from consent_intake.adapters.policy_file import PolicyUnusable, packaged_policy_path, read_policy
from consent_intake.rules.consent_decision import Outcome, rule_version
from consent_intake.samples.signature_pictures import NoPictures, pictures_in
from consent_intake.samples.signatures import HELD_OUT_STYLES
from consent_intake.samples.truth import Family
from consent_intake.scoring.breakdowns import breakdowns
from consent_intake.scoring.measures import HARD_FAMILIES
from consent_intake.scoring.method import METHOD
from consent_intake.scoring.processes import Scores, ScoringStopped, score
from consent_intake.scoring.report import HEAD, Report, markdown, report_of
from consent_intake.scoring.scored import ScoredForm
from consent_intake.scoring.sources import GivenForms, MadeForms, Source
from consent_intake.scoring.truth_file import TruthUnusable, truths_in

_TOLD_EVERY: Final = 100
"""Forms between two lines of progress when nobody watches."""

_PIPED_WIDTH: Final = 170
"""Characters of a line when nobody watches: every row stays on one line."""


def score_command(
    *,
    count: Annotated[int, typer.Option(min=1, help="forms to make")] = 2000,
    seed: Annotated[int, typer.Option(help="same seed and count, same forms")] = 1,
    floor: Annotated[bool, typer.Option("--floor", help="exit with 1 when a floor is not held")] = False,
    forms: Annotated[Path | None, typer.Option(help="folder of forms that were not made here")] = None,
    truth: Annotated[Path | None, typer.Option(help="JSON or CSV: what is known about them")] = None,
    signatures: Annotated[Path | None, typer.Option(help="folder with pictures of real signatures")] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="forms read at the same time")] = 2,
    policy: Annotated[Path | None, typer.Option(help="thresholds; else the packaged ones")] = None,
    out: Annotated[Path | None, typer.Option(help="Markdown file for every table")] = None,
    misses: Annotated[Path | None, typer.Option(help="JSON lines: forms not found or not ended as hoped")] = None,
) -> None:
    """Score reading and decisions on made or given forms. Stores nothing; shows no value of a form."""
    source = _source(count, seed, forms, truth, signatures)
    policy_path = policy or packaged_policy_path()
    version = _version(policy_path)
    started = monotonic()
    scores = _scored(source, policy_path, jobs)
    report = report_of(scores.forms, scores.child_bytes)
    _show(report)
    if misses is not None:
        misses.write_text("".join(json.dumps(_miss(form)) + "\n" for form in scores.forms if not _as_hoped(form)))
    if out is not None:
        command = f"snapshot intake score --count {count} --seed {seed}" if forms is None else "snapshot intake score"
        notes = [_machine(), _run(scores.forms, version, report, monotonic() - started), *METHOD]
        tables = breakdowns(scores.forms, HELD_OUT_STYLES)
        out.write_text(markdown("How well intake reads and decides", command, notes, report, tables), encoding="utf-8")
    if floor and report.missed:
        typer.echo(f"Floors not held: {'; '.join(report.missed)}", err=True)
        raise typer.Exit(1)


def _source(count: int, seed: int, forms: Path | None, truth: Path | None, signatures: Path | None) -> Source:
    if (forms is None) != (truth is None):
        raise typer.BadParameter("--forms and --truth belong together")
    if forms is not None and truth is not None:
        return _given(forms, truth)
    if signatures is not None:
        try:
            pictures_in(signatures)
        except NoPictures:
            raise typer.BadParameter("--signatures: the folder holds no picture") from None
    return MadeForms(count, seed, signatures)


def _given(forms: Path, truth: Path) -> Source:
    try:
        truths = truths_in(truth)
    except TruthUnusable as error:
        raise typer.BadParameter(str(error)) from None
    except OSError:
        raise typer.BadParameter("--truth: the file cannot be read") from None
    if missing := sum(not (forms / name).is_file() for name, _ in truths):
        raise typer.BadParameter(f"--forms lacks {missing} of the files that --truth names")
    return GivenForms(forms, truths)


def _version(policy: Path) -> str:
    try:
        return rule_version(read_policy(policy))
    except PolicyUnusable as error:
        raise typer.BadParameter(str(error)) from None


def _scored(source: Source, policy: Path, jobs: int) -> Scores:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("forms", total=source.size)

        def told(done: int) -> None:
            progress.update(task, completed=done)
            if not console.is_terminal and done % _TOLD_EVERY == 0:
                typer.echo(f"{done} of {source.size} forms", err=True)

        try:
            return score(source, policy, jobs=jobs, told=told)
        except ScoringStopped as error:
            typer.echo(f"Scoring stopped: {error}.", err=True)
            raise typer.Exit(2) from None


def _show(report: Report) -> None:
    table = Table(*HEAD, title="Intake")
    for row in report.rows():
        table.add_row(*row, style="bold red" if row[-1] == "NO" else None)
    console = Console()
    (console if console.is_terminal else Console(width=_PIPED_WIDTH)).print(table)


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    cores = len(os.sched_getaffinity(0))
    return f"Machine: {cores} cores ({_processor()}), {memory:.0f} GiB, Python {platform.python_version()}."


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _run(forms: Sequence[ScoredForm], version: str, report: Report, seconds: float) -> str:
    bad = sum(form.family in HARD_FAMILIES for form in forms)
    letters = "" if report.letter_seconds is None else f" A foreign letter takes {report.letter_seconds:.2f} s of CPU."
    return (
        f"{len(forms)} forms, {bad} of them bad, {seconds / 60:.0f} minutes; rules {version}; "
        f"{datetime.now(UTC):%H:%M} UTC.{letters}"
    )


def _as_hoped(form: ScoredForm) -> bool:
    if form.has_code and not (form.registered and form.code_read):
        return False
    if form.family is Family.GOOD:
        return form.outcome is Outcome.APPROVED
    if form.told_at_once:
        return form.told_unsigned
    return form.outcome is not Outcome.APPROVED and not (form.signed and form.told_unsigned)


def _miss(form: ScoredForm) -> dict[str, object]:
    """Return what is known about a form that went wrong: no value of it."""
    return {
        "number": form.number,
        "kind": form.kind,
        "channel": form.channel,
        "fill": form.fill,
        "language": form.language,
        "style": form.style,
        "outcome": form.outcome.value,
        "reasons": [reason.value for reason in form.reasons],
        "registered": form.registered,
        "code_read": form.code_read,
        "not_exact": [field.name for field in form.fields if not field.exact],
        "not_confirmed": [field.name for field in form.fields if field.claim_holds and not field.confirmed],
    }
