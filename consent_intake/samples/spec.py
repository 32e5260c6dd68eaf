"""What a sample is made from."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from consent_intake.samples.people import DEMONSTRATION_PARENTS, ORGANIZATION_CODE, ORGANIZATION_NAME
from schemas.consent_records import ConsentClaim
from schemas.values import Language, Party

Fill = Literal["typed", "hand", "prefilled"]
"""typed on a computer, written with a pen, or printed by the portal and then signed and dated with a pen."""

Scan = Literal["none", "flatbed", "copier", "phone", "fax"]
Container = Literal["pdf", "png", "jpeg", "tiff", "heic"]


@dataclass(frozen=True, slots=True)
class SampleSpec:
    """One sample form.

    Attributes:
        today: legal day on which the form is signed, and from which other dates count.
        outcome: a key of OUTCOMES.
        claim: what the uploader says; the paper agrees with it unless the outcome is that it does not.
        organization_name: printed into box 5.
        organization_code: in the printed code.
        language: of the form.
        fill: how the boxes are filled.
        scan: none gives a PDF of text and lines (or clean pixels in an image container).
        dpi: 150 to 300; fax is always 1728 pixels wide.
        container: file format; a scan in a PDF is one image per page.
    """

    today: date
    outcome: str = "approved"
    claim: ConsentClaim = field(default_factory=lambda: DEMONSTRATION_PARENTS[Party.NONCUSTODIAL])
    organization_name: str = ORGANIZATION_NAME
    organization_code: str = ORGANIZATION_CODE
    language: Language = Language.ENGLISH
    fill: Fill = "typed"
    scan: Scan = "none"
    dpi: int = 200
    container: Container = "pdf"
