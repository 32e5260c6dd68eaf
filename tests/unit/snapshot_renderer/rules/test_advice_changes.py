from snapshot_renderer.adapters.packaged_data import packaged_editorial
from snapshot_renderer.rules.advice_changes import Change, RuleCount, changes_between, counts_of, reworded
from snapshot_renderer.rules.rule_book import RuleBook

BEFORE = {"one": ("A", "B", "C"), "two": ("A",), "three": ("B", "C")}
AFTER = {"one": ("C", "A", "B"), "two": ("A",), "three": ("D", "B")}


def test_a_page_that_stays_as_it_is_is_no_change() -> None:
    assert changes_between(BEFORE, BEFORE) == ()


def test_what_comes_goes_and_moves_is_told_apart() -> None:
    assert changes_between(BEFORE, AFTER) == (
        Change("one", added=(), removed=(), moved=("C",)),
        Change("three", added=("D",), removed=("C",), moved=()),
    )


def test_steps_that_only_make_room_have_not_moved() -> None:
    (change,) = changes_between({"one": ("A", "B", "C")}, {"one": ("N", "A", "C")})

    assert change == Change("one", added=("N",), removed=("B",), moved=())


def test_counts_are_per_rule_and_show_a_rule_that_is_on_no_page() -> None:
    counts = counts_of(BEFORE, AFTER, changes_between(BEFORE, AFTER), ["A", "B", "C", "D", "E", "A"])

    assert counts == (
        RuleCount("A", before=2, after=2, added=0, removed=0, moved=0),
        RuleCount("B", before=2, after=2, added=0, removed=0, moved=0),
        RuleCount("C", before=2, after=1, added=0, removed=1, moved=1),
        RuleCount("D", before=0, after=1, added=1, removed=0, moved=0),
        RuleCount("E", before=0, after=0, added=0, removed=0, moved=0),
    )


def test_other_words_are_found_and_another_condition_is_not_other_words() -> None:
    book = packaged_editorial().book
    first, second, *rest = book.rules
    worded = first.model_copy(update={"title": second.title})
    stricter = second.model_copy(update={"when": "false", "priority": 99})

    assert reworded(book, RuleBook(edition="next", rules=(worded, stricter, *rest))) == (first.id,)
