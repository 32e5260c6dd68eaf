"""A policy is one JSON file and its model's: whatever is wrong with them is said in a sentence."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from consent_intake.adapters.policy_file import (
    PolicyUnusable,
    packaged_policy,
    packaged_policy_path,
    read_policy,
    write_policy,
)
from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.signature_thresholds import SignatureThresholds
from tests.support.form_readings import POLICY
from tests.support.policy_files import policy_in


def test_a_policy_is_read_with_its_model(tmp_path: Path) -> None:
    assert read_policy(policy_in(tmp_path, POLICY)) == POLICY


def test_the_packaged_policy_can_be_used() -> None:
    policy = packaged_policy()
    assert policy.version == "2026-11.2"
    assert len(policy.signature_model.trees) > 1


def test_the_packaged_policy_names_every_threshold_so_that_a_version_never_changes_its_meaning() -> None:
    written = json.loads(packaged_policy_path().read_bytes())
    assert set(written["claims"]) == set(ClaimThresholds.model_fields)
    assert set(written["signature"]) == set(SignatureThresholds.model_fields)


def test_the_packaged_thresholds_are_those_that_the_code_says_were_measured() -> None:
    policy = packaged_policy()
    renew = "snapshot intake new-policy writes it again"
    assert (policy.claims, policy.signature) == (ClaimThresholds(), SignatureThresholds()), renew


def changed(name: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda written: written.update({name: value})


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "no version": (lambda written: written.pop("version"), "version"),
    "a version of another shape": (changed("version", "newest"), "version"),
    "an unknown section": (changed("extras", {}), "extras"),
    "an unknown threshold": (changed("claims", {"name_similarty": 80}), "claims.name_similarty"),
    "a threshold out of range": (changed("signature", {"approve_chance": 1.5}), "signature.approve_chance"),
    "a threshold that is no number": (changed("claims", {"sure_alone": "high"}), "claims.sure_alone"),
    "no model": (lambda written: written.pop("signature_model"), "signature_model"),
    "a model elsewhere": (
        changed("signature_model", {"file": "../m.json", "sha256": "0" * 64}),
        "signature_model.file",
    ),
    "a model that is not there": (changed("signature_model", {"file": "m.json", "sha256": "0" * 64}), "m.json"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_a_policy_is_named(tmp_path: Path, name: str) -> None:
    change, named = MISTAKES[name]
    path = policy_in(tmp_path, POLICY)
    written = json.loads(path.read_bytes())
    change(written)
    path.write_text(json.dumps(written))
    with pytest.raises(PolicyUnusable) as error:
        read_policy(path)
    assert named in str(error.value)
    assert str(error.value).endswith(".")


def test_another_model_than_the_policy_was_made_with_is_refused(tmp_path: Path) -> None:
    path = policy_in(tmp_path, POLICY)
    model = tmp_path / json.loads(path.read_bytes())["signature_model"]["file"]
    model.write_bytes(model.read_bytes() + b" ")
    with pytest.raises(PolicyUnusable, match="is not the one"):
        read_policy(path)


def test_a_model_that_is_pinned_and_makes_no_sense_is_refused(tmp_path: Path) -> None:
    path = policy_in(tmp_path, POLICY)
    written = json.loads(path.read_bytes())
    model = tmp_path / written["signature_model"]["file"]
    model.write_text("{}")
    written["signature_model"]["sha256"] = sha256(b"{}").hexdigest()
    path.write_text(json.dumps(written))
    with pytest.raises(PolicyUnusable, match="signature_model"):
        read_policy(path)


@pytest.mark.parametrize("content", [b"", b"[1, 2]", b"\xff\xfe", b'{"version": NaN}', b"{'a': 1}"])
def test_what_is_no_policy_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes(content)
    with pytest.raises(PolicyUnusable):
        read_policy(path)
    with pytest.raises(PolicyUnusable, match="cannot be read"):
        read_policy(tmp_path / "absent.json")


def test_a_new_policy_names_every_threshold_and_takes_over_anothers(tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    model.write_text(POLICY.signature_model.model_dump_json())
    strict = POLICY.model_copy(update={"claims": POLICY.claims.model_copy(update={"sure_alone": 0.99})})
    made = write_policy(tmp_path / "new.json", model=model, version="2026-12.1", thresholds=strict)
    assert made == strict.model_copy(update={"version": "2026-12.1"})
    assert set(json.loads((tmp_path / "new.json").read_bytes())["claims"]) == set(type(POLICY.claims).model_fields)
    by_default = write_policy(tmp_path / "plain.json", model=model, version="2026-12.2")
    assert by_default.claims == type(POLICY.claims)()


def test_no_policy_is_written_for_what_is_no_model_or_no_version(tmp_path: Path) -> None:
    model = tmp_path / "model.json"
    for content, version in (("{}", "2026-12.1"), (POLICY.signature_model.model_dump_json(), "next")):
        model.write_text(content)
        with pytest.raises(PolicyUnusable):
            write_policy(tmp_path / "new.json", model=model, version=version)
    assert not (tmp_path / "new.json").exists()
