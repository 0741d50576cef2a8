"""smartqueue_triplet: which track of three is the odd one out."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterable
from dataclasses import replace

from smartqueue.database.connection import Connection, Cursor
from smartqueue.listening import SOURCES, Triplet

_COLUMNS = "id, near_a, near_b, odd, source, weight, profile, created, play, question"
# Takes the profile.
_OF_PROFILE = "(profile = ? OR source = 'library')"


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

    def remember(self, ids: Iterable[int]) -> int:
        """Lets forgotten triplets count again; returns how many there were."""
        with self._connection.transaction() as connection:
            return connection.execute(
                "UPDATE smartqueue_triplet SET forgotten = NULL WHERE forgotten IS NOT NULL"
                " AND id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
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
            f"SELECT {_COLUMNS} FROM smartqueue_triplet WHERE forgotten IS NULL AND {_OF_PROFILE} ORDER BY id", profile
        )
        return [Triplet(**dict(row)) for row in rows]

    def latest(
        self,
        profile: str,
        sources: Collection[str] = SOURCES,
        *,
        forgotten: bool = False,
        before: int | None = None,
        count: int = 50,
    ) -> list[Triplet]:
        """Some of a profile's own triplets and the library's, newest first; those that are forgotten, or the others.

        before: the id of one that all of them are older than; without it, the newest.
        """
        rows = self._connection.all(
            f"SELECT {_COLUMNS} FROM smartqueue_triplet WHERE {_OF_PROFILE} AND (forgotten IS NOT NULL) = ?"
            " AND source IN (SELECT value FROM json_each(?))"
            " AND (? IS NULL OR (created, id) < (SELECT created, id FROM smartqueue_triplet WHERE id = ?))"
            " ORDER BY created DESC, id DESC LIMIT ?",
            profile,
            forgotten,
            json.dumps(list(sources)),
            before,
            before,
            count,
        )
        return [Triplet(**dict(row)) for row in rows]

    def is_of(self, profile: str, number: int) -> bool:
        """Whether a triplet with this id is a profile's own or the library's, forgotten or not."""
        row = self._connection.first(
            f"SELECT 1 FROM smartqueue_triplet WHERE {_OF_PROFILE} AND id = ?", profile, number
        )
        return row is not None

    def counts(self, profile: str) -> dict[str, int]:
        """How many there are of each source, of a profile's own and the library's, and how many are `forgotten`."""
        rows = self._connection.all(
            "SELECT IIF(forgotten IS NULL, source, 'forgotten') AS kind, COUNT(*) AS count FROM smartqueue_triplet"
            f" WHERE {_OF_PROFILE} GROUP BY kind",
            profile,
        )
        return dict.fromkeys((*SOURCES, "forgotten"), 0) | {row["kind"]: row["count"] for row in rows}

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
