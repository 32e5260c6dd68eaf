"""Thresholds of the fields' checks."""

from pydantic import BaseModel, ConfigDict


class ClaimThresholds(BaseModel):
    """What the fields must reach; see the attributes' own comments for where each number was measured."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
