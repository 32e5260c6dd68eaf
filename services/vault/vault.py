"""Seal and open a consent's objects."""

from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.register.database import Transaction


class Kind(StrEnum):
    """What an object is; part of the authenticated data, so one kind can't pass for another."""

    DOCUMENT = "document"
    CLAIM = "claim"
    READING = "reading"
    WHY_CARD = "why_card"
    REVIEW_IMAGE = "review_image"
    GRANT = "grant"
    CASE_COPY = "case_copy"
    PAGE_EN = "page_en"
    PAGE_ES = "page_es"
    TWIN_EN = "twin_en"
    TWIN_ES = "twin_es"
    PAGE_FACTS = "page_facts"


OF_THE_CASE = frozenset(
    {Kind.CASE_COPY, Kind.PAGE_EN, Kind.PAGE_ES, Kind.TWIN_EN, Kind.TWIN_ES, Kind.PAGE_FACTS},
)
"""What is made of the case record. These go when their time is over, the form and the grant when the consent ends."""


class ObjectMissing(Exception):
    """No such object, or its key was destroyed: it can never be opened again."""


class ObjectDamaged(Exception):
    """The stored bytes are not what was sealed under this consent and kind."""


class Vault(Protocol):
    """What every room may ask of the vault. The transaction is the caller's: keys live in the register's database."""

    async def seal(self, tx: Transaction, consent_id: UUID, kind: Kind, plain: bytes) -> None:
        """Store an object durably, replacing one of the same kind; makes the consent's key when there is none."""

    async def open(self, tx: Transaction, consent_id: UUID, kind: Kind) -> bytes:
        """Return an object.

        Raises:
            ObjectMissing: never sealed, or the key is destroyed.
            ObjectDamaged: the authentication tag does not match.
        """

    async def destroy_key(self, tx: Transaction, consent_id: UUID) -> None:
        """Make every object of the consent unreadable for ever, once the transaction commits."""

    async def erase_case(self, tx: Transaction, consent_id: UUID) -> None:
        """Make what was made of the case record (``OF_THE_CASE``) unreadable for ever, once the transaction commits."""

    async def remove_erased(self, consent_id: UUID) -> None:
        """Take away what is left of erased case objects. Call it after the commit of ``erase_case``."""
