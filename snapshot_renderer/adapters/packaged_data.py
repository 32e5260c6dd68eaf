"""The rule book, thresholds and texts: the packaged ones, or an agency's own rule book beside the packaged rest."""

from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

from schemas.values import sha256_of
from services.resources.catalogue import all_resources, by_id
from snapshot_renderer.rules.action_blocks import parse_action_words
from snapshot_renderer.rules.page_content import Editorial
from snapshot_renderer.rules.rule_book import Constants
from snapshot_renderer.rules.rule_checks import read_rule_book
from snapshot_renderer.rules.wording import parse_texts


class RuleBookUnreadable(Exception):
    """The configured file is absent or can't be read; says so in a sentence."""


def rule_book_bytes(path: Path | None) -> bytes:
    """Return a rule book as it is on disk; None: the packaged one.

    Raises:
        RuleBookUnreadable: see there.
    """
    if path is None:
        return _read("rule_book.json")
    try:
        return path.read_bytes()
    except OSError as error:
        raise RuleBookUnreadable(f"The rule book {path} can't be read: {error.strerror}.") from error


@cache
def packaged_editorial() -> Editorial:
    """Return the packaged words and rules.

    Raises:
        pydantic.ValidationError: a data file does not have its shape.
        RuleBookFaulty: the packaged rule book has faults.
    """
    return editorial_with(_read("rule_book.json"))


@lru_cache(maxsize=4)
def editorial_with(rule_book: bytes) -> Editorial:
    """Return the packaged words with a rule book.

    Raises:
        RuleBookFaulty: every fault of the rule book, with its line.
    """
    constants = Constants.model_validate_json(_read("constants.json"))
    resources = frozenset(resource.id for resource in all_resources())
    return Editorial(
        book=read_rule_book(rule_book, constants=constants, resources=resources),
        book_sha256=sha256_of(rule_book),
        constants=constants,
        texts=parse_texts(_read("page_texts.json")),
        actions=parse_action_words(_read("enforcement.json")),
        resource_by_id=by_id,
    )


def _read(name: str) -> bytes:
    return files("snapshot_renderer.rules").joinpath(name).read_bytes()
