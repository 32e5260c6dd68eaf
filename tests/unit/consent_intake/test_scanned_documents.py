"""With a scanner no document is opened that it did not let pass; while it is away nothing is opened, nothing lost."""

from pathlib import Path

import pytest

from consent_intake.adapters.document_scanner import ClamScanner, ScannerAddress, ScannerAddressInvalid, ScanningReader
from consent_intake.app import _reader
from consent_intake.rules.form_reading import ReadForm
from consent_intake.settings import Settings
from consent_intake.stage import decide_upload, read_upload
from schemas.consent_events import ConsentApproved, ConsentRejected
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.register.database import Database
from services.register.states import ConsentStatus
from services.runtime.failures import TemporarilyUnavailable
from services.texts.reasons import sentence
from services.vault.vault import Kind
from tests.support.fake_clamd import FakeClamd
from tests.support.form_readings import GOOD, FixedReader
from tests.support.intake_desk import DOCUMENT, Desk, an_upload


class _CountingReader(FixedReader):
    """Reads every document as a good form, and has nothing to end."""

    async def close(self) -> None:
        """Nothing runs."""


async def _read(desk: Desk, reader: ScanningReader) -> ReadForm | None:
    return await read_upload(desk.uploaded, database=desk.database, vault=desk.world.vault, reader=reader)


async def _scanning(clamd: FakeClamd, reader: _CountingReader) -> ScanningReader:
    setting = await clamd.listen_on_loopback()
    return ScanningReader(ClamScanner(ScannerAddress.from_text(setting)), reader)


async def test_a_document_that_is_clean_is_read_and_decided(sqlite_register: Database) -> None:
    desk, clamd, reader = await an_upload(sqlite_register), FakeClamd(), _CountingReader(GOOD)
    read = await _read(desk, await _scanning(clamd, reader))
    async with desk.database.transaction() as tx:
        (event,) = await decide_upload(desk.uploaded, read, tx, intake=desk.intake)
    await clamd.stop()
    assert isinstance(event, ConsentApproved)
    assert (clamd.scanned, reader.documents) == ([DOCUMENT], [DOCUMENT])


async def test_a_document_that_is_known_is_never_opened_and_rejected_with_its_reason(sqlite_register: Database) -> None:
    desk, reader = await an_upload(sqlite_register), _CountingReader(GOOD)
    clamd = FakeClamd(answers_with=b"stream: Pdf.Exploit.CVE_2026_1-1 FOUND")
    read = await _read(desk, await _scanning(clamd, reader))
    async with desk.database.transaction() as tx:
        (event,) = await decide_upload(desk.uploaded, read, tx, intake=desk.intake)
    await clamd.stop()
    assert isinstance(event, ConsentRejected)
    assert event.reasons == (ReasonCode.FILE_INFECTED,)
    assert await desk.status() == ConsentStatus.REJECTED
    assert reader.documents == []


async def test_while_the_scanner_is_away_the_form_waits_whole(sqlite_register: Database) -> None:
    desk, clamd, reader = await an_upload(sqlite_register), FakeClamd(), _CountingReader(GOOD)
    scanning = await _scanning(clamd, reader)
    await clamd.stop()
    with pytest.raises(TemporarilyUnavailable, match="clamav"):
        await _read(desk, scanning)
    assert reader.documents == []
    assert await desk.status() == ConsentStatus.UPLOADED
    async with desk.database.reading() as tx:
        assert await desk.world.vault.open(tx, desk.consent_id, Kind.DOCUMENT) == DOCUMENT


async def test_the_setting_decides_and_a_wrong_one_stops_the_start() -> None:
    plain, scanned = _reader(Settings()), _reader(Settings(clamav_socket="/run/clamav/clamd.ctl"))
    assert not isinstance(plain, ScanningReader)
    assert isinstance(scanned, ScanningReader)
    await plain.close()
    await scanned.close()
    with pytest.raises(ScannerAddressInvalid):
        _reader(Settings(clamav_socket="clamd"))


def test_the_uploader_is_told_what_to_do_in_both_languages() -> None:
    assert "another computer" in sentence(ReasonCode.FILE_INFECTED, Language.ENGLISH)
    assert "otra computadora" in sentence(ReasonCode.FILE_INFECTED, Language.SPANISH)


def test_no_child_can_say_that_a_document_is_infected() -> None:
    """That word is the scanner's alone."""
    source = (Path(__file__).parents[3] / "consent_intake" / "adapters" / "child_answer.py").read_text("utf-8")
    assert "FILE_INFECTED" not in source
