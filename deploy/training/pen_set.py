"""The pictures that the network of pens learns from: made once for a seed, kept in deploy/training/build."""

import multiprocessing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from pen_zones import pen_zone
from signature_table import BUILD

SEED: Final = 20261501
COUNT: Final = 40_000
A_PART: Final = 500


@dataclass(frozen=True)
class Pictures:
    """Many pictures of zones.

    Attributes:
        pictures: count x ROWS x COLUMNS, paper is 0.
        signed: whether a zone is signed.
        kinds: of each.
    """

    pictures: NDArray[np.uint8]
    signed: NDArray[np.bool_]
    kinds: NDArray[np.str_]


def pen_pictures(processes: int = 1, count: int = COUNT) -> Pictures:
    """Return the pictures to learn from."""
    BUILD.mkdir(exist_ok=True)
    parts = range(count // A_PART)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        list(pool.imap(made, parts))
    kept = [np.load(_file(part)) for part in parts]
    return Pictures(*(np.concatenate([one[name] for one in kept]) for name in ("pictures", "signed", "kinds")))


def made(part: int) -> None:
    """Make one part, unless it is there."""
    file = _file(part)
    if file.exists():
        return
    cv2.setNumThreads(1)
    zones = [pen_zone(number, SEED) for number in range(part * A_PART, (part + 1) * A_PART)]
    columns = {
        "pictures": np.stack([picture for _, _, picture in zones]),
        "signed": np.array([signed for _, signed, _ in zones]),
        "kinds": np.array([kind for kind, _, _ in zones]),
    }
    unfinished = file.with_suffix(".part.npz")
    np.savez_compressed(unfinished, **columns)
    unfinished.rename(file)


def _file(part: int) -> Path:
    return BUILD / f"pens-{SEED}-{part:03d}.npz"
