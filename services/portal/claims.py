"""Read what the uploader says the form holds, field by field, and say what is wrong with each."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from schemas.consent_records import ConsentClaim
from schemas.values import CASE_IDENTIFIER_PATTERN, Party

MAX_NAME = 120
EARLIEST_BIRTH_YEAR = 1900


class ClaimProblem(StrEnum):
    """What is wrong with one field of a claim, or of a form to print. The codes are part of the API."""

    PARENT_NAME_MISSING = "PARENT_NAME_MISSING"
    PARENT_NAME_INVALID = "PARENT_NAME_INVALID"
    BIRTH_DATE_MISSING = "BIRTH_DATE_MISSING"
    BIRTH_DATE_INVALID = "BIRTH_DATE_INVALID"
    BIRTH_DATE_FUTURE = "BIRTH_DATE_FUTURE"
    CASE_IDENTIFIER_MISSING = "CASE_IDENTIFIER_MISSING"
    CASE_IDENTIFIER_INVALID = "CASE_IDENTIFIER_INVALID"
    ROLE_MISSING = "ROLE_MISSING"
    ROLE_INVALID = "ROLE_INVALID"
    PARENT_NAME_TOO_LONG_TO_PRINT = "PARENT_NAME_TOO_LONG_TO_PRINT"
    PARENT_NAME_NOT_PRINTABLE = "PARENT_NAME_NOT_PRINTABLE"
    LANGUAGE_MISSING = "LANGUAGE_MISSING"
    LANGUAGE_INVALID = "LANGUAGE_INVALID"
    STARTS_ON_INVALID = "STARTS_ON_INVALID"
    EXPIRES_ON_INVALID = "EXPIRES_ON_INVALID"
    EXPIRES_ON_PAST = "EXPIRES_ON_PAST"
    EXPIRES_ON_BEFORE_START = "EXPIRES_ON_BEFORE_START"
    EXPIRES_ON_TOO_LATE = "EXPIRES_ON_TOO_LATE"
    ORGANIZATION_NAME_TOO_LONG_TO_PRINT = "ORGANIZATION_NAME_TOO_LONG_TO_PRINT"


SENTENCES: Mapping[ClaimProblem, str] = {
    ClaimProblem.PARENT_NAME_MISSING: "Enter the parent's full name as it is written on the form.",
    ClaimProblem.PARENT_NAME_INVALID: "The parent's name must be 120 characters or fewer, on one line.",
    ClaimProblem.BIRTH_DATE_MISSING: "Enter the parent's date of birth.",
    ClaimProblem.BIRTH_DATE_INVALID: "The date of birth must be a real date, with a four-digit year.",
    ClaimProblem.BIRTH_DATE_FUTURE: "The date of birth must be in the past.",
    ClaimProblem.CASE_IDENTIFIER_MISSING: "Enter the Case Identifier that is written on the form.",
    ClaimProblem.CASE_IDENTIFIER_INVALID: (
        "The Case Identifier has two letters, five digits, a letter and a digit, such as AB12345C1."
    ),
    ClaimProblem.ROLE_MISSING: "Select which parent signed the form.",
    ClaimProblem.ROLE_INVALID: "The role must be noncustodial or custodial.",
    ClaimProblem.PARENT_NAME_TOO_LONG_TO_PRINT: (
        "This name is too long for box 1 of the form. Print a blank form and ask the parent to write the name."
    ),
    ClaimProblem.PARENT_NAME_NOT_PRINTABLE: (
        "This name has letters that we cannot print. Write it in Latin letters, or print a blank form."
    ),
    ClaimProblem.LANGUAGE_MISSING: "Select the language of the form.",
    ClaimProblem.LANGUAGE_INVALID: "The language must be en or es.",
    ClaimProblem.STARTS_ON_INVALID: "The first day must be a real date, not more than a year away.",
    ClaimProblem.EXPIRES_ON_INVALID: "The last day must be a real date, with a four-digit year.",
    ClaimProblem.EXPIRES_ON_PAST: "The last day must be in the future.",
    ClaimProblem.EXPIRES_ON_BEFORE_START: "The last day cannot be before the first day.",
    ClaimProblem.EXPIRES_ON_TOO_LATE: (
        "The last day is later than a consent may run. Choose an earlier one, or leave it empty for 12 months."
    ),
    ClaimProblem.ORGANIZATION_NAME_TOO_LONG_TO_PRINT: (
        "The name of your organization is too long for box 5 of the form. Ask the agency to register a shorter one."
    ),
}
"""English sentence of each problem; the Spanish one is in the catalogue under it."""


class ClaimInvalid(Exception):
    """At least one field is wrong. Holds codes by field, never what was typed."""

    def __init__(self, problems: Mapping[str, ClaimProblem]) -> None:
        super().__init__(", ".join(sorted(problem.value for problem in problems.values())))
        self.problems = dict(problems)


def read_claim(fields: Mapping[str, str], *, today: date) -> ConsentClaim:
    """Return the claim that the fields parent_name, birth_date (ISO), case_identifier and role make.

    Raises:
        ClaimInvalid: with a problem for each field that is wrong, in the order of the form.
    """
    name = _name(fields.get("parent_name", ""))
    birth_date = _birth_date(fields.get("birth_date", "").strip(), today)
    case_identifier = _case_identifier(fields.get("case_identifier", ""))
    party = _party(fields.get("role", "").strip())
    read = {"parent_name": name, "birth_date": birth_date, "case_identifier": case_identifier, "role": party}
    problems = {field: value for field, value in read.items() if isinstance(value, ClaimProblem)}
    if problems:
        raise ClaimInvalid(problems)
    return ConsentClaim.model_validate(
        {"parent_name": name, "birth_date": birth_date, "case_identifier": case_identifier, "party": party}
    )


def _name(text: str) -> str | ClaimProblem:
    name = unicodedata.normalize("NFC", text).strip()
    if not name:
        return ClaimProblem.PARENT_NAME_MISSING
    if any(unicodedata.category(letter).startswith("C") for letter in name):
        # Control and formatting characters, among them the ones that turn the reading direction around.
        return ClaimProblem.PARENT_NAME_INVALID
    name = " ".join(name.split())
    return name if len(name) <= MAX_NAME else ClaimProblem.PARENT_NAME_INVALID


def _birth_date(text: str, today: date) -> date | ClaimProblem:
    if not text.strip("-"):
        return ClaimProblem.BIRTH_DATE_MISSING
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return ClaimProblem.BIRTH_DATE_INVALID
    try:
        birth_date = date.fromisoformat(text)
    except ValueError:
        return ClaimProblem.BIRTH_DATE_INVALID
    if birth_date.year < EARLIEST_BIRTH_YEAR:
        return ClaimProblem.BIRTH_DATE_INVALID
    return birth_date if birth_date < today else ClaimProblem.BIRTH_DATE_FUTURE


def _case_identifier(text: str) -> str | ClaimProblem:
    """Accept the spaces, hyphens and small letters that people type."""
    written = re.sub(r"[\s-]", "", text).upper()
    if not written:
        return ClaimProblem.CASE_IDENTIFIER_MISSING
    if not written.isascii() or not re.fullmatch(CASE_IDENTIFIER_PATTERN, written):
        return ClaimProblem.CASE_IDENTIFIER_INVALID
    return written


def _party(text: str) -> Party | ClaimProblem:
    if not text:
        return ClaimProblem.ROLE_MISSING
    return Party(text) if text in set(Party) else ClaimProblem.ROLE_INVALID
