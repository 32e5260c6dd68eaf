"""Makes one sample: print the form, write on it, scan it, put it into a file."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

import numpy as np
from numpy.random import Generator

from consent_intake.samples.containers import as_file, empty_page, followed_by_empty_pages, locked, with_ink
from consent_intake.samples.filling import HAND_FONTS, PENS, TYPED_FONT, Paper, Writer, fill_boxes, sign_and_date
from consent_intake.samples.ink import Ink
from consent_intake.samples.outcomes import OUTCOMES
from consent_intake.samples.people import OTHER_NAMES, OTHER_ORGANIZATION_CODE, OTHER_ORGANIZATION_NAME
from consent_intake.samples.scanning import FAX_WIDTH, scanned
from consent_intake.samples.spec import SampleSpec
from schemas.values import Party
from services.consent_form.code import FORM_ID, FormCode
from services.consent_form.layout import PAGE_WIDTH, RETIRED_REVISIONS, FormLayout, layout
from services.consent_form.pdf import Prefill, blank_form_pdf, empty_form_pdf
from services.consent_form.raster import page_raster_in_colour
from services.runtime.clock import NEW_YORK

OTHER_CASE: Final = "KT60873M5"
OTHER_BIRTH_DATE: Final = date(1968, 11, 25)

_POINTS_PER_INCH: Final = 72.0
_LETTER_WORDS: Final = (
    *("the", "rent", "for", "our", "office", "is", "due", "next", "month", "so"),
    *("please", "send", "a", "check", "with", "the", "new", "number", "on", "it"),
)


class OutcomeUnknown(ValueError):
    """There is no sample of this name."""


def make_sample(spec: SampleSpec, seed: int, printed: bytes | None = None) -> bytes:
    """Return the file of a sample; the same spec and seed give the same bytes, except where a key is made.

    "encrypted" and the digitally signed ones have keys of their own; they and "many_pages" are always PDFs; "empty" has
    no bytes at all.

    Args:
        spec: what it is made from.
        seed: of the pen, the scanner and everything else that is random.
        printed: a form as the portal printed it, to write on; its values are prefilled when ``spec.fill`` says so.
            None prints one here, with a serial that the register does not know.

    Raises:
        OutcomeUnknown: when the outcome is no key of OUTCOMES.
        FormCodeInvalid: when the organization code has the wrong shape.
        DoesNotFitBox: when a name is too long for its box.
    """
    if spec.outcome not in OUTCOMES:
        raise OutcomeUnknown(spec.outcome)
    if spec.outcome == "empty":
        return b""
    random = np.random.default_rng(seed)
    page = _letter(random) if spec.outcome == "junk" else _filled_form(spec, random, printed)
    if spec.outcome == "encrypted":
        return locked(page)
    if spec.outcome in {"signed_on_a_computer", "changed_after_signing"}:
        return _digitally_signed(page, spec)
    if spec.outcome == "many_pages":
        return followed_by_empty_pages(page)
    if spec.container == "pdf" and spec.scan == "none":
        return page
    picture = scanned(page_raster_in_colour(page, spec.dpi), spec.scan, random)
    fax = spec.scan == "fax"
    dpi = round(FAX_WIDTH / (PAGE_WIDTH / _POINTS_PER_INCH)) if fax else spec.dpi
    return as_file(picture, spec.container, dpi=dpi, black_and_white=fax)


def _digitally_signed(page: bytes, spec: SampleSpec) -> bytes:
    """Return the form signed on a computer as the day began, with bytes appended when the outcome asks for them."""
    from consent_intake.samples import digital  # noqa: PLC0415 - takes half a second to load, and two outcomes need it

    at = datetime.combine(spec.today, time(), NEW_YORK).astimezone(UTC)
    authority = digital.PracticeAuthority.made(at=at)
    signed = digital.digitally_signed(page, spec.claim.parent_name, authority, at=at)
    return signed if spec.outcome == "signed_on_a_computer" else signed + b"% and something else\n"


def paper_of(spec: SampleSpec, random: Generator) -> Paper:
    """Return what is written on the form: the claim, changed as the outcome asks."""
    claim, today = spec.claim, spec.today
    other_party = Party.CUSTODIAL if claim.party is Party.NONCUSTODIAL else Party.NONCUSTODIAL
    changes: dict[str, dict[str, Any]] = {
        "unsigned": {"signature": "none"},
        "signed_on_a_computer": {"signature": "none"},
        "undated": {"signed_on": None},
        "signed_as_witness": {"signature": "witness"},
        "unclear_signature": {"signature": "unclear"},
        "safety": {"safety": True},
        "future_date": {"signed_on": today + timedelta(days=21)},
        "expired": {"signed_on": today - timedelta(days=425)},
        "period_backwards": {"starts_on": today + timedelta(days=60), "expires_on": today + timedelta(days=30)},
        "wrong_name": {"parent_name": OTHER_NAMES[int(random.integers(len(OTHER_NAMES)))]},
        "wrong_birth_date": {"birth_date": OTHER_BIRTH_DATE},
        "wrong_case": {"case_identifier": OTHER_CASE},
        "wrong_role": {"ticked": (other_party,)},
        "two_roles": {"ticked": (claim.party, other_party)},
    }
    paper = Paper(
        parent_name=claim.parent_name,
        birth_date=claim.birth_date,
        case_identifier=claim.case_identifier,
        ticked=(claim.party,),
        signed_on=today,  # the portal prints it now: a day before that would be one on which nobody could sign it
    )
    return replace(paper, **changes.get(spec.outcome, {}))


def _filled_form(spec: SampleSpec, random: Generator, printed: bytes | None) -> bytes:
    """Return the form as a PDF of lines and letters."""
    form, paper = layout(spec.language), paper_of(spec, random)
    serial = random.bytes(8).hex()
    prefilled = spec.fill == "prefilled" and spec.outcome != "retired_revision"
    blank = printed or _printed(spec, serial, prefill_of(paper) if prefilled else None)
    by_hand = Ink(PENS[int(random.integers(len(PENS)))])
    hand = Writer(by_hand, HAND_FONTS[int(random.integers(len(HAND_FONTS)))], random, by_hand=True)
    typed = Writer(Ink(), TYPED_FONT, random, by_hand=False)
    filler = typed if spec.fill == "typed" else hand
    if prefilled:  # the portal prints one role; a second one is somebody's pen
        hand.tick_roles(form, paper.ticked[1:])
    else:
        fill_boxes(filler, form, paper)
    if spec.outcome == "retired_revision":
        typed.line(form.fields["organization"], spec.organization_name)
    _finish(filler, hand, form, paper)
    return with_ink(blank, by_hand.content() + b"\n" + typed.ink.content())


def _finish(filler: Writer, hand: Writer, form: FormLayout, paper: Paper) -> None:
    """Sign with a pen; the date is written the way the other boxes are."""
    sign_and_date(hand, form, replace(paper, signed_on=None))
    sign_and_date(filler, form, replace(paper, signature="none", safety=False))


def prefill_of(paper: Paper) -> Prefill:
    """Return what the portal prints."""
    return Prefill(
        parent_name=paper.parent_name,
        birth_date=paper.birth_date,
        case_identifier=paper.case_identifier,
        party=paper.ticked[0],
        starts_on=paper.starts_on,
        expires_on=paper.expires_on,
    )


def _printed(spec: SampleSpec, serial: str, prefill: Prefill | None) -> bytes:
    """Return the form as the portal prints it, for the organization and revision that the outcome asks for."""
    if spec.outcome == "retired_revision":
        revision = max(RETIRED_REVISIONS)
        code = FormCode(FORM_ID, revision, spec.language, spec.organization_code, serial)
        return empty_form_pdf(spec.language, code=code)
    other = spec.outcome == "other_organization"
    return blank_form_pdf(
        language=spec.language,
        organization_name=OTHER_ORGANIZATION_NAME if other else spec.organization_name,
        organization_code=OTHER_ORGANIZATION_CODE if other else spec.organization_code,
        serial=serial,
        prefill=prefill,
    )


def _letter(random: Generator) -> bytes:
    """Return a letter about something else."""
    ink, y = Ink(), 96.0
    ink.letters("Dear neighbors,", (72, y), 12, TYPED_FONT)
    for _ in range(int(random.integers(9, 16))):
        y += 20.0
        ink.letters(" ".join(random.permutation(_LETTER_WORDS)[:13]), (72, y), 11, TYPED_FONT)
    ink.letters("Sincerely, the tenants of the third floor", (72, y + 44), 12, TYPED_FONT)
    return with_ink(empty_page(), ink.content())
