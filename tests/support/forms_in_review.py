"""A form in review in a portal's register: a drawn page, its why-card and its decision."""

from io import BytesIO
from uuid import UUID

from PIL import Image, ImageDraw

from schemas.reason_codes import ReasonCode
from schemas.why_card import ExplainedCheck, LetterHint, Place, WhyCard
from services.register.states import ConsentStatus
from services.register.tables import IntakeDecision
from services.vault.vault import Kind
from tests.support.portal_world import PortalWorld, finish, upload

BIRTH_DATE = Place(left=1111, top=1092, width=389, height=61)
SIGNATURE = Place(left=111, top=1678, width=950, height=144)

CHECKS = (
    ExplainedCheck(name="file", verdict="passed"),
    ExplainedCheck(
        name="parent_name", verdict="passed", score=96.0, threshold=88.0, field="parent_name", read="MARISOL PRACTICE"
    ),
    ExplainedCheck(
        name="birth_date",
        verdict="unclear",
        reason=ReasonCode.ILLEGIBLE,
        score=0.62,
        threshold=0.86,
        field="birth_date",
        place=BIRTH_DATE,
        read="04/09/1983",
        claimed="04/09/1988",
    ),
    ExplainedCheck(
        name="signature",
        verdict="unclear",
        reason=ReasonCode.SIGNATURE_UNCLEAR,
        score=0.41,
        threshold=0.9,
        field="signature",
        place=SIGNATURE,
    ),
)


def page_picture() -> bytes:
    """Return a white page of 200 dpi as PNG, black where the boxes of the checks are."""
    page = Image.new("L", (1700, 2200), 255)
    draw = ImageDraw.Draw(page)
    for place in (BIRTH_DATE, SIGNATURE):
        draw.rectangle((place.left, place.top, place.left + place.width - 1, place.top + place.height - 1), fill=0)
    data = BytesIO()
    page.save(data, "PNG")
    return data.getvalue()


async def form_in_review(
    world: PortalWorld,
    *,
    checks: tuple[ExplainedCheck, ...] = CHECKS,
    letter: LetterHint | None = None,
    reason: ReasonCode = ReasonCode.SIGNATURE_UNCLEAR,
    picture: bytes | None = None,
) -> UUID:
    """Upload a form as the first organization and do what consent_intake does with an uncertain one."""
    consent_id = await upload(world, world.staff)
    await finish(world, consent_id, ConsentStatus.IN_REVIEW, reason)
    card = WhyCard(
        rule_version="2026-11.2+rules.11",
        outcome="review",
        reasons=(reason,),
        sentence_en="Look at it.",
        sentence_es="M\u00edrelo.",
        checks=checks,
        page_index=0,
        page_count=1,
        registered_by="marks",
        letter=letter,
        signed_on=world.clock().date().replace(day=20),
    )
    records = [{"check": check.name, "verdict": check.verdict} for check in checks]
    async with world.context.database.transaction() as tx:
        await world.vault.seal(tx, consent_id, Kind.REVIEW_IMAGE, picture or page_picture())
        await world.vault.seal(tx, consent_id, Kind.WHY_CARD, card.model_dump_json().encode())
        row = IntakeDecision(
            consent_id=consent_id,
            outcome="review",
            rule_version=card.rule_version,
            checks=records,
            at=world.clock(),
        )
        tx.add(row)
    return consent_id
