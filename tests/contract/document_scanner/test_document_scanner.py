"""What is believed of a scanner, by either kind of socket: a verdict, and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from consent_intake.adapters.document_scanner import (
    CHUNK_BYTES,
    ClamScanner,
    ScannerAddress,
    ScannerAddressInvalid,
)
from services.runtime.failures import TemporarilyUnavailable
from tests.support.fake_clamd import EICAR, IN_A_DOCUMENT, FakeClamd
from tests.support.portal_world import PDF_BYTES


@dataclass
class World:
    clamd: FakeClamd
    scanner: ClamScanner


@pytest.fixture(params=["unix socket", "TCP"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    clamd = FakeClamd()
    path = tmp_path / "clamd.ctl"
    setting = await (clamd.listen_at(path) if request.param == "unix socket" else clamd.listen_on_loopback())
    yield World(clamd, ClamScanner(ScannerAddress.from_text(setting), seconds=10))
    await clamd.stop()


async def test_the_test_file_that_every_scanner_knows_is_found(world: World) -> None:
    assert not await world.scanner.is_clean(EICAR)


async def test_a_document_with_something_known_in_it_is_found_wherever_it_stands(world: World) -> None:
    for size in (0, CHUNK_BYTES - 5, 3 * CHUNK_BYTES):
        assert not await world.scanner.is_clean(PDF_BYTES + b"\0" * size + IN_A_DOCUMENT)


@pytest.mark.parametrize("size", [1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 5 * CHUNK_BYTES + 7])
async def test_a_clean_document_arrives_whole_and_passes(world: World, size: int) -> None:
    document = bytes(number % 251 for number in range(size))
    assert await world.scanner.is_clean(document)
    assert world.clamd.scanned == [document]


async def test_the_largest_document_that_is_taken_fits(world: World) -> None:
    assert await world.scanner.is_clean(b"\1" * (25 * 1024 * 1024))


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream:", b"OK", b"stream: OKAY", b"stream: OK FOUND?", b"stream: Can't allocate memory ERROR", b"x" * 9000,
     b"INSTREAM size limit exceeded. ERROR", b"UNKNOWN COMMAND", b"stream: OK\nstream: Eicar FOUND"],
)  # fmt: skip
async def test_anything_but_a_verdict_means_that_it_is_away(world: World, answer: bytes) -> None:
    world.clamd.answers_with = answer
    with pytest.raises(TemporarilyUnavailable, match="clamav"):
        await world.scanner.is_clean(PDF_BYTES)


async def test_a_document_that_it_will_not_take_whole_is_not_called_clean(world: World) -> None:
    world.clamd.stream_limit = 1000
    with pytest.raises(TemporarilyUnavailable):
        await world.scanner.is_clean(b"\1" * 5000)


async def test_a_scanner_that_hangs_up_or_never_answers_is_away(world: World) -> None:
    world.clamd.hangs_up_early = True
    with pytest.raises(TemporarilyUnavailable):
        await world.scanner.is_clean(PDF_BYTES)
    world.clamd.hangs_up_early, world.clamd.is_mute = False, True
    world.scanner._seconds = 0.2
    with pytest.raises(TemporarilyUnavailable):
        await world.scanner.is_clean(PDF_BYTES)


async def test_a_scanner_that_is_not_there_is_away(world: World, tmp_path: Path) -> None:
    await world.clamd.stop()
    for scanner in (world.scanner, ClamScanner(ScannerAddress.from_text(str(tmp_path / "nothing.ctl")))):
        with pytest.raises(TemporarilyUnavailable):
            await scanner.is_clean(PDF_BYTES)


@pytest.mark.parametrize(
    "text", ["clamd.ctl", "http://x:1", "tcp://x", "tcp://x:", "tcp://:3310", "tcp://x:123456", "tcp://a b:1"]
)
def test_an_address_that_is_none_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ScannerAddressInvalid):
        ScannerAddress.from_text(text)


def test_addresses_of_both_kinds_are_read() -> None:
    assert ScannerAddress.from_text("/run/clamav/clamd.ctl") == ScannerAddress(path=Path("/run/clamav/clamd.ctl"))
    assert ScannerAddress.from_text("tcp://[::1]:3310") == ScannerAddress(host="::1", port=3310)
    assert ScannerAddress.from_text("tcp://clamav:3310") == ScannerAddress(host="clamav", port=3310)
