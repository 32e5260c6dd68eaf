"""The rule book, thresholds and texts that ship with the stage."""

from functools import cache
from importlib.resources import files

from services.resources.catalogue import by_id
from snapshot_renderer.rules.action_blocks import parse_action_words
from snapshot_renderer.rules.page_content import Editorial
from snapshot_renderer.rules.rule_book import Constants, RuleBook
from snapshot_renderer.rules.wording import parse_texts


@cache
def packaged_editorial() -> Editorial:
    """Return the packaged words and rules.

    Raises:
        pydantic.ValidationError: a data file does not have its shape.
    """
    return Editorial(
        book=RuleBook.model_validate_json(_read("rule_book.json")),
        constants=Constants.model_validate_json(_read("constants.json")),
        texts=parse_texts(_read("page_texts.json")),
        actions=parse_action_words(_read("enforcement.json")),
        resource_by_id=by_id,
    )


def _read(name: str) -> bytes:
    return files("snapshot_renderer.rules").joinpath(name).read_bytes()
