"""The truth about forms that were not made here: a JSON list of objects, or a CSV table with the same names.

Required: ``file`` (name in the folder), ``family`` (good, unsigned, wrong_box, other_person, digit_off, wrong_role,
other_fault or letter), the claim (``parent_name``, ``birth_date`` as YYYY-MM-DD, ``case_identifier``, ``party``), the
uploader (``organization_code``, ``organization_name``), ``today`` (day of the upload, YYYY-MM-DD) and ``signed``
(whether a parent's signature is in its box).

Optional: ``kind``, ``channel``, ``fill`` (prefilled, typed or hand), ``language`` (en or es), ``code`` (text of the
printed code), ``told_at_once`` (default: an unsigned or wrong_box form), ``printed_on`` (day on which the form was
printed, YYYY-MM-DD, as a register would know it), and for each field that was noted
``written.<field>`` with what is on the paper (combs without gaps, dates as MMDDYYYY); ``by_hand`` lists the fields that
a hand wrote, with spaces between them.
"""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from consent_intake.samples.truth import Family, Truth
from schemas.consent_records import ConsentClaim
from schemas.values import CaseIdentifier, Language, Party
from services.consent_form.code import FormCode, FormCodeInvalid

_WRITTEN: Final = "written."


class TruthUnusable(ValueError):
    """The truth file cannot be used; the text says which entry and which part of it, and repeats no value."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    file: str
    family: Family
    parent_name: str
    birth_date: date
    case_identifier: CaseIdentifier
    party: Party
    organization_code: str
    organization_name: str
    today: date
    signed: bool
    kind: str = ""
    channel: str = "given"
    fill: str = "given"
    language: Language = Language.ENGLISH
    code: str = ""
    told_at_once: bool | None = None
    printed_on: date | None = None
    by_hand: str = ""


def truths_in(path: Path) -> list[tuple[str, Truth]]:
    """Return file name and truth of every entry.

    Raises:
        TruthUnusable: when the file is neither JSON nor CSV of this form.
        OSError: when it cannot be read.
    """
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines())) if path.suffix.lower() == ".csv" else _json_rows(text)
    return [_truth(number, dict(row)) for number, row in enumerate(rows, 1)]


def _json_rows(text: str) -> list[dict[str, Any]]:
    try:
        rows = json.loads(text)
    except ValueError:
        raise TruthUnusable("the truth file is not JSON") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TruthUnusable("the truth file is not a list of objects")
    return rows


def _truth(number: int, row: dict[str, Any]) -> tuple[str, Truth]:
    if None in row:  # the CSV reader's name for what is beyond the last column
        raise TruthUnusable(f"entry {number} of the truth file: more columns than names")
    row = {name: value for name, value in row.items() if value is not None and value != ""}
    written = {name.removeprefix(_WRITTEN): str(row.pop(name)) for name in list(row) if name.startswith(_WRITTEN)}
    try:
        entry = _Entry.model_validate(row)
        claim = ConsentClaim(
            parent_name=entry.parent_name,
            birth_date=entry.birth_date,
            case_identifier=entry.case_identifier,
            party=entry.party,
        )
        code = FormCode.parse(entry.code) if entry.code else None
    except ValidationError as error:
        places = ", ".join(sorted({".".join(map(str, one["loc"])) for one in error.errors(include_input=False)}))
        raise TruthUnusable(f"entry {number} of the truth file: {places}") from None
    except FormCodeInvalid:
        raise TruthUnusable(f"entry {number} of the truth file: code") from None
    if Path(entry.file).name != entry.file:
        raise TruthUnusable(f"entry {number} of the truth file: file is a name in the folder, not a path")
    return entry.file, _as_truth(entry, claim, code, written)


def _as_truth(entry: _Entry, claim: ConsentClaim, code: FormCode | None, written: dict[str, str]) -> Truth:
    unsigned = entry.family in {Family.UNSIGNED, Family.WRONG_BOX}
    return Truth(
        kind=entry.kind or entry.family.value,
        family=entry.family,
        channel=entry.channel,
        fill=entry.fill,
        claim=claim,
        organization_code=entry.organization_code,
        organization_name=entry.organization_name,
        today=entry.today,
        language=entry.language,
        code=code,
        written=written,
        by_hand=frozenset(entry.by_hand.split()),
        signed=entry.signed,
        told_at_once=unsigned if entry.told_at_once is None else entry.told_at_once,
        printed_on=entry.printed_on,
    )
