"""The sets of zones that the signature model is trained on, that thresholds are chosen on, and that it is reported on.

Three sets with seeds of their own. The last two have styles, fonts and words that training does not have.
"""

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from signature_table import Zones, joined_zones, table
from signature_zones import SIGNED_SHARE, Zone, make_zone

from consent_intake.samples.signatures import COMPOSED, COMPOSED_APART, COMPOSED_SHORT

SEED: Final = 20261115


@dataclass(frozen=True)
class Set:
    """One table of zones.

    Attributes:
        name: of the file.
        count: of zones.
        seed: of the zones.
        signed_share: how many are signed, where kinds are random.
        kind: of all of them; None: random ones.
    """

    name: str
    count: int
    seed: int
    signed_share: float = SIGNED_SHARE
    kind: str | None = None

    @property
    def held_out(self) -> bool:
        """Whether styles, fonts and words are those that training does not have."""
        return self.name.startswith(("valid", "test"))

    def zones(self, processes: int = 1, folder: Path | None = None) -> Zones:
        """Return the zones, made now or before."""
        return table(
            self.name,
            self.count,
            self.seed,
            held_out=self.held_out,
            folder=folder if self.kind is None else None,
            processes=processes,
            signed_share=self.signed_share,
            kind=self.kind,
        )

    def zone(self, number: int, folder: Path | None = None) -> Zone:
        """Return one zone with its picture."""
        return make_zone(
            number,
            self.seed,
            held_out=self.held_out,
            kind=self.kind,
            folder=folder if self.kind is None else None,
            signed_share=self.signed_share,
        )


_NEAR: Final = MappingProxyType(
    {
        "pen_script": 715,
        "penned_name": 596,
        "cursive_letters": 209,
        COMPOSED: 298,
        COMPOSED_SHORT: 358,
        COMPOSED_APART: 358,
        "loops": 24,
        "angular": 24,
        "flourish": 24,
        "two_words": 36,
        "tall_and_flat": 36,
        "underlined": 24,
        "scribble": 48,
        "lognormal": 36,
        "script_name": 655,
        "refused": 477,
        "not_applicable": 268,
        "slash_s": 268,
        "slash_s_typed": 119,
        "hand_printed_name": 209,
        "crossed_out": 268,
        "copy": 209,
        "void": 209,
        "date_written": 107,
        "number_written": 72,
        "initials": 149,
        "typed_name": 72,
        "printed_label": 72,
        "sticker": 36,
        "date_typed": 36,
        "circle": 36,
        "strike_through": 36,
        "thumb_print": 36,
        "smudge": 24,
        "x_mark": 36,
        "bracket": 24,
        "check_mark": 18,
        "scratched": 30,
        "line": 18,
        "stray_mark": 12,
        "staple": 18,
    }
)
"""What is easily taken for a signature, and signatures that are easily taken for it: how many of each kind."""

MIXED: Final = (
    Set("train", 1800, SEED),
    Set("train", 800, SEED + 1),
    Set("train", 6400, SEED + 4),
    Set("train", 9600, SEED + 6),
    *(
        Set("composed", count, seed, kind=COMPOSED)
        for count, seed in ((1200, SEED + 3), (2000, SEED + 5), (3000, SEED + 7))
    ),
)
NEAR: Final = tuple(
    Set(f"near-{kind}", count, SEED + 100 + place, kind=kind) for place, (kind, count) in enumerate(_NEAR.items())
)
TRAINING: Final = (*MIXED, *NEAR)
VALIDATION: Final = (Set("valid-marks", 800, SEED + 11, 0.0), Set("valid", 200, SEED + 10, 1.0))
TEST: Final = (Set("test", 300, SEED + 20, 1.0), *(Set("test-marks", 1000, SEED + 21 + part, 0.0) for part in range(3)))


def joined(sets: tuple[Set, ...], processes: int = 1, folder: Path | None = None) -> Zones:
    """Return the zones of several sets as one."""
    return joined_zones([one.zones(processes, folder) for one in sets])


def places(sets: tuple[Set, ...]) -> list[tuple[Set, int]]:
    """Return which zone of which set each row of ``joined`` is."""
    return [(one, number) for one in sets for number in range(one.count)]
