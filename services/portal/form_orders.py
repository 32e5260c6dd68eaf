"""Read what is to be printed on a form for a parent: checked like an upload's claim, and the consent's period."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from schemas.consent_records import ConsentClaim
from schemas.values import Language
from services.consent_form.periods import add_months
from services.consent_form.prefill import Prefill, is_printable
from services.portal.claims import SENTENCES as UPLOAD_SENTENCES
from services.portal.claims import ClaimInvalid, ClaimProblem, read_claim
from services.portal.languages import mark

MONTHS_AROUND_TODAY = 12
"""How far away a first day may be; further is a mistyped year."""

SENTENCES: Mapping[ClaimProblem, str] = {
    **UPLOAD_SENTENCES,
    ClaimProblem.PARENT_NAME_MISSING: mark("Enter the full name of the parent as it is on the case."),
    ClaimProblem.CASE_IDENTIFIER_MISSING: mark("Enter the Case Identifier."),
    ClaimProblem.ROLE_MISSING: mark("Select which parent will sign the form."),
}
"""English sentence of each problem; nothing is written on the form yet, so some differ from an upload's."""

FIELDS = ("parent_name", "birth_date", "case_identifier", "role", "language", "starts_on", "expires_on")
"""In the order of the page."""


@dataclass(frozen=True)
class FormOrder:
    """What is printed on a form besides the organization; no period means the form's own: 12 months from signing."""

    claim: ConsentClaim
    language: Language
    starts_on: date | None = None
    expires_on: date | None = None

    @property
    def prefill(self) -> Prefill:
        """Return the values for the boxes."""
        return Prefill(
            parent_name=self.claim.parent_name,
            birth_date=self.claim.birth_date,
            case_identifier=self.claim.case_identifier,
            party=self.claim.party,
            starts_on=self.starts_on,
            expires_on=self.expires_on,
        )


def read_order(fields: Mapping[str, str], *, today: date, max_months: int) -> FormOrder:
    """Return what the fields order: those of a claim, ``language``, and ``starts_on`` and ``expires_on`` (ISO) or none.

    Raises:
        ClaimInvalid: with a problem for each field that is wrong, in the order of the page.
    """
    problems: dict[str, ClaimProblem] = {}
    claim: ConsentClaim | None = None
    try:
        claim = read_claim(fields, today=today)
    except ClaimInvalid as invalid:
        problems |= invalid.problems
    if claim is not None and not is_printable(claim.parent_name):
        problems["parent_name"] = ClaimProblem.PARENT_NAME_NOT_PRINTABLE
    language = _language(fields.get("language", "").strip())
    starts_on = _first_day(_day(fields.get("starts_on", "")), today)
    expires_on = _last_day(_day(fields.get("expires_on", "")), starts_on, today, max_months)
    read = {"language": language, "starts_on": starts_on, "expires_on": expires_on}
    problems |= {field: value for field, value in read.items() if isinstance(value, ClaimProblem)}
    if claim is None or problems or isinstance(language, ClaimProblem):
        raise ClaimInvalid({field: problems[field] for field in FIELDS if field in problems})
    return FormOrder(claim, language, _found(starts_on), _found(expires_on))


def _language(text: str) -> Language | ClaimProblem:
    if not text:
        return ClaimProblem.LANGUAGE_MISSING
    return Language(text) if text in set(Language) else ClaimProblem.LANGUAGE_INVALID


class _NoDate(ValueError):
    """Something was written that is no date."""


def _day(text: str) -> date | _NoDate | None:
    text = text.strip()
    if not text.strip("-"):
        return None
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return _NoDate()
    try:
        return date.fromisoformat(text)
    except ValueError:
        return _NoDate()


def _first_day(day: date | _NoDate | None, today: date) -> date | ClaimProblem | None:
    if day is None:
        return None
    near = add_months(today, -MONTHS_AROUND_TODAY), add_months(today, MONTHS_AROUND_TODAY)
    if isinstance(day, _NoDate) or not near[0] < day <= near[1]:
        return ClaimProblem.STARTS_ON_INVALID
    return day


def _last_day(
    day: date | _NoDate | None, starts_on: date | ClaimProblem | None, today: date, max_months: int
) -> date | ClaimProblem | None:
    """Check a last day; without a first day the period is taken to begin today."""
    if day is None:
        return None
    if isinstance(day, _NoDate):
        return ClaimProblem.EXPIRES_ON_INVALID
    begins = starts_on if isinstance(starts_on, date) else today
    if day < today:
        return ClaimProblem.EXPIRES_ON_PAST
    if day < begins:
        return ClaimProblem.EXPIRES_ON_BEFORE_START
    return day if day <= add_months(begins, max_months) else ClaimProblem.EXPIRES_ON_TOO_LATE


def _found(day: date | ClaimProblem | None) -> date | None:
    return day if isinstance(day, date) else None
