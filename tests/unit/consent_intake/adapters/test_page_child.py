"""What a document that takes its child over, or down, can do: nothing."""

import io
import struct
import subprocess
import sys
import zlib

import pytest

from consent_intake.adapters.document_pages import DocumentPages
from schemas.reason_codes import ReasonCode

CONFINED = """
import os, sys
from consent_intake.adapters.confinement import confine
reading, writing = os.pipe()
extra = os.open("/dev/null", os.O_RDONLY)
confine(writing)
try:
    {attempt}
except (OSError, MemoryError, ValueError) as error:
    sys.exit(7)
"""


@pytest.mark.parametrize(
    "attempt",
    [
        "bytearray(2 << 30)",
        "file = open(sys.argv[1], 'wb'); file.write(b'x' * 10); file.flush()",
        "import ctypes; sys.exit(7 if ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) == 1 else 0)",  # PR_GET_NO_NEW_PRIVS
        "os.read(extra, 1)",
    ],
    ids=["two gigabytes", "a file", "new privileges", "a file of the parent's"],
)
def test_a_confined_child_cannot_have(attempt: str, tmp_path: object) -> None:
    program = CONFINED.format(attempt=attempt)
    ended = subprocess.run([sys.executable, "-c", program, f"{tmp_path}/out"], capture_output=True, check=False)
    assert ended.returncode in {7, -25}, ended.stderr[-300:]  # 25: SIGXFSZ, killed for writing


SABOTEURS = {
    "dies": "sys.exit(1)",
    "dies after half an answer": "sys.stdout.buffer.write(struct.pack('>Q', 99) + b'a'); sys.stdout.flush(); exit(1)",
    "says nothing": "say(b'')",
    "says what is no answer": "say(b'rubbish that is no header')",
    "claims more pixels than it sends": 'say(framed(\'{"problem": null, "pages": [[100, 100]], "hints": {}}\'))',
    "sends pages of no size": 'say(framed(\'{"problem": null, "pages": [[0, 5]], "hints": {}}\'))',
    "sends no page": 'say(framed(\'{"problem": null, "pages": [], "hints": {}}\'))',
    "says a reason of its own": 'say(framed(\'{"problem": "APPROVED", "pages": [], "hints": {}}\'))',
    "says more than any form could": (
        'text = "x" * (9 << 20);'
        'say(framed(\'{"problem": null, "pages": [[1, 1]], "hints": {"text": ["%s"]}}\' % text) + b"0")'
    ),
    "announces a terabyte": "sys.stdout.buffer.write(struct.pack('>Q', 1 << 40)); sys.stdout.flush(); time.sleep(60)",
}

SABOTEUR = """
import struct, sys, time
def say(answer):
    sys.stdout.buffer.write(struct.pack('>Q', len(answer)) + answer)
    sys.stdout.flush()
def framed(header):
    return struct.pack('>I', len(header)) + header.encode()
while head := sys.stdin.buffer.read(4):
    sys.stdin.buffer.read(struct.unpack('>I', head)[0])
    {act}
"""


@pytest.mark.parametrize("name", SABOTEURS)
async def test_what_a_taken_over_child_says_is_believed_in_nothing(name: str) -> None:
    documents = DocumentPages((sys.executable, "-c", SABOTEUR.format(act=SABOTEURS[name])))
    try:
        opened = await documents.open(b"%PDF-1.7")
    finally:
        await documents.close()
    assert (opened.problem, opened.pages) == (ReasonCode.FILE_UNREADABLE, ())


def unfolding_pdf(gigabytes: int) -> bytes:
    """A page whose content is packed twice: some kilobytes that unfold to gigabytes."""
    packer = zlib.compressobj(9)
    once = b"".join([*(packer.compress(b" " * (1 << 24)) for _ in range(gigabytes * 64)), packer.flush()])
    stream = zlib.compress(once, 9)
    target = io.BytesIO(b"%PDF-1.7\n")
    target.seek(0, io.SEEK_END)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R>>",
        b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    places = []
    for number, body in enumerate(objects, 1):
        places.append(target.tell())
        target.write(b"%d 0 obj%s\nendobj\n" % (number, body))
    start = target.tell()
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    target.write(b"xref\n0 5\n0000000000 65535 f \n" + rows)
    target.write(b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start)
    return target.getvalue()


async def test_a_small_file_that_unfolds_to_gigabytes_ends_its_child_and_nothing_else() -> None:
    documents = DocumentPages()
    try:
        bomb = unfolding_pdf(2)
        assert len(bomb) < 1 << 20
        opened = await documents.open(bomb)
        assert opened.problem is ReasonCode.FILE_UNREADABLE
        after = await documents.open(b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13))
        assert after.problem is ReasonCode.FILE_UNREADABLE
    finally:
        await documents.close()
