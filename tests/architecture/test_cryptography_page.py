"""docs/cryptography.md lists every file of the product that takes in a library of cryptography, and no other."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "services", "consent_intake", "case_fetcher", "snapshot_renderer", "notifier")
LIBRARIES = {"cryptography", "argon2", "hmac", "ssl", "pyhanko", "pyhanko_certvalidator", "standardwebhooks"}
ROW = re.compile(r"^\| (\S+\.py) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def libraries_of(source: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found & LIBRARIES


def test_every_use_of_cryptography_is_in_the_list_and_the_other_way_round() -> None:
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    used = {file.relative_to(ROOT).as_posix() for file in files if libraries_of(file.read_text(encoding="utf-8"))}
    rows = ROW.findall((ROOT / "docs" / "cryptography.md").read_text(encoding="utf-8"))
    assert len(used) > 15
    assert sorted(place for place, *_ in rows) == sorted(used)


def test_a_library_is_found_however_it_is_taken_in() -> None:
    assert libraries_of("def f():\n    from cryptography.hazmat import x\n") == {"cryptography"}
    assert libraries_of("import hmac as h, os") == {"hmac"}
    assert libraries_of("from services.portal import hmac") == set()
