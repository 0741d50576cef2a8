"""What the commands share: our tables in the library that beets has opened, and errors as beets shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from beets.exceptions import UserError
from beets.library import Library
from beets.util import displayable_path

from smartqueue.database import Database, DatabaseError


@contextmanager
def opened(lib: Library) -> Iterator[Database]:
    """Our tables, made if they are not there yet; an error with them is one line for the user."""
    try:
        with Database(lib.path, lib.directory) as database:
            database.migrate()
            yield database
    except DatabaseError as error:
        raise UserError(str(error)) from error


def shown(path: bytes) -> str:
    """A path on one line, with nothing in it that a terminal would obey."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in displayable_path(path)
    )


def missing_extra(command: str, extra: str, error: Exception) -> UserError:
    """What to say when a command's packages are not installed."""
    return UserError(
        f"beet {command} needs packages that are not installed ({getattr(error, 'name', None) or error}):"
        f" pip install 'mopidy-smartqueue[{extra}]'"
    )
