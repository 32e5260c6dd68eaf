"""Consent letters of other organizations: no code, no marks, and nobody may ever be approved by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from numpy.random import Generator

from consent_intake.samples.containers import empty_page, with_ink
from consent_intake.samples.filling import PENS, SCORED_HAND_FONTS
from consent_intake.samples.ink import Ink, letters_width
from consent_intake.samples.kinds import Kind
from consent_intake.samples.random_people import random_parent
from consent_intake.samples.specimen import ORGANIZATIONS, PrintedPage, Signer
from consent_intake.samples.truth import Truth
from schemas.values import Language
from services.consent_form.layout import FieldBox
from services.fonts import FONT_FOLDER

_LEFT: Final = 72.0
_RIGHT: Final = 540.0
_PLAIN: Final = FONT_FOLDER / "PublicSans-Regular.ttf"
_BOLD: Final = FONT_FOLDER / "PublicSans-SemiBold.ttf"


@dataclass(frozen=True, slots=True)
class _Words:
    titles: tuple[str, ...]
    paragraphs: tuple[str, ...]
    signature: tuple[str, ...]
    day: tuple[str, ...]
    name: str


_ENGLISH: Final = _Words(
    titles=("Authorization to Release Information", "Consent to Share Records", "Release of Information"),
    paragraphs=(
        (
            "I, {name}, born {born}, hereby authorize {organization} to obtain information about my child support case "
            "{case} and to share it with its staff so that they can help me."
        ),
        (
            "I understand that I may revoke this consent at any time in writing. This authorization expires one year "
            "from the date below unless I revoke it sooner."
        ),
        (
            "The information may include payments, arrears, orders and enforcement actions. It may not be given to "
            "anybody else without my permission."
        ),
        "I have read this form, or it was read to me, and I give my consent freely.",
    ),
    signature=("Signature", "Signature of parent", "Signed", "Client signature"),
    day=("Date", "Date signed"),
    name="Print name",
)
_SPANISH: Final = _Words(
    titles=("Autorización para divulgar información", "Consentimiento para compartir expedientes"),
    paragraphs=(
        (
            "Yo, {name}, nacido(a) el {born}, autorizo a {organization} a obtener información sobre mi caso de "
            "manutención de menores {case} y a compartirla con su personal para que pueda ayudarme."
        ),
        (
            "Entiendo que puedo revocar este consentimiento en cualquier momento por escrito. Esta autorización vence "
            "un año después de la fecha abajo indicada."
        ),
        (
            "La información puede incluir pagos, atrasos, órdenes y medidas de cobro. No se puede dar a nadie más sin "
            "mi permiso."
        ),
        "He leído este formulario, o me lo han leído, y doy mi consentimiento libremente.",
    ),
    signature=("Firma", "Firma del padre o de la madre", "Firmado"),
    day=("Fecha", "Fecha de la firma"),
    name="Nombre en letra de molde",
)
_WORDS: Final[Mapping[Language, _Words]] = MappingProxyType({Language.ENGLISH: _ENGLISH, Language.SPANISH: _SPANISH})


def consent_letter(kind: Kind, language: Language, today: date, random: Generator, signer: Signer) -> PrintedPage:
    """Return a letter, signed or (kind ``letter_unsigned``) not; the claim is what the letter says."""
    claim = random_parent(random)
    organization = ORGANIZATIONS[int(random.integers(len(ORGANIZATIONS)))]
    words = _WORDS[language]
    page, pen = Ink((0.0, 0.0, 0.0)), Ink(PENS[int(random.integers(len(PENS)))])
    values = {
        "name": claim.parent_name,
        "born": f"{claim.birth_date:%m/%d/%Y}",
        "organization": organization[1],
        "case": claim.case_identifier,
    }
    y = _body(page, words, values, random)
    signed = kind.name == "letter"
    style = _foot(page, pen, words, y, random, signer if signed else None)
    if signed:
        day = today - timedelta(days=int(random.integers(14)))
        font = SCORED_HAND_FONTS[int(random.integers(len(SCORED_HAND_FONTS)))]
        pen.letters(f"{day:%m/%d/%Y}", (400.0, y + 44.0), 15.0, font)
    truth = Truth(
        kind=kind.name,
        family=kind.family,
        channel="vector",
        fill="letter",
        claim=claim,
        organization_code=organization[0],
        organization_name=organization[1],
        today=today,
        language=language,
        code=None,
        written={},
        by_hand=frozenset(),
        signed=signed,
        style=style,
    )
    return PrintedPage(with_ink(empty_page(), page.content() + b"\n" + pen.content()), truth)


def _body(page: Ink, words: _Words, values: Mapping[str, str], random: Generator) -> float:
    """Write title and paragraphs; return the y below them."""
    size = float(random.uniform(10.0, 12.5))
    y = float(random.uniform(84, 130))
    page.letters(values["organization"], (_LEFT, y - 24), 11.0, _PLAIN)
    page.letters(words.titles[int(random.integers(len(words.titles)))], (_LEFT, y), 17.0, _BOLD)
    y += 36.0
    for paragraph in words.paragraphs:
        for line in _lines(paragraph.format(**values), size):
            page.letters(line, (_LEFT, y), size, _PLAIN)
            y += size * 1.4
        y += size * 0.8
    return y + float(random.uniform(10, 120))


def _foot(page: Ink, pen: Ink, words: _Words, y: float, random: Generator, signer: Signer | None) -> str | None:
    """Draw the lines to sign and date on; return the style of the signature, None when nobody signs."""
    line = y + 46.0
    page.stroke([(_LEFT, line), (350.0, line)], [0.7])
    page.stroke([(390.0, line), (_RIGHT, line)], [0.7])
    page.letters(words.signature[int(random.integers(len(words.signature)))], (_LEFT, line + 13), 9.5, _PLAIN)
    page.letters(words.day[int(random.integers(len(words.day)))], (390.0, line + 13), 9.5, _PLAIN)
    page.stroke([(_LEFT, line + 52), (350.0, line + 52)], [0.7])
    page.letters(words.name, (_LEFT, line + 65), 9.5, _PLAIN)
    if signer is None:
        return None
    return signer(pen, FieldBox("signature", _LEFT, line - 40, 278.0, 52.0), line, random)


def _lines(text: str, size: float) -> Iterator[str]:
    """Yield the text in lines that fit between the margins."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and letters_width(longer, size, _PLAIN) > _RIGHT - _LEFT:
            yield line
            longer = word
        line = longer
    yield line
