"""docs/logs.md tells of every field that the process log may print, and of no other."""

import re
from pathlib import Path

from services.runtime.log_fields import FIELDS

PAGE = Path(__file__).parents[2] / "docs" / "logs.md"


def test_the_page_lists_the_fields_that_are_printed() -> None:
    listed = re.findall(r"^\| ([a-z_]+) \| [^|]+ \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(name for name in listed if name != "field") == sorted(FIELDS)
