"""Read a policy: one JSON file a version, with the signature model in a file of its own beside it.

The policy names that file and its SHA-256, so that a version always means the same trees.
"""

import json
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consent_intake.rules.policy import Policy
from schemas.values import Sha256

PACKAGED_VERSION = "2026-11.2"
"""The policy in force when no other is configured."""

LARGEST_BYTES = 8 << 20
"""A model of a few hundred trees has far below one megabyte."""


class PolicyUnusable(Exception):
    """The policy can't be used; the text says what to mend, in a sentence for an operator."""


class ModelFile(BaseModel):
    """Where a policy's signature model is.

    Attributes:
        file: name of a file in the policy's own folder.
        sha256: of its bytes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.json$")
    sha256: Sha256


def packaged_policy() -> Policy:
    """Return the policy that comes with the product.

    Raises:
        PolicyUnusable: the installation is damaged.
    """
    return read_policy(packaged_policy_path())


def packaged_policy_path() -> Path:
    """Return the file of the policy that comes with the product."""
    return Path(str(files("consent_intake"))) / "policies" / f"{PACKAGED_VERSION}.json"


def read_policy(path: Path) -> Policy:
    """Return the policy in a file.

    Raises:
        PolicyUnusable: the file or its model is absent, not what the policy says, or holds a value out of its range.
    """
    written = _object(path, _bytes(path))
    model = _model_file(path, written.pop("signature_model", None))
    model_path = path.with_name(model.file)
    content = _bytes(model_path)
    if sha256(content).hexdigest() != model.sha256:
        raise PolicyUnusable(f"The model {model.file} is not the one that the policy {path.name} was made with.")
    written["signature_model"] = _object(model_path, content)
    try:
        return Policy.model_validate_json(json.dumps(written))
    except ValidationError as error:
        raise PolicyUnusable(f"The policy {path.name} has a value that cannot be used: {_where(error)}.") from None


def write_policy(path: Path, *, model: Path, version: str, thresholds: Policy | None = None) -> Policy:
    """Write a policy that names every threshold, beside its model, and return it as it reads back.

    Args:
        path: file to write, in the model's folder.
        model: the signature model's file; the policy pins its SHA-256.
        version: the new policy's.
        thresholds: whose to take over; the code's own when None.

    Raises:
        PolicyUnusable: the model is absent or no model, or the version is none.
    """
    content = _bytes(model)
    trees = _object(model, content)
    given = thresholds.model_dump(mode="json", exclude={"signature_model"}) if thresholds else {}
    try:
        policy = Policy.model_validate_json(json.dumps({**given, "version": version, "signature_model": trees}))
    except ValidationError as error:
        raise PolicyUnusable(f"The policy {path.name} has a value that cannot be used: {_where(error)}.") from None
    written = policy.model_dump(mode="json", exclude={"signature_model"})
    written["signature_model"] = {"file": model.name, "sha256": sha256(content).hexdigest()}
    path.write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    return read_policy(path)


def _model_file(path: Path, written: object) -> ModelFile:
    try:
        return ModelFile.model_validate(written)
    except ValidationError as error:
        where = _where(error, "signature_model")
        raise PolicyUnusable(f"The policy {path.name} does not name its signature model: {where}.") from None


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise PolicyUnusable(f"The file {path.name} is too large for a policy.")
        return path.read_bytes()
    except OSError as error:
        raise PolicyUnusable(f"The policy file {path} cannot be read: {error.strerror}.") from None


def _object(path: Path, content: bytes) -> dict[str, Any]:
    try:
        written = json.loads(content)
    except ValueError:  # bad UTF-8 is one too
        raise PolicyUnusable(f"The file {path.name} is not JSON.") from None
    if not isinstance(written, dict):
        raise PolicyUnusable(f"The file {path.name} holds no policy.")
    return written


def _where(error: ValidationError, *section: str) -> str:
    """Say where the first mistake is, and what it is."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in (*section, *first["loc"]))
    return f"{place or 'the file'}: {first['msg']}"
