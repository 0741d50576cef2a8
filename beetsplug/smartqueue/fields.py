"""What the analysis found, in beets' own fields."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

from beets.library import Item

Scalars = Mapping[str, float | str]

# Those that can be filled; all but the last are, unless told otherwise.
FIELDS = ("bpm", "initial_key", "loudness", "loudness_range", "danceability", "onset_rate", "bpm_confidence")


def fill(item: Item, scalars: Scalars, fields: Collection[str], earlier: Iterable[Scalars] = ()) -> None:
    """Fills those of an item's fields that are empty, or still hold what an earlier analysis found.

    What is no longer known is emptied; whatever else stands in a field is the user's.
    """
    found = [known for known in earlier if known]
    changed = False
    for name in fields:
        if _is_empty(item, name):
            if name in scalars:
                item[name] = scalars[name]
                changed = True
        elif any(name in known and _holds(item, name, known[name]) for known in found):
            if name in scalars:
                item[name] = scalars[name]
            else:
                del item[name]
            changed = True
    if changed:
        item.store()


def _is_empty(item: Item, name: str) -> bool:
    # beets gives 0 for a tempo that it does not have; of all other fields 0 is a value.
    return item.get(name) in ((None, "", 0) if name == "bpm" else (None, ""))


def _holds(item: Item, name: str, value: float | str) -> bool:
    """Whether a field holds a value as beets keeps it: whole numbers of tempo, and all numbers as decimal text."""
    written = Item()
    written[name] = value
    return _same(item.get(name), written.get(name))


def _same(kept: object, written: object) -> bool:
    if isinstance(kept, float) and isinstance(written, float):
        return math.isclose(kept, written, rel_tol=1e-9)
    return kept == written
