"""Read a room's translation catalogue. Message ids are the English texts; Spanish is in ``<folder>/es.po``.

The .po file is compiled in memory when it is first read: there is no build step, and what a translator saves is what
people see after a restart.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import NoReturn

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from typing_extensions import override

from schemas.values import Language


class TextMissing(LookupError):
    """A text has no translation in the catalogue. The message id is product text, never a person's data."""


class NothingMissing(NullTranslations):
    """Stands behind a catalogue and refuses every text that the catalogue lacks."""

    @override
    def gettext(self, message: str) -> NoReturn:
        raise TextMissing(message)

    @override
    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:
        raise TextMissing(msgid1)

    @override
    def pgettext(self, context: str, message: str) -> NoReturn:
        raise TextMissing(message)

    @override
    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> NoReturn:
        raise TextMissing(msgid1)


@cache
def translations(folder: Path, language: Language, *, strict: bool = False) -> NullTranslations:
    """Return the translations of one room; fuzzy and empty entries count as missing.

    Args:
        folder: where ``es.po`` is; English needs no file, its texts are the message ids.
        language: of the reader.
        strict: raise TextMissing for a text without translation (tests); else it stays English, so that a page works.

    Raises:
        FileNotFoundError: there is no ``<folder>/<language>.po``.
        babel.messages.pofile.PoFileError: the file is malformed.
    """
    if language is Language.ENGLISH:
        return NullTranslations()
    compiled = BytesIO()
    with (folder / f"{language.value}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language.value, abort_invalid=True))
    compiled.seek(0)
    found = GNUTranslations(compiled)
    if strict:
        found.add_fallback(NothingMissing())
    return found
