"""The inventory of components lists what an installation gets, no more and no less."""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
LOCKED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def test_the_inventory_lists_every_locked_package_with_version_and_hash(tmp_path: Path) -> None:
    out = tmp_path / "components.json"
    subprocess.run([ROOT / "deploy" / "components", out], check=True, capture_output=True)
    written = json.loads(out.read_text(encoding="utf-8"))
    assert (written["bomFormat"], written["specVersion"]) == ("CycloneDX", "1.5")
    hashed = {(one["name"], one["version"]) for one in written["components"] if one.get("hashes")}
    locked = set(LOCKED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    assert len(locked) > 100
    assert hashed == locked
    hashes = [found["content"] for one in written["components"] for found in one["hashes"]]
    assert sorted(hashes) == sorted(HASH.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))


def test_without_a_file_it_says_how_it_is_called() -> None:
    done = subprocess.run([ROOT / "deploy" / "components"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "usage: deploy/components FILE\n")
