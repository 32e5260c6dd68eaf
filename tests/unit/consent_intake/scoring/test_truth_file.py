"""The truth about given forms is read from JSON and CSV alike, and a mistake is named without repeating a value."""

import json
from datetime import date
from pathlib import Path

import pytest

from consent_intake.samples.truth import Family
from consent_intake.scoring.truth_file import TruthUnusable, truths_in
from schemas.values import Party

ENTRY = {
    "file": "a.pdf",
    "family": "digit_off",
    "parent_name": "José Núñez",
    "birth_date": "1987-04-12",
    "case_identifier": "AB12345C1",
    "party": "custodial",
    "organization_code": "BFF",
    "organization_name": "Bronx Fathers Forward",
    "today": "2026-11-22",
    "signed": "true",
    "written.case_identifier": "AB12345C7",
    "by_hand": "case_identifier parent_name",
    "code": "CSC1|2026-11|en|BFF|0001abcd0001abcd",
}


def as_json(folder: Path, *entries: dict[str, str]) -> Path:
    file = folder / "truth.json"
    file.write_text(json.dumps(entries), encoding="utf-8")
    return file


def as_csv(folder: Path, *entries: dict[str, str]) -> Path:
    file = folder / "truth.csv"
    lines = [",".join(entries[0]), *(",".join(entry.values()) for entry in entries)]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


@pytest.mark.parametrize("write", [as_json, as_csv])
def test_a_truth_is_read(tmp_path: Path, write) -> None:  # noqa: ANN001 - parametrised
    ((name, truth),) = truths_in(write(tmp_path, ENTRY))
    assert name == "a.pdf"
    assert (truth.family, truth.kind, truth.channel) == (Family.DIGIT_OFF, "digit_off", "given")
    assert truth.claim.party is Party.CUSTODIAL
    assert truth.claim.birth_date == date(1987, 4, 12)
    assert truth.written == {"case_identifier": "AB12345C7"}
    assert truth.by_hand == {"case_identifier", "parent_name"}
    assert truth.code is not None
    assert truth.signed


def test_an_unsigned_form_is_to_be_told_at_once_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    unsigned = {**ENTRY, "family": "unsigned", "signed": "false"}
    told = [
        truth.told_at_once for _, truth in truths_in(as_json(tmp_path, unsigned, {**unsigned, "told_at_once": "no"}))
    ]
    assert told == [True, False]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("case_identifier", "9B12345C1"),
        ("family", "forged"),
        ("birth_date", "12.4.87"),
        ("code", "hello"),
        ("age", "3"),
    ],
)
def test_a_mistake_is_named_by_entry_and_part_and_never_by_value(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(TruthUnusable) as raised:
        truths_in(as_json(tmp_path, ENTRY, {**ENTRY, name: value}))
    assert "entry 2" in str(raised.value)
    assert name in str(raised.value)
    assert value not in str(raised.value).replace("entry 2", "")


def test_a_file_outside_of_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TruthUnusable, match="not a path"):
        truths_in(as_json(tmp_path, {**ENTRY, "file": "../../etc/passwd"}))


@pytest.mark.parametrize("text", ["{", '{"file": 1}', "[1]"])
def test_what_is_no_list_of_objects_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "truth.json"
    file.write_text(text)
    with pytest.raises(TruthUnusable):
        truths_in(file)


def test_a_row_with_more_columns_than_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TruthUnusable, match="entry 1"):
        truths_in(as_csv(tmp_path, ENTRY | {"code": "a,b"}))
