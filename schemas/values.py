"""Value types that appear in more than one event or sealed record."""

import hashlib
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints


class Language(StrEnum):
    """A language that every text of the product exists in (ISO 639-1)."""

    ENGLISH = "en"
    SPANISH = "es"


class Party(StrEnum):
    """The side of the case that the consenting parent is on.

    A custodial party can be a relative or a guardian: never print "mother" or "father" from it.
    """

    NONCUSTODIAL = "noncustodial"
    CUSTODIAL = "custodial"


class ScopeItem(StrEnum):
    """A kind of information that the consent form releases; one check box line of the form each."""

    PAYMENTS = "payments"
    ARREARS = "arrears"
    ENFORCEMENT = "enforcement"
    NEXT_STEPS = "next_steps"


FULL_SCOPE: tuple[ScopeItem, ...] = tuple(ScopeItem)

CASE_IDENTIFIER_PATTERN = r"^[A-Z]{2}\d{5}[A-Z]\d$"
"""New York Case Identifier, nine characters such as AB12345C1.

Inferred from the published examples (childsupport.ny.gov payments FAQ, direct deposit page; nyc.gov Pay It Off);
the letters' meaning and any check digit are not published, so none is computed.
"""

CaseIdentifier = Annotated[str, StringConstraints(pattern=CASE_IDENTIFIER_PATTERN)]

Cents = int
"""Money in integer US cents; never a float."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""Lower-case hexadecimal SHA-256."""


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of some bytes as a ``Sha256``."""
    return hashlib.sha256(data).hexdigest()
