"""smartqueue_triplet: which track of three is the odd one out."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from smartqueue.database.connection import Connection, Cursor, Row
from smartqueue.listening import SOURCES, Triplet

_COLUMNS = "id, entry, near_a, near_b, odd, source, weight, profile, created, play, question, at_random"
# Takes the profile.
_OF_PROFILE = "(profile = ? OR source = 'library')"
# Takes the ids as JSON: all triplets of the answers and skips that these are of.
_OF_ENTRIES = "entry IN (SELECT entry FROM smartqueue_triplet WHERE id IN (SELECT value FROM json_each(?)))"


class Triplets:
    """The rows of smartqueue_triplet.

    The triplets of one skip are one entry: listed by its first triplet, counted once, and forgotten together. So is
    an answer, which has a single triplet.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, triplets: Iterable[Triplet]) -> int:
        """Keeps triplets, each once however often it comes; returns how many entries were new."""
        with self._connection.transaction() as connection:
            there = {
                tuple(row)
                for row in connection.execute(
                    "SELECT near_a, near_b, odd, source, profile, created FROM smartqueue_triplet"
                )
            }
            new = {(t.near_a, t.near_b, t.odd, t.source, t.profile, t.created): t for t in triplets}
            before = connection.execute("SELECT COALESCE(MAX(id), 0) FROM smartqueue_triplet").fetchone()[0]
            _insert(connection, [triplet for key, triplet in new.items() if key not in there])
            count = "SELECT COUNT(*) FROM smartqueue_triplet WHERE id > ? AND entry = id"
            return int(connection.execute(count, (before,)).fetchone()[0])

    def forget(self, ids: Iterable[int]) -> int:
        """Lets entries count no more, now or when they are derived again; returns how many there were."""
        return self._mark(ids, time.time(), "forgotten IS NULL")

    def remember(self, ids: Iterable[int]) -> int:
        """Lets forgotten entries count again; returns how many there were."""
        return self._mark(ids, None, "forgotten IS NOT NULL")

    def _mark(self, ids: Iterable[int], forgotten: float | None, where: str) -> int:
        with self._connection.transaction() as connection:
            rows = connection.execute(
                f"UPDATE smartqueue_triplet SET forgotten = ? WHERE {where} AND {_OF_ENTRIES} RETURNING entry",
                (forgotten, json.dumps(list(ids))),
            )
            return len({row["entry"] for row in rows})

    def replace_library(self, triplets: Iterable[Triplet]) -> None:
        """Puts newly drawn library triplets in place of the old; what was forgotten stays forgotten."""
        with self._connection.transaction() as connection:
            connection.execute("DELETE FROM smartqueue_triplet WHERE source = 'library' AND forgotten IS NULL")
            _insert(connection, triplets)

    def replace_skips(self, skips: Collection[int], triplets: Iterable[Triplet]) -> None:
        """Puts triplets that were derived anew in place of those that these skips, by ids of plays, had before.

        A skip keeps its ids, and stays forgotten; one that says nothing any more loses its triplets, unless they are
        forgotten.
        """
        derived: defaultdict[int, list[Triplet]] = defaultdict(list)
        for triplet in triplets:
            if triplet.play is not None:
                derived[triplet.play].append(triplet)
        if self._of_skips(skips) == {skip: derived[skip] for skip in skips if derived[skip]}:
            return
        with self._connection.transaction() as connection:
            rows = connection.execute(
                "SELECT id, play, forgotten FROM smartqueue_triplet WHERE play IN (SELECT value FROM json_each(?))"
                " ORDER BY id",
                (json.dumps(list(skips)),),
            ).fetchall()
            ids: defaultdict[int, list[int]] = defaultdict(list)
            forgotten = {row["play"]: row["forgotten"] for row in rows if row["forgotten"] is not None}
            for row in rows:
                ids[row["play"]].append(row["id"])
            changed = [skip for skip in skips if derived[skip] or skip not in forgotten]
            connection.execute(
                "DELETE FROM smartqueue_triplet WHERE play IN (SELECT value FROM json_each(?))", (json.dumps(changed),)
            )
            for skip in changed:
                known = [*ids[skip], *[None] * len(derived[skip])]
                new = [replace(triplet, id=id_) for triplet, id_ in zip(derived[skip], known, strict=False)]
                _insert(connection, new, forgotten.get(skip))

    def _of_skips(self, skips: Collection[int]) -> dict[int, list[Triplet]]:
        """The triplets of skips as they were derived, without ids."""
        rows = self._connection.all(
            f"SELECT {_COLUMNS} FROM smartqueue_triplet WHERE play IN (SELECT value FROM json_each(?)) ORDER BY id",
            json.dumps(list(skips)),
        )
        found: defaultdict[int, list[Triplet]] = defaultdict(list)
        for triplet in map(_triplet, rows):
            found[triplet.play or 0].append(replace(triplet, id=None, entry=None))
        return dict(found)

    def of_profile(self, profile: str) -> list[Triplet]:
        """A profile's own triplets and the library's, without the forgotten, by entries, oldest first."""
        rows = self._connection.all(
            f"SELECT {_COLUMNS} FROM smartqueue_triplet WHERE forgotten IS NULL AND {_OF_PROFILE} ORDER BY entry, id",
            profile,
        )
        return [_triplet(row) for row in rows]

    def latest(
        self,
        profile: str,
        sources: Collection[str] = SOURCES,
        *,
        forgotten: bool = False,
        before: int | None = None,
        count: int = 50,
    ) -> list[Triplet]:
        """Of some of a profile's entries and the library's the first triplets, newest first; the forgotten, or others.

        before: the id of one that all of them are older than; without it, the newest.
        """
        rows = self._connection.all(
            f"SELECT {_COLUMNS} FROM smartqueue_triplet WHERE {_OF_PROFILE} AND (forgotten IS NOT NULL) = ?"
            " AND id = entry AND source IN (SELECT value FROM json_each(?))"
            " AND (? IS NULL OR (created, id) < (SELECT created, id FROM smartqueue_triplet WHERE id = ?))"
            " ORDER BY created DESC, id DESC LIMIT ?",
            profile,
            forgotten,
            json.dumps(list(sources)),
            before,
            before,
            count,
        )
        return [_triplet(row) for row in rows]

    def is_of(self, profile: str, number: int) -> bool:
        """Whether a triplet with this id is a profile's own or the library's, forgotten or not."""
        row = self._connection.first(
            f"SELECT 1 FROM smartqueue_triplet WHERE {_OF_PROFILE} AND id = ?", profile, number
        )
        return row is not None

    def counts(self, profile: str) -> dict[str, int]:
        """How many entries of each source there are, a profile's own and the library's, and are `forgotten`."""
        rows = self._connection.all(
            "SELECT IIF(forgotten IS NULL, source, 'forgotten') AS kind, COUNT(*) AS count FROM smartqueue_triplet"
            f" WHERE {_OF_PROFILE} AND id = entry GROUP BY kind",
            profile,
        )
        return dict.fromkeys((*SOURCES, "forgotten"), 0) | {row["kind"]: row["count"] for row in rows}

    def forgotten_library(self) -> set[tuple[int, int, int]]:
        """The library triplets (near, near, odd) that a listener has forgotten."""
        rows = self._connection.all(
            "SELECT near_a, near_b, odd FROM smartqueue_triplet WHERE source = 'library' AND forgotten IS NOT NULL"
        )
        return {tuple(row) for row in rows}

    def of_any_three(self, profile: str) -> int:
        """How many answers of a profile are to questions of any three songs."""
        return self._connection.number(
            "SELECT COUNT(*) FROM smartqueue_triplet WHERE at_random AND forgotten IS NULL AND profile = ?", profile
        )


def _triplet(row: Row) -> Triplet:
    return Triplet(**{**dict(row), "at_random": bool(row["at_random"])})


def _insert(connection: Cursor, triplets: Iterable[Triplet], forgotten: float | None = None) -> None:
    """Inserts what is not there yet, forgotten ones included; triplets of one skip share an entry."""
    now = time.time()
    connection.executemany(
        "INSERT OR IGNORE INTO smartqueue_triplet"
        " (id, near_a, near_b, odd, source, weight, profile, created, play, question, at_random, forgotten)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                t.id,
                t.near_a,
                t.near_b,
                t.odd,
                t.source,
                t.weight,
                t.profile,
                t.created or now,
                t.play,
                t.question,
                int(t.at_random),
                forgotten,
            )
            for t in triplets
        ],
    )
    # Imported skips have no play: theirs is the same moment's.
    connection.execute(
        "UPDATE smartqueue_triplet AS t SET entry = CASE WHEN source != 'skip' THEN id"
        " WHEN play IS NOT NULL THEN (SELECT MIN(id) FROM smartqueue_triplet WHERE play = t.play)"
        " ELSE (SELECT MIN(id) FROM smartqueue_triplet WHERE odd = t.odd AND created = t.created"
        " AND profile = t.profile AND source = 'skip' AND play IS NULL) END WHERE entry = 0"
    )
