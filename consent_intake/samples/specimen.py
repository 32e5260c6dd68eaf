"""Specimens: forms with everything that is known about them, so that what was read can be scored."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from numpy.random import Generator

from consent_intake.samples.containers import with_ink
from consent_intake.samples.filling import (
    PENS,
    SCORED_HAND_FONTS,
    TYPED_FONT,
    Paper,
    Writer,
    fill_boxes,
    sign_and_date,
)
from consent_intake.samples.ink import Ink
from consent_intake.samples.kinds import Kind
from consent_intake.samples.marks import MARK_OUTCOMES, Expected, draw_mark
from consent_intake.samples.printing import code_of, older_form, print_values, printed_form
from consent_intake.samples.random_people import (
    one_character_off,
    one_digit_off,
    random_parent,
    said_differently,
    somebody_else,
)
from consent_intake.samples.real_digits import DigitHand
from consent_intake.samples.signature_pictures import paste_signature, pictures_in
from consent_intake.samples.signatures import SIGNATURE_STYLES, sign
from consent_intake.samples.spec import Fill
from consent_intake.samples.truth import Family, Truth
from schemas.consent_records import ConsentClaim
from schemas.values import Language, Party
from services.consent_form.code import FORM_ID, FormCode
from services.consent_form.layout import RETIRED_REVISIONS, FieldBox, FormLayout, layout
from services.consent_form.prefill import Prefill, date_digits

Signer = Callable[[Ink, FieldBox, float, Generator], str]
"""Signs in a box on a baseline, and returns the name of the style."""

ORGANIZATIONS: Final = (
    ("BFF", "Bronx Fathers Forward"),
    ("QFT", "Queens Family Table"),
    ("NSJ", "Northside Justice and Family Support Center"),
)
"""Code and name."""

_SERIALS: Final = tuple(f"{number:016x}" for number in (0x51A9C30F7E24B68D, 0x0C4E8812AF09D3B7, 0xE7F1025B96C83D4A))
_REAL_DIGITS_SHARE: Final = 0.5
_CAPITALS_SHARE: Final = 0.85
_SAID_DIFFERENTLY_SHARE: Final = 0.18
_WITH_PERIOD_SHARE: Final = 0.15
_MOST_DAYS_PRINTED_BEFORE: Final = 14


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """A filled form before it goes through a device: a PDF of lines and letters."""

    pdf: bytes
    truth: Truth


def any_style(ink: Ink, box: FieldBox, baseline: float, random: Generator) -> str:
    """Sign in any of the drawn styles."""
    style = SIGNATURE_STYLES[int(random.integers(len(SIGNATURE_STYLES)))]
    sign(ink, box, baseline, random, style=style)
    return style


def from_pictures(folder: Path) -> Signer:
    """Return a signer that takes pictures of real signatures from a folder.

    Raises:
        NoPictures: when the folder has none.
    """
    pictures = pictures_in(folder)

    def paste(ink: Ink, box: FieldBox, baseline: float, random: Generator) -> str:
        paste_signature(ink, pictures[int(random.integers(len(pictures)))], box, baseline, random)
        return "picture"

    return paste


def filled_form(
    kind: Kind, language: Language, fill: Fill, today: date, random: Generator, signer: Signer = any_style
) -> PrintedPage:
    """Return a form of a kind, filled and signed as the kind asks."""
    if kind.name == "retired_revision" and fill == "prefilled":
        fill = "typed"  # the portal prefills the current revision only
    form = layout(language)
    claim, paper = _claim_and_paper(kind, random, today)
    code, uploader, blank = _print(kind, language, random)
    pen = Ink(PENS[int(random.integers(len(PENS)))])
    hand = _hand(pen, random)
    computer = Writer(Ink((0.0, 0.0, 0.0)), TYPED_FONT, random, by_hand=False)
    filler = computer if fill == "typed" else hand
    if fill == "prefilled":
        print_values(computer.ink, form, _prefill(paper))
        hand.tick_roles(form, paper.ticked[1:])
    else:
        fill_boxes(filler, form, paper)
    sign_and_date(filler, form, replace(paper, signature="none", safety=False))
    sign_and_date(hand, form, replace(paper, signature="none", signed_on=None))
    style = _sign(kind, form, paper, pen, random, signer)
    truth = Truth(
        kind=kind.name,
        family=kind.family,
        channel="vector",
        fill=fill,
        claim=claim,
        organization_code=uploader[0],
        organization_name=uploader[1],
        today=today,
        language=language,
        code=code,
        written=_written(paper, filler if fill == "hand" else computer),
        by_hand=_by_hand(fill, paper),
        signed=style is not None,
        told_at_once=kind.mark is not None and MARK_OUTCOMES[kind.mark] is not Expected.REVIEW,
        style=style,
        printed_on=_printed_on(paper, today) if fill == "prefilled" else None,
    )
    return PrintedPage(with_ink(blank, computer.ink.content() + b"\n" + pen.content()), truth)


def _printed_on(paper: Paper, today: date) -> date:
    """Return when a prefilled form was printed: in the fortnight before it was signed, as for an appointment.

    How long is taken from the day itself, so that the pages are the same as without it. A blank form may have lain in a
    drawer for years: its day helps nobody.
    """
    last = min(paper.signed_on or today, today)
    return last - timedelta(days=last.toordinal() % _MOST_DAYS_PRINTED_BEFORE)


def _hand(pen: Ink, random: Generator) -> Writer:
    font = SCORED_HAND_FONTS[int(random.integers(len(SCORED_HAND_FONTS)))]
    digits = DigitHand(random) if random.random() < _REAL_DIGITS_SHARE else None
    return Writer(pen, font, random, by_hand=True, capitals=random.random() < _CAPITALS_SHARE, digits=digits)


def _claim_and_paper(kind: Kind, random: Generator, today: date) -> tuple[ConsentClaim, Paper]:
    """Return what the uploader says and what is on the paper: alike, but for what the kind changes."""
    claim = random_parent(random)
    signed_on = today - timedelta(days=int(random.integers(21)))
    paper = Paper(claim.parent_name, claim.birth_date, claim.case_identifier, (claim.party,), signed_on)
    if random.random() < _WITH_PERIOD_SHARE:
        ends = signed_on + timedelta(days=int(random.integers(90, 330)))
        paper = replace(paper, starts_on=signed_on, expires_on=ends)
    paper = _with_fault(kind, paper, today, random)
    if kind.family is Family.GOOD and random.random() < _SAID_DIFFERENTLY_SHARE:
        claim = claim.model_copy(update={"parent_name": said_differently(claim.parent_name, random)})
    return claim, paper


def _with_fault(kind: Kind, paper: Paper, today: date, random: Generator) -> Paper:
    """Return the paper of somebody else, or with another fault; as it is for the kinds that only sign wrongly."""
    (party,) = paper.ticked
    other_party = Party.CUSTODIAL if party is Party.NONCUSTODIAL else Party.NONCUSTODIAL
    changes: dict[str, Any] = {}
    match kind.name:
        case "other_name":
            changes["parent_name"] = somebody_else(paper.parent_name, random)
        case "case_one_off":
            changes["case_identifier"] = one_character_off(paper.case_identifier, random)
        case "birth_date_one_off":
            changes["birth_date"] = one_digit_off(paper.birth_date, random)
        case "wrong_role":
            changes["ticked"] = (other_party,)
        case "both_roles":
            changes["ticked"] = (party, other_party)
        case "safety":
            changes["safety"] = True
        case _:
            pass
    return replace(_with_other_dates(kind, paper, today, random), **changes)


def _with_other_dates(kind: Kind, paper: Paper, today: date, random: Generator) -> Paper:
    days = timedelta(days=int(random.integers(2, 60)))
    match kind.name:
        case "undated":
            return replace(paper, signed_on=None)
        case "future_date":
            return replace(paper, signed_on=today + days, starts_on=None, expires_on=None)
        case "expired":
            return replace(paper, signed_on=today - timedelta(days=366) - days, starts_on=None, expires_on=None)
        case "period_backwards":
            return replace(paper, starts_on=today + days, expires_on=today + days - timedelta(days=30))
        case _:
            return paper


def _print(kind: Kind, language: Language, random: Generator) -> tuple[FormCode, tuple[str, str], bytes]:
    """Return the printed code, the uploader's organization, and the empty form."""
    first = int(random.integers(len(ORGANIZATIONS)))
    uploader = ORGANIZATIONS[first]
    printed_for = ORGANIZATIONS[(first + 1) % len(ORGANIZATIONS)] if kind.name == "other_organization" else uploader
    serial = _SERIALS[int(random.integers(len(_SERIALS)))]
    if kind.name == "retired_revision":
        revision = max(RETIRED_REVISIONS)
        code = FormCode(FORM_ID, revision, language, printed_for[0], serial)
        return code, uploader, older_form(language, printed_for[0], serial, revision)
    code = code_of(language, printed_for[0], serial)
    return code, uploader, printed_form(language, printed_for[1], printed_for[0], serial)


def _sign(kind: Kind, form: FormLayout, paper: Paper, pen: Ink, random: Generator, signer: Signer) -> str | None:
    """Sign, or draw what is there instead; None when the parent did not sign."""
    if kind.mark is not None:
        draw_mark(pen, form, paper.parent_name, kind.mark, random, held_out=True)
        return None
    return signer(pen, form.signature, form.signature_baseline, random)


def _prefill(paper: Paper) -> Prefill:
    return Prefill(
        parent_name=paper.parent_name,
        birth_date=paper.birth_date,
        case_identifier=paper.case_identifier,
        party=paper.ticked[0],
        starts_on=paper.starts_on,
        expires_on=paper.expires_on,
    )


def _written(paper: Paper, filler: Writer) -> dict[str, str]:
    dates = {
        "birth_date": paper.birth_date,
        "starts_on": paper.starts_on,
        "expires_on": paper.expires_on,
        "signed_on": paper.signed_on,
    }
    combs = {name: date_digits(day) for name, day in dates.items() if day is not None}
    return {
        "parent_name": filler.spelled(paper.parent_name),
        "case_identifier": paper.case_identifier,
        **combs,
    }


def _by_hand(fill: Fill, paper: Paper) -> frozenset[str]:
    if fill == "typed":
        return frozenset()
    if fill == "prefilled":
        return frozenset({"signed_on"} if paper.signed_on else ())
    return frozenset({"parent_name", "case_identifier", "birth_date", "starts_on", "expires_on", "signed_on"})
