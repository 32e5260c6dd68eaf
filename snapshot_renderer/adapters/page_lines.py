"""How long a page is likely to be: a guess from its letters, so that fewer layouts are tried in vain."""

from snapshot_renderer.rules.page_model import ActionRow, PageContent, Step

STEP_LETTERS = 88
ROW_LETTERS = 62
NAME_LETTERS = 40
"""Letters that fit on one line at 10 pt."""

ROW_HEIGHT = 1.3
NOTE_HEIGHT = 0.7
CHART_HEIGHT = 9
ROWS_COUNTED = 5
"""In lines of a step."""


def estimated_lines(page: PageContent) -> float:
    """Return about how many lines the parts that vary take; pages without a chart are that much shorter."""
    lines = sum(_step_lines(step) for step in page.steps.steps)
    lines += sum(_row_lines(row) for row in page.enforcement.rows[:ROWS_COUNTED])
    lines += len(page.name) // NAME_LETTERS
    lines += NOTE_HEIGHT if page.payments.notes else 0
    lines += 1 if page.enforcement.message else 0
    return lines - (CHART_HEIGHT if page.payments.message else 0)


def _step_lines(step: Step) -> float:
    letters = len(step.text) + len(step.link.kind) + len(step.link.title) + len(step.link.address) + 3
    return 1 + -(-letters // STEP_LETTERS)


def _row_lines(row: ActionRow) -> float:
    return ROW_HEIGHT + (len(row.meaning) + len(row.answer or "")) // (ROW_LETTERS + 1)
