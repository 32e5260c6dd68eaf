"""The made-up parents of the practice county's demonstration case, and the organization that helps them."""

from datetime import date
from types import MappingProxyType
from typing import Final

from schemas.consent_records import ConsentClaim
from schemas.values import Party

DEMONSTRATION_PARENTS: Final = MappingProxyType(
    {
        Party.NONCUSTODIAL: ConsentClaim(
            parent_name="Marcus Rivera",
            birth_date=date(1987, 4, 12),
            case_identifier="AB12345C1",
            party=Party.NONCUSTODIAL,
        ),
        Party.CUSTODIAL: ConsentClaim(
            parent_name="Elena Núñez",
            birth_date=date(1990, 9, 30),
            case_identifier="AB12345C1",
            party=Party.CUSTODIAL,
        ),
    }
)
"""Both parents of one case of the practice county."""

ORGANIZATION_NAME: Final = "Bronx Fathers Forward"
ORGANIZATION_CODE: Final = "BFF"
OTHER_ORGANIZATION_NAME: Final = "Queens Family Table"
OTHER_ORGANIZATION_CODE: Final = "QFT"
OTHER_NAMES: Final = ("Terrence Whitlock", "Yolanda Prescott", "Dmitri Oyelaran", "Gwendolyn Castellano")
"""Names of nobody in the practice county, for papers of somebody else."""
