"""smartqueue_play and smartqueue_triplet: what was listened to, and what that says."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import replace

from smartqueue.database.connection import Connection, Cursor
from smartqueue.listening import Play, Triplet


class Plays:
    """The rows of smartqueue_play."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, play: Play) -> int:
        """Keeps a listening; the same player's of the same moment is kept once."""
        with self._connection.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO smartqueue_play"
                " (track, player, profile, started, listened, length, outcome, queued_by, context)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    play.track,
                    play.player,
                    play.profile,
                    play.started,
                    play.listened,
                    play.length,
                    play.outcome,
                    play.queued_by,
                    json.dumps(play.context),
                ),
            )
            row = connection.execute(
                "SELECT id FROM smartqueue_play WHERE player = ? AND started = ?", (play.player, play.started)
            ).fetchone()
        return int(row["id"])

    def since(self, moment: float, *, player: str | None = None) -> list[Play]:
        """The plays that began after a time (UTC seconds), oldest first, of one player or of all."""
        rows = self._connection.all(
            "SELECT * FROM smartqueue_play WHERE started >= ? AND (? IS NULL OR player = ?) ORDER BY started, id",
            moment,
            player,
            player,
        )
        return [Play(**{**dict(row), "context": json.loads(row["context"])}) for row in rows]


class Triplets:
    """The rows of smartqueue_triplet."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, triplets: Iterable[Triplet]) -> int:
        """Keeps triplets that are not there yet, forgotten ones included; returns how many were new."""
        with self._connection.transaction() as connection:
            return _insert(connection, triplets)

    def replace_library(self, triplets: Iterable[Triplet]) -> None:
        """Puts newly drawn library triplets in place of the old; what was forgotten stays forgotten."""
        with self._connection.transaction() as connection:
            connection.execute("DELETE FROM smartqueue_triplet WHERE source = 'library' AND forgotten IS NULL")
            _insert(connection, triplets)

    def of_profile(self, profile: str) -> list[Triplet]:
        """A profile's own triplets and the library's, without the forgotten, oldest first."""
        rows = self._connection.all(
            "SELECT near_a, near_b, odd, source, weight, profile, created, play, question"
            " FROM smartqueue_triplet WHERE forgotten IS NULL AND (profile = ? OR source = 'library')"
            " ORDER BY id",
            profile,
        )
        return [Triplet(**dict(row)) for row in rows]


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
