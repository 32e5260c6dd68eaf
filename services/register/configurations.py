"""What a process was told when it started: in the audit log whenever it is something else than the last time.

Values are not kept, only short hashes of them: an auditor sees that a setting, a rule book or a policy changed, when,
and whether two processes were told the same. Of a secret it is kept only whether there is one.
"""

import hashlib
import re
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from pydantic import JsonValue, SecretBytes, SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import select

from services.register import audit
from services.register.database import Transaction
from services.register.migrate import newest_revision
from services.register.tables import AuditEntry

ACT: Final = "configuration.changed"

SET, UNSET = "set", "unset"
"""What is kept of a secret, and of a setting that is left empty."""

HASH_LENGTH: Final = 16
"""Hexadecimal digits; settings are few, and nobody gains by making two alike."""

LARGEST_FILE: Final = 4 * 2**20
"""Bytes; rule books, policies and mappings are far smaller. Of a larger file, its path counts."""

_SECRET_NAME = re.compile(r"(secret|password|private|key|token|credential)")
_SIGN_IN = re.compile(r"//[^@/]*@")
"""User and password in an address."""


def fingerprints(settings: BaseSettings) -> dict[str, str]:
    """Return a short hash of each setting by its name; of a file that is named, of what it holds."""
    return {name: _fingerprint(name, getattr(settings, name)) for name in sorted(type(settings).model_fields)}


async def note_configuration(tx: Transaction, *, process: str, settings: BaseSettings, at: datetime) -> bool:
    """Record what a process was told, unless it is what it was told the last time; return whether it was recorded.

    The entry names the settings that changed since then, with the hashes of all, the version of the product and the
    revision of the register's tables that it works with.
    """
    now = fingerprints(settings)
    told: dict[str, JsonValue] = {
        "process": process,
        "version": version("child-support-snapshot"),
        "tables": newest_revision(),
        "settings": dict(now),
    }
    last = await _last(tx, process)
    if last is not None and all(last.get(name) == value for name, value in told.items()):
        return False
    before = (last or {}).get("settings")
    known = before if isinstance(before, dict) else {}
    changed = sorted(name for name in {*now, *known} if now.get(name) != known.get(name)) if last else []
    await audit.record(tx, act=ACT, actor=audit.stage_actor(process), at=at, detail={**told, "changed": [*changed]})
    return True


async def _last(tx: Transaction, process: str) -> dict[str, JsonValue] | None:
    query = select(AuditEntry.detail).where(AuditEntry.act == ACT, AuditEntry.detail["process"].as_string() == process)
    found: dict[str, JsonValue] | None = await tx.scalar(query.order_by(AuditEntry.sequence.desc()).limit(1))
    return found


def _fingerprint(name: str, value: object) -> str:
    if value is None or value == "":
        return UNSET
    if isinstance(value, SecretStr | SecretBytes) or _SECRET_NAME.search(name):
        return SET
    if isinstance(value, Path) and value.is_file() and value.stat().st_size <= LARGEST_FILE:
        return hashlib.sha256(value.read_bytes()).hexdigest()[:HASH_LENGTH]
    return hashlib.sha256(_SIGN_IN.sub("//", str(value)).encode()).hexdigest()[:HASH_LENGTH]
