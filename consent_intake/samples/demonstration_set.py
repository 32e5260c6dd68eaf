"""One form for each way through the line, with where it must arrive: what ``snapshot up --demo`` submits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from consent_intake.samples.outcomes import OUTCOMES, Result
from consent_intake.samples.people import DEMONSTRATION_PARENTS
from consent_intake.samples.spec import SampleSpec
from schemas.consent_records import ConsentClaim
from schemas.reason_codes import ReasonCode
from schemas.values import Language, Party

AT_THE_DOOR = "refused at the door"

_STATUS = {Result.APPROVED: "delivered", Result.REJECTED: "rejected", Result.REVIEW: "in_review"}


@dataclass(frozen=True)
class DemonstrationForm:
    """A form to submit and where it must arrive."""

    name: str
    spec: SampleSpec
    status: str
    reasons: tuple[ReasonCode, ...]


def demonstration_set(today: date) -> Iterator[DemonstrationForm]:
    """Yield the forms. ``today`` is the legal day that the forms are signed against."""
    plain = SampleSpec(today=today)
    yield DemonstrationForm(
        "approved, 300-dpi scan", replace(plain, scan="flatbed", dpi=300, fill="prefilled"), "delivered", ()
    )
    yield DemonstrationForm(
        "approved, custodial parent, Spanish form",
        replace(
            plain,
            claim=DEMONSTRATION_PARENTS[Party.CUSTODIAL],
            language=Language.SPANISH,
            fill="prefilled",
            scan="phone",
        ),
        "delivered",
        (),
    )
    for name, expected in OUTCOMES.items():
        status = AT_THE_DOOR if expected.refused_at_the_door else _STATUS[expected.result]
        # Why a form waits for a reviewer is shown to nobody outside the agency: it could tell of a safety hold.
        told = expected.reason is not None and expected.result is not Result.REVIEW
        reasons = (expected.reason,) if told and expected.reason else ()
        yield DemonstrationForm(name.replace("_", " "), replace(plain, outcome=name), status, reasons)
    yield from _about_the_case(plain)


def _about_the_case(plain: SampleSpec) -> Iterator[DemonstrationForm]:
    """Forms that are approved, and whose case stays shut: parents of the practice county's hand-made cases."""
    for name, claim, reason in (
        ("case not found", _claim("Marcus Rivera", date(1987, 4, 12), "ZZ99999Z9"), ReasonCode.CASE_NOT_FOUND),
        ("parent not on case", _claim("Marcus Rivera", date(1987, 4, 12), "AB10001C1"), ReasonCode.PARENT_NOT_ON_CASE),
        ("held for staff", _claim("Ana Lucía Castillo", date(1991, 5, 2), "AB10028C1"), ReasonCode.HELD_FOR_STAFF),
    ):
        yield DemonstrationForm(name, replace(plain, claim=claim), "refused", (reason,))


def _claim(name: str, birth_date: date, case_identifier: str) -> ConsentClaim:
    return ConsentClaim(
        parent_name=name, birth_date=birth_date, case_identifier=case_identifier, party=Party.NONCUSTODIAL
    )
