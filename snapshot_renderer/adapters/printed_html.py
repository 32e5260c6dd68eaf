"""The page's HTML laid out by WeasyPrint, without the work that comes out the same for every page.

WeasyPrint works out some ten thousand values of style for a page. They depend on the style sheet and on which element
stands in which, not on what is written there, so a process works them out once. What is set stays the same to the byte
(``test_quick_parsing`` compares with plain WeasyPrint); but not all that is used here is promised to stay, so the
version is pinned.
"""

from collections.abc import Hashable, Mapping
from functools import partial
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET  # allowed: no-xml-from-outside - our own page, which our own template made

import cssselect2
import weasyprint
from typing_extensions import override
from weasyprint.css import StyleFor
from weasyprint.css.counters import CounterStyle
from weasyprint.css.targets import TargetCollector
from weasyprint.document import Document
from weasyprint.images import get_image_from_uri
from weasyprint.layout import LayoutContext
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from services.fonts import FONT_FOLDER, font_face_css
from snapshot_renderer.rules.page_model import NotPrintable

BASE_URL = "about:snapshot"

MOST_KEPT = 4000
"""Styles kept at most: a page has about a hundred, so every density in both languages fits."""

Kept = dict[Hashable, Any]


class PrintedStyle:
    """Fonts and style sheet, read once, and the styles that came of them, kept from page to page."""

    def __init__(self, style_sheet: str) -> None:
        self.fetcher = FontsOnly()
        self.fonts = FontConfiguration()
        self.sheet = self._read(font_face_css() + style_sheet, font_config=self.fonts)
        self._sheets = (
            (self._read(_style_of_html(), counter_style=CounterStyle()), "user agent", None),
            (self.sheet, "user", None),
        )
        self._kept: Kept = {}

    def laid_out(self, markup: str, images: Mapping[str, Any]) -> Document:
        """Return the page laid out, ready to be written as PDF/A-3a with tags.

        Args:
            markup: well-formed XML.
            images: by their addresses.

        Raises:
            NotPrintable: a letter that XML does not allow (a control character in a name).
        """
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        options = {**weasyprint.DEFAULT_OPTIONS, "cache": dict(images), "pdf_variant": "pdf/a-3a", "pdf_tags": True}
        return _Laid._render(_WellFormed(markup, self), self.fonts, None, None, options)  # noqa: SLF001

    def styles(self, html: weasyprint.HTML, targets: TargetCollector) -> StyleFor:
        """Return the styles of a page's elements."""
        return _KeptStyles(self._kept, html, self._sheets, self.fonts, targets)

    def _read(self, rules: str, **options: Any) -> weasyprint.CSS:
        return weasyprint.CSS(string=rules, url_fetcher=self.fetcher, base_url=BASE_URL, **options)


class FontsOnly(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Nothing but the packaged fonts can be read, whatever a page says."""

    @override
    def fetch(self, url: str, headers: Any = None) -> Any:
        allowed = {font.as_uri() for font in FONT_FOLDER.glob("*.ttf")}
        if url not in allowed:
            # WeasyPrint logs this, and the log is counted: the page is refused.
            raise ValueError("address not allowed")
        return super().fetch(url, headers)


def _style_of_html() -> str:
    """Return WeasyPrint's style of HTML without its rules for markers and footnotes.

    They give six more styles to every element of a page that has neither.
    """
    plain = files("weasyprint.css").joinpath("html5_ua.css").read_text(encoding="utf-8")
    return "\n".join(line for line in plain.splitlines() if not line.startswith("::"))


class _WellFormed(weasyprint.HTML):  # type: ignore[misc]  # WeasyPrint ships no types
    """Our template's output is well-formed XML: parsing it as such takes a tenth of the time."""

    def __init__(self, markup: str, style: PrintedStyle) -> None:
        # The constructor that is not called parses HTML; but for `style` these are the fields it sets in WeasyPrint 70.
        try:
            root = ET.fromstring(markup)  # noqa: S314 # nosec B314 # our own template, autoescaped
        except ET.ParseError:
            raise NotPrintable from None
        self.base_url = BASE_URL
        self.url_fetcher = style.fetcher
        self.media_type = "print"
        self.wrapper_element = cssselect2.ElementWrapper.from_html_root(root, content_language=None)
        self.etree_element = self.wrapper_element.etree_element
        self.style = style


class _Laid(Document):  # type: ignore[misc]  # WeasyPrint ships no types
    """A document whose styles come from those that are kept."""

    @classmethod
    @override
    def _build_layout_context(
        cls, html: _WellFormed, font_config: Any, counter_style: CounterStyle, color_profiles: Any, options: Any
    ) -> LayoutContext:
        for names in html._ua_counter_style():  # noqa: SLF001
            counter_style.update(names)
        targets = TargetCollector()
        images = partial(get_image_from_uri, cache=options["cache"], url_fetcher=html.url_fetcher, options=options)
        return LayoutContext(html.style.styles(html, targets), images, font_config, counter_style, targets)


class _KeptStyles(StyleFor):  # type: ignore[misc]  # WeasyPrint ships no types
    """Takes an element's style from those that are kept, if its parent's style and all its rules are the same."""

    def __init__(self, kept: Kept, html: Any, sheets: Any, fonts: Any, targets: Any) -> None:
        self._kept = kept
        super().__init__(html, sheets, presentational_hints=False, font_config=fonts, target_collector=targets)

    @override
    def set_computed_styles(
        self,
        element: Any,
        parent: Any,
        root: Any = None,
        pseudo_type: str | None = None,
        base_url: Any = None,
        target_collector: Any = None,
    ) -> None:
        computed = self.get_computed_styles()
        rules = self.get_cascaded_styles().get((element, pseudo_type), {})
        above = None if parent is None else id(computed[parent, None])
        key = (
            above,
            pseudo_type,
            tuple((name, _known(value), repr(weight)) for name, (value, weight) in rules.items()),
        )
        if key not in self._kept:
            super().set_computed_styles(element, parent, root, pseudo_type, base_url, target_collector)
            self._kept[key] = computed[element, pseudo_type]
            return
        style = computed[element, pseudo_type] = self._kept[key]
        if target_collector and style["anchor"]:
            target_collector.collect_anchor(style["anchor"])


def _known(value: Any) -> Hashable:
    """Return what tells two values of a rule apart; a kept style holds its values, so none of their ids comes again."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return value  # type: ignore[no-any-return]
