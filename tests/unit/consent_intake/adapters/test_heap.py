"""Holes in the heap are taken out of use, in a process of its own: what it does to a heap cannot be undone."""

import ctypes
import subprocess
import sys

import pytest

CODE = """
import ctypes
from consent_intake.adapters import heap
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
pieces = [libc.malloc(100_000) for _ in range(200)]
for piece in pieces[::2]:
    libc.free(piece)
libc.mallinfo2.restype = heap.MallocCounts
before = libc.mallinfo2()
heap.fill_heap_holes()
after = libc.mallinfo2()
print(before.fordblks, after.fordblks, before.arena, after.arena)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="the C library is not glibc 2.33 or later")
def test_ten_megabytes_of_holes_are_filled_and_the_heap_does_not_grow() -> None:
    said = subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True).stdout
    free_before, free_after, heap_before, heap_after = map(int, said.split())
    assert free_before > 9_000_000
    assert free_after < 2_000_000
    assert heap_after <= heap_before
