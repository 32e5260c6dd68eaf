"""One page in one language: every string as printed, nothing left to decide. Templates read only this."""

from dataclasses import dataclass
from datetime import date

from schemas.values import Cents, Language
from snapshot_renderer.rules.case_figures import MonthState


class DoesNotFit(Exception):
    """The content does not fit on one page, even set as tightly as may be."""


class NotPrintable(Exception):
    """The page can't be set without a fault: a letter that is in no font, say. No page is made.

    It carries no message: what the typesetter says can quote letters of the name.
    """


@dataclass(frozen=True)
class BigNumber:
    """One of the three figures at the top; ``is_word`` when there is no amount to print large."""

    number: str
    label: str
    is_word: bool = False


@dataclass(frozen=True)
class MonthBar:
    """One month of the chart; cents are for its height, strings are for its labels."""

    month: str
    year: str
    amount: str
    state: MonthState
    due: Cents
    paid: Cents


@dataclass(frozen=True)
class LegendEntry:
    """What a bar's look means; only states that occur are listed."""

    state: MonthState
    label: str


@dataclass(frozen=True)
class PaymentsBlock:
    """Twelve months of payments, or why there are none to show (``message``)."""

    heading: str
    span: str
    as_of: str
    total: str
    message: str | None
    bars: tuple[MonthBar, ...]
    legend: tuple[LegendEntry, ...]
    notes: tuple[str, ...]
    chart_title: str


@dataclass(frozen=True)
class ArrearsPart:
    """One of the two parts; ``share`` is its per mille of the bar."""

    kind: str
    amount: str
    label: str
    text: str
    share: int


@dataclass(frozen=True)
class ArrearsBlock:
    """Past-due support by who it is owed to, or one statement in its place."""

    heading: str
    as_of: str
    message: str | None
    message_text: str
    parts: tuple[ArrearsPart, ...]
    bar_title: str


@dataclass(frozen=True)
class OrderBlock:
    """A few lines about the order, shown where the arrears leave room."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class ActionRow:
    """One enforcement action; ``urgent`` ones are set in red and carry their answer-by day."""

    name: str
    day: str
    status: str
    meaning: str
    answer: str | None
    urgent: bool


@dataclass(frozen=True)
class EnforcementBlock:
    """The table of actions, most urgent first; ``more`` has one text for every count that may be left out."""

    heading: str
    as_of: str
    columns: tuple[str, str, str, str]
    message: str | None
    rows: tuple[ActionRow, ...]
    more: tuple[str, ...]


@dataclass(frozen=True)
class StepLink:
    """Where a step leads: the kind of thing, its title, its address, and the address as printed.

    A page needs no title beside its address; what is found on the listing of forms needs no address of its own.
    """

    kind: str
    title: str
    url: str
    address: str
    language: Language


@dataclass(frozen=True)
class Step:
    """One numbered step."""

    number: int
    rule_id: str
    title: str
    text: str
    link: StepLink


@dataclass(frozen=True)
class StepsBlock:
    """The steps, or why there are none; ``forms`` is where the forms and brochures among them are found."""

    heading: str
    note: str | None
    forms: StepLink | None
    message: str | None
    steps: tuple[Step, ...]
    qr_url: str
    qr_title: str
    qr_label: str


@dataclass(frozen=True)
class MadePage:
    """One language's page as it is kept: the PDF, and the web page with the same content (UTF-8 HTML).

    ``templates_sha256`` is of the templates and style sheets that both were made with; ``unsealed_sha256`` of the PDF
    before the agency's seal was put on it, None if there is no seal.
    """

    pdf: bytes
    twin: bytes
    templates_sha256: str
    unsealed_sha256: str | None = None


@dataclass(frozen=True)
class PageContent:
    """Everything on the page. ``as_of`` dates the file; ``document_title`` names no person."""

    language: Language
    as_of: date
    document_title: str
    title: str
    subtitle: str
    name: str
    case_label: str
    case_number: str
    case_details: str
    as_of_line: str
    headline: str
    act_now_label: str
    act_now: str | None
    numbers: tuple[BigNumber, BigNumber, BigNumber]
    payments: PaymentsBlock
    arrears: ArrearsBlock
    order: OrderBlock | None
    enforcement: EnforcementBlock
    steps: StepsBlock
    helpline: str
    prepared_for: str
    confidential: str
