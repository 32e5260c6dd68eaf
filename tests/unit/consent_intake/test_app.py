"""The stage does not start on a policy that cannot be used, and says why."""

from pathlib import Path

import pytest

from consent_intake.adapters.policy_file import PolicyUnusable, packaged_policy
from consent_intake.app import main, policy_in_force, stage
from consent_intake.settings import Settings
from services.register.database import Database
from services.register.grants import generate_key_files
from services.vault.master_key import generate_master_key_file
from tests.support.form_readings import POLICY
from tests.support.policy_files import policy_in


def installation(folder: Path, **settings: Path) -> Settings:
    made = Settings(home=folder, **settings)  # type: ignore[arg-type]
    generate_master_key_file(made.master_key_path)
    generate_key_files(made.grant_private_key_path, folder / "keys" / "grant_public.pem")
    return made


def test_the_policy_in_force_is_the_configured_one_else_the_packaged_one(tmp_path: Path) -> None:
    assert policy_in_force(Settings(home=tmp_path)) == packaged_policy()
    assert policy_in_force(Settings(home=tmp_path, intake_policy_file=policy_in(tmp_path, POLICY))) == POLICY


@pytest.mark.parametrize("setting", ["intake_policy_file", "intake_shadow_policy_file"])
async def test_a_policy_that_cannot_be_used_stops_the_start(
    sqlite_register: Database, tmp_path: Path, setting: str
) -> None:
    broken = policy_in(tmp_path, POLICY)
    broken.write_text(broken.read_text().replace(f'"version": "{POLICY.version}"', '"version": "soon"'))
    with pytest.raises(PolicyUnusable, match="version"):
        stage(installation(tmp_path, **{setting: broken}), sqlite_register)


def test_the_process_ends_with_a_sentence_and_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installation(tmp_path)
    monkeypatch.setenv("SNAPSHOT_HOME", str(tmp_path))
    monkeypatch.setenv("SNAPSHOT_INTAKE_POLICY_FILE", str(tmp_path / "absent.json"))
    with pytest.raises(SystemExit, match=r"consent_intake does not start\. The policy file .* cannot be read"):
        main()
