"""smartqueue_track: what was analysed or heard, and which of beets' items it is."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartqueue.database.connection import Connection, Cursor, Row

# An item is the row's own only where more than the id agrees, because beets uses ids again.
OF_ITEM = "i.id = t.item_id AND (i.path = t.path OR (t.mb_trackid != '' AND i.mb_trackid = t.mb_trackid))"


@dataclass(frozen=True)
class Item:
    """One of beets' items. path is as beets stores it, file is the same made absolute; length is in seconds."""

    id: int
    path: bytes
    file: bytes
    mb_trackid: str = ""
    mb_albumid: str = ""
    length: float = 0.0


@dataclass(frozen=True)
class Track:
    """A row of smartqueue_track without its vector: our own, never-reused id for what was analysed."""

    id: int
    item_id: int | None
    path: bytes
    size: int | None
    mtime: float | None
    audio_hash: str
    extractor: str
    failure: str


@dataclass(frozen=True)
class FileState:
    """What tells that a file has not changed: its size in bytes and the time of its last change, UTC."""

    size: int
    mtime: float


@dataclass(frozen=True)
class Library:
    """All tracks that are in beets and have a vector, in one order.

    ids: (tracks,); item_ids: (tracks,); vectors: (tracks, features) raw float32; files: absolute paths.
    """

    ids: NDArray[np.int64]
    item_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    files: list[bytes]
    names: list[str]


class Tracks:
    """The rows of smartqueue_track, beside beets' items."""

    def __init__(self, connection: Connection, music_directory: str | bytes | Path) -> None:
        self._connection = connection
        self._directory = os.fsencode(music_directory)

    def items(self, ids: Collection[int]) -> list[Item]:
        """Of beets' items those with the ids, in the order of ids."""
        wanted = set(ids)
        rows = self._connection.all("SELECT id, path, mb_trackid, mb_albumid, length FROM items")
        found = {
            row["id"]: Item(
                row["id"],
                bytes(row["path"]),
                self._file(row["path"]),
                row["mb_trackid"] or "",
                row["mb_albumid"] or "",
                row["length"] or 0.0,
            )
            for row in rows
            if row["id"] in wanted
        }
        return [found[id_] for id_ in ids if id_ in found]

    def all(self) -> list[Track]:
        """Every row of smartqueue_track, those of items that are gone included."""
        return [
            Track(**dict(row))
            for row in self._connection.all(
                "SELECT id, item_id, path, size, mtime, audio_hash, extractor, failure FROM smartqueue_track"
            )
        ]

    def forget_missing_items(self) -> None:
        """Takes the item from tracks whose item beets has removed; the tracks stay, their triplets teach on."""
        with self._connection.transaction() as connection:
            connection.execute("UPDATE smartqueue_track SET item_id = NULL WHERE item_id NOT IN (SELECT id FROM items)")

    def store_vector(
        self,
        item: Item,
        state: FileState,
        audio_hash: str,
        extractor: str,
        vector: NDArray[np.float32],
        scalars: Mapping[str, float | str],
    ) -> int:
        """Keeps an item's vector, (features,) raw and finite, with its scalars; returns the track's id."""
        with self._connection.transaction() as connection:
            track = self._claim(connection, item, audio_hash)
            connection.execute(
                "UPDATE smartqueue_track SET size = ?, mtime = ?, audio_hash = ?, extractor = ?, vector = ?,"
                " scalars = ?, failure = '', changed = ? WHERE id = ?",
                (
                    state.size,
                    state.mtime,
                    audio_hash,
                    extractor,
                    vector.astype("<f4").tobytes(),
                    json.dumps(dict(scalars)),
                    time.time(),
                    track,
                ),
            )
        return track

    def audio_hashes(self, extractor: str) -> set[str]:
        """The audio that this extractor has heard, under whatever name."""
        rows = self._connection.all(
            "SELECT audio_hash FROM smartqueue_track WHERE extractor = ? AND audio_hash != ''", extractor
        )
        return {row["audio_hash"] for row in rows}

    def heard_before(self, audio_hash: str, extractor: str) -> tuple[NDArray[np.float32], dict[str, float | str]]:
        """Vector and scalars of audio that is among audio_hashes."""
        (row,) = self._connection.all(
            "SELECT vector, scalars FROM smartqueue_track WHERE audio_hash = ? AND extractor = ? LIMIT 1",
            audio_hash,
            extractor,
        )
        return np.frombuffer(row["vector"], "<f4"), json.loads(row["scalars"])

    def store_failure(self, item: Item, state: FileState | None, failure: str) -> int:
        """Keeps why an item has no vector, in words; an older vector of it is of other audio, and goes.

        Without a state there was no file to read. It may come back (a disk that is not mounted), so that a
        vector stays then, and no failure is kept beside it.
        """
        with self._connection.transaction() as connection:
            track = self._claim(connection, item, None)
            connection.execute(
                "UPDATE smartqueue_track SET size = ?, mtime = ?, audio_hash = '', extractor = '', vector = NULL,"
                " scalars = '{}', failure = ?, changed = ? WHERE id = ? AND (? OR vector IS NULL)",
                (state and state.size, state and state.mtime, failure, time.time(), track, state is not None),
            )
        return track

    def store_move(self, track: int, item: Item, state: FileState) -> None:
        """Keeps where an item's unchanged audio now is."""
        with self._connection.transaction() as connection:
            connection.execute("UPDATE smartqueue_track SET item_id = NULL WHERE item_id = ?", (item.id,))
            connection.execute(
                "UPDATE smartqueue_track SET item_id = ?, path = ?, mb_trackid = ?, mb_albumid = ?, size = ?,"
                " mtime = ?, changed = ? WHERE id = ?",
                (
                    item.id,
                    item.path,
                    item.mb_trackid,
                    item.mb_albumid,
                    state.size,
                    state.mtime,
                    time.time(),
                    track,
                ),
            )

    def library(self, extractor: str) -> Library:
        """The tracks that are in beets and have a vector of this extractor."""
        rows = self._connection.all(
            "SELECT t.id, t.item_id, t.vector, i.path, i.artist, i.title FROM smartqueue_track t"
            f" JOIN items i ON {OF_ITEM}"
            " WHERE t.extractor = ? AND t.vector IS NOT NULL AND t.ignored = 0 ORDER BY t.id",
            extractor,
        )
        return Library(
            ids=np.array([row["id"] for row in rows], dtype=np.int64),
            item_ids=np.array([row["item_id"] for row in rows], dtype=np.int64),
            vectors=_vectors(rows),
            files=[self._file(row["path"]) for row in rows],
            names=[_name(row) for row in rows],
        )

    def names(self) -> dict[int, str]:
        """Artist and title, by track id, of the tracks that are in beets."""
        rows = self._connection.all(f"SELECT t.id, i.artist, i.title FROM smartqueue_track t JOIN items i ON {OF_ITEM}")
        return {row["id"]: _name(row) for row in rows}

    def taught_vectors(self, extractor: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Ids and raw vectors of all tracks of this extractor, of removed items too: their triplets teach."""
        rows = self._connection.all(
            "SELECT id, vector FROM smartqueue_track WHERE extractor = ? AND vector IS NOT NULL ORDER BY id",
            extractor,
        )
        return np.array([row["id"] for row in rows], dtype=np.int64), _vectors(rows)

    def albums_and_artists(self, extractor: str) -> tuple[NDArray[np.int64], list[str], list[str]]:
        """Track ids with album and artist as beets has them; an empty name where there is none."""
        rows = self._connection.all(
            "SELECT t.id, COALESCE(NULLIF(i.albumartist, ''), i.artist, '') AS artist, i.album,"
            " COALESCE(i.mb_albumid, '') AS mb_albumid FROM smartqueue_track t"
            f" JOIN items i ON {OF_ITEM} WHERE t.extractor = ? AND t.vector IS NOT NULL ORDER BY t.id",
            extractor,
        )
        ids = np.array([row["id"] for row in rows], dtype=np.int64)
        albums = [row["mb_albumid"] or (f"{row['artist']}\0{row['album']}" if row["album"] else "") for row in rows]
        return ids, albums, [row["artist"] for row in rows]

    def of_file(self, file: bytes) -> int | None:
        """The track of the item at an absolute path, made if the item was not analysed yet; else None."""
        stored = {file}
        folder = self._directory.rstrip(b"/") + b"/"
        if file.startswith(folder):
            stored.add(file[len(folder) :])
        marks = ",".join("?" * len(stored))
        row = self._connection.first(
            f"SELECT id, path, mb_trackid, mb_albumid FROM items WHERE path IN ({marks})", *stored
        )
        if row is None:
            return None
        item = Item(row["id"], bytes(row["path"]), file, row["mb_trackid"] or "", row["mb_albumid"] or "")
        with self._connection.transaction() as connection:
            return self._claim(connection, item, None)

    def _file(self, path: bytes) -> bytes:
        return os.path.normpath(os.path.join(self._directory, bytes(path)))  # noqa: PTH118 - Path takes no bytes

    def _claim(self, connection: Cursor, item: Item, audio_hash: str | None) -> int:
        """The row of an item, found again or made new; the row of whatever had its id before lets go of it."""
        own = connection.execute("SELECT * FROM smartqueue_track WHERE item_id = ?", (item.id,)).fetchone()
        if own is not None and not (
            own["path"] == item.path
            or (item.mb_trackid and own["mb_trackid"] == item.mb_trackid)
            or (audio_hash and own["audio_hash"] == audio_hash)
        ):
            connection.execute("UPDATE smartqueue_track SET item_id = NULL WHERE id = ?", (own["id"],))
            own = None
        if own is None:
            # A file that was removed and imported again finds its row by its audio, its recording or its path.
            own = connection.execute(
                f"SELECT * FROM smartqueue_track t WHERE NOT EXISTS (SELECT 1 FROM items i WHERE {OF_ITEM})"
                " AND ((audio_hash != '' AND audio_hash = ?) OR (mb_trackid != '' AND mb_trackid = ?)"
                " OR path = ?) ORDER BY audio_hash = ? DESC, path = ? DESC LIMIT 1",
                (audio_hash, item.mb_trackid, item.path, audio_hash, item.path),
            ).fetchone()
        if own is None:
            cursor = connection.execute(
                "INSERT INTO smartqueue_track (item_id, path, mb_trackid, mb_albumid, changed) VALUES (?, ?, ?, ?, ?)",
                (item.id, item.path, item.mb_trackid, item.mb_albumid, time.time()),
            )
            return int(cursor.lastrowid or 0)
        connection.execute(
            "UPDATE smartqueue_track SET item_id = ?, path = ?, mb_trackid = ?, mb_albumid = ? WHERE id = ?",
            (item.id, item.path, item.mb_trackid, item.mb_albumid, own["id"]),
        )
        return int(own["id"])


def _name(row: Row) -> str:
    return f"{row['artist']} – {row['title']}"


def _vectors(rows: Sequence[Row]) -> NDArray[np.float32]:
    width = len(rows[0]["vector"]) // 4 if rows else 0
    return np.frombuffer(b"".join(row["vector"] for row in rows), "<f4").reshape(len(rows), width)
