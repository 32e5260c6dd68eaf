"""Make a text recogniser that knows fewer characters of one that knows too many: the others are cut off its last layer.

RapidOCR's network weighs 18,710 characters at every step, most of them Chinese, which takes a third of its time. What
is cut off must be what a field's characters are never mistaken for: chances are shares of all that is left.

An ONNX file is a protocol buffer (onnx.proto3); only the fields named here are looked at.
"""

from collections.abc import Collection, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]

CHARACTERS: Final = "character"
"""Key of the metadata that lists the characters, one a line. Class 0 is none of them, the last class is a space."""

_MODEL_GRAPH, _MODEL_METADATA = 7, 14
_GRAPH_TENSOR, _GRAPH_OUTPUT, _GRAPH_SHAPES = 5, 12, 13
_TENSOR_SIDES, _TENSOR_BYTES = 1, 9
_ENTRY_KEY, _ENTRY_VALUE = 1, 2
_OUTPUT_NAME, _OUTPUT_TYPE = 1, 2

_FLOATS: Final = b"\x0a\x02\x08\x01"
"""A TypeProto: a tensor of floats, its shape untold."""

_PARTS_OF_LAYER: Final = 2
"""Weights and bias."""

_VARINT, _LENGTH = 0, 2
_FIXED_SIZES: Final = {1: 8, 5: 4}
_MORE: Final = 0x80


class RecogniserUnknown(Exception):
    """The file is not built as PP-OCR's recognisers are."""


def with_only(model: bytes, wanted: Collection[str]) -> bytes:
    """Return the model with none, space and, of its own characters, the wanted ones.

    Raises:
        RecogniserUnknown: the list of characters or the last layer is not found.
    """
    known = _characters(model)
    kept = [place for place, character in enumerate(known, 1) if character in wanted]
    places = np.array([0, *kept, len(known) + 1])
    listed = "\n".join(known[place - 1] for place in kept)
    made, cut = list[bytes](), 0
    for number, _, value, whole in _fields(memoryview(model)):
        if number == _MODEL_GRAPH:
            graph, cut = _graph(value, places, len(known) + 2)
            made.append(_field(_MODEL_GRAPH, graph))
        elif number == _MODEL_METADATA and _entry(value)[0] == CHARACTERS:
            entry = _field(_ENTRY_KEY, CHARACTERS.encode()) + _field(_ENTRY_VALUE, listed.encode())
            made.append(_field(_MODEL_METADATA, entry))
        else:
            made.append(bytes(whole))
    if cut != _PARTS_OF_LAYER:
        raise RecogniserUnknown
    return b"".join(made)


def _characters(model: bytes) -> list[str]:
    entries = dict(_entry(value) for number, _, value, _ in _fields(memoryview(model)) if number == _MODEL_METADATA)
    if CHARACTERS not in entries:
        raise RecogniserUnknown
    return entries[CHARACTERS].splitlines()


def _entry(data: memoryview) -> tuple[str, str]:
    parts = {number: bytes(value).decode() for number, _, value, _ in _fields(data)}
    return parts.get(_ENTRY_KEY, ""), parts.get(_ENTRY_VALUE, "")


def _graph(data: memoryview, places: Places, classes: int) -> tuple[bytes, int]:
    """Return the graph with its last layer cut, and how many parts of that layer there were."""
    made, cut = list[bytes](), 0
    for number, _, value, whole in _fields(data):
        tensor = _cut(value, places, classes) if number == _GRAPH_TENSOR else None
        if tensor is not None:
            made.append(_field(_GRAPH_TENSOR, tensor))
            cut += 1
        elif number == _GRAPH_OUTPUT:
            name = next(bytes(part) for part_of, _, part, _ in _fields(value) if part_of == _OUTPUT_NAME)
            made.append(_field(_GRAPH_OUTPUT, _field(_OUTPUT_NAME, name) + _field(_OUTPUT_TYPE, _FLOATS)))
        elif number != _GRAPH_SHAPES:  # they would be wrong, and are worked out anew when the model is loaded
            made.append(bytes(whole))
    return b"".join(made), cut


def _cut(data: memoryview, places: Places, classes: int) -> bytes | None:
    """Return a tensor of the last layer with the wanted classes only; None for a tensor of another layer."""
    parts = list(_fields(data))
    sides = [_varint(value, 0)[0] for number, kind, value, _ in parts if number == _TENSOR_SIDES and kind == _VARINT]
    if not sides or sides[-1] != classes:
        return None
    weights = next((value for number, _, value, _ in parts if number == _TENSOR_BYTES), memoryview(b""))
    if len(weights) != 4 * int(np.prod(sides)):
        raise RecogniserUnknown
    left = np.frombuffer(weights, np.dtype("<f4")).reshape(sides)[..., places]
    shape = b"".join(_as_varint(_TENSOR_SIDES << 3) + _as_varint(side) for side in left.shape)
    rest = b"".join(bytes(whole) for number, _, _, whole in parts if number not in {_TENSOR_SIDES, _TENSOR_BYTES})
    return shape + rest + _field(_TENSOR_BYTES, left.tobytes())


def _fields(data: memoryview) -> Iterator[tuple[int, int, memoryview, memoryview]]:
    """Yield number, wire type, value, and the whole of every field of a message."""
    at = 0
    while at < len(data):
        start = at
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == _VARINT:
            end = _varint(data, at)[1]
        elif kind == _LENGTH:
            size, at = _varint(data, at)
            end = at + size
        elif kind in _FIXED_SIZES:
            end = at + _FIXED_SIZES[kind]
        else:
            raise RecogniserUnknown
        if end > len(data):
            raise RecogniserUnknown
        yield tag >> 3, kind, data[at:end], data[start:end]
        at = end


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return the number that starts there, and where it has ended."""
    number, shift = 0, 0
    while at < len(data):
        byte = data[at]
        number |= (byte & ~_MORE) << shift
        at, shift = at + 1, shift + 7
        if not byte & _MORE:
            return number, at
    raise RecogniserUnknown


def _as_varint(number: int) -> bytes:
    made = bytearray()
    while number >= _MORE:
        made.append(number & (_MORE - 1) | _MORE)
        number >>= 7
    made.append(number)
    return bytes(made)


def _field(number: int, value: bytes) -> bytes:
    return _as_varint(number << 3 | _LENGTH) + _as_varint(len(value)) + value
