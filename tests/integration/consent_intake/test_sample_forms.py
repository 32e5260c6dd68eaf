"""Made-up forms, filled, signed and scanned, through the real child, registration, recognition and rules."""

from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio

from consent_intake.adapters.form_reader import FormReader
from consent_intake.adapters.policy_file import packaged_policy
from consent_intake.adapters.reading_process import form_reader
from consent_intake.rules.consent_decision import Decision, Outcome, Uploader, decide
from consent_intake.samples.outcomes import OUTCOMES
from consent_intake.samples.people import ORGANIZATION_CODE, ORGANIZATION_NAME
from consent_intake.samples.sample import make_sample
from consent_intake.samples.spec import Container, Fill, SampleSpec, Scan
from schemas.reason_codes import ReasonCode
from schemas.values import Language

pytestmark = pytest.mark.asyncio(loop_scope="module")

TODAY = date(2026, 11, 20)
UPLOADER = Uploader(ORGANIZATION_CODE, ORGANIZATION_NAME)
POLICY = packaged_policy()
NOT_SIGNED = {ReasonCode.MISSING_SIGNATURE, ReasonCode.SIGNATURE_UNCLEAR, ReasonCode.SIGNED_AS_WITNESS}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def reader() -> AsyncIterator[FormReader]:
    shared = form_reader(1)
    yield shared
    await shared.close()


async def decided(reader: FormReader, spec: SampleSpec, seed: int = 1) -> Decision:
    form = await reader.read(make_sample(spec, seed))
    return decide(form.reading, spec.claim, UPLOADER, policy=POLICY, today=TODAY)


CLEAN = tuple(name for name, expected in OUTCOMES.items() if not expected.refused_at_the_door)


@pytest.mark.parametrize("outcome", CLEAN)
async def test_every_outcome_is_reached_from_a_typed_flatbed_scan(reader: FormReader, outcome: str) -> None:
    expected = OUTCOMES[outcome]
    decision = await decided(reader, SampleSpec(today=TODAY, outcome=outcome, scan="flatbed"))
    assert decision.outcome.value == expected.result.value
    assert expected.reason is None or expected.reason in decision.reasons


SCANS: tuple[tuple[Fill, Scan, Container], ...] = (
    ("prefilled", "none", "pdf"),
    ("prefilled", "phone", "jpeg"),
    ("prefilled", "phone", "heic"),
    ("prefilled", "fax", "tiff"),
    ("prefilled", "copier", "pdf"),
    ("typed", "phone", "jpeg"),
)


@pytest.mark.parametrize(("fill", "scan", "container"), SCANS)
async def test_a_prefilled_form_signed_by_hand_is_approved_from_any_device(
    reader: FormReader, fill: Fill, scan: Scan, container: Container
) -> None:
    spec = SampleSpec(today=TODAY, fill=fill, scan=scan, container=container, language=Language.SPANISH)
    assert (await decided(reader, spec, seed=2)).outcome is Outcome.APPROVED


@pytest.mark.parametrize("day", [date(2026, 11, 11), date(2026, 12, 31), date(2027, 1, 1), date(2027, 7, 27)])
@pytest.mark.parametrize("fill", ["typed", "prefilled"])
async def test_a_form_signed_on_the_day_of_its_printing_is_approved_whatever_day_that_is(
    reader: FormReader, fill: Fill, day: date
) -> None:
    spec = SampleSpec(today=day, fill=fill)
    form = await reader.read(make_sample(spec, 2))
    decision = decide(form.reading, spec.claim, UPLOADER, policy=POLICY, today=day, printed_on=day)
    assert decision.outcome is Outcome.APPROVED


@pytest.mark.parametrize("outcome", ["unsigned", "signed_as_witness", "unclear_signature"])
@pytest.mark.parametrize("scan", ["copier", "phone", "fax"])
async def test_a_form_without_the_parents_signature_is_never_approved(
    reader: FormReader, outcome: str, scan: Scan
) -> None:
    container: Container = "tiff" if scan == "fax" else "pdf"
    spec = SampleSpec(today=TODAY, outcome=outcome, fill="prefilled", scan=scan, container=container)
    decision = await decided(reader, spec, seed=3)
    assert decision.outcome is not Outcome.APPROVED
    assert NOT_SIGNED & set(decision.reasons)


async def test_a_handwritten_form_is_never_rejected_for_what_a_machine_misread(reader: FormReader) -> None:
    decision = await decided(reader, SampleSpec(today=TODAY, fill="hand", scan="phone", container="jpeg"), seed=2)
    assert decision.outcome in {Outcome.APPROVED, Outcome.REVIEW}


async def test_the_picture_kept_for_the_reviewer_is_the_straightened_page(reader: FormReader) -> None:
    spec = SampleSpec(today=TODAY, fill="prefilled", scan="phone", container="jpeg")
    form = await reader.read(make_sample(spec, 1))
    assert form.picture is not None
    assert form.picture.startswith(b"\x89PNG")
    assert int.from_bytes(form.picture[16:20], "big") == 1700
    assert int.from_bytes(form.picture[20:24], "big") == 2200
