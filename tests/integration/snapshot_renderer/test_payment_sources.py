"""Where a payment came from leaves no case source: nothing made from a case tells a tax refund from a wage.

Federal tax information stays outside. Every source code is kept beside the payments by every kind of agency, and is
searched for in everything that comes after; and whichever payment has which source, the same bytes come out.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from uuid import UUID

import pytest

from case_fetcher.adapters.case_answer import read_answer
from case_fetcher.practice.county import SOURCES
from case_fetcher.rules.agency_case import AgencyCase
from schemas.case_events import CaseFetched
from schemas.case_record import CaseCopy
from schemas.event import Event
from schemas.snapshot_events import RenderedPage, SnapshotRendered
from schemas.values import FULL_SCOPE, Language, Party, sha256_of
from snapshot_renderer.adapters.embedded_facts import facts_json
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_maker import make_both
from snapshot_renderer.adapters.pdf_writer import LADDER
from snapshot_renderer.adapters.twin_writer import write_twin
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.rules.page_facts import page_facts
from tests.support.canaries import Canary, Search
from tests.support.kept_cases import Keeper, Record, _answer, a_record
from tests.support.opened_pages import copy_for, request_for, whole_pdf

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")

AGENCY_CODES = (
    *SOURCES, "FED_TAX_OFFSET", "IRS-TRO", "FTROP", "STATE_TAX_INTERCEPT", "NYS_DTF_REFUND", "ADMIN_OFFSET",
    "STIMULUS_2020", "UIB_WITHHOLDING", "WORKERS_COMP", "SSA_TITLE_II", "VETERANS_BENEFIT", "BANK_EXECUTION",
    "PROPERTY_SEIZED", "INSURANCE_MATCH", "BAIL_REFUND", "CASH_AT_COUNTER", "HELD_180_DAYS", "RELEASED_JOINT_RETURN",
)  # fmt: skip
"""The practice county's codes, and words that agencies have for the same; some are official, some are habit."""

MARK = "zq7{:02}qx"
CODES = tuple(f"{code}/{MARK.format(number)}" for number, code in enumerate(AGENCY_CODES))
"""Each with a mark of its own, because a page may say "lottery" or "employer" for a reason of its own."""

SEARCH = Search(Canary("source", text) for code in CODES for text in (code, code.split("/")[1]))
PERMUTATIONS = 1_000


def record_with(codes: Sequence[str], dice: Random | None = None) -> Record:
    """Return a case with a payment from each source; ``dice`` makes other amounts and days."""
    made = a_record(children=2, opening_on=None, opening_balance=None)
    made["payment"] = [
        {
            "case_identifier": "AB12345C1",
            "received_on": date(2026, 1 + number % 10, 1 + (dice.randrange(28) if dice else number % 28)),
            "amount": dice.randrange(1, 90_000) if dice else 10_000 + number,
            "source": code,
        }
        for number, code in enumerate(codes)
    ]
    return made


def told_in_events(copy: CaseCopy, pdf: bytes) -> Iterator[Event]:
    ids = {"consent_id": UUID(int=7, version=4), "organization_id": UUID(int=8, version=4)}
    yield CaseFetched(**ids, party=copy.party, case_copy_sha256=sha256_of(copy.canonical_bytes()), as_of=copy.as_of)
    page = RenderedPage(language=Language.ENGLISH, pdf_sha256=sha256_of(pdf), size_bytes=len(pdf))
    yield SnapshotRendered(**ids, snapshot_id=UUID(int=9, version=4), party=copy.party, pages=(page,))


async def test_no_source_code_is_in_anything_that_comes_after_the_agency(
    keeper: Keeper, capsys: pytest.CaptureFixture[str]
) -> None:
    found = await (await keeper.keep([record_with(CODES)])).find("AB12345C1", FULL_SCOPE)
    for party in Party:
        copy = copy_for(found, party)
        assert len(copy.payments) == len(CODES)
        request = request_for(copy)
        places = [repr(found).encode(), copy.canonical_bytes()]
        for language in Language:
            made = make_both(request, language)
            content = page_content(request, packaged_editorial(), language)
            places += [whole_pdf(made.pdf), made.twin, repr(content).encode(), facts_json(content, LADDER[0])]
            places += [event.value() for event in told_in_events(copy, made.pdf)]
        facts = page_facts(request, packaged_editorial(), snapshot_id=UUID(int=9, version=4))
        places.append(facts.model_dump_json().encode())
        places += [text.encode() for text in capsys.readouterr()]
        assert set().union(*(SEARCH.kinds_in(place) for place in places)) == set()
        assert len(places) > 10


def test_the_search_finds_a_code_inside_a_pdf() -> None:
    copy = copy_for(read_record(record_with(CODES)), Party.NONCUSTODIAL)
    named = copy.model_copy(update={"parent_name": CODES[2]})
    assert ("source", CODES[2]) in SEARCH.kinds_in(whole_pdf(make_both(request_for(named), Language.ENGLISH).pdf))


async def test_whichever_payment_came_from_which_source_the_same_pages_come_out(keeper: Keeper) -> None:
    dice = Random(20261122)
    shuffled = [dice.sample(CODES, len(CODES)), [CODES[2]] * len(CODES), [""] * len(CODES)]
    records = [record_with(codes) for codes in (CODES, *shuffled)]
    for number, record in enumerate(records):
        for rows in record.values():
            for row in rows:
                row["case_identifier"] = f"AB1234{number}C1"
    source = await keeper.keep(records)
    pages = set()
    for number in range(len(records)):
        found = await source.find(f"AB1234{number}C1", FULL_SCOPE)
        copy = copy_for(found, Party.CUSTODIAL).model_copy(update={"case_identifier": "AB12345C1"})
        pages.add((copy.canonical_bytes(), make_both(request_for(copy), Language.SPANISH)))
    assert len(pages) == 1


def read_record(record: Record) -> AgencyCase:
    return read_answer(json.dumps(_answer(record, "cents")).encode(), asked_for="AB12345C1", scope=FULL_SCOPE)


def test_a_thousand_cases_say_the_same_whichever_source_each_payment_has() -> None:
    """What is made of a case is made of its copy alone, so equal copies are the proof; some go on to their pages."""
    for number in range(PERMUTATIONS):
        party, language = list(Party)[number % 2], list(Language)[number // 2 % 2]
        dice = Random(f"{number}/codes")
        some = dice.sample(CODES, dice.randint(2, 12))
        other = dice.sample(CODES, len(some))
        one, two = (copy_for(read_record(record_with(codes, Random(number))), party) for codes in (some, other))
        assert one.canonical_bytes() == two.canonical_bytes()
        if number % 9 == 0:
            pages = [page_content(request_for(copy), packaged_editorial(), language) for copy in (one, two)]
            assert pages[0] == pages[1]
            assert write_twin(pages[0]) == write_twin(pages[1])
            assert facts_json(pages[0], LADDER[0]) == facts_json(pages[1], LADDER[0])
