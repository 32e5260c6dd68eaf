"""Real pages: WeasyPrint sets them, pypdfium2 and pypdf read them back."""

import io
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pypdfium2 as pdfium
import pytest
import zxingcpp
from pypdf import PdfReader

from schemas.case_record import Arrears, EnforcementAction, EnforcementCode, EnforcementStatus, Payment
from schemas.values import Language, Party
from services.runtime.failures import TemporarilyUnavailable
from snapshot_renderer.adapters import page_maker
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_maker import PageMaker, make_both, make_page
from snapshot_renderer.adapters.page_template import packaged_template
from snapshot_renderer.adapters.pdf_writer import PdfWriter
from snapshot_renderer.rules.page_content import PageRequest, page_content
from snapshot_renderer.rules.page_model import DoesNotFit, NotPrintable
from snapshot_renderer.samples.made_up_cases import AS_OF, CASES, typical, worst

# WeasyPrint leaves closing its colour profile to the interpreter.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")

PAYER = Party.NONCUSTODIAL


def with_case(request: PageRequest, **changes: Any) -> PageRequest:
    return replace(request, case=request.case.model_copy(update=changes))


def text_of(pdf: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("party", list(Party))
@pytest.mark.parametrize("name", list(CASES))
def test_every_made_up_case_is_one_tagged_letter_page(name: str, party: Party, language: Language) -> None:
    reader = PdfReader(io.BytesIO(make_page(CASES[name](party), language)))

    assert len(reader.pages) == 1
    assert (float(reader.pages[0].mediabox.width), float(reader.pages[0].mediabox.height)) == (612.0, 792.0)
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"] == language.value
    assert catalog["/MarkInfo"]["/Marked"]


def test_the_page_says_what_its_content_says() -> None:
    request = typical(PAYER)
    text = text_of(make_page(request, Language.ENGLISH))

    for wanted in ("You paid in 9 of the last 12 months.", "AB*****C1", "$6,840", "$4,210", "$2,630", "Marcus Rivera"):
        assert wanted in text
    assert "AB12345C1" not in text


def test_the_file_says_pdf_a_and_pdf_ua_and_names_no_person() -> None:
    request = typical(PAYER)
    reader = PdfReader(io.BytesIO(make_page(request, Language.ENGLISH)))
    catalog: Any = reader.trailer["/Root"]
    metadata = catalog["/Metadata"].get_object().get_data().decode()

    assert 'pdfaid:part="3"' in metadata
    assert 'pdfuaid:part="1"' in metadata
    told = metadata + repr(reader.metadata)
    assert not any(secret in told for secret in ("Marcus", "Rivera", "AB", "Bronx"))
    assert "D:20261120" in repr(reader.metadata)


def test_the_same_content_makes_the_same_bytes() -> None:
    content = page_content(worst(PAYER), packaged_editorial(), Language.SPANISH)

    first = PdfWriter().write(content)
    make_page(typical(PAYER), Language.ENGLISH)

    assert PdfWriter().write(content) == first


def test_the_printed_qr_code_can_be_scanned() -> None:
    document = pdfium.PdfDocument(make_page(worst(PAYER), Language.ENGLISH))
    sheet = document[0]
    found = zxingcpp.read_barcodes(sheet.render(scale=110 / 72).to_pil())
    sheet.close()
    document.close()

    assert [code.text for code in found] == ["https://www.nyc.gov/site/hra/help/noncustodial-parents.page"]


@pytest.mark.parametrize("seed", range(8))
def test_random_cases_stay_on_one_page(seed: int) -> None:
    dice = random.Random(seed)
    codes = dice.sample(list(EnforcementCode), dice.randint(0, 8))
    actions = tuple(
        EnforcementAction(
            code=code,
            status=dice.choice(list(EnforcementStatus)),
            started_on=AS_OF - timedelta(days=dice.randint(0, 400)),
        )
        for code in codes
    )
    request = with_case(
        dice.choice((worst, typical))(dice.choice(list(Party))),
        parent_name="".join(dice.choice("abcdefghij éñ-'") for _ in range(dice.randint(1, 90))).strip() or "Li",
        enforcement=actions,
        arrears=Arrears(owed_to_dss=dice.randint(0, 10**8), owed_to_custodial_parent=dice.randint(0, 10**8)),
        payments=tuple(
            Payment(received_on=date(2026, month, 1), amount=dice.randint(0, 10**7)) for month in range(1, 11)
        ),
    )

    assert make_page(request, dice.choice(list(Language))).startswith(b"%PDF")


def test_a_name_in_letters_that_no_font_has_is_refused_rather_than_printed_as_boxes() -> None:
    with pytest.raises(NotPrintable) as refused:
        make_page(with_case(typical(PAYER), parent_name="\U00012000\U00012001"), Language.ENGLISH)
    assert not str(refused.value)


def test_markup_in_a_name_is_printed_as_letters() -> None:
    nasty = "<img src='https://example.org/x.png'><b>Bo</b>"

    assert "<img" in text_of(make_page(with_case(typical(PAYER), parent_name=nasty), Language.ENGLISH))


def test_what_cannot_fit_is_refused() -> None:
    with pytest.raises(DoesNotFit):
        make_page(replace(worst(PAYER), organization_name="Families " * 400), Language.ENGLISH)


def test_the_print_style_uses_nothing_that_is_slow_or_breaks_the_tags() -> None:
    style = packaged_template("page.css")

    assert not [slow for slow in ("flex", "grid", "opacity", "float:", "url(") if slow in style]


async def test_pages_are_made_in_a_child_process_in_every_language() -> None:
    maker = PageMaker(children=1)
    try:
        pages = await maker.make(typical(PAYER))
        with pytest.raises(DoesNotFit):
            await maker.make(replace(worst(PAYER), organization_name="Families " * 400))
    finally:
        await maker.close()

    assert set(pages) == set(Language)
    assert pages[Language.SPANISH] == make_both(typical(PAYER), Language.SPANISH)
    assert pages[Language.SPANISH].pdf == make_page(typical(PAYER), Language.SPANISH)


async def test_a_lost_child_is_waited_for() -> None:
    maker = PageMaker(children=1)
    await maker.close()

    with pytest.raises(TemporarilyUnavailable) as away:
        await maker.make(typical(PAYER))
    assert away.value.dependency == "page_maker"
    assert page_maker.SECONDS_PER_PAGE <= 10
