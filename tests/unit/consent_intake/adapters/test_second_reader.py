import cv2
import numpy as np
from numpy.typing import NDArray

from consent_intake.adapters.field_strips import Line, text_lines
from consent_intake.adapters.form_ink import InkBox
from consent_intake.adapters.second_reader import merged, second_opinion
from consent_intake.adapters.tesseract_input import for_tesseract
from consent_intake.rules.form_reading import Engine, EngineText, FormReading, WrittenText, ZoneWord


def picture(*texts: str) -> NDArray[np.uint8]:
    made = np.full((44 * len(texts) + 10, 500), 255, np.uint8)
    for row, text in enumerate(texts):
        cv2.putText(made, text, (10, 44 * row + 34), cv2.FONT_HERSHEY_DUPLEX, 1.0, 0, 2, cv2.LINE_AA)
    return made


def box(*texts: str) -> InkBox:
    grey = picture(*texts)
    return InkBox(grey, np.where(grey < 128, 255, 0).astype(np.uint8))


def test_one_call_reads_every_line_under_its_name() -> None:
    words = second_opinion((Line("parent_name", picture("MARCUS RIVERA")), Line("organization", picture("Queens"))))
    assert {name: [word.text for word in found] for name, found in words.items()} == {
        "parent_name": ["MARCUS", "RIVERA"],
        "organization": ["Queens"],
    }


def test_nothing_to_read_asks_nobody() -> None:
    assert second_opinion(()) == {}


def test_a_picture_of_no_or_monstrous_size_is_not_read() -> None:
    lines = (Line("parent_name", np.zeros((0, 0), np.uint8)), Line("organization", np.zeros((2, 9_000), np.uint8)))
    assert second_opinion(lines) == {}


def test_a_box_with_two_lines_is_cut_between_them_and_one_with_accents_is_not() -> None:
    assert len(text_lines("organization", box("Northside Justice", "and Family Support"))) == 2
    accented = box("NUNEZ")
    cv2.line(accented.ink, (60, 4), (80, 4), 255, 2)
    assert len(text_lines("parent_name", accented)) == 1
    assert text_lines("parent_name", InkBox(np.full((40, 40), 255, np.uint8), np.zeros((40, 40), np.uint8))) == []


FIRST = EngineText(engine=Engine.RAPIDOCR, text="MARCVS RIVRA", confidence=0.4)
READING = FormReading(fields={"parent_name": WrittenText(text=FIRST.text, confidence=0.4, ink=0.1, readings=(FIRST,))})


def test_the_surer_reading_becomes_the_best_and_both_are_kept() -> None:
    words = {"parent_name": (ZoneWord(text="MARCUS", confidence=0.9), ZoneWord(text="RIVERA", confidence=0.8))}
    name = merged(READING, words).fields["parent_name"]
    assert (name.text, name.confidence) == ("MARCUS RIVERA", 0.8)
    assert [reading.engine for reading in name.readings] == [Engine.RAPIDOCR, Engine.TESSERACT]


def test_a_less_sure_second_reading_is_kept_beside_the_first() -> None:
    name = merged(READING, {"parent_name": (ZoneWord(text="M", confidence=0.1),)}).fields["parent_name"]
    assert (name.text, len(name.readings)) == ("MARCVS RIVRA", 2)


def test_words_of_a_field_that_was_not_read_change_nothing() -> None:
    assert merged(READING, {"witness": (ZoneWord(text="M", confidence=0.1),), "parent_name": ()}) == READING


def test_tesseract_gets_the_pixels_as_they_are() -> None:
    pixels = np.arange(100, dtype=np.uint8).reshape(10, 10)
    picture = for_tesseract(pixels)
    assert picture.format == "PPM"  # pytesseract writes what has another format, or none, as PNG
    assert np.array_equal(np.asarray(picture), pixels)
