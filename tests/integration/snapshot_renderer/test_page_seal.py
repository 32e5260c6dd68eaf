"""The agency's seal on real pages: judged by pyHanko's own validation and by veraPDF."""

import hashlib
import io
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from schemas.values import Language, Party
from services.cli.doctor import seal_finding
from services.register.grants import generate_key_files
from services.runtime.failures import TemporarilyUnavailable
from services.vault.master_key import generate_master_key_file
from snapshot_renderer import app
from snapshot_renderer.adapters.page_maker import PageMaker, make_page
from snapshot_renderer.adapters.page_seal import PageSeal
from snapshot_renderer.adapters.seal_files import SealFiles, SealUnusable
from snapshot_renderer.proving.vera_pdf import VeraPdfMissing, failed_files, vera_pdf_jar
from snapshot_renderer.samples.made_up_cases import CASES, typical
from tests.support.seal_keys import AT, certificate, elliptic, pem_files, pkcs12_file

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")


def now() -> datetime:
    return AT


@pytest.fixture(scope="module")
def page() -> bytes:
    return make_page(typical(Party.NONCUSTODIAL), Language.ENGLISH)


@pytest.fixture
def files(tmp_path: Path) -> SealFiles:
    key = elliptic()
    return pem_files(tmp_path, key, certificate(key))


def judged(pdf: bytes, files: SealFiles) -> PdfSignatureStatus:
    root = x509.load_pem_x509_certificate((files.certificates or Path()).read_bytes())
    trusted = asn1.Certificate.load(root.public_bytes(serialization.Encoding.DER))
    context = ValidationContext(trust_roots=[trusted], moment=AT, allow_fetching=False)
    signature = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0]
    with ThreadPoolExecutor(1) as other:  # pyHanko runs an event loop, and the test may be in one
        return other.submit(validate_pdf_signature, signature, context).result()


def holds(pdf: bytes, files: SealFiles) -> bool:
    try:
        return bool(judged(pdf, files).bottom_line)
    except (PdfReadError, SignatureValidationError, ValueError, IndexError):
        return False


def test_a_sealed_page_is_valid_covered_whole_and_allows_no_change(page: bytes, files: SealFiles) -> None:
    sealed = PageSeal(files, now).seal(page)
    found = judged(sealed, files)
    signature = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0]

    assert found.bottom_line
    assert found.coverage is not None
    assert found.coverage.name == "ENTIRE_FILE"
    assert signature.sig_object["/SubFilter"] == SigSeedSubFilter.PADES.value
    assert signature.docmdp_level is not None
    assert signature.docmdp_level.name == "NO_CHANGES"
    assert found.signer_reported_dt == AT


def test_the_pages_own_bytes_are_the_first_part_of_the_sealed_file(page: bytes, files: SealFiles) -> None:
    seal = PageSeal(files, now)
    one, other = seal.seal(page), seal.seal(page)

    assert one != other
    assert one.startswith(page)
    assert other.startswith(page)
    assert len(one) - len(page) < 12_000


def test_one_flipped_bit_anywhere_breaks_it(page: bytes, files: SealFiles) -> None:
    sealed = PageSeal(files, now).seal(page)
    places = [*range(40, len(sealed), len(sealed) // 40), len(page) - 5, len(page) + 5, len(sealed) - 3]
    gap = PdfFileReader(io.BytesIO(sealed)).embedded_signatures[0].byte_range
    signed = [place for place in places if not int(gap[1]) <= place < int(gap[2])]

    assert len(signed) > 10
    for place in signed:
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert not holds(bytes(changed), files), place


def test_a_page_of_somebody_else_under_the_same_seal_does_not_hold(page: bytes, files: SealFiles) -> None:
    sealed = PageSeal(files, now).seal(page)
    other = make_page(typical(Party.CUSTODIAL), Language.ENGLISH)

    assert not holds(other + sealed[len(page) :], files)


def test_sealed_pages_are_still_pdf_a_and_pdf_ua(files: SealFiles, tmp_path: Path) -> None:
    try:
        jar = vera_pdf_jar(None)
    except VeraPdfMissing as missing:
        pytest.skip(str(missing))
    seal, folder = PageSeal(files, now), tmp_path / "sealed"
    folder.mkdir()
    for name in ("typical", "minimal"):
        for language in Language:
            pdf = make_page(CASES[name](Party.CUSTODIAL), language)
            (folder / f"{name}-{language.value}.pdf").write_bytes(seal.seal(pdf))

    assert failed_files(jar, folder) == {}


def test_the_seal_says_what_it_is_to_a_screen_reader(page: bytes, files: SealFiles) -> None:
    fields = PdfReader(io.BytesIO(PageSeal(files, now).seal(page))).get_fields() or {}

    assert [field.get("/TU") for field in fields.values()] == ["Seal of the agency"]


def test_pkcs_12_and_rsa_seal_too(page: bytes, tmp_path: Path) -> None:
    key = elliptic()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    bag = pkcs12_file(tmp_path / "a", key, certificate(key), b"open sesame")
    known = pem_files(tmp_path / "a", key, x509.load_pem_x509_certificate(_pem_of(bag)))
    rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=4096)
    locked = pem_files(tmp_path / "b", rsa_key, certificate(rsa_key), password=b"another one")

    assert holds(PageSeal(bag, now).seal(page), known)
    assert holds(PageSeal(locked, now).seal(page), locked)


def _pem_of(bag: SealFiles) -> bytes:
    loaded = serialization.pkcs12.load_pkcs12(bag.key.read_bytes(), b"open sesame")
    if loaded.cert is None:
        raise AssertionError
    return loaded.cert.certificate.public_bytes(serialization.Encoding.PEM)


def expired(folder: Path) -> SealFiles:
    key = elliptic()
    return pem_files(folder, key, certificate(key, end=AT - timedelta(days=1)))


def not_yet(folder: Path) -> SealFiles:
    key = elliptic()
    return pem_files(folder, key, certificate(key, start=AT + timedelta(days=1)))


def of_another(folder: Path) -> SealFiles:
    return pem_files(folder, elliptic(), certificate(elliptic()))


def for_encryption(folder: Path) -> SealFiles:
    key = elliptic()
    return pem_files(folder, key, certificate(key, signs=False))


def no_key(folder: Path) -> SealFiles:
    return SealFiles(folder / "absent.key", folder / "absent.pem", None)


def no_certificate(folder: Path) -> SealFiles:
    key = elliptic()
    return SealFiles(pem_files(folder, key, certificate(key)).key, None, None)


def wrong_password(folder: Path) -> SealFiles:
    key = elliptic()
    made = pem_files(folder, key, certificate(key), password=b"right")
    (folder / "seal.password").write_bytes(b"wrong")
    return made


def locked_bag(folder: Path) -> SealFiles:
    key = elliptic()
    made = pkcs12_file(folder, key, certificate(key), b"right")
    (folder / "seal.password").write_bytes(b"wrong")
    return made


def no_pem(folder: Path) -> SealFiles:
    key = elliptic()
    made = pem_files(folder, key, certificate(key))
    made.key.write_bytes(b"secret words that are no key")
    return made


def edwards(folder: Path) -> SealFiles:
    key = ed25519.Ed25519PrivateKey.generate()
    return pem_files(folder, key, certificate(key))


def short_rsa(folder: Path) -> SealFiles:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the point
    return pem_files(folder, key, certificate(key))


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (expired, "The seal's certificate expired on 2026-11-21."),
        (not_yet, "The seal's certificate is valid only from 2026-11-23."),
        (of_another, "The seal's certificate belongs to another key."),
        (for_encryption, "may not be used for signatures"),
        (no_key, "absent.key can't be read: No such file or directory."),
        (no_certificate, "set SNAPSHOT_SEAL_CERTIFICATE_FILE"),
        (wrong_password, "no PEM private key, or its password is another one"),
        (locked_bag, "no PKCS#12 file, or its password is another one"),
        (no_pem, "no PEM private key"),
        (edwards, "neither RSA nor elliptic"),
        (short_rsa, "shorter than 2048 bits"),
    ],
)
def test_what_cannot_seal_is_told_at_the_start(broken: Callable[[Path], SealFiles], said: str, tmp_path: Path) -> None:
    with pytest.raises(SealUnusable) as refused:
        PageSeal(broken(tmp_path), now)

    assert said in str(refused.value)
    assert not any(secret in str(refused.value) for secret in ("secret words", "right", "wrong", "BEGIN"))


async def test_pages_made_with_a_seal_keep_the_hash_of_the_bare_page(files: SealFiles, page: bytes) -> None:
    maker = PageMaker(children=1, seal=PageSeal(files, now))
    try:
        made = (await maker.make(typical(Party.NONCUSTODIAL)))[Language.ENGLISH]
    finally:
        await maker.close()

    assert made.pdf.startswith(page)
    assert made.unsealed_sha256 == hashlib.sha256(page).hexdigest()
    assert holds(made.pdf, files)


async def test_no_page_goes_out_bare_when_the_certificate_expires_while_the_stage_runs(
    files: SealFiles,
) -> None:
    moment = [AT]
    maker = PageMaker(children=1, seal=PageSeal(files, lambda: moment[0]))
    moment[0] += timedelta(days=400)
    try:
        with pytest.raises(TemporarilyUnavailable) as away:
            await maker.make(typical(Party.NONCUSTODIAL))
    finally:
        await maker.close()

    assert away.value.dependency == "page_seal"


def test_the_processes_that_set_pages_do_not_even_load_what_seals_them() -> None:
    program = "import sys, snapshot_renderer.adapters.page_maker; sys.exit('pyhanko' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_doctor_tells_of_the_seal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    probe = [sys.executable, "-m", "services.cli", "pages", "seal"]
    assert seal_finding(probe) == (True, "off: pages bear no seal")

    monkeypatch.setenv("SNAPSHOT_SEAL_KEY_FILE", str(tmp_path / "absent.p12"))
    well, found = seal_finding(probe)
    assert not well
    assert found.endswith("absent.p12 can't be read: No such file or directory.")


def test_the_stage_does_not_start_with_a_seal_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "keys").mkdir()
    generate_master_key_file(tmp_path / "keys" / "master.key")
    generate_key_files(tmp_path / "keys" / "grant_private.pem", tmp_path / "keys" / "grant_public.pem")
    monkeypatch.setenv("SNAPSHOT_HOME", str(tmp_path))
    made = of_another(tmp_path)
    monkeypatch.setenv("SNAPSHOT_SEAL_KEY_FILE", str(made.key))
    monkeypatch.setenv("SNAPSHOT_SEAL_CERTIFICATE_FILE", str(made.certificates))

    with pytest.raises(SystemExit) as ended:
        app.main()
    assert str(ended.value) == "snapshot_renderer does not start. The seal's certificate belongs to another key."
