from datetime import date
from urllib.parse import urlsplit

import pytest

from schemas.values import Language, Party
from services.resources.catalogue import (
    Audience,
    Resource,
    ResourceType,
    ResourceUnknown,
    all_resources,
    audience_of,
    by_id,
    search,
)
from services.resources.search_words import SEARCH_WORDS

OFFICIAL = (
    ".nyc.gov",
    ".ny.gov",
    "nyc.gov",
    "youtu.be",
    "socialservices.westchestergov.com",
    "www.visaprepaidprocessing.com",
)


def test_all_forty_nine_resources_are_there_once() -> None:
    assert len(all_resources()) == 49
    assert len({resource.id for resource in all_resources()}) == 49


@pytest.mark.parametrize("resource", all_resources(), ids=lambda resource: resource.id)
def test_every_link_is_official_dated_and_of_a_sure_source(resource: Resource) -> None:
    assert resource.conf in {"A", "B"}
    assert resource.checked_on == date(2026, 11, 22)
    address = urlsplit(resource.url)
    assert address.scheme == "https" or "Unencrypted (http)" in (resource.note or ""), "https, or the reason why not"
    assert (address.hostname or "").endswith(OFFICIAL)


@pytest.mark.parametrize("language", Language)
def test_every_resource_is_offered_in_each_language_or_has_a_twin_video_that_is(language: Language) -> None:
    missing = {resource.id for resource in all_resources() if not resource.offered_in(language)}
    assert missing == ({"vid_46", "vid_48"} if language is Language.ENGLISH else {"vid_45", "vid_47"})
    assert all(resource.title(language) for resource in all_resources())


def test_a_form_to_be_filled_in_says_in_spanish_that_it_is_in_english() -> None:
    for resource in search(language=Language.SPANISH, type=ResourceType.FORM):
        if "Translated forms are for reference only" in (resource.note or ""):
            assert resource.title(Language.SPANISH).endswith("(en inglés)")


def test_search_ignores_case_and_accents_and_needs_every_word() -> None:
    assert by_id("nyc_debt") in search("REDUCCION deudas", language=Language.SPANISH)
    assert search("debt sandwich", language=Language.ENGLISH) == []


def test_a_parent_finds_what_is_for_them_and_for_both_but_nothing_for_the_other_side() -> None:
    found = {resource.audience for resource in search(language=Language.ENGLISH, audience=audience_of(Party.CUSTODIAL))}
    assert found == {Audience.CUSTODIAL, Audience.BOTH}
    found = {r.audience for r in search(language=Language.ENGLISH, audience=audience_of(Party.NONCUSTODIAL))}
    assert found == {Audience.NONCUSTODIAL, Audience.BOTH}
    assert {r.audience for r in search(language=Language.ENGLISH, audience=Audience.STAFF)} == {Audience.STAFF}


def test_search_by_type_finds_only_that_type() -> None:
    assert {resource.type for resource in search(language=Language.ENGLISH, type=ResourceType.VIDEO)} == {
        ResourceType.VIDEO
    }


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(ResourceUnknown):
        by_id("no_such_resource")


def test_the_words_that_people_type_find_what_no_title_says() -> None:
    for words, language, expected in (
        ("modification", Language.ENGLISH, "doc_4960"),
        ("Modificación", Language.SPANISH, "doc_4960"),
        ("arrears", Language.ENGLISH, "nyc_debt"),
        ("paternity", Language.ENGLISH, "form_5171"),
    ):
        assert expected in {resource.id for resource in search(words, language=language)}, words
    assert set(SEARCH_WORDS) <= {resource.id for resource in all_resources()}
