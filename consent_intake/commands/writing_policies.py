"""``snapshot intake new-policy``: a policy file to start from, with every threshold named and its model pinned."""

from pathlib import Path
from typing import Annotated

import typer

from consent_intake.adapters.policy_file import PolicyUnusable, read_policy, write_policy


def new_policy(
    file: Annotated[Path, typer.Argument(help="policy to write, beside the model", dir_okay=False)],
    version: Annotated[str, typer.Option(help="of the new policy, such as 2026-12.1")],
    model: Annotated[str, typer.Option(help="file of the signature model, in the same folder")],
    like: Annotated[Path | None, typer.Option(help="policy whose thresholds to take over; empty: the code's")] = None,
) -> None:
    """Write a policy; change a threshold in it, then try it with `rescore` and as the policy on trial."""
    try:
        thresholds = None if like is None else read_policy(like)
        policy = write_policy(file, model=file.with_name(model), version=version, thresholds=thresholds)
    except PolicyUnusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"{file}: policy {policy.version}, model {policy.signature_model.name}")
