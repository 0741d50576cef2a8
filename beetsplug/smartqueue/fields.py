"""What was heard, in beets' own fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from beets.library import Item


def fill(item: Item, scalars: Mapping[str, float | str], fields: Collection[str]) -> None:
    """Fills those of an item's fields that are empty; what stands there already is the user's."""
    new = {name: value for name, value in scalars.items() if name in fields and _is_empty(item, name)}
    if new:
        item.update(new)
        item.store()


def _is_empty(item: Item, name: str) -> bool:
    # beets gives 0 for a tempo that it does not have; of all other fields 0 is a value.
    return item.get(name) in ((None, "", 0) if name == "bpm" else (None, ""))
