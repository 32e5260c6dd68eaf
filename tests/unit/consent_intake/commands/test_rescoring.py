"""Another policy is tried on stored readings, and nothing but the audit log notices."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from consent_intake.commands import app
from consent_intake.commands.rescoring import diff_of, print_diff
from consent_intake.rules.form_reading import FormReading
from consent_intake.rules.policy import Policy
from consent_intake.rules.policy_diff import PolicyDiff
from consent_intake.settings import Settings
from schemas.consent_events import RevokedBy
from schemas.reason_codes import ReasonCode
from services.register import audit, consents, migrate
from services.register.database import Database
from services.register.states import ConsentStatus
from services.register.tables import AuditEntry, IntakeDecision, OutgoingEvent, ShadowDecision
from services.vault.file_vault import FileVault
from services.vault.master_key import MasterKey, generate_master_key_file
from tests.support.form_readings import (
    GOOD,
    POLICY,
    SIGNED,
    SIGNED_MEASURES,
    comb_of_a_doubtful_year,
    reading,
    with_fields,
)
from tests.support.intake_desk import Desk, an_upload, another_upload
from tests.support.policy_files import policy_in
from tests.support.register_builders import NOON

UNSURE = reading(signature=SIGNED.model_copy(update={"measures": SIGNED_MEASURES | {"height": 5.0}}))
"""A signature lower than the policy in force accepts."""


def with_signature(**thresholds: float) -> Policy:
    changed = POLICY.signature.model_copy(update=thresholds)
    return POLICY.model_copy(update={"version": "2026-02.1", "signature": changed})


async def tried(desk: Desk, policy: Policy, **options: object) -> PolicyDiff:
    return await diff_of(desk.database, desk.world.vault, policy, 12, clock=desk.world.clock, **options)  # type: ignore[arg-type]


async def test_the_same_policy_changes_nothing(desk: Desk) -> None:
    await desk.decide()
    diff = await tried(desk, POLICY)
    assert diff.outcomes == {("approved", "approved"): 1}
    assert (diff.checks, diff.newly_approved, diff.unopened) == ({}, (), 0)


async def test_a_looser_policy_tells_which_forms_it_would_newly_approve(desk: Desk) -> None:
    await desk.decide(UNSURE)
    diff = await tried(desk, with_signature(least_height=4.0))
    (form,) = diff.newly_approved
    assert (form.consent_id, form.outcome) == (desk.consent_id, ("review", "approved"))
    assert form.checks == {"signature": ("unclear", "passed")}


async def test_a_stricter_policy_tells_why_forms_would_go_to_a_person(desk: Desk) -> None:
    await desk.decide()
    diff = await tried(desk, with_signature(approve_chance=1.0))
    (form,) = diff.forms
    assert (form.outcome, form.reasons) == (("approved", "review"), (ReasonCode.SIGNATURE_UNCLEAR,))
    assert diff.newly_approved == ()


async def test_a_trial_run_touches_nothing_but_the_audit_log(desk: Desk) -> None:
    await desk.decide(UNSURE)
    await tried(desk, with_signature(least_height=4.0))
    assert await desk.status() == ConsentStatus.IN_REVIEW
    async with desk.database.reading() as tx:
        assert len((await tx.scalars(select(IntakeDecision))).all()) == 1
        assert (await tx.scalars(select(ShadowDecision))).all() == []
        assert (await tx.scalars(select(OutgoingEvent))).all() == []
        entries = (await tx.scalars(select(AuditEntry).where(AuditEntry.act == "reading.rescored"))).all()
    assert [(entry.consent_id, entry.actor.startswith("operator:")) for entry in entries] == [(desk.consent_id, True)]
    assert entries[0].detail["policy"].startswith("2026-02.1+")


async def test_a_form_is_judged_as_of_the_day_on_which_it_was_decided(desk: Desk) -> None:
    await desk.decide()
    desk.world.clock.now = NOON + timedelta(days=800)
    assert (await tried(desk, POLICY)).outcomes == {("approved", "approved"): 1}


async def test_a_form_is_judged_with_the_day_on_which_it_was_printed(desk: Desk) -> None:
    await desk.decide(with_fields(signed_on=comb_of_a_doubtful_year("11162026")))
    assert (await tried(desk, POLICY)).outcomes == {("approved", "approved"): 1}


async def test_a_used_form_stays_used_and_a_duplicate_a_duplicate(desk: Desk) -> None:
    await desk.decide()
    desk.consent_id = await another_upload(desk, desk.document)
    await desk.decide()
    desk.document = b"the same paper, scanned again"
    desk.consent_id = await another_upload(desk, desk.document)
    await desk.decide()
    diff = await tried(desk, POLICY)
    assert diff.outcomes == {("approved", "approved"): 1, ("rejected", "rejected"): 1, ("review", "review"): 1}
    assert not any(form.checks for form in diff.forms)


async def test_a_form_whose_key_is_destroyed_is_counted_and_not_guessed(desk: Desk) -> None:
    await desk.decide()
    async with desk.database.transaction() as tx:
        await consents.revoke(
            tx, desk.consent_id, by=RevokedBy.PARENT, actor=audit.SYSTEM, at=NOON, vault=desk.world.vault
        )
    diff = await tried(desk, POLICY)
    assert (diff.forms, diff.unopened) == ((), 1)


async def test_only_the_newest_or_those_since_a_day_are_tried(desk: Desk) -> None:
    await desk.decide()
    desk.world.clock.now = NOON + timedelta(days=3)
    first, desk.document = desk.consent_id, b"a later one"
    desk.consent_id = await another_upload(desk, desk.document)
    await desk.decide(GOOD)
    assert [form.consent_id for form in (await tried(desk, POLICY, limit=1)).forms] == [desk.consent_id]
    assert [form.consent_id for form in (await tried(desk, POLICY, since=NOON + timedelta(days=1))).forms] == [
        desk.consent_id
    ]
    assert {form.consent_id for form in (await tried(desk, POLICY)).forms} == {first, desk.consent_id}


async def test_the_report_holds_ids_codes_and_counts_and_no_value_of_a_form(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    await desk.decide(UNSURE)
    policy = with_signature(least_height=4.0)
    print_diff(await tried(desk, policy), policy)
    shown = capsys.readouterr().out
    for expected in (str(desk.consent_id), "review", "approved", "signature", "Would newly be approved: 1."):
        assert expected in shown
    for value in ("Perez", "Pérez", "1988", "AB12345C1", "Bronx"):
        assert value not in shown


@pytest.mark.parametrize(("options", "code"), [((), 3), (("--allow-approvals",), 0)])
def test_the_command_fails_when_a_form_would_newly_be_approved_unless_that_is_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], code: int
) -> None:
    loose = with_signature(least_height=4.0)
    home = asyncio.run(installation_with(tmp_path, UNSURE))
    monkeypatch.setenv("SNAPSHOT_HOME", str(home))
    called = CliRunner().invoke(app, ["rescore", "--policy", str(policy_in(tmp_path, loose)), *options])
    assert called.exit_code == code, called.output
    assert "Would newly be approved: 1." in called.output


def test_the_command_says_what_is_wrong_with_a_policy(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    called = CliRunner().invoke(app, ["rescore", "--policy", str(broken)])
    assert called.exit_code == 2
    assert "does not name its signature model" in called.output


async def installation_with(folder: Path, form: FormReading) -> Path:
    """Make a home with a register, a vault and keys, in which one form was decided; returns its folder."""
    home = folder / "home"
    settings = Settings(home=home)
    generate_master_key_file(settings.master_key_path)
    migrate.upgrade(settings.register_url)
    database = Database(settings.register_url)
    vault = FileVault(settings.vault_path, MasterKey.from_file(settings.master_key_path))
    desk = await an_upload(database, vault)
    await desk.decide(form)
    await database.close()
    return home
