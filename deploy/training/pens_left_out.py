"""Train the network of pens without half of the kinds of marks, to see what it makes of kinds that it was never shown.

One training a half: one a kind would take days. So each network knows less than one that only a kind was kept from.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pen_network import as_onnx
from pen_set import Pictures, pen_pictures
from pen_zones import NOTED, SET
from pens import CYCLES, trained
from signature_table import BUILD

from consent_intake.samples.marks import MARK_KINDS

_FIRST_HALF: Final = frozenset(
    {
        *("script_name", "typed_name", "initials", "crossed_out", "scratched", "thumb_print", "date_written"),
        *("date_typed", "sticker", "printed_label", "x_mark", "line", "staple", "specks", "streak"),
    }
)
"""Dealt by hand, so that each half has marks of print, of writing and of neither, and both keep something of each."""
HALVES: Final = MappingProxyType({"first": _FIRST_HALF, "second": frozenset(MARK_KINDS) - _FIRST_HALF})
"""The kinds of marks that a network is not shown, by its name."""
_DRAWN_ALIKE: Final = MappingProxyType(
    {
        "script_name": (SET,),
        "initials": (f"{NOTED}_initials",),
        "refused": (f"{NOTED}_note",),
        "slash_s": (f"{NOTED}_slash_s",),
        "hand_printed_name": (f"{NOTED}_printed", f"{NOTED}_capitals"),
    }
)
"""What only the network's own zones have (pen_zones.py), and what it is left out with."""


def network_without(kind: str) -> Path:
    """Return the file of the network that was not shown a kind of mark."""
    return _file(next(name for name, kinds in HALVES.items() if kind in kinds))


def main() -> None:
    """Make the pictures (kept in deploy/training/build), train without each half, export into the same folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1, help="that make the pictures")
    parser.add_argument("--halves", nargs="*", default=list(HALVES), choices=list(HALVES))
    options = parser.parse_args()
    learnt = pen_pictures(options.processes)
    for name in options.halves:
        unseen = [kind for mark in HALVES[name] for kind in (mark, *_DRAWN_ALIKE.get(mark, ()))]
        _file(name).write_bytes(_trained_on(~np.isin(learnt.kinds, unseen), learnt))


def _trained_on(shown: NDArray[np.bool_], learnt: Pictures) -> bytes:
    """Return the network that only some of the pictures were shown to, in the same cycles."""
    cycles = tuple(replace(cycle, pictures=int(shown[: cycle.pictures].sum())) for cycle in CYCLES)
    return as_onnx(trained(Pictures(learnt.pictures[shown], learnt.signed[shown], learnt.kinds[shown]), cycles=cycles))


def _file(name: str) -> Path:
    return BUILD / f"pens-without-{name}.onnx"


if __name__ == "__main__":
    main()
