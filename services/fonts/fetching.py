"""What a printed form or sheet may load: the packaged fonts by their exact addresses, and drawings inside the page."""

from typing import Any

from typing_extensions import override
from weasyprint.urls import URLFetcher

from services.fonts import FONT_FOLDER


class FontsAndDrawings(URLFetcher):  # type: ignore[misc]  # WeasyPrint ships no types
    """Fetches packaged fonts and data: addresses. A list: there are many ways to climb out of a folder."""

    @override
    def fetch(self, url: str, headers: Any = None) -> Any:
        """Return what is at an address.

        Raises:
            ValueError: every other address.
        """
        if not url.startswith("data:") and url not in {font.as_uri() for font in FONT_FOLDER.glob("*.ttf")}:
            raise ValueError("address not allowed")
        return super().fetch(url, headers)
