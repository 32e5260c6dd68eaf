"""Read and search the catalogue of official child support resources.

Source of every row: the address was seen on the day in ``checked_on``. A form or video whose own address was not seen
links to the official page that lists it, and says so in ``note``. Spanish titles of things that exist only in English
are this project's translations and end with "(en inglés)".
"""

import unicodedata
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator

from schemas.values import Language, Party
from services.resources.search_words import SEARCH_WORDS


class ResourceUnknown(KeyError):
    """No resource has this id."""


class ResourceType(StrEnum):
    """What kind of thing a link leads to."""

    PAGE = "page"
    FORM = "form"
    BROCHURE = "brochure"
    VIDEO = "video"


class Audience(StrEnum):
    """Who a resource is written for."""

    NONCUSTODIAL = "NCP"
    CUSTODIAL = "CP"
    BOTH = "BOTH"
    STAFF = "STAFF"


class Resource(BaseModel):
    """One official link.

    ``title_en`` is None for a Spanish-language video that has an English twin of its own, and the other way round.
    ``conf`` is how sure the row is: A seen at the official source, B seen at a second-hand one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    type: ResourceType
    audience: Audience
    title_en: str | None
    title_es: str | None
    url: str
    conf: Literal["A", "B"]
    note: str | None
    checked_on: date

    @model_validator(mode="after")
    def _has_a_title(self) -> Self:
        if self.title_en is None and self.title_es is None:
            raise ValueError("a resource without a title")
        return self

    def offered_in(self, language: Language) -> bool:
        """Say whether a reader of this language is shown it."""
        return self._own_title(language) is not None

    def title(self, language: Language) -> str:
        """Return the title in this language, or the only title there is."""
        return self._own_title(language) or self.title_en or self.title_es or self.id

    def _own_title(self, language: Language) -> str | None:
        return self.title_es if language is Language.SPANISH else self.title_en


@cache
def all_resources() -> tuple[Resource, ...]:
    """Return every resource, in the catalogue's order."""
    data = files("services.resources").joinpath("catalogue.json").read_bytes()
    return TypeAdapter(tuple[Resource, ...]).validate_json(data)


@cache
def _index() -> dict[str, Resource]:
    return {resource.id: resource for resource in all_resources()}


def by_id(resource_id: str) -> Resource:
    """Return one resource.

    Raises:
        ResourceUnknown: no resource has this id.
    """
    try:
        return _index()[resource_id]
    except KeyError as unknown:
        raise ResourceUnknown(resource_id) from unknown


def audience_of(party: Party) -> Audience:
    """Return the audience a parent on this side of the case belongs to."""
    return Audience.NONCUSTODIAL if party is Party.NONCUSTODIAL else Audience.CUSTODIAL


def search(
    text: str = "",
    *,
    language: Language,
    audience: Audience | None = None,
    type: ResourceType | None = None,  # noqa: A002  (the field's name in the catalogue)
) -> list[Resource]:
    """Find resources offered in a language, in the catalogue's order.

    Args:
        text: words that must all occur in a title (either language), the id, the note or the words people use for it
            (``search_words``); case and accents don't matter.
        language: only what is offered to readers of this language.
        audience: None for all; a parent's audience also finds what is for both; STAFF and BOTH find exactly theirs.
        type: None for all.
    """
    words = _folded(text).split()
    return [
        resource
        for resource in all_resources()
        if resource.offered_in(language)
        and (type is None or resource.type is type)
        and (audience is None or resource.audience in _audiences_for(audience))
        and all(word in _searchable(resource) for word in words)
    ]


def _audiences_for(audience: Audience) -> tuple[Audience, ...]:
    if audience in {Audience.NONCUSTODIAL, Audience.CUSTODIAL}:
        return (audience, Audience.BOTH)
    return (audience,)


def _searchable(resource: Resource) -> str:
    more = SEARCH_WORDS.get(resource.id)
    return _folded(" ".join(filter(None, (resource.title_en, resource.title_es, resource.id, resource.note, more))))


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
