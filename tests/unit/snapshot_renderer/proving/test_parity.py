"""Four pages of one case have to tell the same: what differs in one of them is found, whatever it is."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from schemas.values import Language, Party
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_maker import make_page
from snapshot_renderer.proving.page_reading import PageRead, read_page
from snapshot_renderer.proving.parity import languages_agree, printed_the_same, sides_agree
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.rules.page_model import PageContent
from snapshot_renderer.samples.made_up_cases import AS_OF, typical

REQUEST = typical(Party.NONCUSTODIAL)
EN, ES = Language.ENGLISH, Language.SPANISH
PAGES = {language: page_content(REQUEST, packaged_editorial(), language) for language in Language}


@pytest.fixture(scope="module", name="reads")
def _reads() -> Mapping[Language, PageRead]:
    return {language: read_page(make_page(REQUEST, language)) for language in Language}


def test_the_pages_of_a_case_agree(reads: Mapping[Language, PageRead]) -> None:
    assert languages_agree(PAGES, reads)
    assert printed_the_same(reads)


@pytest.mark.parametrize(
    ("printed", "other"),
    [("$4,210", "$4,211"), ("20 nov 2026", "19 nov 2026"), ("20 de noviembre de 2026", "20 de octubre de 2026")],
)
def test_an_amount_or_a_day_that_is_printed_otherwise_is_found_out(
    reads: Mapping[Language, PageRead], printed: str, other: str
) -> None:
    spoken = " ".join(reads[ES].spoken.split())
    assert printed in spoken
    changed = replace(reads[ES], spoken=spoken.replace(printed, other, 1))
    assert not printed_the_same({**reads, ES: changed})


@pytest.mark.parametrize(("told", "other"), [("nov 2025", "dic 2025"), ("$206", "$207")])
def test_a_month_or_an_amount_of_the_chart_that_is_told_otherwise_is_found_out(
    reads: Mapping[Language, PageRead], told: str, other: str
) -> None:
    changed = replace(reads[ES], told=tuple(text.replace(told, other, 1) for text in reads[ES].told))
    assert changed != reads[ES]
    assert not languages_agree(PAGES, {**reads, ES: changed})


def test_a_bar_s_label_that_is_drawn_otherwise_is_found_out(reads: Mapping[Language, PageRead]) -> None:
    changed = replace(reads[ES], drawn=reads[ES].drawn.replace("$206", "$207", 1))
    assert changed != reads[ES]
    assert not languages_agree(PAGES, {**reads, ES: changed})


def with_bar(page: PageContent, **changes: object) -> PageContent:
    first, *rest = page.payments.bars
    bars = (replace(first, **changes), *rest)  # type: ignore[arg-type]
    return replace(page, payments=replace(page.payments, bars=bars))


@pytest.mark.parametrize(
    "spanish",
    [
        replace(PAGES[ES], as_of=AS_OF.replace(day=1)),
        with_bar(PAGES[ES], month="dic"),
        with_bar(PAGES[ES], year="2024"),
        with_bar(PAGES[ES], due=1),
        replace(PAGES[ES], payments=replace(PAGES[ES].payments, as_of="Al 19 nov 2026")),
        replace(PAGES[ES], payments=replace(PAGES[ES].payments, span="De dic 2025 a oct 2026")),
        replace(PAGES[ES], enforcement=replace(PAGES[ES].enforcement, as_of="Al 19 nov 2026")),
        replace(PAGES[ES], enforcement=replace(PAGES[ES].enforcement, rows=PAGES[ES].enforcement.rows[::-1])),
        replace(PAGES[ES], steps=replace(PAGES[ES].steps, steps=PAGES[ES].steps.steps[:-1])),
    ],
    ids=["day", "month", "year", "amount due", "payments as of", "months' span", "actions as of", "actions", "steps"],
)
def test_a_page_whose_content_differs_from_the_other_language_is_found_out(
    reads: Mapping[Language, PageRead], spanish: PageContent
) -> None:
    assert not languages_agree({**PAGES, ES: spanish}, reads)


def test_sides_that_tell_of_different_money_months_or_days_are_found_out() -> None:
    payer, receiver = (page_content(typical(party), packaged_editorial(), EN) for party in Party)
    assert sides_agree(payer, receiver)
    later = replace(receiver.enforcement.rows[0], day="Nov 19, 2026")
    for other in (
        replace(receiver, payments=replace(receiver.payments, total="$1 paid of $2 due.")),
        replace(receiver, payments=replace(receiver.payments, as_of="As of Nov 19, 2026")),
        with_bar(receiver, month="Dec"),
        replace(receiver, enforcement=replace(receiver.enforcement, rows=(later, *receiver.enforcement.rows[1:]))),
        replace(receiver, as_of=AS_OF.replace(day=1)),
    ):
        assert not sides_agree(payer, other)
