"""Texts in two languages, and money and dates as people in New York write them.

Spanish uses the locale es_US: plain ``es`` prints 1.234,50 US$, which a New Yorker misreads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from babel.numbers import format_currency
from pydantic import BaseModel, ConfigDict, TypeAdapter

from schemas.values import Cents, Language

LOCALES: Mapping[Language, str] = {Language.ENGLISH: "en_US", Language.SPANISH: "es_US"}

CENTS_PER_DOLLAR = 100
SHORTENED_FROM: Cents = 10_000 * CENTS_PER_DOLLAR
"""From here on a bar's label is written in thousands: a bar is too narrow for seven characters."""


class Localized(BaseModel):
    """One text in every language of the product."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    en: str
    es: str

    def say(self, language: Language) -> str:
        """Return the text in this language."""
        return self.es if language is Language.SPANISH else self.en


@dataclass(frozen=True)
class Money:
    """An amount that is to be printed as money, so that it can't be mistaken for a count."""

    cents: Cents


Printable = Money | date | int | str
"""What a placeholder of a text may be filled with."""


class Texts:
    """The page's texts by key, in one language.

    Args:
        texts: every text; read from page_texts.json.
        language: which one is said.
    """

    def __init__(self, texts: Mapping[str, Localized], language: Language) -> None:
        self._texts = texts
        self.language = language

    def say(self, key: str, **values: Printable) -> str:
        """Return a text with its placeholders filled.

        Raises:
            KeyError: no such text, or a placeholder without a value.
        """
        return fill(self._texts[key].say(self.language), values, self.language)


def parse_texts(data: bytes) -> Mapping[str, Localized]:
    """Read page_texts.json.

    Raises:
        pydantic.ValidationError: a text lacks a language.
    """
    return TypeAdapter(dict[str, Localized]).validate_json(data)


def fill(text: str, values: Mapping[str, Printable], language: Language) -> str:
    """Fill ``{placeholders}``; money and dates take the language's form.

    Raises:
        KeyError: a placeholder without a value.
    """
    return text.format_map({name: printed(value, language) for name, value in values.items()})


def printed(value: Printable, language: Language) -> str:
    """Return a value as it is printed: money, a medium date (Nov 20, 2026), or as it is."""
    if isinstance(value, Money):
        return money(value.cents, language)
    if isinstance(value, date):
        return medium_day(value, language)
    return str(value)


def money(cents: Cents, language: Language) -> str:
    """Return dollars, with cents only where there are any: $412, $2,184.75."""
    if cents % CENTS_PER_DOLLAR == 0:
        return _whole(cents // CENTS_PER_DOLLAR, language)
    # Two decimals from integers: no amount passes through a float on its way to the page.
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), CENTS_PER_DOLLAR)
    return f"{sign}{_whole(dollars, language)}.{rest:02d}"


def short_money(cents: Cents, language: Language) -> str:
    """Return a bar's label: whole dollars, half up, and thousands from $10,000 on: $2,185, $12.5k."""
    if cents >= SHORTENED_FROM:
        tenths = (cents + 5_000) // 10_000
        return f"${tenths // 10}.{tenths % 10}k" if tenths % 10 else f"${tenths // 10}k"
    return _whole((cents + CENTS_PER_DOLLAR // 2) // CENTS_PER_DOLLAR, language)


def long_day(day: date, language: Language) -> str:
    """Return November 20, 2026 or 20 de noviembre de 2026."""
    return format_date(day, "long", locale=LOCALES[language])


def medium_day(day: date, language: Language) -> str:
    """Return Nov 20, 2026 or 20 nov 2026."""
    return format_date(day, "medium", locale=LOCALES[language])


def month_name(month: date, language: Language) -> str:
    """Return a month's three letters: Nov, nov (Spanish "sept" is cut to the three letters a bar has room for)."""
    return format_date(month, "LLL", locale=LOCALES[language])[:3]


def month_and_year(month: date, language: Language) -> str:
    """Return Nov 2026, nov 2026."""
    return f"{month_name(month, language)} {month.year}"


def _whole(dollars: int, language: Language) -> str:
    return str(format_currency(dollars, "USD", "¤#,##0", locale=LOCALES[language], currency_digits=False))
