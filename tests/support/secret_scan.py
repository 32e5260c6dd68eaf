"""Looks for keys that somebody left in a file: detect-secrets' shapes of secrets, and the shapes of our own."""

import re
from collections.abc import Iterator
from pathlib import Path

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins.base import RegexBasedDetector

OWN_SHAPES = {
    "our API key": re.compile(r"\bsnap_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"),
    "a webhook's secret": re.compile(r"\bwhsec_[A-Za-z0-9+/]{40,}={0,2}"),
}

PLACEHOLDERS = frozenset({"password", "practice-only", "secret", "word", "hunter2", "p%2Fss"})
"""What stands for a password in an address of the documentation, the tests and the practice set-up."""

BASIC_AUTH = "Basic Auth Credentials"
NOT_SCANNED = (
    "Public IP (ipv4)",  # no secret
    "IBM Cloud IAM Key", "IBM COS HMAC Credentials", "SoftLayer Credentials", "Cloudant Credentials",  # not used here,
    # and their shapes fit any 44 letters
)  # fmt: skip

SKIPPED_FOLDERS = frozenset(
    {".git", ".venv", ".venv-training", ".venv-mutation", "var", "__pycache__", "node_modules", ".hypothesis",
     ".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache"}
)  # fmt: skip


def detectors() -> list[RegexBasedDetector]:
    """Return every detector that knows a secret by its shape; those that guess by its randomness are left out."""
    kinds = get_mapping_from_secret_type_to_class()
    return [
        kind()
        for name, kind in sorted(kinds.items())
        if issubclass(kind, RegexBasedDetector) and name not in NOT_SCANNED
    ]


def secrets_in(text: str, known: list[RegexBasedDetector]) -> Iterator[str]:
    """Yield the kind of each secret in a text; never the secret itself."""
    for detector in known:
        for found in detector.analyze_string(text):
            if detector.secret_type != BASIC_AUTH or found not in PLACEHOLDERS:
                yield detector.secret_type
    for kind, shape in OWN_SHAPES.items():
        yield from (kind for _ in shape.finditer(text))


def scanned_files(root: Path) -> Iterator[Path]:
    """Yield every file of a checkout that is text."""
    for file in sorted(root.iterdir()):
        if file.is_dir() and not file.is_symlink():
            if file.name not in SKIPPED_FOLDERS and not file.name.endswith(".egg-info"):
                yield from scanned_files(file)
        elif file.is_file() and b"\x00" not in file.read_bytes()[:4096]:
            yield file


def scan(root: Path) -> list[str]:
    """Return ``path: kind`` of each secret under a folder."""
    known = detectors()
    return [
        f"{file.relative_to(root)}: {kind}"
        for file in scanned_files(root)
        for kind in secrets_in(file.read_text(encoding="utf-8", errors="replace"), known)
    ]
