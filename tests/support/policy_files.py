"""Policies as files, the way an operator keeps them."""

from pathlib import Path

from consent_intake.adapters.policy_file import write_policy
from consent_intake.rules.policy import Policy


def policy_in(folder: Path, policy: Policy) -> Path:
    """Write a policy and its model into a folder; returns the policy's file."""
    model = folder / f"signature-{policy.version}.json"
    model.write_text(policy.signature_model.model_dump_json())
    path = folder / f"{policy.version}.json"
    write_policy(path, model=model, version=policy.version, thresholds=policy)
    return path
