"""One page of content to one web page (Jinja2): the PDF's twin, for a phone, a screen reader or large print.

It holds its own style and fonts, runs no script and asks nothing of any address.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup

from schemas.values import Cents
from services.fonts import inline_font_css
from services.page_sizes import PageSize, mark
from snapshot_renderer.adapters.page_template import compiled_template, packaged_template, split_svg
from snapshot_renderer.adapters.payment_chart import chart_svg
from snapshot_renderer.adapters.qr_code import qr_svg
from snapshot_renderer.rules.money_blocks import tallest
from snapshot_renderer.rules.page_model import PageContent, PaymentsBlock
from snapshot_renderer.rules.wording import Texts, money, parse_texts

CHART_HEIGHT = 190.0
"""Points of the chart's own drawing; on the screen it is as wide as its column."""

PERCENT = 100


@dataclass(frozen=True)
class MonthRow:
    """One month of the table; shares are per cent of the longest bar."""

    month: str
    due: str
    paid: str
    state: str
    state_word: str
    due_share: int
    paid_share: int


class TwinWriter:
    """Template, style and words, read once per process."""

    def __init__(self) -> None:
        self._template = compiled_template("twin.html.j2")
        # allowed: no-markup-of-data - the packaged style sheet
        self._style = Markup(inline_font_css() + "\n" + packaged_template("twin.css"))  # noqa: S704 # nosec B704
        self._words = parse_texts(packaged_template("twin_texts.json").encode())

    def write(self, page: PageContent) -> bytes:
        """Return the page as UTF-8 HTML: the same bytes for the same content, in any process."""
        words = Texts(self._words, page.language)
        shown = page.payments.message is None
        html = self._template.render(
            page=page,
            say=words.say,
            style=self._style,
            # allowed: no-markup-of-data - a constant
            size_mark=Markup(mark(PageSize.REGULAR)),  # noqa: S704 # nosec B704
            sizes={size.name: f"?size={size.value}" for size in PageSize},
            chart=chart_svg(page.payments, height=CHART_HEIGHT) if shown else "",
            months=tuple(_months(page.payments, words)) if shown else (),
            split=split_svg(page.arrears),
            qr=qr_svg(page.steps.qr_url, title=page.steps.qr_title),
        )
        return html.encode()


def write_twin(page: PageContent) -> bytes:
    """Write one web page with this process's writer; the function that child processes run."""
    return _writer().write(page)


def warm_up() -> None:
    """Read template, style and words, so that the first page is as quick as the next."""
    _writer()


@cache
def _writer() -> TwinWriter:
    return TwinWriter()


def _months(block: PaymentsBlock, words: Texts) -> Iterator[MonthRow]:
    """Every month as a row; the chart names a year once, the table names it in each row."""
    top, year = tallest(block.bars), ""
    for bar in block.bars:
        year = bar.year or year
        yield MonthRow(
            month=f"{bar.month} {year}",
            due=money(bar.due, words.language),
            paid=money(bar.paid, words.language),
            state=bar.state.value,
            state_word=words.say(bar.state.value),
            due_share=_share(bar.due, top),
            paid_share=_share(bar.paid, top),
        )


def _share(amount: Cents, top: Cents) -> int:
    return min(amount, top) * PERCENT // top
