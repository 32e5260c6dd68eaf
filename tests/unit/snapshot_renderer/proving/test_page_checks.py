"""Every check has to find the fault it is for: a good page is spoiled in one way at a time."""

from dataclasses import replace

import pytest

from schemas.case_record import EnforcementAction, EnforcementCode, EnforcementStatus
from schemas.values import Language, Party
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_maker import make_page
from snapshot_renderer.proving.page_checks import Fault, faults_of_page, rows_said
from snapshot_renderer.proving.page_reading import PageRead, read_page
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.samples.extreme_cases import with_record
from snapshot_renderer.samples.made_up_cases import AS_OF, typical, worst

REQUEST = worst(Party.NONCUSTODIAL)
CONTENT = page_content(REQUEST, packaged_editorial(), Language.ENGLISH)


@pytest.fixture(scope="module", name="read")
def _read() -> PageRead:
    return read_page(make_page(REQUEST, Language.ENGLISH))


def test_a_sound_page_has_no_fault(read: PageRead) -> None:
    assert faults_of_page(CONTENT, REQUEST, read) == ()


def test_what_the_sheet_holds_is_measured(read: PageRead) -> None:
    assert (read.pages, read.size, read.beyond) == (1, (612.0, 792.0), 0)
    assert read.smallest == pytest.approx(7.8, abs=0.06)


@pytest.mark.parametrize(
    ("spoiled", "fault"),
    [
        ({"pages": 2}, Fault.PAGE_COUNT),
        ({"size": (595.0, 842.0)}, Fault.SHEET),
        ({"smallest": 7.0}, Fault.SMALL_TYPE),
        ({"beyond": 1}, Fault.OVER_THE_EDGE),
        ({"drawn": ""}, Fault.LABEL_MISSING),
        ({"told": ()}, Fault.ALTERNATIVE_MISSING),
        ({"embedded": {}}, Fault.FACTS),
    ],
)
def test_a_spoiled_page_is_found_out(read: PageRead, spoiled: dict[str, object], fault: Fault) -> None:
    assert faults_of_page(CONTENT, REQUEST, replace(read, **spoiled)) == (fault,)  # type: ignore[arg-type]


def test_a_text_that_is_cut_is_found_out(read: PageRead) -> None:
    cut = replace(read, spoken=read.spoken.replace("Montalvo", "Monta"))

    assert Fault.TEXT_MISSING in faults_of_page(CONTENT, REQUEST, cut)


def test_texts_in_the_wrong_order_are_found_out(read: PageRead) -> None:
    half = len(read.spoken) // 2
    turned = replace(read, spoken=read.spoken[half:] + read.spoken[:half])

    assert Fault.TEXT_MISSING in faults_of_page(CONTENT, REQUEST, turned)


def test_actions_that_are_left_out_have_to_be_counted_on_the_page(read: PageRead) -> None:
    shown = rows_said(CONTENT, read.spoken)
    assert shown is not None
    assert shown < len(CONTENT.enforcement.rows)
    counted = CONTENT.enforcement.more[len(CONTENT.enforcement.rows) - shown]
    assert counted.startswith("And 3 more")

    assert rows_said(CONTENT, read.spoken.replace(counted, "")) is None


def test_embedded_facts_that_tell_more_than_the_page_are_found_out(read: PageRead) -> None:
    more = read.embedded["facts.json"].replace("$184,210.37", "$184,210.38")

    assert faults_of_page(CONTENT, REQUEST, replace(read, embedded={"facts.json": more})) == (Fault.FACTS,)


@pytest.mark.parametrize("word", ["123-45-6789", REQUEST.case.case_identifier, str(REQUEST.grant.consent_id)])
def test_what_never_belongs_on_a_page_is_found_out(read: PageRead, word: str) -> None:
    assert Fault.FORBIDDEN in faults_of_page(CONTENT, REQUEST, replace(read, spoken=f"{read.spoken} {word}"))


def test_the_custodial_parent_is_never_told_where_the_other_one_s_money_comes_from() -> None:
    action = EnforcementAction(
        code=EnforcementCode.UNEMPLOYMENT_WITHHOLDING, status=EnforcementStatus.ACTIVE, started_on=AS_OF
    )
    request = with_record(typical(Party.CUSTODIAL), enforcement=(action,))
    content = page_content(request, packaged_editorial(), Language.ENGLISH)
    page = read_page(make_page(request, Language.ENGLISH))

    assert faults_of_page(content, request, page) == ()
    told = replace(page, told=(*page.told, "Taken from unemployment benefits."))
    assert faults_of_page(content, request, told) == (Fault.FORBIDDEN,)


def test_a_page_that_is_hard_to_read_is_found_out(read: PageRead) -> None:
    hard = "Notwithstanding administrative determinations, obligors remain categorically ineligible for abatement. "
    steps = tuple(replace(step, text=hard * 3) for step in CONTENT.steps.steps)
    harder = replace(CONTENT, steps=replace(CONTENT.steps, steps=steps))

    assert Fault.READING_LEVEL in faults_of_page(harder, REQUEST, read)


def test_a_block_s_day_that_the_page_does_not_print_is_found_out(read: PageRead) -> None:
    other = read.embedded["facts.json"].replace('"past_due":"As of Nov 20, 2026"', '"past_due":"As of Nov 21, 2026"')

    assert other != read.embedded["facts.json"]
    assert faults_of_page(CONTENT, REQUEST, replace(read, embedded={"facts.json": other})) == (Fault.FACTS,)
