"""How documents and answers travel between this process, the warm process and its confined child."""

import struct
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

DOCUMENT_FRAME: Final = struct.Struct(">I")
"""Before a document: its length."""

ANSWER_FRAME: Final = struct.Struct(">BQ")
"""Before an answer: how the child ended, and the answer's length."""


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
