"""The sample forms hold what their outcome needs."""

import json
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pypdf
import pytest
import zxingcpp
from PIL import Image
from typer.testing import CliRunner

from consent_intake.adapters.pdf_signatures import TrustList, digital_signatures
from consent_intake.samples.commands import app
from consent_intake.samples.containers import PASSWORD
from consent_intake.samples.outcomes import OUTCOMES, Result
from consent_intake.samples.people import DEMONSTRATION_PARENTS, OTHER_ORGANIZATION_CODE
from consent_intake.samples.sample import OutcomeUnknown, make_sample
from consent_intake.samples.spec import Container, Fill, SampleSpec, Scan
from schemas.consent_records import ConsentClaim
from schemas.values import Language, Party
from services.consent_form.blank import blank_form_raster
from services.consent_form.code import FormCode
from services.consent_form.layout import COMB_FIELDS, RETIRED_REVISIONS, layout
from services.consent_form.raster import page_raster

TODAY = date(2026, 11, 22)
TYPED = SampleSpec(today=TODAY)
FORM = layout(Language.ENGLISH)
DPI = 200


def pixels(sample: bytes) -> np.ndarray:
    if sample.startswith(b"%PDF"):
        return page_raster(sample, DPI)
    return np.array(Image.open(BytesIO(sample)).convert("L"))


def ink_by_field(sample: bytes) -> dict[str, float]:
    """Return the share of pixels inside each box that the blank form does not have dark; for unscanned samples."""
    added = (pixels(sample) < 128) & (blank_form_raster(Language.ENGLISH) > 200)
    found = {}
    for name, box in FORM.fields.items():
        rows = slice(round((box.y + 1.5) * DPI / 72), round((box.bottom - 1.5) * DPI / 72))
        columns = slice(round((box.x + 1.5) * DPI / 72), round((box.right - 1.5) * DPI / 72))
        found[name] = float(added[rows, columns].mean())
    return found


def written(outcome: str, fill: Fill = "typed", seed: int = 7) -> set[str]:
    sample = make_sample(replace(TYPED, outcome=outcome, fill=fill), seed)
    return {name for name, ink in ink_by_field(sample).items() if ink > 0.005}


COMPLETE = {
    "parent_name",
    "birth_date",
    "case_identifier",
    "role_noncustodial",
    "organization",
    "signature",
    "signed_on",
}


@pytest.mark.parametrize("fill", ["typed", "hand", "prefilled"])
def test_an_approved_sample_has_ink_in_every_box_it_needs_and_in_no_other(fill: Fill) -> None:
    assert written("approved", fill) == COMPLETE


@pytest.mark.parametrize(
    ("outcome", "boxes"),
    [
        ("unsigned", COMPLETE - {"signature"}),
        ("signed_as_witness", (COMPLETE - {"signature"}) | {"witness"}),
        ("undated", COMPLETE - {"signed_on"}),
        ("two_roles", COMPLETE | {"role_custodial"}),
        ("wrong_role", (COMPLETE - {"role_noncustodial"}) | {"role_custodial"}),
        ("safety", COMPLETE | {"safety_yes"}),
        ("period_backwards", COMPLETE | {"starts_on", "expires_on"}),
    ],
)
@pytest.mark.parametrize("fill", ["typed", "prefilled"])
def test_a_sample_differs_from_an_approved_one_just_where_its_outcome_says(
    outcome: str, boxes: set[str], fill: Fill
) -> None:
    assert written(outcome, fill) == boxes


@pytest.mark.parametrize("field", ["parent_name", *sorted(COMB_FIELDS)])
def test_the_words_of_a_wrong_paper_differ_from_the_claim_in_that_field_only(field: str) -> None:
    outcome = {
        "parent_name": "wrong_name",
        "birth_date": "wrong_birth_date",
        "case_identifier": "wrong_case",
        "signed_on": "expired",
        "starts_on": "period_backwards",
        "expires_on": "period_backwards",
    }[field]
    approved, other = (pixels(make_sample(replace(TYPED, outcome=o), 7)) for o in ("approved", outcome))
    box = FORM.fields[field]
    rows = slice(round(box.y * DPI / 72), round(box.bottom * DPI / 72))
    columns = slice(round(box.x * DPI / 72), round(box.right * DPI / 72))
    assert (approved[rows, columns] != other[rows, columns]).any()
    name = FORM.fields["parent_name" if field != "parent_name" else "birth_date"]
    rows = slice(round(name.y * DPI / 72), round(name.bottom * DPI / 72))
    columns = slice(round(name.x * DPI / 72), round(name.right * DPI / 72))
    assert (approved[rows, columns] == other[rows, columns]).all()


def test_signatures_of_many_seeds_stay_mostly_in_their_box_and_differ() -> None:
    box, seen = FORM.signature, set()
    for seed in range(6):
        added = (pixels(make_sample(replace(TYPED, fill="prefilled"), seed)) < 128) & (
            blank_form_raster(Language.ENGLISH) > 200
        )
        lower = added[round(box.y * DPI / 72) - 25 : round(FORM.fields["safety_yes"].y * DPI / 72), :1180]
        rows, columns = np.nonzero(lower)
        height, width = np.ptp(rows) * 72 / DPI, np.ptp(columns) * 72 / DPI
        assert 6 <= height <= box.height
        assert 60 <= width <= box.width
        seen.add(lower.tobytes())
    assert len(seen) == 6


@pytest.mark.parametrize("scan", ["flatbed", "copier", "phone", "fax"])
@pytest.mark.parametrize("container", ["pdf", "png", "jpeg", "tiff"])
def test_a_scanned_sample_still_shows_its_marks_and_its_code(scan: Scan, container: Container) -> None:
    spec = replace(TYPED, scan=scan, container=container, fill="hand", dpi=150)
    page = pixels(make_sample(spec, 11))
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    assert sorted(int(i) for i in np.ravel(detector.detectMarkers(page)[1])) == [0, 1, 2, 3]
    assert [FormCode.parse(code.text).organization_code for code in zxingcpp.read_barcodes(page)] == ["BFF"]


def test_a_scan_in_a_pdf_has_no_text() -> None:
    reader = pypdf.PdfReader(BytesIO(make_sample(replace(TYPED, scan="flatbed", dpi=150), 1)))
    assert [page.extract_text() for page in reader.pages] == [""]


def test_a_fax_is_black_and_white_and_1728_pixels_wide() -> None:
    image = Image.open(BytesIO(make_sample(replace(TYPED, scan="fax", container="tiff"), 1)))
    assert (image.mode, image.width, image.info["compression"]) == ("1", 1728, "group4")


@pytest.mark.parametrize(
    ("outcome", "part"), [("other_organization", "organization"), ("retired_revision", "revision")]
)
def test_the_code_tells_of_another_organization_or_an_old_form(outcome: str, part: str) -> None:
    code = FormCode.parse(zxingcpp.read_barcodes(pixels(make_sample(replace(TYPED, outcome=outcome), 1)))[0].text)
    assert (code.organization_code == OTHER_ORGANIZATION_CODE) == (part == "organization")
    assert (code.revision in RETIRED_REVISIONS) == (part == "revision")


def test_junk_has_neither_marks_nor_code() -> None:
    page = pixels(make_sample(replace(TYPED, outcome="junk"), 1))
    detector = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50))
    assert len(detector.detectMarkers(page)[0]) == 0
    assert zxingcpp.read_barcodes(page) == []
    assert (page < 128).mean() > 0.01


def test_an_encrypted_sample_opens_only_with_its_password() -> None:
    reader = pypdf.PdfReader(BytesIO(make_sample(replace(TYPED, outcome="encrypted"), 1)))
    assert reader.is_encrypted
    assert not reader.decrypt("")
    assert reader.decrypt(PASSWORD)


def test_the_many_pages_are_200_and_an_empty_file_is_empty() -> None:
    assert len(pypdf.PdfReader(BytesIO(make_sample(replace(TYPED, outcome="many_pages"), 1))).pages) == 200
    assert make_sample(replace(TYPED, outcome="empty"), 1) == b""


MADE_WITH_A_NEW_KEY = {"encrypted", "signed_on_a_computer", "changed_after_signing"}


@pytest.mark.parametrize("outcome", sorted(set(OUTCOMES) - MADE_WITH_A_NEW_KEY))
def test_the_same_seed_gives_the_same_file(outcome: str) -> None:
    spec = replace(TYPED, outcome=outcome, fill="hand")
    assert make_sample(spec, 3) == make_sample(spec, 3)


def test_the_digitally_signed_samples_are_signed_by_the_parent_and_one_of_them_is_changed_afterwards() -> None:
    whole, changed = (
        digital_signatures(make_sample(replace(TYPED, outcome=outcome), 1), TrustList())
        for outcome in ("signed_on_a_computer", "changed_after_signing")
    )
    assert [(one.signer_name, one.intact, one.coverage) for one in (*whole, *changed)] == [
        (TYPED.claim.parent_name, True, "ENTIRE_FILE"),
        (TYPED.claim.parent_name, True, "ENTIRE_REVISION"),
    ]


def test_another_seed_gives_another_form() -> None:
    assert make_sample(TYPED, 1) != make_sample(TYPED, 2)


def test_only_the_approved_sample_is_expected_without_a_reason() -> None:
    assert {name for name, expected in OUTCOMES.items() if expected.reason is None} == {"approved"}
    assert {name for name, expected in OUTCOMES.items() if expected.result is Result.APPROVED} == {"approved"}


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(OutcomeUnknown):
        make_sample(replace(TYPED, outcome="perfect"), 1)


def test_the_command_writes_a_sample_and_the_claim_beside_it(tmp_path: Path) -> None:
    form, claim = tmp_path / "form.jpg", tmp_path / "claim.json"
    shown = CliRunner().invoke(
        app,
        [
            "--out",
            str(form),
            "--claim",
            str(claim),
            "--party",
            "custodial",
            "--language",
            "es",
            "--scan",
            "phone",
            "--fill",
            "prefilled",
            "--outcome",
            "wrong_case",
            "--seed",
            "5",
            "--dpi",
            "150",
        ],
    )
    assert shown.exit_code == 0, shown.output
    assert "CASE_ID_MISMATCH" in shown.output
    assert form.read_bytes()[:2] == b"\xff\xd8"
    assert ConsentClaim.model_validate_json(claim.read_text()) == DEMONSTRATION_PARENTS[Party.CUSTODIAL]
    assert set(json.loads(claim.read_text())) == {"parent_name", "birth_date", "case_identifier", "party"}


def test_the_command_takes_another_person(tmp_path: Path) -> None:
    form, claim = tmp_path / "form.pdf", tmp_path / "claim.json"
    shown = CliRunner().invoke(
        app,
        [
            "--out",
            str(form),
            "--claim",
            str(claim),
            "--name",
            "Joan Applebaum",
            "--birth-date",
            "1979-01-02",
            "--case-identifier",
            "CD45678E2",
        ],
    )
    assert shown.exit_code == 0, shown.output
    assert json.loads(claim.read_text())["birth_date"] == "1979-01-02"
    assert "Joan" not in shown.output


@pytest.mark.parametrize(
    "wrong",
    [
        ["--outcome", "perfect"],
        ["--case-identifier", "12345"],
        ["--organization-code", "b f f"],
        ["--scan", "camera"],
        ["--name", "W" * 110],
    ],
)
def test_a_wrong_option_is_explained_and_nothing_is_written(tmp_path: Path, wrong: list[str]) -> None:
    form = tmp_path / "form.pdf"
    shown = CliRunner().invoke(app, ["--out", str(form), *wrong])
    assert shown.exit_code == 2
    assert not form.exists()


def test_an_unknown_file_ending_is_explained(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["--out", str(tmp_path / "form.docx")])
    assert shown.exit_code == 2


def test_the_outcomes_can_be_listed(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["--out", str(tmp_path / "x.pdf"), "--outcome", "list"])
    assert all(name in shown.output for name in OUTCOMES)
