"""How documents and answers travel between this process, the warm process and its confined child."""

import struct
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final

from consent_intake.adapters.document_limits import LONGEST_SIDE

WALL_SECONDS = 15.0
"""For one document. The slowest ordinary page of 3,210 took 5 s of CPU time; a stop and a rebalance wait for this."""

MAX_HEADER_BYTES = 6 << 20
"""A reading with every text at its limit and every character escaped takes 5.1 MB. JSON is parsed outside: no more of
it is."""

MAX_ANSWER_BYTES: Final = 2 * MAX_HEADER_BYTES + LONGEST_SIDE**2 + (12 << 20)
"""Two headers, the first page at its largest, the straightened page and some lines."""

PIPE_BYTES: Final = 1 << 20
"""As much as a pipe may hold without privileges: an answer of two megabytes then takes few turns."""

TASK_FRAME: Final = struct.Struct(">II?")
"""Before a document: its length, the legal day of the reading (0001-01-01 is 1), and whether to show the first page at
once."""

PART_FRAME: Final = struct.Struct(">I")
"""Before each part of an answer: its length, 0 when there are no more."""

END_FRAME: Final = struct.Struct(">B")
"""After the last part: how the child ended."""


@dataclass(frozen=True)
class Task:
    """A document to read.

    Attributes:
        document: a stranger's file.
        today: legal day of the reading.
        show_first: whether to say the first page before anything is read: for one whose reading ended a child.
    """

    document: bytes
    today: date
    show_first: bool = False


class Ended(IntEnum):
    """How a child ended."""

    WELL = 0
    DIED = 1
    """A crash, the memory limit or the CPU limit; the document did it."""
    STOPPED = 2
    """It took too long or said too much."""
    NOT_CONFINED = 3
    """There was no child, or a wall could not be put up: the document was not opened."""
    NO_READER = 8
    """No child's end: the warm process found no recogniser to load, and ends."""
    READY = 9
    """No child's end: the warm process has loaded everything."""
