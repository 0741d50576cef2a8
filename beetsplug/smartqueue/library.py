"""What the commands share: our tables in the library that beets has opened, and errors as beets shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from beets.exceptions import UserError
from beets.library import Item, Library
from beets.util import displayable_path

from smartqueue.database import Database, DatabaseError, State
from smartqueue.database import Library as Analysed

EMPTY = "the library is empty: run beet import ~/Music first"


@contextmanager
def opened(lib: Library) -> Iterator[Database]:
    """Our tables, made if they are not there yet; an error with them is one line for the user."""
    try:
        with Database(lib.path, lib.directory) as database:
            database.migrate()
            yield database
    except DatabaseError as error:
        raise UserError(str(error)) from error


def first_step(state: State) -> str:
    """What must be done before there is anything to compare or to choose from; empty where that is done."""
    if not state.items:
        return EMPTY
    return "" if state.analyzed else "no track is analysed yet: run beet analyze first"


def analysed(items: Iterable[Item], library: Analysed) -> tuple[list[int], list[Item]]:
    """The rows of the items that have a vector, in the items' order, and the items that have none."""
    row_of = {item: row for row, item in enumerate(library.item_ids.tolist())}
    rows, others = [], []
    for item in items:
        if item.id in row_of:
            rows.append(row_of[item.id])
        else:
            others.append(item)
    return rows, others


def named(item: Item) -> str:
    """What an item is called, whatever format it is to be listed in: by its path where it has no title."""
    return f"{item.artist} – {item.title}" if item.title else shown(item.path)


def shown(path: bytes) -> str:
    """A path on one line, with nothing in it that a terminal would obey."""
    return printable(displayable_path(path))


def printable(text: str) -> str:
    """A text on one line, with nothing in it that a terminal would obey."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def missing_extra(command: str, extra: str, error: Exception) -> UserError:
    """What to say when a command's packages are not installed."""
    words = (
        f"beet {command} needs packages that are not installed ({getattr(error, 'name', None) or error}):"
        f" pip install 'mopidy-smartqueue[{extra}]'"
    )
    if "essentia" in str(error):
        words += ". Where pip has no essentia, as on a Raspberry Pi, analyse on another machine: beet analyze --import"
    return UserError(words)
