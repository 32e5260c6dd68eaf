"""The sets of zones that the signature model is trained on, that thresholds are chosen on, and that it is reported on.

Three sets with seeds of their own. The last two have styles, fonts and words that training does not have.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from signature_table import Zones, table
from signature_zones import SIGNED_SHARE

SEED = 20261115


@dataclass(frozen=True)
class Set:
    """One table of zones.

    Attributes:
        name: of the file.
        count: of zones.
        seed: of the zones.
        signed_share: how many are signed.
    """

    name: str
    count: int
    seed: int
    signed_share: float = SIGNED_SHARE

    @property
    def held_out(self) -> bool:
        """Whether styles, fonts and words are those that training does not have."""
        return self.name != "train"

    def zones(self, processes: int = 1, folder: Path | None = None) -> Zones:
        """Return the zones, made now or before."""
        return table(
            self.name,
            self.count,
            self.seed,
            held_out=self.held_out,
            folder=folder,
            processes=processes,
            signed_share=self.signed_share,
        )


TRAINING = (
    Set("train", 1800, SEED),
    Set("train", 800, SEED + 1),
    Set("train", 6400, SEED + 4),
    Set("train", 9600, SEED + 6),
)
VALIDATION = (Set("valid-marks", 800, SEED + 11, 0.0), Set("valid", 200, SEED + 10, 1.0))
TEST = (Set("test", 300, SEED + 20, 1.0), *(Set("test-marks", 1000, SEED + 21 + part, 0.0) for part in range(3)))


def joined(sets: tuple[Set, ...], processes: int = 1, folder: Path | None = None) -> Zones:
    """Return the zones of several sets as one."""
    parts = [one.zones(processes, folder) for one in sets]
    return Zones(
        [row for part in parts for row in part.rows],
        np.concatenate([part.kinds for part in parts]),
        np.concatenate([part.signed for part in parts]),
        np.concatenate([part.devices for part in parts]),
    )


def places(sets: tuple[Set, ...]) -> list[tuple[Set, int]]:
    """Return which zone of which set each row of ``joined`` is."""
    return [(one, number) for one in sets for number in range(one.count)]
