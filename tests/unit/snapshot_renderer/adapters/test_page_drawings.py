from dataclasses import replace
from xml.etree import ElementTree as ET

import pypdfium2 as pdfium
import weasyprint
import zxingcpp

from schemas.values import Language, Party
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.payment_chart import chart_svg
from snapshot_renderer.adapters.qr_code import qr_svg
from snapshot_renderer.rules.case_figures import MonthState
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.rules.page_model import PaymentsBlock
from snapshot_renderer.samples.made_up_cases import CASES

SVG = "{http://www.w3.org/2000/svg}"


def payments(name: str) -> PaymentsBlock:
    return page_content(CASES[name](Party.NONCUSTODIAL), packaged_editorial(), Language.ENGLISH).payments


def drawn(block: PaymentsBlock) -> ET.Element:
    return ET.fromstring(chart_svg(block, height=120))  # noqa: S314  (our own drawing)


def test_missed_months_are_dashed_and_labelled_so_that_they_show_without_colour() -> None:
    chart = drawn(payments("typical"))

    assert len([bar for bar in chart.iter(f"{SVG}rect") if bar.get("stroke-dasharray")]) == 3
    assert [text.text for text in chart.iter(f"{SVG}text")].count("$0") == 3


def test_a_lump_sum_is_cut_short_with_a_gap_and_its_amount() -> None:
    chart = drawn(payments("worst"))

    assert len(list(chart.iter(f"{SVG}polygon"))) == 1
    assert "$9,185" in [text.text for text in chart.iter(f"{SVG}text")]
    assert not list(drawn(payments("typical")).iter(f"{SVG}polygon"))


def test_nothing_is_drawn_outside_the_chart() -> None:
    for name in ("typical", "unpaid", "worst"):
        for bar in drawn(payments(name)).iter(f"{SVG}rect"):
            assert float(bar.get("y", "-1")) >= 0
            assert float(bar.get("y", "0")) + float(bar.get("height", "0")) <= 120


def test_a_month_without_support_due_is_not_shown_as_missed() -> None:
    block = payments("typical")
    quiet = replace(block.bars[0], due=0, paid=0, amount="", state=MonthState.NOTHING_DUE)
    texts = [text.text for text in drawn(replace(block, bars=(quiet, *block.bars[1:]))).iter(f"{SVG}text")]

    assert "\N{EN DASH}" in texts


def test_text_in_the_drawing_is_escaped() -> None:
    block = payments("typical")
    nasty = replace(block, chart_title="<script>", bars=(replace(block.bars[0], amount="<b>"), *block.bars[1:]))

    assert "<script>" not in chart_svg(nasty, height=120)
    assert "<b>" not in chart_svg(nasty, height=120)


def test_the_qr_code_reads_as_the_address_it_was_made_from() -> None:
    address = "https://www.nyc.gov/site/hra/help/noncustodial-parents.page"
    page = f"<style>@page{{size:2in;margin:0}} svg{{width:1in;height:1in}}</style>{qr_svg(address, title='t')}"
    document = pdfium.PdfDocument(weasyprint.HTML(string=page).write_pdf())
    sheet = document[0]
    found = zxingcpp.read_barcodes(sheet.render(scale=2).to_pil())
    sheet.close()
    document.close()

    assert [code.text for code in found] == [address]
