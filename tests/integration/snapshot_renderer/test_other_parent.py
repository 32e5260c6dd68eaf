"""Of everybody but the consenting parent nothing is on a page, in its file or in what explains it, field by field."""

from dataclasses import asdict
from datetime import date
from uuid import UUID

import pytest

from schemas.values import FULL_SCOPE, Language, Party
from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.adapters.page_maker import make_both
from snapshot_renderer.rules.page_content import page_content
from snapshot_renderer.rules.page_facts import page_facts
from tests.support.canaries import Canary, Search, spellings_of_a_day, spellings_of_a_name
from tests.support.canary_family import CHILDREN, OTHER_PARENT, PARENT, UNREAD
from tests.support.kept_cases import FORBIDDEN, Keeper, Record, a_record
from tests.support.opened_pages import copy_for, request_for, whole_pdf

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014:ResourceWarning")

PEOPLE: dict[Party, tuple[str, date]] = {Party.NONCUSTODIAL: PARENT, Party.CUSTODIAL: OTHER_PARENT}
OF_THE_FAMILY = [Canary(kind, text) for kind, texts in UNREAD.items() for text in texts]
OF_THE_FAMILY += [Canary("child", text) for name in CHILDREN for text in spellings_of_a_name(name)]


def family_record() -> Record:
    """Return a case with the family's data in every column that an agency has and no mapping can name."""
    made = a_record()
    for row in made["party"]:
        row["full_name"], row["birth_date"] = PEOPLE[Party(row["party"])]
    made["payment"] = made["payment"][:1]  # the other one is a correction, of which no page is made
    everything = " | ".join(canary.text for canary in OF_THE_FAMILY)
    for block, column in FORBIDDEN.items():
        for row in made[block]:
            row[column] = everything
    return made


def search_for(reader: Party) -> Search:
    """Look for both birth dates, the other parent's name, and everything that no page is made from."""
    other = next(party for party in Party if party is not reader)
    days = [Canary(party.value, text) for party, (_, born) in PEOPLE.items() for text in spellings_of_a_day(born)]
    theirs = [*OF_THE_FAMILY, *days, *(Canary("other", text) for text in spellings_of_a_name(PEOPLE[other][0]))]
    own = set(spellings_of_a_name(PEOPLE[reader][0]))  # a child may have the reader's surname
    return Search(canary for canary in theirs if canary.text not in own)


async def test_no_page_holds_anything_of_the_other_parent_the_children_or_an_employer(keeper: Keeper) -> None:
    found = await (await keeper.keep([family_record()])).find("AB12345C1", FULL_SCOPE)
    for party in Party:
        request, search = request_for(copy_for(found, party)), search_for(party)
        facts = page_facts(request, packaged_editorial(), snapshot_id=UUID(int=9, version=4))
        places = [request.case.canonical_bytes(), facts.model_dump_json().encode()]
        for language in Language:
            made = make_both(request, language)
            places += [whole_pdf(made.pdf), made.twin]
            places.append(repr(asdict(page_content(request, packaged_editorial(), language))).encode())
        assert set().union(*(search.kinds_in(place) for place in places)) == set()
        assert PEOPLE[party][0].encode() in made.twin, (
            "the reader's own name is there, so the search has a page to look at"
        )


def test_the_record_does_hold_it_all() -> None:
    told = repr(family_record()).encode()
    for party in Party:
        kinds = {kind for kind, _ in search_for(party).kinds_in(told)}
        assert {"other", "child", *UNREAD} <= kinds
