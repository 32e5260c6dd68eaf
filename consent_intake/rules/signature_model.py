"""A small calibrated tree model, evaluated here in plain Python: from ink measures to the chance of a signature."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict


class SignatureModel(BaseModel):
    """Boosted trees as data."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def chance(self, measures: Mapping[str, float]) -> float:
        """Return the calibrated probability, 0 to 1, that the ink is a signature."""
        raise NotImplementedError
