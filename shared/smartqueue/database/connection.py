"""One connection to library.db: short transactions, locks that are waited for, errors in words."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from smartqueue.database.schema import MIGRATIONS

# What the other modules of this package need of sqlite3, so that this one alone imports it.
Cursor = sqlite3.Connection
Row = sqlite3.Row
# So many rows stay in the processor's cache until they are columns.
_AT_ONCE = 1000


class DatabaseError(Exception):
    """library.db cannot be used as asked; the message says why and what to do."""


class RowError(DatabaseError):
    """What was to be stored is not what its table takes; the database itself is well."""


class Connection:
    """SQL to library.db, for one thread; see Database for the arguments."""

    def __init__(self, path: str | Path, *, timeout: float) -> None:
        self.path = Path(os.fsdecode(path))
        if not self.path.is_file():
            message = f"there is no library at {self.path}: import music with beets first"
            raise DatabaseError(message)
        with self._in_words():
            self._sqlite = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=rw", uri=True, timeout=timeout, isolation_level=None
            )
            self._sqlite.row_factory = sqlite3.Row

    def close(self) -> None:
        """Gives the file back."""
        self._sqlite.close()

    @property
    def file_number(self) -> int:
        """What differs when another file was put in this one's place."""
        with self._in_words():
            return self.path.stat().st_ino

    @property
    def schema_version(self) -> int:
        """The version of the smartqueue_ tables in the file; 0 where there are none."""
        with self._in_words():
            if not self.first("SELECT 1 FROM sqlite_master WHERE name = 'smartqueue_schema'"):
                return 0
            return self.number("SELECT version FROM smartqueue_schema")

    def migrate(self) -> None:
        """Makes the tables, or brings older ones to this version; refuses those of a newer one."""
        version = self.schema_version
        if version > len(MIGRATIONS):
            message = f"{self.path} was used by a newer smartqueue (tables of version {version}): upgrade this one"
            raise DatabaseError(message)
        if version == len(MIGRATIONS):
            return
        with self.transaction() as connection:
            for step in range(self.schema_version, len(MIGRATIONS)):
                for statement in MIGRATIONS[step]:
                    connection.execute(statement)
            connection.execute("UPDATE smartqueue_schema SET version = ?", (len(MIGRATIONS),))

    def all(self, statement: str, *values: object) -> list[Row]:
        """Every row that a statement gives."""
        with self._in_words():
            return self._sqlite.execute(statement, values).fetchall()

    def columns(self, statement: str, *values: object) -> dict[str, list[Any]]:
        """What a statement gives, by columns; for many rows much quicker than `all`."""
        with self._in_words():
            cursor = self._sqlite.cursor()
            cursor.row_factory = None
            found = cursor.execute(statement, values)
            columns: dict[str, list[Any]] = {column[0]: [] for column in found.description}
            while rows := found.fetchmany(_AT_ONCE):
                for column, part in zip(columns.values(), zip(*rows, strict=True), strict=True):
                    column.extend(part)
            return columns

    def first(self, statement: str, *values: object) -> Row | None:
        """The first row that a statement gives, or None."""
        with self._in_words():
            row: Row | None = self._sqlite.execute(statement, values).fetchone()
        return row

    def number(self, statement: str, *values: object) -> int:
        """The one whole number that a statement gives."""
        with self._in_words():
            return int(self._sqlite.execute(statement, values).fetchone()[0])

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Cursor]:
        """A transaction that is kept whole or not at all; its statements may write."""
        with self._in_words():
            self._sqlite.execute("BEGIN IMMEDIATE")
            try:
                yield self._sqlite
            except BaseException:
                self._sqlite.rollback()
                raise
            self._sqlite.commit()

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise RowError(self._words(str(error))) from error
        except sqlite3.Error as error:
            raise DatabaseError(self._words(str(error))) from error
        except OSError as error:
            message = f"{self.path} cannot be reached: {error.strerror}"
            raise DatabaseError(message) from error

    def _words(self, error: str) -> str:
        advice = {
            "locked": "another program is writing to it for long: try again when that is done",
            "readonly": "let this user write to it and to its folder",
            "unable to open": "let this user read and write it and its folder",
            "not a database": "it is no beets library: check the path",
            "no such table": "it has no analysed tracks yet: run beet analyze",
            "full": "make room on its disk",
        }
        for sign, words in advice.items():
            if sign in error:
                return f"{self.path} cannot be used ({error}): {words}"
        return f"{self.path} cannot be used: {error}"
