"""smartqueue_play: what was listened to."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable

from smartqueue.database.connection import Connection, Cursor
from smartqueue.listening import Play, Player, is_finished, is_kept


class Plays:
    """The rows of smartqueue_play."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, play: Play, *, count: bool = False) -> int:
        """Keeps a listening; the same player's of the same moment is kept once.

        count: also count it in beets' own fields, as beets' mpdstats does. Raises RowError, ValueError or TypeError
        where something in it is not what it is to be.
        """
        with self._connection.transaction() as connection:
            new = connection.execute(
                "INSERT OR IGNORE INTO smartqueue_play"
                " (track, player, profile, started, listened, length, outcome, queued_by, context, follows)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    play.track,
                    play.player,
                    play.profile,
                    float(play.started),
                    float(play.listened),
                    # SQLite would take any text for a number.
                    None if play.length is None else float(play.length),
                    play.outcome,
                    play.queued_by,
                    json.dumps(play.context),
                    int(play.follows),
                ),
            ).rowcount
            if new and count:
                _count(connection, play)
            row = connection.execute(
                "SELECT id FROM smartqueue_play WHERE player = ? AND started = ?", (play.player, play.started)
            ).fetchone()
        return int(row["id"])

    def since(self, moment: float, *, player: str | None = None, profile: str | None = None) -> list[Play]:
        """The plays that began after a time (UTC seconds), oldest first; of one player or profile, or of all."""
        rows = self._connection.all(
            "SELECT * FROM smartqueue_play WHERE started >= ?1 AND (?2 IS NULL OR player = ?2)"
            " AND (?3 IS NULL OR profile = ?3) ORDER BY started, id",
            moment,
            player,
            profile,
        )
        return [
            Play(**{**dict(row), "context": json.loads(row["context"]), "follows": bool(row["follows"])})
            for row in rows
        ]

    def adopt(self, player: Player) -> None:
        """Gives a player the plays of its earlier name, once: those of this machine, else of its former name.

        A container has a new host name each time it is made, and the same place for its data.
        """
        if self._connection.first("SELECT 1 FROM smartqueue_play WHERE player = ?", player.name):
            return
        place = player.earlier.partition(":")[2]
        rows = self._connection.all(
            "SELECT DISTINCT player FROM smartqueue_play WHERE substr(player, instr(player, ':') + 1) = ?", place
        )
        names = [row["player"] for row in rows]
        own = [player.earlier] if player.earlier in names else names
        if own:
            with self._connection.transaction() as connection:
                connection.execute(
                    "UPDATE OR IGNORE smartqueue_play SET player = ? WHERE player IN (SELECT value FROM json_each(?))",
                    (player.name, json.dumps(own)),
                )

    def listened(self, ids: Iterable[int]) -> dict[int, float]:
        """For how many seconds the plays with these ids were listened to."""
        rows = self._connection.all(
            "SELECT id, listened FROM smartqueue_play WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        return {row["id"]: row["listened"] for row in rows}


def _count(connection: Cursor, play: Play) -> None:
    """Play count, skip count, time of the last play and rating of the play's item, in beets' own fields.

    The rating is that of beets' mpdstats: three quarters the share of plays among plays and skips, and a quarter
    the former rating, moved half of the way to 1 by a play and to 0 by a skip. A field in which the listener has
    written something else is left alone.
    """
    skipped = play.outcome == "skipped" and not is_kept(play)
    if not skipped and not is_finished(play):
        return
    item = connection.execute("SELECT item_id FROM smartqueue_track WHERE id = ?", (play.track,)).fetchone()["item_id"]
    if item is None:
        return
    rows = connection.execute(
        "SELECT key, value FROM item_attributes WHERE entity_id = ? AND key IN ('play_count', 'skip_count', 'rating')",
        (item,),
    )
    found = {row["key"]: _number(row["value"]) for row in rows}
    fields = {key: value for key, value in found.items() if value is not None}
    plays = fields.get("play_count", 0.0) + (not skipped)
    skips = fields.get("skip_count", 0.0) + skipped
    rolling = (fields.get("rating", 0.5) + (not skipped)) / 2
    rating = 0.75 * (plays + 1) / (plays + skips + 2) + 0.25 * rolling
    values = {"play_count": int(plays), "skip_count": int(skips), "rating": rating}
    if not skipped:
        values["last_played"] = int(play.started)
    connection.executemany(
        "INSERT OR REPLACE INTO item_attributes (entity_id, key, value) VALUES (?, ?, ?)",
        [(item, key, str(value)) for key, value in values.items() if key in fields or key not in found],
    )


def _number(text: object) -> float | None:
    """A number that a field holds as text; None where that is something else."""
    try:
        number = float(str(text))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
