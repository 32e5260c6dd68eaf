import fcntl
import json
import os
import stat
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.register.checkpointing import Pace
from services.register.checkpoints import (
    NOTHING_BEFORE,
    Checkpoint,
    CheckpointBook,
    CheckpointKind,
    CheckpointSigner,
    Witness,
    read_witness,
)
from tests.support.register_builders import NOON

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
LINES = 12


def head(sequence: int) -> str:
    return f"{sequence:064x}"


def said(sequence: int, previous: str, **changes: object) -> Checkpoint:
    values = {"kind": CheckpointKind.HEAD, "sequence": sequence, "head": head(sequence), "previous": previous}
    return Checkpoint.model_validate(values | {"at": NOON + timedelta(minutes=sequence)} | changes)


def add(book: CheckpointBook, sequence: int, key: Ed25519PrivateKey = KEY, **changes: object) -> bool:
    signer = CheckpointSigner(key)
    return book.append(lambda previous: signer.line(said(sequence, previous, **changes)), after=book.newest())


def witness(book: CheckpointBook) -> Witness:
    return read_witness(book, KEY.public_key())


@pytest.fixture
def book(tmp_path: Path) -> CheckpointBook:
    made = CheckpointBook(tmp_path / "elsewhere")
    for number in range(1, LINES + 1):
        assert add(made, 10 * number)
    return made


def test_a_book_that_was_never_begun_says_nothing(tmp_path: Path) -> None:
    assert witness(CheckpointBook(tmp_path)) == Witness()


def test_every_signed_head_is_told_and_the_newest_one(book: CheckpointBook) -> None:
    found = witness(book)
    assert (found.checkpoints, found.damaged_line) == (LINES, None)
    assert found.signed_heads == {10 * number: head(10 * number) for number in range(1, LINES + 1)}
    assert found.newest is not None
    assert found.newest.sequence == 10 * LINES


def test_any_flipped_bit_of_any_line_is_found(book: CheckpointBook) -> None:
    random = Random(7)
    whole = book.file.read_bytes()
    for _ in range(1_000):
        place = random.choice([at for at in range(len(whole)) if whole[at] != ord("\n")])
        changed = bytearray(whole)
        changed[place] ^= 1 << random.randrange(7)
        book.file.write_bytes(changed)
        found = witness(book)
        # A change that leaves no line there (a spoilt last one) shows as an older newest checkpoint.
        is_last = place > whole.rindex(b"\n", 0, -1)
        assert found.damaged_line is not None or (is_last and found.checkpoints == LINES - 1), place


def test_a_removed_a_moved_and_a_strangers_line_are_found(book: CheckpointBook) -> None:
    random = Random(7)
    lines = book.file.read_bytes().splitlines(keepends=True)
    for trial in range(300):
        changed, at = list(lines), random.randrange(LINES - 1)
        if trial % 3 == 0:
            del changed[at]
        elif trial % 3 == 1:
            changed[at], changed[at + 1] = changed[at + 1], changed[at]
        else:
            forged = json.loads(lines[at])["checkpoint"] | {"head": head(7)}
            changed[at] = CheckpointSigner(STRANGER).line(Checkpoint.model_validate(forged)) + b"\n"
        book.file.write_bytes(b"".join(changed))
        damaged = witness(book).damaged_line
        assert damaged is not None
        assert damaged <= at + 2


def test_a_strangers_line_at_the_end_is_found_and_so_is_a_restoring_that_a_stranger_claims(
    book: CheckpointBook,
) -> None:
    add(book, 40, STRANGER, kind="restored", agreed=40)
    assert witness(book).damaged_line == LINES + 1
    add(book, 41)  # whatever is signed on top of it
    assert witness(book).damaged_line == LINES + 1


def test_a_known_restored_backup_makes_void_what_was_signed_after_it(book: CheckpointBook) -> None:
    add(book, 45, kind="restored", agreed=40, head=head(1))
    add(book, 50, head=head(2))
    found = witness(book)
    assert found.damaged_line is None
    assert found.signed_heads == {10: head(10), 20: head(20), 30: head(30), 40: head(40), 45: head(1), 50: head(2)}
    assert found.restored == (NOON + timedelta(minutes=45),)


@pytest.mark.parametrize("agreed", [None, 0])
def test_a_backup_with_no_signed_entry_left_makes_void_every_head(tmp_path: Path, agreed: int | None) -> None:
    book = CheckpointBook(tmp_path)
    add(book, 1)
    add(book, 2)
    add(book, 7, kind="restored", agreed=agreed)
    assert witness(book).signed_heads == {7: head(7)}


@pytest.mark.parametrize("added", [b" ", b"X", b"\r"])
def test_a_letter_added_behind_a_line_is_found(book: CheckpointBook, added: bytes) -> None:
    lines = book.file.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3][:-1] + added + b"\n"
    book.file.write_bytes(b"".join(lines))
    assert witness(book).damaged_line in {4, 5}


def test_the_file_holds_the_lines_and_nothing_else(book: CheckpointBook) -> None:
    lines = list(book.lines())
    assert len(lines) == LINES
    assert book.file.read_bytes() == b"".join(line + b"\n" for line in lines)


def test_nothing_is_newest_where_no_file_is(tmp_path: Path) -> None:
    assert CheckpointBook(tmp_path / "elsewhere").newest() is None


def test_two_different_heads_signed_of_one_entry_are_a_contradiction(book: CheckpointBook) -> None:
    add(book, 50, head=head(7))
    assert witness(book).damaged_line == LINES + 1


def test_a_line_that_a_crash_left_unfinished_is_passed_over(book: CheckpointBook) -> None:
    with book.file.open("ab") as file:
        file.write(b'{"checkpoint":{"at":"2026-11')
    assert witness(book).damaged_line is None
    assert add(book, 500)
    found = witness(book)
    assert (found.checkpoints, found.damaged_line) == (LINES + 1, None)


def test_of_two_writers_the_second_does_not_write_over_what_it_has_not_seen(book: CheckpointBook) -> None:
    seen = book.newest()
    add(book, 200)
    assert not book.append(lambda _previous: b"never", after=seen)
    assert witness(book).checkpoints == LINES + 1


def test_nobody_else_can_hold_the_file_while_a_line_is_made(book: CheckpointBook) -> None:
    def make(_previous: str) -> bytes:
        with book.file.open("ab") as another, pytest.raises(BlockingIOError):
            fcntl.flock(another, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return b"a line"

    open_before = len(list(Path("/proc/self/fd").iterdir()))
    assert book.append(make, after=book.newest())
    assert list(book.lines())[LINES:] == [b"a line"]
    assert len(list(Path("/proc/self/fd").iterdir())) <= open_before


def test_folder_and_file_are_made_for_their_owner_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        book = CheckpointBook(tmp_path / "some" / "where")
        add(book, 1)
    finally:
        os.umask(before)
    assert stat.S_IMODE(book.file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(book.file.stat().st_mode) == 0o600


def test_only_the_signer_can_tell_its_own_line(book: CheckpointBook) -> None:
    newest = book.newest()
    assert newest is not None
    assert CheckpointSigner(KEY).made(newest)
    assert not CheckpointSigner(STRANGER).made(newest)


@pytest.mark.parametrize(
    ("grown", "passed", "due"),
    [
        (0, timedelta(minutes=5), False),
        (1, timedelta(seconds=59), False),
        (1, timedelta(seconds=60), True),
        (99, timedelta(0), False),
        (100, timedelta(0), True),
        (0, timedelta(hours=22), False),
        (0, timedelta(hours=24), True),
    ],
)
def test_a_head_is_signed_after_so_many_entries_or_so_long_and_daily(grown: int, passed: timedelta, due: bool) -> None:
    pace = Pace(timedelta(seconds=60), 100)
    assert pace.is_due(said(10, NOTHING_BEFORE, at=NOON), 10 + grown, NOON + passed) is due
    assert pace.is_due(None, 0, NOON)


def test_a_line_is_canonical_so_that_anybody_can_hash_it_again(book: CheckpointBook) -> None:
    for line in book.lines():
        assert line == json.dumps(json.loads(line), sort_keys=True, separators=(",", ":")).encode()
