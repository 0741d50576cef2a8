"""Whether anything was written to library.db, by whatever program."""

from __future__ import annotations

from pathlib import Path

from smartqueue.database.connection import Connection, DatabaseError


class Watch:
    """For one thread. The file stays open from one look to the next, without a lock: only so SQLite can tell.

    path, timeout: as Database takes them.
    """

    def __init__(self, path: str | Path, *, timeout: float) -> None:
        self._path = path
        self._timeout = timeout
        self._connection: Connection | None = None
        self._file = 0
        self._opened = 0

    def state(self) -> object:
        """Something that differs once the file, or another in its place, was written to. Raises DatabaseError."""
        try:
            if self._connection is None or self._connection.file_number != self._file:
                self.close()
                self._connection = Connection(self._path, timeout=self._timeout)
                self._file = self._connection.file_number
                self._opened += 1
            # Of two connections' numbers none tells anything.
            return self._opened, self._connection.number("PRAGMA data_version")
        except DatabaseError:
            self.close()
            raise

    def close(self) -> None:
        """Gives the file back; the next look opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
