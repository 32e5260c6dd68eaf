"""Have the running portal print the form that a sample is made on: the way a parent's form comes about."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final, Protocol

import numpy as np
import typer

from consent_intake.samples.sample import paper_of, prefill_of
from consent_intake.samples.spec import SampleSpec
from schemas.values import Language
from services.cli.portal_client import Claim, PortalProblem
from services.cli.submit import connect

NOT_OF_THIS_PORTAL: Final = frozenset({"empty", "junk", "other_organization", "retired_revision"})
"""Outcomes of samples that are no form, or one that this organization's portal does not print."""


class Prints(Protocol):
    """What a printer needs of a portal's client."""

    def print_form(
        self, claim: Claim, language: str, *, starts_on: date | None = None, expires_on: date | None = None
    ) -> bytes:
        """Return a form that is filled in already."""

    def print_blank_form(self, language: str) -> bytes:
        """Return a blank form."""


class PortalPrinter:
    """Prints through the API of one organization. A blank form is printed once for each language and then copied."""

    def __init__(self, client: Prints) -> None:
        self._client = client
        self._blank: dict[Language, bytes] = {}

    def form_for(self, spec: SampleSpec, seed: int) -> bytes | None:
        """Return the printed form for ``make_sample(spec, seed, printed)``; None for what this portal does not print.

        Raises:
            PortalProblem: the portal refuses what the sample is to say, or does not answer.
        """
        if spec.outcome in NOT_OF_THIS_PORTAL:
            return None
        if spec.fill == "prefilled":
            return self._prefilled(spec, seed)
        if spec.language not in self._blank:
            self._blank[spec.language] = self._client.print_blank_form(spec.language.value)
        return self._blank[spec.language]

    def _prefilled(self, spec: SampleSpec, seed: int) -> bytes:
        paper = paper_of(spec, np.random.default_rng(seed))  # the same draws as make_sample's
        prefill = prefill_of(paper)
        claim = Claim(paper.parent_name, paper.birth_date.isoformat(), paper.case_identifier, paper.ticked[0].value)
        return self._client.print_form(
            claim, spec.language.value, starts_on=prefill.starts_on, expires_on=prefill.expires_on
        )


@contextmanager
def portal_printer() -> Iterator[PortalPrinter]:
    """A printer of the portal that runs here or that the settings name; what it refuses ends the command.

    Raises:
        typer.Exit: no portal is there, or it refuses.
    """
    client = connect("en")
    try:
        yield PortalPrinter(client)
    except PortalProblem as problem:
        typer.echo(f"{problem.code}: {problem}", err=True)
        raise typer.Exit(1) from None
    finally:
        client.close()
