"""Tables of measured zones: made once for a seed, kept in deploy/training/build."""

import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from signature_zones import SIGNED_SHARE, make_zone

BUILD = Path(__file__).resolve().parent / "build"
A_CHUNK = 40

Row = tuple[dict[str, float], str, bool, str, str]


@dataclass(frozen=True)
class Zones:
    """Many zones.

    Attributes:
        rows: measures of each.
        kinds: style of the signature or kind of the mark.
        signed: whether it is a signature.
        devices: what scanned it.
        names: of the parent whose form it is.
    """

    rows: list[dict[str, float]]
    kinds: NDArray[np.str_]
    signed: NDArray[np.bool_]
    devices: NDArray[np.str_]
    names: NDArray[np.str_]

    def of(self, places: NDArray[np.intp]) -> "Zones":
        """Return some of them."""
        rows = [self.rows[i] for i in places]
        return Zones(rows, self.kinds[places], self.signed[places], self.devices[places], self.names[places])

    def values(self, measures: tuple[str, ...]) -> NDArray[np.float64]:
        """Return one row of numbers a zone, in the order of the measures; what a zone does not have is 0."""
        return np.array([[row.get(name, 0.0) for name in measures] for row in self.rows])


def joined_zones(parts: Sequence[Zones]) -> Zones:
    """Return the zones of several tables as one."""
    columns = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("kinds", "signed", "devices", "names")
    )
    return Zones([row for part in parts for row in part.rows], *columns)


def table(
    name: str,
    count: int,
    seed: int,
    *,
    held_out: bool,
    folder: Path | None = None,
    processes: int = 1,
    signed_share: float = SIGNED_SHARE,
    kind: str | None = None,
) -> Zones:
    """Return a table of zones, from deploy/training/build when it was made before."""
    file = BUILD / f"signature-{name}-{count}-{seed}{'-real' if folder else ''}.npz"
    if not file.exists():
        BUILD.mkdir(exist_ok=True)
        jobs = [
            (start, min(A_CHUNK, count - start), seed, held_out, folder, signed_share, kind)
            for start in range(0, count, A_CHUNK)
        ]
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            rows = [row for chunk in pool.imap(_chunk, jobs) for row in chunk]
        np.savez_compressed(file, **{key: np.array(part) for key, part in _columns(rows).items()})
    with np.load(file) as kept:
        names = [str(measure) for measure in kept["measures"]]
        measured = [dict(zip(names, values.tolist(), strict=True)) for values in kept["values"]]
        return Zones(measured, kept["kinds"], kept["signed"], kept["devices"], kept["names"])


def _columns(rows: list[Row]) -> dict[str, object]:
    names = sorted({measure for row in rows for measure in row[0]})
    return {
        "measures": names,
        "values": [[row[0].get(measure, 0.0) for measure in names] for row in rows],
        "kinds": [row[1] for row in rows],
        "signed": [row[2] for row in rows],
        "devices": [row[3] for row in rows],
        "names": [row[4] for row in rows],
    }


def _chunk(job: tuple[int, int, int, bool, Path | None, float, str | None]) -> list[Row]:
    start, count, seed, held_out, folder, share, kind = job
    cv2.setNumThreads(1)
    zones = (
        make_zone(number, seed, held_out=held_out, folder=folder, signed_share=share, kind=kind)
        for number in range(start, start + count)
    )
    return [(zone.measures, zone.kind, zone.signed, zone.device, zone.name) for zone in zones]
