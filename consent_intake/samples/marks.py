"""Everything that is found in a signature box and is no signature."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from numpy.random import Generator

from consent_intake.samples import marks_of_pens as pens
from consent_intake.samples import marks_of_print as prints
from consent_intake.samples import marks_on_paper as paper
from consent_intake.samples.ink import Ink
from consent_intake.samples.spots import Spot
from services.consent_form.layout import FormLayout


class Expected(StrEnum):
    """What has to become of a kind. Approval never; a person's review is never wrong, only slower."""

    UNSIGNED = "unsigned"
    """Told at once that the box is not signed."""
    SIGNED_AS_WITNESS = "signed_as_witness"
    """Told at once that the signature is in the wrong box."""
    REVIEW = "review"
    """A person looks."""


_UNSIGNED: Final[Mapping[str, Callable[[Spot], None]]] = MappingProxyType(
    {
        "empty": paper.empty,
        "specks": paper.specks,
        "dots": paper.dots,
        "fold": paper.fold,
        "streak": paper.streak,
        "ghost": paper.ghost,
    }
)
_REVIEW: Final[Mapping[str, Callable[[Spot], None]]] = MappingProxyType(
    {
        "stray_mark": paper.stray_mark,
        "smudge": paper.smudge,
        "thumb_print": paper.thumb_print,
        "staple": paper.staple,
        "line": pens.line,
        "strike_through": pens.strike_through,
        "x_mark": pens.x_mark,
        "check_mark": pens.check_mark,
        "bracket": pens.bracket,
        "circle": pens.circle,
        "scratched": pens.scratched,
        "initials": pens.initials,
        "date_written": pens.date_written,
        "number_written": pens.number_written,
        "not_applicable": pens.not_applicable,
        "refused": pens.refused,
        "slash_s": pens.slash_s,
        "hand_printed_name": pens.hand_printed_name,
        "crossed_out": pens.crossed_out,
        "typed_name": prints.typed_name,
        "script_name": prints.script_name,
        "slash_s_typed": prints.slash_s_typed,
        "date_typed": prints.date_typed,
        "void": prints.void,
        "copy": prints.copy,
        "sticker": prints.sticker,
        "printed_label": prints.printed_label,
    }
)
_WITNESS: Final[Mapping[str, Callable[[Spot], None]]] = MappingProxyType({"witness": pens.in_witness_box})

_DRAW: Final = MappingProxyType({**_UNSIGNED, **_REVIEW, **_WITNESS})

MARK_KINDS: Final = tuple(_DRAW)
"""Every kind, by name."""

MARK_OUTCOMES: Final[Mapping[str, Expected]] = MappingProxyType(
    dict.fromkeys(_UNSIGNED, Expected.UNSIGNED)
    | dict.fromkeys(_REVIEW, Expected.REVIEW)
    | dict.fromkeys(_WITNESS, Expected.SIGNED_AS_WITNESS)
)
"""What has to become of each kind."""


def draw_mark(
    ink: Ink, form: FormLayout, name: str, kind: str, random: Generator, *, held_out: bool | None = None
) -> None:
    """Draw a mark into the signature box of a form (into the witness's for the kind ``witness``).

    Args:
        ink: what is drawn on; marks that are no pen's bring their own grey.
        form: whose box it is.
        name: of the parent, for the kinds that write it.
        kind: one of MARK_KINDS.
        random: of the sample.
        held_out: True takes only fonts and words that the model's training never sees, False only the others.

    Raises:
        KeyError: for a kind that is not known.
    """
    _DRAW[kind](Spot(ink, form, name, random, held_out))
