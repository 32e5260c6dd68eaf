"""Whether a changed event can live beside its older versions: old records replayed to new code, new ones to old code.

The rule is FULL_TRANSITIVE, held against every version ever released: a replay brings old records to new readers, and
during a roll-out old workers read what new ones write.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def breaks(old: Schema, new: Schema) -> list[str]:
    """Return what in ``new`` breaks readers or records of ``old`` (JSON Schemas of one event), as sentences.

    A new value of an enumeration is allowed: readers are rolled out before writers.
    """
    return list(_breaks("", old, new, old.get("$defs", {}), new.get("$defs", {})))


def _breaks(path: str, old: Schema, new: Schema, old_defs: Schema, new_defs: Schema) -> Iterator[str]:
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    yield from _breaks_here(path, old, new)
    for name, old_property in old.get("properties", {}).items():
        new_property = new.get("properties", {}).get(name)
        if new_property is not None:
            yield from _breaks(f"{path}{name}.", old_property, new_property, old_defs, new_defs)
    if "items" in old and "items" in new:
        yield from _breaks(f"{path}[].", old["items"], new["items"], old_defs, new_defs)


def _breaks_here(path: str, old: Schema, new: Schema) -> Iterator[str]:
    where = path or "the event"
    if (old.get("type"), old.get("format")) != (new.get("type"), new.get("format")):
        yield f"{where} changed its type"
    if gone := set(old.get("enum", ())) - set(new.get("enum", ())):
        yield f"{where} no longer allows {', '.join(sorted(gone))}"
    old_required, new_required = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(new_required - old_required):
        yield f"{path}{name} became required: old records lack it"
    for name in sorted(old_required - new_required):
        yield f"{path}{name} is no longer required: old readers need it"


def _resolved(schema: Schema, definitions: Schema) -> Schema:
    reference = schema.get("$ref")
    if isinstance(reference, str):
        found: Schema = definitions[reference.rsplit("/", 1)[1]]
        return found
    return schema
