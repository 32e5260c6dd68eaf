from pathlib import Path

import pytest

from schemas.values import Language
from services.texts.catalogue import TextMissing, translations

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Sign in"
msgstr "Entrar"

msgctxt "verb"
msgid "Open"
msgstr "Abrir"

msgid "%(count)s consent"
msgid_plural "%(count)s consents"
msgstr[0] "%(count)s consentimiento"
msgstr[1] "%(count)s consentimientos"

#, fuzzy
msgid "Case"
msgstr "Caja"

msgid "Empty"
msgstr ""
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "es.po").write_text(PO, encoding="utf-8")
    return tmp_path


def test_spanish_comes_from_the_po_file(folder: Path) -> None:
    spanish = translations(folder, Language.SPANISH)
    assert spanish.gettext("Sign in") == "Entrar"
    assert spanish.pgettext("verb", "Open") == "Abrir"
    assert spanish.ngettext("%(count)s consent", "%(count)s consents", 1) == "%(count)s consentimiento"
    assert spanish.ngettext("%(count)s consent", "%(count)s consents", 3) == "%(count)s consentimientos"


def test_english_needs_no_file(tmp_path: Path) -> None:
    assert translations(tmp_path, Language.ENGLISH, strict=True).gettext("Anything") == "Anything"


@pytest.mark.parametrize("text", ["Not there", "Case", "Empty"])
def test_a_missing_fuzzy_or_empty_text_stays_english(folder: Path, text: str) -> None:
    assert translations(folder, Language.SPANISH).gettext(text) == text


@pytest.mark.parametrize("text", ["Not there", "Case", "Empty"])
def test_strict_refuses_a_missing_fuzzy_or_empty_text(folder: Path, text: str) -> None:
    strict = translations(folder, Language.SPANISH, strict=True)
    with pytest.raises(TextMissing):
        strict.gettext(text)
    with pytest.raises(TextMissing):
        strict.ngettext(text, text, 2)
    with pytest.raises(TextMissing):
        strict.pgettext("verb", text)
    with pytest.raises(TextMissing):
        strict.npgettext("verb", text, text, 2)
    assert strict.gettext("Sign in") == "Entrar"
