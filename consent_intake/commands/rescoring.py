"""``snapshot intake rescore``: what another policy would make of past forms. Decides nothing and changes nothing.

Every reading that is opened for it leaves an entry in the audit log.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import func, select

from consent_intake.adapters.policy_file import PolicyUnusable, read_policy
from consent_intake.commands.register_access import console, run
from consent_intake.form_records import RecordUnreadable, claim_of, printed_on, reading_of
from consent_intake.rules.consent_decision import Uploader, rule_version
from consent_intake.rules.form_case import FormCase
from consent_intake.rules.policy import Policy
from consent_intake.rules.policy_diff import PolicyDiff, Rescored, rescored, stored_form_id, was_duplicate
from consent_intake.settings import Settings
from services.register import audit
from services.register.database import Database, Transaction
from services.register.operators import operator
from services.register.tables import Consent, IntakeDecision, Organization
from services.runtime.clock import NEW_YORK, Clock, legal_day, utc_now
from services.vault.vault import ObjectDamaged, ObjectMissing, Vault

WOULD_APPROVE = 3
"""Exit code when a form that was rejected or reviewed would now be approved without anybody looking."""


def rescore(
    policy: Annotated[Path, typer.Option(help="policy to try, JSON", exists=True, dir_okay=False)],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="only forms decided on this day (New York) or later")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="only this many, the newest")] = None,
    allow_approvals: Annotated[
        bool, typer.Option("--allow-approvals", help="exit 0 even when a form would newly be approved")
    ] = False,
) -> None:
    """Try a policy on past forms and print what would change. Exits 3 when a form would newly be approved."""
    try:
        tried = read_policy(policy)
    except PolicyUnusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    first = None if since is None else since.replace(tzinfo=NEW_YORK)

    async def work(database: Database, vault: Vault, settings: Settings) -> PolicyDiff:
        return await diff_of(database, vault, tried, settings.consent_max_months, since=first, limit=limit)

    diff = run(work)
    print_diff(diff, tried)
    if diff.newly_approved and not allow_approvals:
        raise typer.Exit(WOULD_APPROVE)


async def diff_of(
    database: Database,
    vault: Vault,
    policy: Policy,
    max_months: int,
    *,
    since: datetime | None = None,
    limit: int | None = None,
    clock: Clock = utc_now,
) -> PolicyDiff:
    """Judge each form's stored reading again, as of the day on which it was decided, each in a transaction of its own.

    Args:
        database: the register.
        vault: where readings and claims are sealed.
        policy: to try.
        max_months: the longest consent.
        since: only forms decided then or later, aware.
        limit: only so many, the newest.
        clock: for the audit entries.
    """
    forms: list[Rescored] = []
    unopened = 0
    for decision_id in await _latest_decisions(database, since, limit):
        async with database.transaction() as tx:
            form = await _tried(tx, vault, decision_id, policy, max_months)
            if form is None:
                unopened += 1
                continue
            detail = {"policy": rule_version(policy)}
            act, at = "reading.rescored", clock()
            await audit.record(tx, act=act, actor=operator(), at=at, consent_id=form.consent_id, detail=detail)
            forms.append(form)
    return PolicyDiff(tuple(forms), unopened)


async def _latest_decisions(database: Database, since: datetime | None, limit: int | None) -> list[int]:
    """Return the last decision of each consent, the newest first."""
    newest = func.max(IntakeDecision.id).label("newest")
    query = select(newest).group_by(IntakeDecision.consent_id).order_by(newest.desc())
    if since is not None:
        query = query.where(IntakeDecision.at >= since.astimezone(UTC))
    async with database.reading() as tx:
        return list(await tx.scalars(query.limit(limit)))


async def _tried(tx: Transaction, vault: Vault, decision_id: int, policy: Policy, max_months: int) -> Rescored | None:
    """Return a form under another policy; None when what was read from it can't be opened any more."""
    row = await tx.get_one(IntakeDecision, decision_id)
    consent = await tx.get_one(Consent, row.consent_id)
    organization = await tx.get_one(Organization, consent.organization_id)
    try:
        claim = await claim_of(vault, tx, consent.id)
        reading = await reading_of(vault, tx, consent.id)
    except (ObjectMissing, ObjectDamaged, RecordUnreadable):
        return None
    case = FormCase(
        reading=reading,
        claim=claim,
        uploader=Uploader(organization.form_code, organization.name),
        form_id=stored_form_id(row.checks),
        today=legal_day(row.at),
        duplicate=was_duplicate(row.checks),
        max_months=max_months,
        printed_on=await printed_on(reading, tx),
    )
    return rescored(consent.id, row.outcome, row.checks, case.judged_by(policy))


def print_diff(diff: PolicyDiff, policy: Policy) -> None:
    """Print ids, outcomes, codes and counts; no value of any form."""
    screen = console()
    screen.print(f"Policy {policy.version} on {len(diff.forms)} decided forms")
    outcomes = Table("from", "to", "forms", title="Outcomes")
    for (before, after), count in sorted(diff.outcomes.items()):
        outcomes.add_row(before, after, str(count), style="" if before == after else "bold")
    screen.print(outcomes)
    if diff.unopened:
        screen.print(f"Not opened: {diff.unopened}. Their key is destroyed, or older rules read them.")
    checks = Table("check", "from", "to", "forms", title="Checks that end otherwise")
    for (name, (before, after)), count in sorted(diff.checks.items()):
        checks.add_row(name, before, after, str(count))
    if checks.row_count:
        screen.print(checks)
    changed = Table("consent", "from", "to", "reasons", "checks", title="Forms whose outcome changes")
    for form in (form for form in diff.forms if form.changed):
        reasons, names = " ".join(form.reasons), " ".join(form.checks)
        changed.add_row(str(form.consent_id), *form.outcome, reasons, names)
    if changed.row_count:
        screen.print(changed)
    if diff.newly_approved:
        screen.print(f"Would newly be approved: {len(diff.newly_approved)}. Look at each before it goes live.")
