"""The three dates that a reviewer reads on the paper and types in."""

from collections.abc import Mapping
from datetime import date

from schemas.why_card import WhyCard
from services.consent_form.entered_dates import DateMistake, EnteredDates
from services.portal.date_boxes import box_names, folded
from services.portal.languages import mark

DATES = ("signed_on", "starts_on", "expires_on")
"""Names of the form's boxes, in the order in which they are asked for."""

NO_DATE = mark("Enter a real date: month, day and a four-digit year. Or leave all three boxes empty.")

MISTAKES: Mapping[DateMistake, tuple[str, str]] = {
    DateMistake.SIGNED_AFTER_UPLOAD: (
        "signed_on",
        mark("The form cannot be signed after the day it was uploaded. Read the date again."),
    ),
    DateMistake.ENDS_BEFORE_IT_STARTS: ("expires_on", mark("The last day cannot be before the first day.")),
    DateMistake.TOO_LONG: ("expires_on", mark("The period is longer than a consent may run. Read the dates again.")),
    DateMistake.ENDED: ("expires_on", mark("The last day is over. Reject the form: the consent has expired.")),
}
"""Which date each mistake is about, and what to say."""


class DatesUnreadable(ValueError):
    """Some of what was typed is no date; ``errors`` says which, by name."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("not a date")
        self.errors = dict.fromkeys(names, NO_DATE)


def read_dates(fields: Mapping[str, str]) -> EnteredDates:
    """Return what was typed into the boxes ``signed_on_month`` and so on; empty ones are None.

    Raises:
        DatesUnreadable: see there.
    """
    read: dict[str, date | None] = {}
    wrong: list[str] = []
    for name in DATES:
        text = folded(fields, name)
        try:
            read[name] = date.fromisoformat(text) if text.strip("-") else None
        except ValueError:
            wrong.append(name)
    if wrong:
        raise DatesUnreadable(wrong)
    return EnteredDates(**read)


def typed_dates(fields: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into each box, to show it again."""
    return {box: fields.get(box, "") for name in DATES for box in box_names(name)}


def read_by_machine(card: WhyCard | None) -> dict[str, str]:
    """Return what each box shows at first: the dates that the machine is sure of."""
    shown: dict[str, str] = {}
    for name in DATES:
        day: date | None = getattr(card, name) if card else None
        parts = ("", "", "") if day is None else (f"{day.month}", f"{day.day}", f"{day.year}")
        shown |= dict(zip(box_names(name), parts, strict=True))
    return shown
