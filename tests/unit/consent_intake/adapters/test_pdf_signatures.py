import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.sign.fields import MDPPerm

from consent_intake.adapters.pdf_signatures import (
    MAX_SIGNATURES,
    UNREADABLE,
    TrustList,
    digital_signatures,
    may_be_signed,
)
from consent_intake.adapters.trust_files import TrustFileInvalid
from consent_intake.rules.check import Verdict
from consent_intake.rules.digital_checks import accepted_signature, check_digital
from consent_intake.samples.digital import PracticeAuthority, digitally_signed, signed_by
from schemas.reason_codes import ReasonCode
from schemas.values import Language
from services.consent_form.pdf import blank_form_pdf
from tests.support.hostile_documents import locked_against_changes
from tests.support.signed_documents import TAMPERS, pdf_of, small_form, with_another_value, with_the_end_moved

PARENT = "Elena Núñez"
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def authority() -> PracticeAuthority:
    return PracticeAuthority.made(at=NOW)


@pytest.fixture(scope="module")
def signed(authority: PracticeAuthority) -> bytes:
    return digitally_signed(small_form(), PARENT, authority, at=NOW)


def trusting(*authorities: PracticeAuthority) -> TrustList:
    return TrustList(tuple(root for one in authorities for root in load_certs_from_pemder_data(one.pem)))


def is_for_a_person(document: bytes, trust: TrustList) -> bool:
    signatures = digital_signatures(document, trust)
    check = check_digital(signatures, PARENT)
    assert accepted_signature(signatures, PARENT) is None
    return check is not None and (check.verdict, check.reason) == (
        Verdict.UNCLEAR,
        ReasonCode.DIGITAL_SIGNATURE_INVALID,
    )


def test_a_parents_untouched_signature_is_accepted(signed: bytes, authority: PracticeAuthority) -> None:
    (found,) = digital_signatures(signed, trusting(authority))

    assert accepted_signature([found], PARENT) is found
    assert found.signer_name == PARENT
    assert found.signed_at == NOW
    assert not found.stamped


def test_a_pades_signature_with_a_trusted_time_stamp_is_accepted_with_the_stamps_time(
    authority: PracticeAuthority,
) -> None:
    stamped = digitally_signed(small_form(), PARENT, authority, at=NOW - timedelta(hours=9), stamped=True)

    (found,) = digital_signatures(stamped, trusting(authority))

    assert accepted_signature([found], PARENT) is found
    assert (found.signed_at, found.stamped) == (NOW, True)


def test_a_time_stamp_of_a_stranger_counts_for_nothing(authority: PracticeAuthority) -> None:
    stranger = PracticeAuthority.made(at=NOW - timedelta(days=2), name="Some Other Root")
    said = NOW - timedelta(hours=9)
    document = signed_by(small_form(), authority.identity(PARENT), at=said, stamper=stranger.time_stamper)

    (found,) = digital_signatures(document, trusting(authority))

    assert not found.stamped
    assert found.signed_at in {said, None}


@pytest.mark.parametrize("permission", list(MDPPerm))
def test_a_certified_form_is_accepted_until_something_is_filled_in(
    permission: MDPPerm, authority: PracticeAuthority
) -> None:
    certified = digitally_signed(small_form(), PARENT, authority, at=NOW, locks=permission)

    assert accepted_signature(digital_signatures(certified, trusting(authority)), PARENT) is not None
    assert is_for_a_person(with_another_value(certified), trusting(authority))


@pytest.mark.parametrize("tamper", TAMPERS.values(), ids=TAMPERS.keys())
def test_a_form_that_somebody_touched_after_signing_is_never_accepted_and_goes_to_a_person(
    tamper: Callable[[bytes], bytes], signed: bytes, authority: PracticeAuthority
) -> None:
    touched = tamper(signed)

    assert touched != signed
    assert is_for_a_person(touched, trusting(authority))


def test_the_bytes_between_the_signed_stretches_are_checked_by_ourselves(
    signed: bytes, authority: PracticeAuthority
) -> None:
    (found,) = digital_signatures(with_the_end_moved(signed), trusting(authority))

    assert (found.intact, found.valid, found.trusted) == (True, True, True)  # to pyHanko nothing is wrong
    assert (found.modification, found.coverage) == ("OTHER", "UNCLEAR")


def test_a_certificate_that_leads_elsewhere_proves_nothing(signed: bytes) -> None:
    stranger = PracticeAuthority.made(at=NOW)  # even one of the same name

    for trust in (TrustList(), trusting(stranger)):
        (found,) = digital_signatures(signed, trust)
        assert (found.intact, found.valid, found.trusted) == (True, True, False)
        assert check_digital([found], PARENT) is None


def test_a_signature_in_a_file_protected_against_changes_is_accepted(authority: PracticeAuthority) -> None:
    document = digitally_signed(locked_against_changes(small_form()), PARENT, authority, at=NOW)

    assert accepted_signature(digital_signatures(document, trusting(authority)), PARENT) is not None


def test_an_expired_certificate_is_not_trusted(authority: PracticeAuthority) -> None:
    old = authority.identity(PARENT, valid=(NOW - timedelta(days=20), NOW - timedelta(days=1)))

    (found,) = digital_signatures(signed_by(small_form(), old, at=NOW - timedelta(days=2)), trusting(authority))

    assert not found.trusted


def test_a_certificate_for_another_purpose_is_not_trusted(authority: PracticeAuthority) -> None:
    login = authority.identity(PARENT, signs_documents=False)

    (found,) = digital_signatures(signed_by(small_form(), login, at=NOW), trusting(authority))

    assert not found.trusted


def test_a_parent_who_signs_over_the_organizations_seal_is_accepted(authority: PracticeAuthority) -> None:
    sealed = digitally_signed(small_form(), "Bronx Fathers Forward", authority, at=NOW)
    both = signed_by(sealed, authority.identity(PARENT), at=NOW, field_name="second")

    found = digital_signatures(both, trusting(authority))

    assert [one.signer_name for one in found] == ["Bronx Fathers Forward", PARENT]
    assert accepted_signature(found, PARENT) == found[1]


def test_a_seal_over_the_parents_signature_leaves_the_form_to_a_person(
    signed: bytes, authority: PracticeAuthority
) -> None:
    both = signed_by(signed, authority.identity("Bronx Fathers Forward"), at=NOW, field_name="second")

    assert is_for_a_person(both, trusting(authority))


def test_a_scanners_seal_says_nothing_about_the_parent(authority: PracticeAuthority) -> None:
    sealed = digitally_signed(small_form(), "Office Scanner 3", authority, at=NOW)

    assert check_digital(digital_signatures(sealed, trusting(authority)), PARENT) is None


def test_a_file_without_signatures_is_not_even_parsed() -> None:
    for document in (small_form(), b"\x89PNG\r\n\x1a\n/ByteRange", b"", b"%PDF-1.7\n" + bytes(1000)):
        assert not may_be_signed(document)
        assert digital_signatures(document, TrustList()) == ()


def test_an_empty_signature_field_is_no_signature() -> None:
    fields = (
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 1 >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
        b"<< /FT /Sig /T (here) >>",
    )

    assert may_be_signed(pdf_of(fields))
    assert digital_signatures(pdf_of(fields), TrustList()) == ()


def with_many_fields(count: int, field: bytes) -> bytes:
    numbers = b" ".join(b"%d 0 R" % (number + 5) for number in range(count))
    return pdf_of(
        (
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] /SigFlags 3 >> >>" % numbers,
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
            b"<< /Type /Sig /Filter /Adobe.PPKLite /ByteRange [0 1 2 3] /Contents <00> >>",
            *(field % number for number in range(count)),
        )
    )


def test_ten_thousand_signature_fields_are_one_unreadable_signature() -> None:
    assert digital_signatures(with_many_fields(10_000, b"<< /FT /Sig /T (f%d) /V 4 0 R >>"), TrustList()) == (
        UNREADABLE,
    )


def test_as_many_broken_signatures_as_a_reading_holds_are_told_one_by_one() -> None:
    document = with_many_fields(MAX_SIGNATURES, b"<< /FT /Sig /T (f%d) /V 4 0 R >>")

    assert digital_signatures(document, TrustList()) == (UNREADABLE,) * MAX_SIGNATURES


def test_a_tree_of_fields_that_doubles_with_every_level_is_an_unreadable_signature() -> None:
    levels = 40
    branches = [
        b"<< /T (%d) /Kids [%d 0 R %d 0 R] >>" % (number, 2 * (number // 2) + 6, 2 * (number // 2) + 7)
        for number in range(2 * levels)
    ]
    document = pdf_of(
        (
            b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 3 >> >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
            *branches,
            b"<< /T (left) >>",
            b"<< /T (right) >>",
        )
    )

    assert digital_signatures(document, TrustList(), seconds=0.3) == (UNREADABLE,)


def test_bytes_changed_at_random_are_never_accepted_as_signed(signed: bytes, authority: PracticeAuthority) -> None:
    """Only the padding of the signature itself, which nobody signs and nobody sees, may differ in what is accepted."""
    trust, chance = trusting(authority), random.Random(20261122)
    gap = re.search(rb"/Contents (<[0-9A-Fa-f]{200,}>)", signed)
    assert gap is not None
    for _ in range(250):
        touched = bytearray(signed)
        kind = chance.randrange(4)
        at = chance.randrange(len(signed))
        if kind == 0:
            touched[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del touched[at : at + chance.randrange(1, 60)]
        elif kind == 2:
            touched[at:at] = signed[chance.randrange(len(signed)) :][: chance.randrange(1, 200)]
        else:
            del touched[at:]
        found = digital_signatures(bytes(touched), trust)
        if accepted_signature(found, PARENT) is not None:
            assert touched[: gap.start(1)] == signed[: gap.start(1)]
            assert touched[gap.end(1) :] == signed[gap.end(1) :]


def test_judging_a_signature_opens_no_file_and_no_connection_and_imports_nothing(
    authority: PracticeAuthority, tmp_path: Path
) -> None:
    """The confined child has neither; a library that loads something late would call every signature unreadable."""
    (tmp_path / "root.pem").write_bytes(authority.pem)
    kinds = {"plain": {}, "stamped": {"stamped": True}, "certified": {"locks": MDPPerm.NO_CHANGES}}
    for name, options in kinds.items():
        (tmp_path / f"{name}.pdf").write_bytes(digitally_signed(small_form(), PARENT, authority, at=NOW, **options))
    stranger = PracticeAuthority.made(at=NOW, name="Some Other Root")
    (tmp_path / "strange.pdf").write_bytes(digitally_signed(small_form(), PARENT, stranger, at=NOW))
    form = blank_form_pdf(language=Language.SPANISH, organization_name="B", organization_code="BFF", serial="0" * 16)
    (tmp_path / "form.pdf").write_bytes(digitally_signed(form, PARENT, authority, at=NOW))
    (tmp_path / "touched.pdf").write_bytes(with_another_value((tmp_path / "stamped.pdf").read_bytes()))
    program = """
import sys
from pathlib import Path
from consent_intake.adapters.pdf_signatures import TrustList, digital_signatures
folder = Path(sys.argv[1])
trust = TrustList.from_files([folder / "root.pem"])
documents = [path.read_bytes() for path in sorted(folder.glob("*.pdf"))]
seen = []
def watch(event, arguments):
    if event in {"open", "import", "os.listdir", "os.scandir", "subprocess.Popen"} or event.startswith("socket."):
        seen.append((event, str(arguments)[:80]))
sys.addaudithook(watch)
found = [digital_signatures(document, trust) for document in documents]
assert not seen, seen
print([(path.stem, one.intact, one.trusted) for path, (one,) in zip(sorted(folder.glob("*.pdf")), found)])
"""
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False, timeout=120
    )

    assert run.returncode == 0, run.stderr
    names = ("certified", "form", "plain", "stamped", "strange", "touched")
    assert run.stdout.strip() == str([(name, True, name != "strange") for name in names])
    assert run.stderr == ""  # nor says anything: a library's complaint would name the signer


def test_a_trust_list_is_read_from_pem_bundles_and_der_files(authority: PracticeAuthority, tmp_path: Path) -> None:
    other = PracticeAuthority.made(at=NOW, name="Some Other Root")
    bundle, single = tmp_path / "bundle.pem", tmp_path / "single.cer"
    bundle.write_bytes(b"# roots of the county\n" + authority.pem + other.pem)
    single.write_bytes(other.certificate.public_bytes(serialization.Encoding.DER))

    assert len(TrustList.from_files([bundle]).roots) == 2
    assert len(TrustList.from_files([bundle, single]).roots) == 3
    assert TrustList.from_files([]) == TrustList()


def test_a_trust_file_that_is_none_stops_the_start(authority: PracticeAuthority, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_bytes(b"")
    (tmp_path / "text.pem").write_bytes(b"Our roots will be here soon.")
    (tmp_path / "cut.pem").write_bytes(authority.pem[:200] + authority.pem[-26:])
    (tmp_path / "key.pem").write_bytes(authority.pem.replace(b"CERTIFICATE", b"PUBLIC KEY"))

    for name in ("empty.pem", "text.pem", "cut.pem", "key.pem", "missing.pem"):
        with pytest.raises(TrustFileInvalid, match=name):
            TrustList.from_files([tmp_path / name])
