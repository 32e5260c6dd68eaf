"""Is a page's own text plain enough? Measured on every page as it is printed, not on the files it is made of."""

from collections.abc import Iterator

from schemas.values import Language
from services.texts.reading_ease import fernandez_huerta, flesch_kincaid_grade
from snapshot_renderer.rules.page_model import PageContent

HIGHEST_GRADE = 7.0
"""Flesch-Kincaid, years of American school."""

LOWEST_EASE = 60.0
"""Fernández-Huerta; above 60 is plain."""


def reading_level(page: PageContent) -> float:
    """Return a page's Flesch-Kincaid grade (English; lower is easier) or Fernández-Huerta ease (Spanish; higher is)."""
    texts = [text for text in _said(page) if text]
    return flesch_kincaid_grade(texts) if page.language is Language.ENGLISH else fernandez_huerta(texts)


def is_too_hard(page: PageContent) -> bool:
    """Say whether a page asks for more than it may."""
    level = reading_level(page)
    return level > HIGHEST_GRADE if page.language is Language.ENGLISH else level < LOWEST_EASE


def _said(page: PageContent) -> Iterator[str]:
    """Yield what the page says in words of ours: no names, no titles of other people's forms."""
    yield from (page.headline, page.act_now or "", *(figure.label for figure in page.numbers))
    yield from (page.payments.message or "", *page.payments.notes)
    yield from (page.arrears.message or "", page.arrears.message_text, *(part.text for part in page.arrears.parts))
    yield from page.order.lines if page.order else ()
    yield from (page.enforcement.message or "", *(row.meaning for row in page.enforcement.rows))
    yield page.steps.message or ""
    for step in page.steps.steps:
        yield from (step.title, step.text)
    yield from (page.helpline, page.confidential)
