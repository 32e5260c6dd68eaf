"""Thresholds of the signature check."""

from pydantic import BaseModel, ConfigDict


class SignatureThresholds(BaseModel):
    """What the signature box must reach; see the attributes' own comments for where each number was measured."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
