"""smartqueue_triplet: which track of three is the odd one out."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import replace

from smartqueue.database.connection import Connection, Cursor
from smartqueue.listening import Triplet


class Triplets:
    """The rows of smartqueue_triplet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, triplets: Iterable[Triplet]) -> int:
        """Keeps triplets that are not there yet, forgotten ones included; returns how many were new."""
        with self._connection.transaction() as connection:
            return _insert(connection, triplets)

    def take(self, triplets: Iterable[Triplet]) -> int:
        """Keeps triplets that come from elsewhere, each once however often it comes; returns how many were new."""
        with self._connection.transaction() as connection:
            there = {
                tuple(row)
                for row in connection.execute(
                    "SELECT near_a, near_b, odd, source, profile, created FROM smartqueue_triplet"
                )
            }
            new = {(t.near_a, t.near_b, t.odd, t.source, t.profile, t.created): t for t in triplets}
            return _insert(connection, [triplet for key, triplet in new.items() if key not in there])

    def forget(self, ids: Iterable[int]) -> int:
        """Lets triplets count no more, now or when they are derived again; returns how many there were."""
        with self._connection.transaction() as connection:
            return connection.execute(
                "UPDATE smartqueue_triplet SET forgotten = ? WHERE forgotten IS NULL"
                " AND id IN (SELECT value FROM json_each(?))",
                (time.time(), json.dumps(list(ids))),
            ).rowcount

    def replace_library(self, triplets: Iterable[Triplet]) -> None:
        """Puts newly drawn library triplets in place of the old; what was forgotten stays forgotten."""
        with self._connection.transaction() as connection:
            connection.execute("DELETE FROM smartqueue_triplet WHERE source = 'library' AND forgotten IS NULL")
            _insert(connection, triplets)

    def replace_skips(self, triplets: Iterable[Triplet]) -> None:
        """Puts triplets that were derived anew from plays in place of the old; what was forgotten stays forgotten."""
        with self._connection.transaction() as connection:
            connection.execute(
                "DELETE FROM smartqueue_triplet WHERE source = 'skip' AND play IS NOT NULL AND forgotten IS NULL"
            )
            _insert(connection, triplets)

    def of_profile(self, profile: str) -> list[Triplet]:
        """A profile's own triplets and the library's, without the forgotten, oldest first."""
        rows = self._connection.all(
            "SELECT id, near_a, near_b, odd, source, weight, profile, created, play, question"
            " FROM smartqueue_triplet WHERE forgotten IS NULL AND (profile = ? OR source = 'library')"
            " ORDER BY id",
            profile,
        )
        return [Triplet(**dict(row)) for row in rows]

    def new(self, profile: str) -> int:
        """How many answers and skips of a profile no learning has seen yet."""
        return self._connection.number(
            "SELECT COUNT(*) FROM smartqueue_triplet WHERE forgotten IS NULL AND source != 'library' AND profile = ?"
            " AND created > COALESCE((SELECT MAX(created) FROM smartqueue_metric WHERE profile = ?), 0)",
            profile,
            profile,
        )


def _insert(connection: Cursor, triplets: Iterable[Triplet]) -> int:
    before = connection.total_changes
    now = time.time()
    connection.executemany(
        "INSERT OR IGNORE INTO smartqueue_triplet"
        " (near_a, near_b, odd, source, weight, profile, created, play, question)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (t.near_a, t.near_b, t.odd, t.source, t.weight, t.profile, t.created, t.play, t.question)
            for t in (replace(triplet, created=triplet.created or now) for triplet in triplets)
        ],
    )
    return connection.total_changes - before
