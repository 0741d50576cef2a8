"""smartqueue_play: what was listened to."""

from __future__ import annotations

import json

from smartqueue.database.connection import Connection
from smartqueue.listening import Play


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
