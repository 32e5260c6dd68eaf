"""Scores a set of forms in pairs of processes: one makes forms, the other reads them as the stage does.

They are apart so that the reading process holds only what the stage's process holds: CPU and memory are of reading.
"""

import asyncio
import multiprocessing
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from consent_intake.adapters.policy_file import read_policy
from consent_intake.adapters.reading_process import form_reader
from consent_intake.rules.consent_decision import Decision, Uploader, decide
from consent_intake.rules.form_reading import FormReading
from consent_intake.rules.policy import Policy
from consent_intake.samples.truth import Specimen
from consent_intake.scoring.cpu_time import CpuWatch, largest_child_bytes
from consent_intake.scoring.scored import ScoredForm, score_form
from consent_intake.scoring.sources import Source
from services.runtime.failures import TemporarilyUnavailable

_WARM_UP: Final = b"%PDF-1.4 nothing"
_PATIENCE: Final = 10.0


class ScoringStopped(RuntimeError):
    """A process ended before its last form; the text says what was missing, when that is known."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The last word of a reading process.

    Attributes:
        child_bytes: largest resident size of a process that read.
        missing: dependency that was not available; None when all forms were read.
    """

    child_bytes: int
    missing: str | None = None


@dataclass(frozen=True)
class Scores:
    """All forms of a run in the order of their numbers, and the largest child."""

    forms: tuple[ScoredForm, ...]
    child_bytes: int


def score(source: Source, policy: Path, *, jobs: int, told: Callable[[int], None]) -> Scores:
    """Read, decide and score every form.

    Args:
        source: of the forms.
        policy: file of the thresholds.
        jobs: pairs of processes.
        told: is called with the number of forms that are done.

    Raises:
        ScoringStopped: when a process ended early.
    """
    spawn = multiprocessing.get_context("spawn")
    processes: list[BaseProcess] = []
    results: list[Connection] = []
    try:
        for job in range(min(jobs, max(source.size, 1))):
            forms_out, forms_in = spawn.Pipe(duplex=False)
            result_out, result_in = spawn.Pipe(duplex=False)
            share = range(job, source.size, jobs)
            pair: tuple[BaseProcess, BaseProcess] = (
                spawn.Process(target=make_forms, args=(source, share, forms_in), daemon=True),
                # Not a daemon: it has children of its own, and ends when its maker or this process does.
                spawn.Process(target=read_forms, args=(forms_out, policy, result_in)),
            )
            for process in pair:
                process.start()
            processes += pair
            results.append(result_out)
            for end in (forms_out, forms_in, result_in):
                end.close()
        return _gathered(results, told)
    finally:
        for process in processes:
            if process.daemon:
                process.terminate()
            process.join(_PATIENCE)


def _gathered(results: list[Connection], told: Callable[[int], None]) -> Scores:
    forms: list[ScoredForm] = []
    largest, open_ends = 0, list(results)
    while open_ends:
        ready = wait(open_ends)
        for end in [one for one in open_ends if one in ready]:
            try:
                message: ScoredForm | Ended = end.recv()
            except EOFError:
                raise ScoringStopped("a process that reads forms ended early") from None
            if isinstance(message, ScoredForm):
                forms.append(message)
                told(len(forms))
                continue
            if message.missing is not None:
                raise ScoringStopped(f"not available: {message.missing}")
            largest = max(largest, message.child_bytes)
            open_ends.remove(end)
    return Scores(tuple(sorted(forms, key=lambda form: form.number)), largest)


def make_forms(source: Source, share: Iterable[int], out: Connection) -> None:
    """Send the forms of a share, then None. Runs in a process of its own."""
    forms = source.open()
    try:
        for number in share:
            out.send((number, forms.specimen(number)))
        out.send(None)
    except BrokenPipeError:  # the reading process said why
        return


def read_forms(forms: Connection, policy: Path, out: Connection) -> None:
    """Read, decide and score what comes, until None. Runs in a process of its own."""
    try:
        asyncio.run(_read_forms(forms, policy, out))
    except TemporarilyUnavailable as error:
        out.send(Ended(0, missing=str(error)))
    except EOFError:
        out.send(Ended(0, missing="the forms"))
    else:
        out.send(Ended(largest_child_bytes()))


async def _read_forms(forms: Connection, policy_path: Path, out: Connection) -> None:
    policy = read_policy(policy_path)
    reader = form_reader()
    try:
        await reader.read(_WARM_UP)  # libraries are loaded once for thousands of forms, and not counted
        while (message := forms.recv()) is not None:
            number, specimen = message
            watch = CpuWatch()
            reading = (await reader.read(specimen.document, today=specimen.truth.today)).reading
            decision = _decided(specimen, reading, policy)
            seconds = watch.seconds()
            out.send(score_form(number, specimen.truth, reading, decision, cpu_seconds=seconds))
    finally:
        await reader.close()


def _decided(specimen: Specimen, reading: FormReading, policy: Policy) -> Decision:
    truth = specimen.truth
    uploader = Uploader(truth.organization_code, truth.organization_name)
    return decide(reading, truth.claim, uploader, policy=policy, today=truth.today, printed_on=truth.printed_on)
