"""Do a case's four pages tell the same? Amounts, days, months and steps, by content and as printed and spoken."""

import re
from collections.abc import Mapping
from functools import cache
from itertools import pairwise

from babel.dates import get_month_names

from schemas.values import Language
from snapshot_renderer.proving.page_reading import PageRead
from snapshot_renderer.rules.page_model import PageContent
from snapshot_renderer.rules.wording import LOCALES

Day = tuple[int, int, int]
"""Year, month and day; day 0: a month as a whole."""

_MONEY = re.compile(r"-?\$[\d,]+(?:\.\d\d)?")


def languages_agree(pages: Mapping[Language, PageContent], reads: Mapping[Language, PageRead]) -> bool:
    """Say whether two languages of a page show the same figures, days and steps, in content and as printed."""
    content = [_content(page) for page in pages.values()]
    drawn = [_figures(read.drawn) for read in reads.values()]
    told = [[_facts(text, language) for text in sorted(read.told, key=len)] for language, read in reads.items()]
    same = (content, drawn, [sorted(facts) for facts in told])
    return all(one == other for kind in same for one, other in pairwise(kind))


def printed_the_same(reads: Mapping[Language, PageRead]) -> bool:
    """Say whether two languages print the same amounts, days and months, each as often."""
    printed = [_facts(read.spoken, language) for language, read in reads.items()]
    return all(one == other for one, other in pairwise(printed))


def sides_agree(payer: PageContent, receiver: PageContent) -> bool:
    """Say whether the two sides' pages tell of the same order, payments and days, each with steps of its own."""
    return _of_both_sides(payer) == _of_both_sides(receiver) and payer.subtitle != receiver.subtitle


def _of_both_sides(page: PageContent) -> tuple[object, ...]:
    return (
        page.as_of,
        (page.payments.bars, page.payments.total, page.payments.span, page.payments.as_of, page.payments.chart_title),
        ([part.amount for part in page.arrears.parts], page.arrears.as_of),
        (page.enforcement.as_of, sorted(row.day for row in page.enforcement.rows)),
        page.order,
        page.numbers[0].number,
        page.numbers[2],
    )


def _content(page: PageContent) -> tuple[object, ...]:
    """Return what has to be equal in every language, with the words for months and days taken out."""
    language = page.language
    months = _month_numbers(language)
    bars = [(months[bar.month], bar.year, bar.due, bar.paid, bar.amount, bar.state) for bar in page.payments.bars]
    days = [
        [_days(text, language) for text in texts]
        for texts in (
            (page.as_of_line, page.payments.span, page.payments.as_of, page.arrears.as_of, page.enforcement.as_of),
            [number.label for number in page.numbers],
            page.order.lines if page.order else (),
            [f"{row.day} {row.answer or ''}" for row in page.enforcement.rows],
        )
    ]
    return (
        page.as_of,
        page.case_number,
        [number.number for number in page.numbers if not number.is_word],
        bars,
        [(part.kind, part.amount, part.share) for part in page.arrears.parts],
        [row.urgent for row in page.enforcement.rows],
        days,
        [(step.rule_id, step.number, _facts(f"{step.title} {step.text}", language)) for step in page.steps.steps],
        (_days(page.prepared_for, language), _figures(page.payments.total)),
    )


def _facts(text: str, language: Language) -> tuple[list[str], list[Day]]:
    return _figures(text), _days(text, language)


def _figures(text: str) -> list[str]:
    return sorted(_MONEY.findall(text))


def _days(text: str, language: Language) -> list[Day]:
    """Return the days and months that a text names, whatever words it uses for them."""
    numbers, flat = _month_numbers(language), " ".join(text.split())
    return sorted(
        (int(found["year"]), numbers[found["month"].lower()], int(found["day"] or 0))
        for found in _pattern(language).finditer(flat)
    )


@cache
def _month_numbers(language: Language) -> Mapping[str, int]:
    """Return months by every name a page may use: whole, short, and cut to the three letters of a bar."""
    names: dict[str, int] = {}
    for width in ("wide", "abbreviated"):
        for number, name in get_month_names(width, locale=LOCALES[language]).items():
            for used in (name, name[:3], name.lower(), name[:3].lower()):
                names[used] = number
    return names


@cache
def _pattern(language: Language) -> re.Pattern[str]:
    month = "|".join(sorted({name.lower() for name in _month_numbers(language)}, key=len, reverse=True))
    if language is Language.ENGLISH:
        # allowed: no-pattern-from-text - our own names of months
        return re.compile(rf"\b(?P<month>{month})\.? (?:(?P<day>\d{{1,2}}), )?(?P<year>\d{{4}})\b", re.IGNORECASE)
    # allowed: no-pattern-from-text - our own names of months
    return re.compile(
        rf"\b(?:(?P<day>\d{{1,2}}) (?:de )?)?(?P<month>{month})\.? (?:de )?(?P<year>\d{{4}})\b", re.IGNORECASE
    )
