"""Made-up data of people that occurs nowhere else, in every spelling that it could leak in, and the search for it."""

import base64
import fnmatch
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import quote, quote_plus

import numpy as np

LEAST_BYTES = 6
"""Shorter strings are found in any large file by chance."""

_MONTHS = {3: ("March", "marzo"), 4: ("April", "abril"), 7: ("July", "julio"), 11: ("November", "noviembre")}


def spellings_of_a_day(day: date) -> list[str]:
    """As a form, a database, a page in either language and a careless program write it."""
    english, spanish = _MONTHS[day.month]
    return [
        day.isoformat(),
        f"{day:%m/%d/%Y}",
        f"{day.month}/{day.day}/{day.year}",
        f"{english} {day.day}, {day.year}",
        f"{day.day} de {spanish} de {day.year}",
        f"{day:%Y%m%d}",
        f"{day:%m%d%Y}",
    ]


def spellings_of_an_amount(cents: int) -> list[str]:
    """Dollars as printed, bare, and in cents."""
    return [f"{cents / 100:,.2f}", f"{cents / 100:.2f}", str(cents), f"{cents // 100:,}"]


def spellings_of_a_name(name: str) -> list[str]:
    """Whole, turned around, joined, and each part that is long enough to be somebody's."""
    given, *rest = name.split()
    parts = [part for word in name.split() for part in (word, *word.split("-"))]
    whole = [name, f"{' '.join(rest)}, {given}", name.replace(" ", "_"), name.replace(" ", "-"), name.replace(" ", "")]
    return list(dict.fromkeys([*whole, *(part for part in parts if len(part) >= LEAST_BYTES)]))


def stands_alone(short: str, text: str) -> bool:
    """Return whether a short string is a word of the text: in an id, an address or a port it is there by chance."""
    return re.search(rf"(?<![^\W_]){re.escape(short)}(?![^\W_])", text) is not None


@dataclass(frozen=True)
class Canary:
    """One string, and what kind of thing it is: the allow-list of places is written in kinds."""

    kind: str
    text: str

    def encoded(self) -> Iterator[bytes]:
        """Yield the string as bytes in every encoding that it is searched for, in lower case."""
        bare = "".join(c for c in unicodedata.normalize("NFD", self.text) if not unicodedata.combining(c))
        for text in dict.fromkeys((self.text, bare, unicodedata.normalize("NFD", self.text))):
            plain = text.encode()
            yield plain.lower()
            for whole in dict.fromkeys((plain, plain.lower())):
                yield whole.hex().encode()
                yield from (piece.lower() for piece in _in_base64(whole))
            yield from (
                written.lower().encode()
                for written in (quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1], html.escape(text))
            )
            yield "".join(f"&#{ord(c)};" if ord(c) > 127 else c for c in text).lower().encode()
            yield quote(text, safe=" ,/'.-@").replace("%", "=").lower().encode()  # quoted-printable
            yield from (
                text.lower().encode(form) for form in ("utf-16-le", "utf-16-be", "latin-1") if _fits(text, form)
            )


def _fits(text: str, encoding: str) -> bool:
    try:
        text.lower().encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _in_base64(plain: bytes) -> Iterator[bytes]:
    """Yield what stays the same of it wherever in a longer text it begins."""
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        whole = coded[-(-shift * 8 // 6) : (shift + len(plain)) * 8 // 6]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


class Search:
    """Finds any of many strings in large files: their first six bytes by number, then the rest."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self.needles: dict[bytes, Canary] = {}
        for canary in canaries:
            for needle in canary.encoded():
                if len(needle) >= LEAST_BYTES:
                    self.needles.setdefault(needle, canary)

    @cached_property
    def _by_start(self) -> Mapping[int, list[bytes]]:
        found: dict[int, list[bytes]] = {}
        for needle in self.needles:
            found.setdefault(int.from_bytes(needle[:LEAST_BYTES], "little"), []).append(needle)
        return found

    @cached_property
    def _starts(self) -> np.ndarray:
        return np.array(sorted(self._by_start), dtype=np.uint64)

    def kinds_in(self, content: bytes) -> set[tuple[str, str]]:
        """Return kind and text of every canary in it, in any of its spellings."""
        content = content.lower()
        if len(content) < LEAST_BYTES:
            return set()
        letters = np.frombuffer(content, dtype=np.uint8)
        last = len(letters) - LEAST_BYTES + 1
        numbers = np.zeros(last, dtype=np.uint64)
        for place in range(LEAST_BYTES):
            numbers |= letters[place : place + last].astype(np.uint64) << np.uint64(8 * place)
        # A table of hashes first: a search in the sorted list for every byte of every file would take minutes.
        table = np.zeros(1 << 16, dtype=bool)
        table[_folded(self._starts)] = True
        candidates = np.nonzero(table[_folded(numbers)])[0]
        hits = candidates[np.isin(numbers[candidates], self._starts)]
        return {
            (canary.kind, canary.text)
            for at in hits.tolist()
            for needle in self._by_start[int(numbers[at])]
            if content.startswith(needle, at)
            for canary in (self.needles[needle],)
        }


def _folded(numbers: np.ndarray) -> np.ndarray:
    mixed = numbers * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(48)).astype(np.int64)


@dataclass(frozen=True)
class Place:
    """Somewhere that something was written: its address, such as ``log/portal``, and what is there."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Allowed:
    """Kinds of data that may be in the places of a pattern, and why."""

    places: str
    kinds: frozenset[str]
    why: str


def leaks(search: Search, places: Iterable[Place], allowed: Iterable[Allowed]) -> dict[str, set[tuple[str, str]]]:
    """Return what was found where it may not be."""
    rules = [(re.compile(fnmatch.translate(rule.places)), rule.kinds) for rule in allowed]
    found: dict[str, set[tuple[str, str]]] = {}
    for place in places:
        kinds = {kind for pattern, some in rules if pattern.match(place.name) for kind in some}
        if wrong := {hit for hit in search.kinds_in(place.content) if hit[0] not in kinds}:
            found.setdefault(place.name, set()).update(wrong)
    return found
