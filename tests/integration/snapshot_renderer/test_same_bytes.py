"""The same input, rule book and day make the same file: in another process, place, language and order of work too."""

import hashlib
import os
import subprocess
import sys

import pytest

from schemas.values import Language, Party
from snapshot_renderer.adapters.page_maker import make_page
from snapshot_renderer.samples.made_up_cases import worst

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")

PROGRAM = """
import hashlib
from schemas.values import Language, Party
from snapshot_renderer.adapters.page_maker import make_page
from snapshot_renderer.samples.made_up_cases import worst
print(hashlib.sha256(make_page(worst(Party.CUSTODIAL), Language.SPANISH)).hexdigest())
"""


@pytest.mark.parametrize(
    "world",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "99", "TZ": "America/Anchorage", "LC_ALL": "C.UTF-8", "LANG": "es_ES.UTF-8"},
    ],
)
def test_another_process_makes_the_same_bytes(world: dict[str, str]) -> None:
    make_page(worst(Party.NONCUSTODIAL), Language.ENGLISH)
    ours = hashlib.sha256(make_page(worst(Party.CUSTODIAL), Language.SPANISH)).hexdigest()

    made = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **world}, capture_output=True, text=True, check=True
    )

    assert made.stdout.strip() == ours
