"""The checks of one finished page: content and file in, faults out. Its four variants side by side: parity.py."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum

from schemas.case_record import EnforcementCode
from schemas.values import Language, Party
from snapshot_renderer.adapters.embedded_facts import FILE_NAME
from snapshot_renderer.proving.page_reading import PageRead
from snapshot_renderer.proving.plain_language import is_too_hard
from snapshot_renderer.rules.page_content import PageRequest
from snapshot_renderer.rules.page_model import PageContent

SMALLEST_TYPE = 7.75
"""Points. The style sheet stops at 7.8."""

LETTER = (612.0, 792.0)

Variant = tuple[Party, Language]
"""Whose page it is, and in which language."""

MOST_ROWS = 5
_SSN = re.compile(r"\b\d{3}[- ]\d{2}[- ]\d{4}\b")
_PRINTED_FACTS = {
    "numbers": ("number", "label"),
    "past_due": ("amount", "label", "text"),
    "enforcement": ("name", "day", "status", "meaning", "answer"),
    "steps": ("title", "text"),
}
_UNEMPLOYMENT = ("unemployment", "desempleo")


class Fault(StrEnum):
    """What can be wrong with a page."""

    REFUSED = "no page"
    PAGE_COUNT = "not one page"
    SHEET = "not Letter"
    SMALL_TYPE = "type too small"
    OVER_THE_EDGE = "over the edge"
    TEXT_MISSING = "text missing or out of order"
    LABEL_MISSING = "chart label missing"
    ALTERNATIVE_MISSING = "alternative text missing"
    FACTS = "embedded facts are not those printed"
    FORBIDDEN = "forbidden content"
    READING_LEVEL = "not plain language"
    LANGUAGES_DIFFER = "languages differ"
    SIDES_DIFFER = "sides differ"
    CONFORMANCE = "not PDF/A-3a and PDF/UA-1"


def faults_of_page(content: PageContent, request: PageRequest, read: PageRead) -> tuple[Fault, ...]:
    """Return what is wrong with one page."""
    wrong = {
        Fault.PAGE_COUNT: read.pages != 1,
        Fault.SHEET: read.size != LETTER,
        Fault.SMALL_TYPE: read.smallest < SMALLEST_TYPE,
        Fault.OVER_THE_EDGE: read.beyond > 0,
        Fault.TEXT_MISSING: rows_said(content, read.spoken) is None,
        Fault.LABEL_MISSING: not _labels_are_there(content, read),
        Fault.ALTERNATIVE_MISSING: not _drawings_are_told(content, read),
        Fault.FACTS: not facts_are_printed(read),
        Fault.READING_LEVEL: is_too_hard(content),
        Fault.FORBIDDEN: any(
            forbidden(request, " ".join((read.spoken, read.drawn, *read.told, *read.embedded.values())))
        ),
    }
    return tuple(fault for fault, is_wrong in wrong.items() if is_wrong)


def facts_are_printed(read: PageRead) -> bool:
    """Say whether every text of the embedded facts stands on the page: the file may tell no more than the paper."""
    if set(read.embedded) != {FILE_NAME}:
        return False
    facts = json.loads(read.embedded[FILE_NAME])
    said = _plain(read.spoken)
    texts = [facts["name"], facts["case"], facts["headline"], *facts["blocks_as_of"].values()]
    for block, keys in _PRINTED_FACTS.items():
        texts += [entry[key] for entry in facts[block] for key in keys if entry[key] is not None]
    return all(_plain(text) in said for text in texts)


def rows_said(content: PageContent, spoken: str) -> int | None:
    """Return how many enforcement actions a page lists if all its text is there, in order; else None.

    Actions that are left out have to be counted on the page: a list that is cut without a word is a fault.
    """
    said = _plain(spoken)
    most = min(MOST_ROWS, len(content.enforcement.rows))
    for rows in range(most, min(most, 1) - 1, -1):
        if _in_order(tuple(_expected(content, rows)), said):
            return rows
    return None


def forbidden(request: PageRequest, text: str) -> Iterator[str]:
    """Yield the kinds of words in a text that never belong on a page of this case."""
    case, grant = request.case, request.grant
    if case.case_identifier in text:
        yield "case identifier"
    if str(grant.consent_id) in text or str(grant.organization_id) in text:
        yield "id"
    if grant.birth_date.isoformat() in text or f"{grant.birth_date:%m/%d/%Y}" in text:
        yield "birth date"
    if _SSN.search(text):
        yield "social security number"
    unemployed = any(action.code is EnforcementCode.UNEMPLOYMENT_WITHHOLDING for action in case.enforcement)
    if unemployed and case.party is Party.CUSTODIAL and any(word in text.lower() for word in _UNEMPLOYMENT):
        yield "source of income"


def _labels_are_there(content: PageContent, read: PageRead) -> bool:
    drawn = _plain(read.drawn)
    return all(_plain(bar.month) in drawn and _plain(bar.amount) in drawn for bar in content.payments.bars)


def _drawings_are_told(content: PageContent, read: PageRead) -> bool:
    told = {_plain(alternative) for alternative in read.told}
    wanted = [content.steps.qr_title]
    if not content.payments.message:
        wanted.append(content.payments.chart_title)
    if content.arrears.parts:
        wanted.append(content.arrears.bar_title)
    return all(_plain(text) in told for text in wanted)


def _in_order(expected: Sequence[str], said: str) -> bool:
    place = 0
    for text in expected:
        wanted = _plain(text)
        found = said.find(wanted, place)
        if found < 0:
            return False
        place = found + len(wanted)
    return True


def _expected(page: PageContent, rows: int) -> Iterator[str]:
    """Yield every text of a page in reading order."""
    yield from (page.title, page.subtitle, page.name, page.case_label, page.case_number, page.case_details)
    yield from (page.as_of_line, page.headline, page.act_now or "")
    for number in page.numbers:
        yield from (number.number, number.label)
    yield from _expected_money(page)
    yield from _expected_actions(page, rows)
    yield from _expected_steps(page)
    yield from (page.helpline, page.prepared_for, page.confidential)


def _expected_money(page: PageContent) -> Iterator[str]:
    payments, arrears = page.payments, page.arrears
    yield from (payments.heading, payments.span, payments.message or payments.total, payments.as_of)
    if not payments.message:
        yield from (entry.label for entry in payments.legend)
        yield from payments.notes
    yield from (arrears.heading, arrears.as_of, arrears.message or "", arrears.message_text)
    for part in arrears.parts:
        yield from (part.amount, part.label, part.text)


def _expected_actions(page: PageContent, rows: int) -> Iterator[str]:
    actions = page.enforcement
    yield from (actions.heading, actions.as_of, actions.message or "")
    if actions.rows:
        yield from actions.columns
    for row in actions.rows[:rows]:
        yield from (row.name, row.day, row.status, row.meaning, row.answer or "")
    if len(actions.rows) > rows:
        yield actions.more[len(actions.rows) - rows]


def _expected_steps(page: PageContent) -> Iterator[str]:
    block = page.steps
    yield from (block.heading, block.message or "")
    for step in block.steps:
        yield from (step.title, step.text, step.link.kind, step.link.title, step.link.address)
    if block.forms:
        yield from (block.forms.title, block.forms.address, block.note or "")
    yield block.qr_label


def _plain(text: str) -> str:
    """Return only a text's letters, figures and signs: lines break anywhere, and PDFium drops hyphens at their ends."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        letter for letter in composed if not letter.isspace() and letter not in "-\xad\ufffe" and letter.isprintable()
    )
