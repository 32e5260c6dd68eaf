"""The inventory of components lists what an installation gets, no more and no less."""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]
LOCKED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def test_the_inventory_lists_every_locked_package_with_version_and_hash(tmp_path: Path) -> None:
    out = tmp_path / "components.json"
    subprocess.run([ROOT / "deploy" / "components", out], check=True, capture_output=True)
    written = json.loads(out.read_text(encoding="utf-8"))
    assert (written["bomFormat"], written["specVersion"]) == ("CycloneDX", "1.5")
    hashed = {
        (one["name"], one["version"])
        for one in written["components"]
        if any(file.get("hashes") for file in one.get("externalReferences", []))
    }
    locked = set(LOCKED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    assert len(locked) > 100
    assert hashed == locked


def test_without_a_file_it_says_how_it_is_called() -> None:
    done = subprocess.run([ROOT / "deploy" / "components"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "usage: deploy/components FILE\n")
