"""Policies as files, the way an operator writes them."""

import json
from hashlib import sha256
from pathlib import Path

from consent_intake.rules.policy import Policy


def write_policy(folder: Path, policy: Policy) -> Path:
    """Write a policy and its model into a folder; returns the policy's file."""
    model = policy.signature_model.model_dump_json().encode()
    model_file = folder / f"signature-{policy.version}.json"
    model_file.write_bytes(model)
    written = policy.model_dump(mode="json", exclude={"signature_model"})
    written["signature_model"] = {"file": model_file.name, "sha256": sha256(model).hexdigest()}
    path = folder / f"{policy.version}.json"
    path.write_text(json.dumps(written, indent=2))
    return path
