"""Six ways to tamper with the log, each tried a thousand times at random places, on rows as a database holds them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from uuid import UUID

import pytest
from pydantic import JsonValue

from services.register import audit_chain
from services.register.audit_chain import (
    NO_ENTRY_HASH,
    ChainReport,
    Link,
    StoredEntry,
    Walk,
    link_json,
    parsed,
    stored_texts,
)
from tests.support.audit_rows import Rows, rehashed, sound_rows, stored, with_column
from tests.support.register_builders import NOON

TRIALS = 1_000
ENTRIES = 40
SEED = 20261122


def walked(rows: Sequence[StoredEntry], signed: dict[int, str] | None = None, *, page: int = 7) -> ChainReport:
    """Walk along rows as the database would return them: by number, a page at a time."""
    ordered = sorted(rows, key=lambda row: int(row[0]))
    walk = Walk(signed)
    for start in range(0, len(ordered), page):
        if not walk.follow(ordered[start : start + page]):
            break
    walk.end()
    return ChainReport(len(rows), walk.head, walk.broken_at, walk.contradicted_at)


@pytest.fixture(scope="module")
def sound() -> Rows:
    return sound_rows(ENTRIES, Random(SEED))


def test_a_sound_chain_is_sound_with_and_without_checkpoints(sound: Rows) -> None:
    every_head = {row[0]: row[7] for row in sound}
    for signed in ({}, every_head, {0: NO_ENTRY_HASH}, {ENTRIES: sound[-1][7]}):
        assert walked(sound, signed) == ChainReport(ENTRIES, sound[-1][7])


def test_any_flipped_bit_is_found_at_its_entry(sound: Rows) -> None:
    random = Random(SEED)
    for _ in range(TRIALS):
        at, column = random.randrange(ENTRIES), random.randrange(1, 8)
        changed = with_column(sound[at], column, flipped(sound[at][column], random))
        report = walked([*sound[:at], changed, *sound[at + 1 :]])
        assert report.broken_at == at + 1, (at, column, changed)


def flipped(value: str | None, random: Random) -> str:
    if value is None:
        return "0" * 32
    place, bit = random.randrange(len(value)), 1 << random.randrange(7)
    return value[:place] + chr(ord(value[place]) ^ bit) + value[place + 1 :]


def test_any_removed_entry_is_found_whether_or_not_the_gap_is_closed(sound: Rows) -> None:
    random = Random(SEED)
    for trial in range(TRIALS):
        at = random.randrange(ENTRIES - 1)
        rows = [*sound[:at], *sound[at + 1 :]]
        if trial % 2:
            rows = [with_column(row, 0, number) for number, row in enumerate(rows, 1)]
        assert walked(rows).broken_at == at + 1


def test_any_inserted_entry_is_found_even_when_its_own_hash_fits(sound: Rows) -> None:
    random = Random(SEED)
    for trial in range(TRIALS):
        at, model = random.randrange(ENTRIES), sound[random.randrange(ENTRIES)]
        forged = with_column(model, 2, "disclosure.refused")
        rows = [*sound[:at], forged, *sound[at:]]
        if trial % 2:  # with a hash of its own that fits, so that only the entry after it tells
            rows = [*rehashed(rows[: at + 1], since=at), *rows[at + 1 :]]
        rows = [with_column(row, 0, number) for number, row in enumerate(rows, 1)]
        assert walked(rows).broken_at == (at + 2 if trial % 2 else at + 1)


def test_any_two_swapped_entries_are_found(sound: Rows) -> None:
    random = Random(SEED)
    for _ in range(TRIALS):
        first, second = sorted(random.sample(range(ENTRIES), 2))
        rows = list(sound)
        rows[first], rows[second] = with_column(sound[second], 0, first + 1), with_column(sound[first], 0, second + 1)
        assert walked(rows).broken_at == first + 1


def test_any_cut_up_to_the_newest_checkpoint_is_found(sound: Rows) -> None:
    random = Random(SEED)
    for _ in range(TRIALS):
        signed = sorted(random.sample(range(1, ENTRIES + 1), 3))
        kept = random.randrange(signed[-1])
        report = walked(sound[:kept], heads_of(sound, signed))
        missing = next(number for number in signed if number > kept)
        assert (report.broken_at, report.contradicted_at) == (None, missing)


def test_any_end_rewritten_with_fitting_hashes_is_found_up_to_the_newest_checkpoint(sound: Rows) -> None:
    random = Random(SEED)
    for _ in range(TRIALS):
        signed = sorted(random.sample(range(1, ENTRIES + 1), 3))
        at = random.randrange(signed[-1])
        forged = with_column(sound[at], 3, "system")
        rows = rehashed([*sound[:at], forged, *sound[at + 1 :]], since=at)
        report = walked(rows, heads_of(sound, signed))
        assert (report.broken_at, report.contradicted_at) == (None, next(one for one in signed if one > at))


def heads_of(rows: Rows, numbers: Sequence[int]) -> dict[int, str]:
    return {number: rows[number - 1][7] for number in numbers}


def test_what_came_after_the_newest_checkpoint_is_vouched_for_by_nobody(sound: Rows) -> None:
    """The reason for signing soon and often: the chain alone shows neither a cut nor a rewritten end."""
    signed = heads_of(sound, [30])
    assert walked(sound[:30], signed).intact
    assert walked(rehashed([*sound[:30], with_column(sound[30], 2, "forged")], since=30), signed).intact


@pytest.mark.parametrize("column", range(8))
@pytest.mark.parametrize("value", [None, b"", 7, 1.5, "", "[" * 9_999, "\ud800", '","actor":"system'])
def test_whatever_stands_in_a_column_the_walk_ends_there(sound: Rows, column: int, value: object) -> None:
    row = with_column(sound[4], column, value)
    walk = Walk()
    assert not walk.follow([*sound[:4], row, *sound[5:]])
    assert walk.broken_at == 5


def test_an_entry_rewritten_in_its_place_with_a_fitting_hash_is_found_at_the_next_one(sound: Rows) -> None:
    random = Random(SEED)
    for _ in range(TRIALS):
        at = random.randrange(ENTRIES - 1)
        forged = rehashed([*sound[:at], with_column(sound[at], 2, "forged")], since=at)[at]
        assert walked([*sound[:at], forged, *sound[at + 1 :]]).broken_at == at + 2


def test_a_number_left_out_is_found_even_when_every_hash_fits(sound: Rows) -> None:
    after_the_gap = parsed(sound[4])._replace(sequence=6)
    assert walked([*sound[:4], stored(after_the_gap)]).broken_at == 5


SWALLOWED = '"at":"2026-11-16T17:00:00.000000+00:00","consent_id":null,"detail":{"a":{"act":"b'
LATER = "2026-11-17T09:00:00.000000+00:00"


@pytest.mark.parametrize(
    ("inner", "act", "actor"),
    [
        ({"act": "b", "at": LATER, "consent_id": None, "detail": {}}, "view", f'person:1",{SWALLOWED}'),
        (
            {"act": "b", "actor": "x", "at": LATER, "consent_id": None, "detail": {}},
            f'view","actor":"person:1",{SWALLOWED}',
            "x",
        ),
    ],
)
def test_a_row_whose_columns_put_together_give_the_bytes_of_another_is_found(
    inner: JsonValue, act: str, actor: str
) -> None:
    """Quoting keeps the columns apart: else an actor could swallow the time, the consent and half of the detail."""
    genuine = stored(Link(1, NOON, "view", "person:1", None, {"a": inner}, NO_ENTRY_HASH))
    forged = (1, "2026-11-17 09:00:00.000000", act, actor, None, "{}}}", NO_ENTRY_HASH, genuine[7])
    assert walked([genuine]).intact
    assert walked([forged]).broken_at == 1


def test_text_moved_from_one_column_into_the_next_is_found(sound: Rows) -> None:
    """The columns put together give the same bytes: quoting keeps them apart."""
    row = sound[4]
    moved = with_column(with_column(row, 2, f'{row[2]}","actor":"{row[3]}'), 3, "")
    assert walked([*sound[:4], moved, *sound[5:]]).broken_at == 5


@contextmanager
def elsewhere() -> Iterator[None]:
    """On a machine whose clock shows New York's time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


def test_times_are_stored_and_read_in_utc_wherever_the_machine_stands(sound: Rows) -> None:
    link = parsed(sound[0])
    with elsewhere():
        assert stored_texts(link._replace(at=link.at.astimezone(timezone(timedelta(hours=9)))))[0] == sound[0][1]
        assert parsed(sound[0]) == link
    assert link.at.tzinfo is UTC


def test_a_time_or_an_id_that_no_entry_holds_is_refused_in_words(sound: Rows) -> None:
    with pytest.raises(ValueError, match=r"^a time or an id is not written as entries are$"):
        parsed(with_column(sound[0], 1, sound[0][1].replace(" ", "T")))


def test_what_the_product_wrote_fits_as_it_is_stored_and_need_not_be_parsed(
    sound: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_chain, "_fits_when_parsed", lambda _row: False)
    assert {row[4] is None for row in sound} == {True, False}
    assert walked(sound) == ChainReport(ENTRIES, sound[-1][7])


def test_a_walk_ends_at_the_last_entry_that_fits(sound: Rows) -> None:
    rows = [*sound[:4], with_column(sound[4], 2, "x.y"), *sound[5:]]
    assert walked(rows) == ChainReport(ENTRIES, sound[3][7], broken_at=5)


@pytest.mark.parametrize("consent", [None, UUID(int=5)])
def test_what_a_hash_covers_is_written_down_here_letter_by_letter(consent: UUID | None) -> None:
    at = datetime(2026, 11, 22, 9, 30, 1, 5, tzinfo=timezone(timedelta(hours=9)))
    link = Link(2, at, "form.printed", "system", consent, {"b": "é", "a": [1, None]}, "0" * 64)
    subject = "null" if consent is None else '"00000000-0000-0000-0000-000000000005"'
    with elsewhere():
        assert link_json(link) == (
            '{"act":"form.printed","actor":"system","at":"2026-11-22T00:30:01.000005+00:00",'
            f'"consent_id":{subject},"detail":{{"a":[1,null],"b":"\\u00e9"}},'
            f'"previous_hash":"{"0" * 64}","sequence":2}}'
        )
