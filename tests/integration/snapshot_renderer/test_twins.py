"""The web page says what the PDF says, in both languages and for both parents, and nothing else."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from schemas.values import Language, Party
from services.page_sizes import PageSize, in_size
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_maker import make_both
from snapshot_renderer.adapters.page_template import packaged_template
from snapshot_renderer.adapters.twin_writer import TwinWriter, write_twin
from snapshot_renderer.rules.case_figures import BlockDays
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.rules.page_model import PageContent
from snapshot_renderer.samples.made_up_cases import AS_OF, CASES, minimal, typical, worst
from tests.support.page_texts import amounts, days, read_html, read_pdf

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")

CUT_ON_PAPER = {"worst"}
"""Cases whose table of actions is longer than the paper holds; a web page has room for all."""

each_case = pytest.mark.parametrize("name", list(CASES))
each_party = pytest.mark.parametrize("party", list(Party))
each_language = pytest.mark.parametrize("language", list(Language))


def content(name: str, party: Party, language: Language) -> PageContent:
    return page_content(CASES[name](party), packaged_editorial(), language)


@each_case
@each_party
@each_language
def test_the_web_page_has_the_amounts_and_days_of_the_pdf(name: str, party: Party, language: Language) -> None:
    made = make_both(CASES[name](party), language)
    web, paper = read_html(made.twin), read_pdf(made.pdf)

    assert amounts(paper) <= amounts(web.prose)
    assert days(paper) <= days(web.prose)
    if name not in CUT_ON_PAPER:
        assert amounts(web.prose) == amounts(paper)
        order = content(name, party, language).order  # on paper only where there is room
        assert days(web.prose) == days(paper) | days(" ".join(order.lines if order else ()))


@each_party
@each_language
def test_the_web_page_says_how_old_each_block_is_as_the_pdf_does(party: Party, language: Language) -> None:
    ages = BlockDays(AS_OF - timedelta(days=3), AS_OF - timedelta(days=2), AS_OF - timedelta(days=1))
    for case in (typical(party), minimal(party)):
        request = replace(case, as_of=ages.figures, block_days=ages)
        made = make_both(request, language)
        web, paper = read_html(made.twin), read_pdf(made.pdf)
        view = page_content(request, packaged_editorial(), language)
        for said in (view.payments.as_of, view.arrears.as_of, view.enforcement.as_of):
            assert " ".join(web.prose.split()).count(said) == " ".join(paper.split()).count(said) == 1, said


@each_case
@each_party
def test_both_languages_say_the_same_amounts_days_and_steps(name: str, party: Party) -> None:
    english, spanish = (read_html(write_twin(content(name, party, language))) for language in Language)

    assert english.steps == spanish.steps
    assert amounts(english.prose) == amounts(spanish.prose)
    assert days(english.prose) == days(spanish.prose)
    figures = [[text for text in page.months if "$" in text] for page in (english, spanish)]
    assert figures[0] == figures[1]


@each_case
@each_language
def test_both_parents_are_told_the_same_months_and_the_same_split(name: str, language: Language) -> None:
    views = [content(name, party, language) for party in Party]
    pages = [read_html(write_twin(view)) for view in views]

    assert pages[0].months == pages[1].months
    assert [part.amount for part in views[0].arrears.parts] == [part.amount for part in views[1].arrears.parts]
    for view, page in zip(views, pages, strict=True):
        assert {part.amount for part in view.arrears.parts} <= amounts(page.prose)


@each_case
@each_party
@each_language
def test_the_steps_are_those_of_the_content_in_their_order(name: str, party: Party, language: Language) -> None:
    page = content(name, party, language)
    read = read_html(write_twin(page))

    assert read.steps == tuple(step.rule_id for step in page.steps.steps)
    for wanted in (page.headline, page.helpline, page.confidential, *(step.title for step in page.steps.steps)):
        assert wanted in read.prose


@each_language
def test_every_month_is_a_row_with_the_exact_amounts(language: Language) -> None:
    page = content("worst", Party.NONCUSTODIAL, language)
    cells = read_html(write_twin(page)).months

    rows = [cells[start : start + 4] for start in range(5, len(cells), 4)]
    assert len(rows) == 12
    for bar, (month, due, paid, _) in zip(page.payments.bars, rows, strict=True):
        assert month.startswith(bar.month)
        cents = [int(re.sub(r"\D", "", text if "." in text else f"{text}.00")) for text in (due, paid)]
        assert cents == [bar.due, bar.paid]
    assert {month.split()[1] for month, *_ in rows} == {"2025", "2026"}


@each_case
@each_party
@each_language
def test_nothing_that_must_never_be_told_is_on_the_page(name: str, party: Party, language: Language) -> None:
    request = CASES[name](party)
    page = write_twin(content(name, party, language)).decode()
    shown = read_html(page.encode())
    prose = shown.prose.lower()

    assert request.case.case_identifier not in page
    assert request.grant.birth_date.isoformat() not in page
    assert request.grant.birth_date not in days(shown.prose)
    for word in ("social security", "seguro social", "ssn", "source:", "origen:", "refund taken", "reembolso tomado"):
        assert word not in prose


@each_language
def test_the_page_asks_no_address_for_anything_and_runs_no_script(language: Language) -> None:
    page = write_twin(content("worst", Party.CUSTODIAL, language))
    tags = read_html(page).tags

    assert not [tag for tag, _ in tags if tag in {"script", "link", "iframe", "object", "img", "form", "base"}]
    assert not [values for _, values in tags if any(name == "src" or name.startswith("on") for name in values)]
    assert not [values for _, values in tags if "style" in values]
    assert re.findall(r"url\(\"(?!data:font/woff2;base64,)", page.decode()) == []
    assert "@import" not in page.decode()
    links = [str(values["href"]) for tag, values in tags if tag == "a"]
    assert all(link.startswith(("https://", "?size=")) for link in links)


def test_headings_tables_and_drawings_are_named_for_those_who_cannot_see_them() -> None:
    tags = read_html(write_twin(content("typical", Party.NONCUSTODIAL, Language.ENGLISH))).tags
    headings = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h\d", tag)]

    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert sum(tag == "caption" for tag, _ in tags) == sum(tag == "table" for tag, _ in tags) == 2
    assert all(values.get("scope") for tag, values in tags if tag == "th")
    drawings = [values for tag, values in tags if tag == "svg"]
    assert all(values.get("role") == "img" or values.get("aria-hidden") == "true" for values in drawings)
    assert sum(values.get("role") == "img" for values in drawings) == 3


def test_large_print_is_the_same_page_with_another_mark() -> None:
    page = write_twin(content("typical", Party.NONCUSTODIAL, Language.SPANISH))
    large = in_size(page, PageSize.LARGE)

    assert read_html(large).prose == read_html(page).prose
    assert b'<html lang="es" data-size="large">' in large
    assert in_size(page, PageSize.REGULAR) == page
    assert "font-size: 18pt" in packaged_template("twin.css")


def test_the_same_content_makes_the_same_bytes() -> None:
    page = page_content(worst(Party.CUSTODIAL), packaged_editorial(), Language.SPANISH)
    first = TwinWriter().write(page)
    write_twin(page_content(typical(Party.NONCUSTODIAL), packaged_editorial(), Language.ENGLISH))

    assert TwinWriter().write(page) == first


def test_every_word_of_the_web_page_is_in_both_languages() -> None:
    words = json.loads(packaged_template("twin_texts.json"))

    assert all(text["en"].strip() and text["es"].strip() and text["en"] != text["es"] for text in words.values())
    used = set(re.findall(r'say\("(\w+)"\)', packaged_template("twin.html.j2")))
    assert used | {"full", "part", "missed", "nothing_due"} == set(words)
