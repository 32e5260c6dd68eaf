"""Write down why a form was decided as it was, with what was read beside what was claimed."""

from collections.abc import Sequence
from datetime import date

from consent_intake.rules.check import Check
from consent_intake.rules.comb_text import date_in_comb
from consent_intake.rules.consent_decision import Decision, Outcome, rule_version
from consent_intake.rules.form_case import FormCase
from consent_intake.rules.form_reading import Crop, ForeignLetter, FormReading, SignatureInk
from consent_intake.rules.period_checks import sure_date
from consent_intake.rules.policy import Policy
from schemas.values import Language, Party
from schemas.why_card import ExplainedCheck, LetterHint, Place, WhyCard
from services.texts.reasons import decision_sentence

_DATES = ("birth_date", "signed_on", "starts_on", "expires_on")


def why_card(decision: Decision, case: FormCase, policy: Policy) -> WhyCard:
    """Return the card of a decision that this policy made of this case."""
    reading, waits = case.reading, decision.outcome is Outcome.REVIEW
    return WhyCard(
        rule_version=rule_version(policy),
        outcome=decision.outcome.value,
        reasons=decision.reasons,
        sentence_en=decision_sentence(decision.reasons, Language.ENGLISH, for_reviewer=waits),
        sentence_es=decision_sentence(decision.reasons, Language.SPANISH, for_reviewer=waits),
        checks=tuple(_explained(check, case) for check in decision.checks),
        form_id=case.form_id.value if reading.code else None,
        page_index=reading.page_index,
        page_count=reading.page_count,
        registered_by=reading.registration.value,
        letter=_hint(reading.letter) if reading.letter else None,
        signed_on=_sure_day(reading, "signed_on", policy),
        starts_on=_sure_day(reading, "starts_on", policy),
        expires_on=_sure_day(reading, "expires_on", policy),
    )


def _explained(check: Check, case: FormCase) -> ExplainedCheck:
    return ExplainedCheck(
        name=check.name,
        verdict=check.verdict.value,
        reason=check.reason,
        score=None if check.score is None else round(check.score, 3),
        threshold=check.threshold,
        field=check.field,
        place=_place(check.crop),
        read=_read(check, case.reading),
        claimed=_claimed(check, case),
    )


def _read(check: Check, reading: FormReading) -> str | None:
    match check.name.removeprefix("hint."):
        case "role":
            return _fuller_role(reading)
        case "signature":
            return _words(reading.witness if check.field == "witness" else reading.signature)
        case "period":
            days = [_shown(reading, name) for name in ("starts_on", "expires_on")]
            return " - ".join(day or "" for day in days) if any(days) else None
        case "digital_signature":
            return ", ".join(one.signer_name for one in reading.digital_signatures if one.signer_name) or None
        case name if name in reading.fields:
            return _shown(reading, name)
        case _:
            return None


def _claimed(check: Check, case: FormCase) -> str | None:
    if check.name.startswith("hint."):
        return case.reading.field_hints.get(check.name.removeprefix("hint."))
    claim = case.claim
    claims = {
        "parent_name": claim.parent_name,
        "birth_date": _day(claim.birth_date),
        "case_identifier": claim.case_identifier,
        "organization": case.uploader.name,
        "role": claim.party.value,
        "digital_signature": claim.parent_name,
    }
    return claims.get(check.name)


def _fuller_role(reading: FormReading) -> str | None:
    """Return the role whose box holds more ink; None when neither holds any."""
    inks = {party.value: reading.boxes.get(f"role_{party.value}", 0.0) for party in Party}
    fuller = max(inks, key=lambda side: inks[side])
    return fuller if inks[fuller] > 0 else None


def _shown(reading: FormReading, name: str) -> str | None:
    """Return what a box reads as; a date as MM/DD/YYYY where its characters make one."""
    written = reading.fields.get(name)
    if written is None or not written.text:
        return None
    day = date_in_comb(written.text) if name in _DATES else None
    return written.text if day is None else _day(day)


def _day(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def _words(zone: SignatureInk | None) -> str | None:
    return " ".join(word.text for word in zone.words) or None if zone else None


def _sure_day(reading: FormReading, name: str, policy: Policy) -> date | None:
    written = reading.fields.get(name)
    return None if written is None else sure_date(written, thresholds=policy.claims)


def _hint(letter: ForeignLetter) -> LetterHint:
    return LetterHint(
        language=letter.language,
        consent_words=letter.consent_words,
        signature_place=_place(letter.signature_zone),
        date_place=_place(letter.date_zone),
    )


def _place(crop: Crop | None) -> Place | None:
    return None if crop is None else Place(left=crop.left, top=crop.top, width=crop.width, height=crop.height)


def changed_checks(live: Sequence[Check], other: Sequence[Check]) -> list[Check]:
    """Return the checks of another decision about the same form that ended otherwise, or that only it made."""
    before = {check.name: (check.verdict, check.reason) for check in live}
    return [check for check in other if before.get(check.name) != (check.verdict, check.reason)]
