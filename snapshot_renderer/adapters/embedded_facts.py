"""The page's facts as JSON inside its PDF (PDF/A-3 associated file): a machine reads what a person reads, no more."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, time
from typing import Any

import weasyprint

from snapshot_renderer.adapters.page_template import Density
from snapshot_renderer.rules.page_model import PageContent

FILE_NAME = "facts.json"
FORMAT = "child-support-snapshot-facts/1"
_DRAWN_ONLY = ("share",)


def facts_attachment(page: PageContent, density: Density) -> weasyprint.Attachment:
    """Return the file to embed. Its dates are the record's day: the same page makes the same bytes."""
    moment = datetime.combine(page.as_of, time(0, 0, tzinfo=UTC))
    return weasyprint.Attachment(
        string=facts_json(page, density).decode(),
        name=FILE_NAME,
        description="The facts of this page",
        created=moment,
        modified=moment,
        relationship="Data",
    )


def facts_json(page: PageContent, density: Density) -> bytes:
    """Return the facts that are printed, as canonical JSON: amounts and texts as the page says them, cents by month."""
    return json.dumps(_facts(page, density), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _facts(page: PageContent, density: Density) -> Mapping[str, Any]:
    shown = page.enforcement.rows[: density.rows]
    return {
        "format": FORMAT,
        "language": page.language,
        "as_of": page.as_of.isoformat(),
        "blocks_as_of": {
            "payments": page.payments.as_of,
            "past_due": page.arrears.as_of,
            "enforcement": page.enforcement.as_of,
        },
        "name": page.name,
        "case": page.case_number,
        "headline": page.headline,
        "numbers": [{"number": figure.number, "label": figure.label} for figure in page.numbers],
        "months": [
            {"month": bar.month, "due_cents": bar.due, "paid_cents": bar.paid, "state": bar.state}
            for bar in page.payments.bars
        ],
        "past_due": [
            {name: value for name, value in asdict(part).items() if name not in _DRAWN_ONLY}
            for part in page.arrears.parts
        ],
        "enforcement": [asdict(row) for row in shown],
        "enforcement_left_out": len(page.enforcement.rows) - len(shown),
        "steps": [{"number": step.number, "title": step.title, "text": step.text} for step in page.steps.steps],
    }
