"""Why a form was decided as it was: holds what was read, so it exists sealed in the vault and never in an event or log.

consent_intake writes one with every decision; the portal shows it to a reviewer, ``snapshot explain`` to an operator.
"""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from schemas.reason_codes import ReasonCode
from schemas.values import Language


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Place(_Part):
    """A rectangle on the sealed picture of the page, in its pixels."""

    left: int = Field(ge=0)
    top: int = Field(ge=0)
    width: int = Field(ge=0)
    height: int = Field(ge=0)


class ExplainedCheck(_Part):
    """One check.

    Attributes:
        name: which, such as ``birth_date``.
        verdict: ``passed``, ``failed`` or ``unclear``.
        reason: why not passed.
        score: what was measured.
        threshold: what it was measured against.
        field: the box it is about, by the form layout's name.
        place: where that is on the picture.
        read: what was read there.
        claimed: what the uploader says is there.
    """

    name: str
    verdict: str
    reason: ReasonCode | None = None
    score: float | None = None
    threshold: float | None = None
    field: str | None = None
    place: Place | None = None
    read: str | None = None
    claimed: str | None = None


class LetterHint(_Part):
    """Where another organization's letter may be signed and dated: a hint, never evidence."""

    language: Language
    consent_words: int
    signature_place: Place | None = None
    date_place: Place | None = None


class WhyCard(_Part):
    """A decision and everything behind it.

    Attributes:
        rule_version: the policy's version and the code's.
        outcome: ``approved``, ``rejected`` or ``review``.
        reasons: of a form that was not approved.
        sentence_en: what to do, in one or two plain sentences.
        sentence_es: the same.
        checks: in the order of the form.
        form_id: what the register knew of the printed form's one-time id.
        page_index: which page of the file was read, from 0.
        page_count: pages of the file.
        registered_by: how the page was found.
        letter: of a page that is not our form.
        signed_on: as read, where the reading can stand alone.
        starts_on: the same.
        expires_on: the same.
    """

    rule_version: str
    outcome: str
    reasons: tuple[ReasonCode, ...] = ()
    sentence_en: str
    sentence_es: str
    checks: tuple[ExplainedCheck, ...]
    form_id: str | None = None
    page_index: int | None = None
    page_count: int = 0
    registered_by: str
    letter: LetterHint | None = None
    signed_on: date | None = None
    starts_on: date | None = None
    expires_on: date | None = None

    def sentence(self, language: Language) -> str:
        """Return what to do, in a language."""
        return self.sentence_en if language is Language.ENGLISH else self.sentence_es
