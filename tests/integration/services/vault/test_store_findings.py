"""What doctor says about where sealed objects are."""

from pathlib import Path

import pytest

from services.settings import VaultSettings
from services.vault.probing import store_answers, store_finding
from tests.support.s3_server import BUCKET, s3_server


def test_a_folder_that_can_be_written_is_well_and_left_empty(tmp_path: Path) -> None:
    assert store_finding(VaultSettings(home=tmp_path)) == (True, str(tmp_path / "vault"))
    assert [file for file in (tmp_path / "vault").rglob("*") if file.is_file()] == []


def test_a_folder_that_is_none_is_not_well(tmp_path: Path) -> None:
    (tmp_path / "vault").write_text("no folder")
    well, found = store_finding(VaultSettings(home=tmp_path))
    assert not well
    assert "check address, network and disk" in found


def test_a_bucket_is_tried_and_each_refusal_has_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "practice")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with s3_server() as s3:
        settings = VaultSettings(
            home=tmp_path, vault_store="s3", vault_s3_bucket=BUCKET, s3_endpoint=s3.url, aws_region="us-east-1"
        )
        assert store_finding(settings) == (True, f"s3, bucket {BUCKET}")
        assert s3.objects == {}
        assert store_answers(settings)
        well, found = store_finding(settings.model_copy(update={"vault_s3_bucket": "another"}))
        assert (well, found.partition(":")[0]) == (False, "NoSuchBucket")
        s3.refuses = "AccessDenied"
        well, found = store_finding(settings)
        assert not well
        assert "s3:PutObject" in found
        assert not store_answers(settings)
    well, found = store_finding(settings.model_copy(update={"vault_s3_bucket": ""}))
    assert (well, found) == (False, "SNAPSHOT_VAULT_S3_BUCKET is empty")
