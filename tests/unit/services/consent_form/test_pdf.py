"""The printed form against its layout."""

import logging
import re
from datetime import date
from io import BytesIO
from itertools import combinations, product

import cv2
import numpy as np
import pypdfium2
import pytest
import zxingcpp
from pypdf import PdfReader

from schemas.values import Language, Party
from services.consent_form.blank import blank_form_raster
from services.consent_form.code import FORM_ID, FormCode, FormCodeInvalid
from services.consent_form.layout import COMB_FIELDS, FORM_REVISION, FieldBox, layout
from services.consent_form.markers import marker_rows
from services.consent_form.pdf import DoesNotFitBox, Prefill, blank_form_pdf, empty_form_pdf
from services.consent_form.raster import page_raster
from services.consent_form.texts import form_texts

SERIAL = "0123456789abcdef"
DPI = 288
SCALE = DPI / 72  # 4 pixels a point
PREFILL = Prefill(
    parent_name="Elena Núñez",
    birth_date=date(1990, 9, 30),
    case_identifier="AB12345C1",
    party=Party.CUSTODIAL,
    starts_on=date(2026, 12, 1),
    expires_on=date(2027, 11, 30),
)
WORST_PREFILL = Prefill(parent_name="Maximiliano Bartolomeu de la Concepción y Villanueva-Etxeberria")


def printed(language: Language = Language.ENGLISH, prefill: Prefill | None = None) -> bytes:
    return blank_form_pdf(
        language=language,
        organization_name="Bronx Fathers Forward",
        organization_code="BFF",
        serial=SERIAL,
        prefill=prefill,
    )


def text_in(pdf: bytes, box: FieldBox) -> str:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    height = page.get_height()
    words = page.get_textpage().get_text_bounded(
        left=box.x, bottom=height - box.bottom, right=box.right, top=height - box.y
    )
    document.close()
    return str(words).strip()


@pytest.fixture(scope="module", params=list(Language))
def empty(request: pytest.FixtureRequest) -> np.ndarray:
    return page_raster(empty_form_pdf(request.param), DPI)


def edge(pixels: np.ndarray, around: float, *, along: int) -> float:
    """Return where the darkest line lies, in points; along is the axis that the line runs along."""
    profile = 255 - pixels.mean(axis=along)
    assert profile.max() > 60, "no border here"
    return around + (float((profile * np.arange(len(profile))).sum() / profile.sum()) + 0.5) / SCALE


def borders() -> list[FieldBox]:
    form = layout(Language.ENGLISH)
    open_boxes = [box for name, box in form.fields.items() if name not in COMB_FIELDS]
    return open_boxes + [cell for cells in form.cells.values() for cell in cells]


@pytest.mark.parametrize("box", borders(), ids=lambda box: box.name)
def test_each_border_is_printed_where_the_layout_says(empty: np.ndarray, box: FieldBox) -> None:
    reach = 1.5
    rows = slice(round((box.y + 3) * SCALE), round((box.bottom - 3) * SCALE))
    columns = slice(round((box.x + 3) * SCALE), round((box.right - 3) * SCALE))
    for x in (box.x, box.right):
        window = empty[rows, round((x - reach) * SCALE) : round((x + reach) * SCALE)]
        assert edge(window, round((x - reach) * SCALE) / SCALE, along=0) == pytest.approx(x, abs=0.3)
    for y in (box.y, box.bottom):
        window = empty[round((y - reach) * SCALE) : round((y + reach) * SCALE), columns]
        assert edge(window, round((y - reach) * SCALE) / SCALE, along=1) == pytest.approx(y, abs=0.3)


def test_the_inside_of_every_empty_box_is_white_but_for_the_signing_line(empty: np.ndarray) -> None:
    for box in borders():
        inside = empty[
            round((box.y + 1) * SCALE) : round((box.bottom - 1) * SCALE),
            round((box.x + 1) * SCALE) : round((box.right - 1) * SCALE),
        ]
        dark = float((inside < 200).mean())
        assert dark == 0 or (box.name == "signature" and dark < 0.03), box.name


def test_the_corner_marks_are_found_where_the_layout_says() -> None:
    page = page_raster(printed(), 200)
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    corners, ids, _ = detector.detectMarkers(page)
    found = {int(i): quad[0][0] * 72 / 200 for i, quad in zip(np.ravel(ids), corners, strict=True)}
    expected = {mark.marker_id: mark.box for mark in layout(Language.ENGLISH).marks}
    assert found.keys() == expected.keys()
    for marker_id, box in expected.items():
        assert found[marker_id] == pytest.approx((box.x, box.y), abs=0.6)


@pytest.mark.parametrize("marker_id", range(4))
def test_the_written_out_marks_are_those_of_the_dictionary(marker_id: int) -> None:
    dictionary = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    image = cv2.aruco.generateImageMarker(dictionary, marker_id, 6)
    assert marker_rows(marker_id) == tuple("".join("1" if v else "0" for v in row) for row in image)


@pytest.mark.parametrize("language", list(Language))
def test_the_code_reads_and_says_which_form_this_is(language: Language) -> None:
    found = zxingcpp.read_barcodes(page_raster(printed(language), 150))
    assert [FormCode.parse(code.text) for code in found] == [FormCode(FORM_ID, FORM_REVISION, language, "BFF", SERIAL)]


@pytest.mark.parametrize("organization_code", ["A", "ABCDEFGHIJ-9"])
def test_the_code_fills_its_box_whatever_the_organization(organization_code: str) -> None:
    pdf = blank_form_pdf(
        language=Language.ENGLISH, organization_name="X", organization_code=organization_code, serial=SERIAL
    )
    position = zxingcpp.read_barcodes(page_raster(pdf, DPI))[0].position
    box = layout(Language.ENGLISH).code
    assert (position.top_left.x / SCALE, position.top_left.y / SCALE) == pytest.approx((box.x, box.y), abs=1)
    assert (position.bottom_right.x / SCALE, position.bottom_right.y / SCALE) == pytest.approx(
        (box.right, box.bottom), abs=1
    )


def test_known_values_are_printed_inside_their_boxes() -> None:
    pdf, form = printed(prefill=PREFILL), layout(Language.ENGLISH)
    assert text_in(pdf, form.fields["parent_name"]) == "Elena Núñez"
    assert text_in(pdf, form.fields["organization"]) == "Bronx Fathers Forward"
    read = {name: "".join(text_in(pdf, cell) for cell in form.cells[name]) for name in form.cells}
    assert read == {
        "birth_date": "09301990",
        "case_identifier": "AB12345C1",
        "starts_on": "12012026",
        "expires_on": "11302027",
        "signed_on": "",
    }


def test_only_the_role_that_is_known_is_ticked() -> None:
    page, form = page_raster(printed(prefill=PREFILL), DPI), layout(Language.ENGLISH)
    ink = {}
    for name in ("role_noncustodial", "role_custodial", "safety_yes"):
        box = form.fields[name]
        inside = page[
            round((box.y + 1.5) * SCALE) : round((box.bottom - 1.5) * SCALE),
            round((box.x + 1.5) * SCALE) : round((box.right - 1.5) * SCALE),
        ]
        ink[name] = float((inside < 128).mean())
    assert ink["role_custodial"] > 0.12
    assert ink["role_noncustodial"] == ink["safety_yes"] == 0


@pytest.mark.parametrize("language", list(Language))
def test_a_form_without_values_has_no_text_in_any_box(language: Language) -> None:
    pdf = empty_form_pdf(language)
    assert {name: text_in(pdf, box) for name, box in layout(language).fields.items() if text_in(pdf, box)} == {}


def test_a_very_long_name_is_printed_smaller_and_stays_in_its_box() -> None:
    pdf, form = printed(prefill=WORST_PREFILL), layout(Language.ENGLISH)
    assert text_in(pdf, form.fields["parent_name"]) == WORST_PREFILL.parent_name


def test_a_long_organization_takes_two_lines() -> None:
    name = "Northern Manhattan Center for Fathers, Families and Neighborhood Job Training"
    pdf = blank_form_pdf(language=Language.ENGLISH, organization_name=name, organization_code="NM", serial=SERIAL)
    assert " ".join(text_in(pdf, layout(Language.ENGLISH).fields["organization"]).split()) == name


@pytest.mark.parametrize(("field", "name"), [("parent_name", "W" * 90), ("organization", "W" * 90)])
def test_what_does_not_fit_is_refused_and_only_the_field_is_named(field: str, name: str) -> None:
    with pytest.raises(DoesNotFitBox, match=f"^{field}$"):
        blank_form_pdf(
            language=Language.ENGLISH,
            organization_name=name if field == "organization" else "X",
            organization_code="X",
            serial=SERIAL,
            prefill=Prefill(parent_name=name) if field == "parent_name" else None,
        )


def test_a_bad_organization_code_is_refused() -> None:
    with pytest.raises(FormCodeInvalid):
        blank_form_pdf(language=Language.ENGLISH, organization_name="X", organization_code="x|y", serial=SERIAL)


def test_markup_in_a_name_is_printed_as_text_and_fetches_nothing(caplog: pytest.LogCaptureFixture) -> None:
    name = "<img src='file:///etc/passwd'>"
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        pdf = printed(prefill=Prefill(parent_name=name))
    assert text_in(pdf, layout(Language.ENGLISH).fields["parent_name"]) == name
    assert caplog.records == []


@pytest.mark.parametrize("language", list(Language))
def test_printing_gives_no_warning_and_one_tagged_page_with_its_fonts(
    language: Language, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        reader = PdfReader(BytesIO(printed(language, PREFILL)))
    assert caplog.records == []
    assert len(reader.pages) == 1
    assert reader.trailer["/Root"]["/Lang"] == language.value
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    fonts = reader.pages[0]["/Resources"]["/Font"].get_object().values()
    descriptors = [f.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for f in fonts]
    assert all("Public" in d["/FontName"] and ("/FontFile2" in d or "/FontFile3" in d) for d in descriptors)


def test_the_parents_name_is_in_no_metadata() -> None:
    reader = PdfReader(BytesIO(printed(prefill=PREFILL)))
    xmp = reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert "Núñez" not in str(reader.metadata) + xmp


def test_the_same_input_gives_the_same_bytes() -> None:
    assert printed(prefill=PREFILL) == printed(prefill=PREFILL)


@pytest.mark.parametrize("language", list(Language))
def test_the_packaged_blank_page_is_what_the_form_prints(language: Language) -> None:
    drawn = page_raster(empty_form_pdf(language), 200).astype(int)
    packaged = blank_form_raster(language).astype(int)
    assert packaged.shape == drawn.shape == (2200, 1700)
    # Another version of the renderer may shade an edge differently; a moved line or word changes far more pixels.
    assert float((abs(packaged - drawn) > 90).mean()) < 0.0002, "run: snapshot consent-form blank-pages"


def test_the_blank_page_can_be_had_at_other_resolutions() -> None:
    assert blank_form_raster(Language.SPANISH, dpi=150).shape == (1650, 1275)


def test_changing_a_blank_page_does_not_change_the_next_callers() -> None:
    blank_form_raster(Language.ENGLISH)[:] = 0
    assert blank_form_raster(Language.ENGLISH).max() == 255


def text_rectangles(pdf: bytes) -> list[FieldBox]:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    height, words = page.get_height(), page.get_textpage()
    rectangles = [words.get_rect(index) for index in range(words.count_rects())]
    document.close()
    return [FieldBox("text", left, height - top, right - left, top - bottom) for left, bottom, right, top in rectangles]


@pytest.mark.parametrize("language", list(Language))
def test_no_words_run_into_each_other_or_into_a_box(language: Language) -> None:
    def collide(one: FieldBox, other: FieldBox) -> bool:
        across = min(one.right, other.right) - max(one.x, other.x)
        down = min(one.bottom, other.bottom) - max(one.y, other.y)
        return across > 1.5 and down > 2.5

    words = text_rectangles(empty_form_pdf(language))
    assert len(words) > 60
    assert [pair for pair in combinations(words, 2) if collide(*pair)] == []
    form = layout(language)
    drawn = [*form.fields.values(), form.code, *(mark.box for mark in form.marks)]
    assert [box.name for box in drawn for word in words if collide(word, box)] == []
    assert all(word.x >= 36 and word.right <= 576 and word.bottom <= 774 for word in words)


@pytest.mark.parametrize("language", list(Language))
def test_every_letter_is_large_enough_to_read(language: Language) -> None:
    content = PdfReader(BytesIO(empty_form_pdf(language))).pages[0].get_contents()
    assert content is not None
    sizes = [float(size) * 0.75 for size in re.findall(rb"/\S+ ([\d.]+) Tf", content.get_data())]
    assert min(sizes) >= 7


def test_english_and_spanish_say_the_same_things() -> None:
    english, spanish = form_texts(Language.ENGLISH), form_texts(Language.SPANISH)
    for one, other in product((english,), (spanish,)):
        assert one.labels.keys() == other.labels.keys()
        assert [len(s.bullets) for s in (*one.left, *one.right)] == [
            len(s.bullets) for s in (*other.left, *other.right)
        ]
    words = " ".join(str(getattr(english, name)) for name in english.__slots__)
    spanish_words = " ".join(str(getattr(spanish, name)) for name in spanish.__slots__)
    assert re.findall(r"\bbox (\d)", words) == re.findall(r"casilla (\d)", spanish_words)


def syllables(word: str) -> int:
    vowels = len(re.findall(r"[aeiouy]+", word.lower()))
    return max(1, vowels - (word.lower().endswith("e") and not word.lower().endswith(("le", "ee"))))


def test_the_english_explanation_reads_at_sixth_grade_or_below() -> None:
    """Flesch-Kincaid grade of the sentences above the boxes and of what the parent declares."""
    texts = form_texts(Language.ENGLISH)
    said = [section.text for section in (*texts.left, *texts.right)] + [texts.declaration]
    sentences = [sentence for text in said for sentence in re.split(r"[.:]\s*", text) if sentence]
    words = [word for sentence in sentences for word in re.findall(r"[A-Za-z0-9]+", sentence)]
    grade = 0.39 * len(words) / len(sentences) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
    assert grade <= 6.0
