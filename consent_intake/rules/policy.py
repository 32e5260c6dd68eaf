"""Every threshold of a decision, with a version: configuration that is tried on past forms before it goes live.

Packaged policies lie in consent_intake/policies/, one JSON file a version; adapters/policy_file.py reads them. Each
section is defined beside the rules that use it.
"""

from pydantic import BaseModel, ConfigDict, Field

from consent_intake.rules.claim_thresholds import ClaimThresholds
from consent_intake.rules.signature_model import SignatureModel
from consent_intake.rules.signature_thresholds import SignatureThresholds


class Policy(BaseModel):
    """One version of all thresholds.

    Attributes:
        version: stored with every decision.
        claims: what the fields must reach.
        signature: what the signature box must reach.
        signature_model: the trees that the signature's probability comes from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    version: str = Field(pattern=r"^\d{4}-\d{2}\.\d{1,3}$")
    claims: ClaimThresholds = ClaimThresholds()
    signature: SignatureThresholds = SignatureThresholds()
    signature_model: SignatureModel
