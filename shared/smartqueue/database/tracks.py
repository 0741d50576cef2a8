"""smartqueue_track: what was analysed or heard, and which of beets' items it is."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from smartqueue.database.connection import Connection, Cursor

# An item is the row's own only where more than the id agrees, because beets uses ids again.
OF_ITEM = "i.id = t.item_id AND (i.path = t.path OR (t.mb_trackid != '' AND i.mb_trackid = t.mb_trackid))"

# Seconds; damaged files tell of centuries.
_LONGEST = 86_400.0


@dataclass(frozen=True)
class Item:
    """One of beets' items. path is as beets stores it, file is the same made absolute; length in seconds, to a day."""

    id: int
    path: bytes
    file: bytes
    mb_trackid: str = ""
    mb_albumid: str = ""
    length: float = 0.0


@dataclass(frozen=True)
class Track:
    """A row of smartqueue_track without its vector: our own, never-reused id for what was analysed.

    extractor and failure are of the latest analysis, though its vector may not be in use yet.
    """

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
class Description:
    """What beets says of a track. title: the file's name where it has none. length: in seconds. file: made absolute."""

    id: int
    title: str
    artist: str
    album: str
    length: float
    file: bytes


@dataclass(frozen=True)
class Files:
    """Where a track's audio and its album's cover are, as absolute paths; art is None where beets has none."""

    audio: bytes
    art: bytes | None
    is_analysed: bool


class Tracks:
    """The rows of smartqueue_track, beside beets' items."""

    def __init__(self, connection: Connection, music_directory: str | bytes | Path) -> None:
        self._connection = connection
        self._directory = os.fsencode(music_directory)

    def items(self, ids: Collection[int]) -> list[Item]:
        """Of beets' items those with the ids, in the order of ids."""
        rows = self._connection.all(
            "SELECT id, path, mb_trackid, mb_albumid, length FROM items WHERE id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        found = {
            row["id"]: Item(
                row["id"],
                bytes(row["path"]),
                self.file(row["path"]),
                row["mb_trackid"] or "",
                row["mb_albumid"] or "",
                max(0.0, min(row["length"] or 0.0, _LONGEST)),
            )
            for row in rows
        }
        return [found[id_] for id_ in ids if id_ in found]

    def of_items(self, ids: Collection[int]) -> list[Track]:
        """The rows of beets' items with these ids, or of those that had the ids before."""
        rows = self._connection.all(
            "SELECT t.id, item_id, path, size, mtime, audio_hash, COALESCE(p.extractor, t.extractor) AS extractor,"
            " COALESCE(p.failure, t.failure) AS failure FROM smartqueue_track t"
            " LEFT JOIN smartqueue_pending p ON p.track = t.id WHERE item_id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        return [Track(**dict(row)) for row in rows]

    def forget_missing_items(self) -> None:
        """Takes the item from tracks whose item beets has removed; the tracks stay, their triplets teach on."""
        with self._connection.transaction() as connection:
            connection.execute("UPDATE smartqueue_track SET item_id = NULL WHERE item_id NOT IN (SELECT id FROM items)")

    def follow(self, moved: Collection[int], removed: Collection[int]) -> None:
        """Keeps up with what beets did to items: their new paths and recordings, and which are gone.

        moved, removed: ids of items whose file got another path, and of those that are no more; an id that is
        among the removed may be another item's by now.
        """
        with self._connection.transaction() as connection:
            connection.execute(
                "UPDATE smartqueue_track SET item_id = NULL WHERE item_id IN (SELECT value FROM json_each(?))"
                " AND path NOT IN (SELECT path FROM items WHERE id = item_id)",
                (json.dumps(list(removed)),),
            )
            connection.execute(
                "UPDATE smartqueue_track SET path = i.path, changed = ? FROM items i WHERE i.id = item_id"
                " AND i.path != smartqueue_track.path AND i.id IN (SELECT value FROM json_each(?))",
                (time.time(), json.dumps(list(moved))),
            )
            connection.execute(
                "UPDATE smartqueue_track SET mb_trackid = COALESCE(i.mb_trackid, ''),"
                " mb_albumid = COALESCE(i.mb_albumid, '') FROM items i WHERE i.id = item_id"
                " AND i.path = smartqueue_track.path AND (COALESCE(i.mb_trackid, ''), COALESCE(i.mb_albumid, ''))"
                " != (smartqueue_track.mb_trackid, smartqueue_track.mb_albumid)"
            )

    def ignore(self, ids: Collection[int]) -> None:
        """Marks the tracks of beets' items with these ids as never to be chosen, and no others."""
        self._mark("ignored", ids)

    def let_through(self, ids: Collection[int]) -> None:
        """Marks the tracks of beets' items with these ids as to be chosen in any season, and no others."""
        self._mark("in_any_season", ids)

    def _mark(self, column: str, ids: Collection[int]) -> None:
        """Where the marks are right already, nothing is written."""
        wrong = f"{column} != (item_id IS NOT NULL AND item_id IN (SELECT value FROM json_each(?)))"
        items = json.dumps(list(ids))
        if self._connection.first(f"SELECT 1 FROM smartqueue_track WHERE {wrong}", items):
            with self._connection.transaction() as connection:
                connection.execute(
                    f"UPDATE smartqueue_track SET {column} = NOT {column}, changed = ? WHERE {wrong}",
                    (time.time(), items),
                )

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

    def described(self, ids: Collection[int]) -> list[Description]:
        """What beets says of those of the tracks that it has, in the order of ids."""
        rows = self._connection.all(
            "SELECT t.id, i.title, i.artist, i.album, i.length, i.path FROM smartqueue_track t"
            f" JOIN items i ON {OF_ITEM} WHERE t.id IN (SELECT value FROM json_each(?))",
            json.dumps(list(ids)),
        )
        found = {
            row["id"]: Description(
                row["id"],
                name("", row["title"], row["path"]),
                row["artist"] or "",
                row["album"] or "",
                max(0.0, min(row["length"] or 0.0, _LONGEST)),
                self.file(row["path"]),
            )
            for row in rows
        }
        return [found[id_] for id_ in ids if id_ in found]

    def on_disk(self, track: int) -> Files | None:
        """The files of a track; None where beets does not have it."""
        row = self._connection.first(
            "SELECT i.path, a.artpath, t.vector IS NOT NULL AS is_analysed FROM smartqueue_track t"
            f" JOIN items i ON {OF_ITEM} LEFT JOIN albums a ON a.id = i.album_id WHERE t.id = ?",
            track,
        )
        if row is None:
            return None
        art = self.file(bytes(row["artpath"])) if row["artpath"] else None
        return Files(self.file(row["path"]), art, bool(row["is_analysed"]))

    def names(self, ids: Collection[int] | None = None) -> dict[int, str]:
        """Artist and title, by track id, of the tracks that are in beets: of all, or of those with these ids."""
        rows = self._connection.all(
            f"SELECT t.id, i.artist, i.title, i.path FROM smartqueue_track t JOIN items i ON {OF_ITEM}"
            " WHERE ?1 IS NULL OR t.id IN (SELECT value FROM json_each(?1))",
            None if ids is None else json.dumps(list(ids)),
        )
        return {row["id"]: name(row["artist"], row["title"], row["path"]) for row in rows}

    def albums_and_artists(self) -> tuple[NDArray[np.int64], list[str], list[str]]:
        """Ids, album and artist, as beets has them, of tracks with a vector in use; empty where there is no name."""
        rows = self._connection.all(
            "SELECT t.id, COALESCE(NULLIF(i.albumartist, ''), i.artist, '') AS artist, i.album,"
            " COALESCE(i.mb_albumid, '') AS mb_albumid FROM smartqueue_track t"
            f" JOIN items i ON {OF_ITEM} JOIN smartqueue_schema s ON s.extractor = t.extractor"
            " WHERE t.vector IS NOT NULL ORDER BY t.id"
        )
        ids = np.array([row["id"] for row in rows], dtype=np.int64)
        albums = [row["mb_albumid"] or (f"{row['artist']}\0{row['album']}" if row["album"] else "") for row in rows]
        return ids, albums, [row["artist"] for row in rows]

    def of_file(self, file: bytes) -> int | None:
        """The track of the item at an absolute path, made if the item was not analysed yet; else None."""
        stored = {file}
        # An item may have been imported by either name of a music directory that is a symbolic link.
        folders = {folder.rstrip(b"/") + b"/" for folder in (self._directory, os.path.realpath(self._directory))}
        for folder in folders:
            if file.startswith(folder):
                inside = file[len(folder) :]
                stored |= {inside, *(other + inside for other in folders)}
        marks = ",".join("?" * len(stored))
        return self._of_item(f"path IN ({marks})", *stored)

    def of_id(self, item_id: int) -> int | None:
        """The track of the item that has this id now, made if the item was not analysed yet; else None."""
        return self._of_item("id = ?", item_id)

    def of_recording(self, mb_trackid: str, path: bytes) -> int | None:
        """The track of the item that is this recording, or else has this path as beets stores it; else None."""
        return (self._of_item("mb_trackid = ?", mb_trackid) if mb_trackid else None) or self._of_item("path = ?", path)

    def _of_item(self, condition: str, *values: object) -> int | None:
        row = self._connection.first(f"SELECT id FROM items WHERE {condition} ORDER BY id", *values)
        if row is None:
            return None
        (item,) = self.items([row["id"]])
        with self._connection.transaction() as connection:
            return self.claim(connection, item, None)

    def recordings(self) -> dict[int, tuple[str, bytes]]:
        """MusicBrainz id and path, as beets stores it, by track id."""
        rows = self._connection.all("SELECT id, mb_trackid, path FROM smartqueue_track")
        return {row["id"]: (row["mb_trackid"], bytes(row["path"])) for row in rows}

    def file(self, path: bytes) -> bytes:
        """A path as beets stores it, made absolute."""
        return self.files([path])[0]

    def files(self, paths: Collection[bytes]) -> list[bytes]:
        """Paths as beets stores them, made absolute."""
        folder = self._directory + b"/"
        files = [path if path[:1] == b"/" else folder + path for path in paths]
        # What is normal already need not be made so, a hundred thousand times.
        everything = b"\0".join([*files, b""])
        if any(sign in everything for sign in (b"//", b"/.", b"/\0")):
            return [os.path.normpath(file) for file in files]
        return files

    def claim(self, connection: Cursor, item: Item, audio_hash: str | None) -> int:
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
            # Each index is asked by itself: together they would have every row looked at.
            own = connection.execute(
                "SELECT t.* FROM smartqueue_track t WHERE id IN ("
                "SELECT id FROM smartqueue_track WHERE audio_hash = NULLIF(?, '')"
                " UNION SELECT id FROM smartqueue_track WHERE mb_trackid != '' AND mb_trackid = ?"
                " UNION SELECT id FROM smartqueue_track WHERE path = ?)"
                f" AND NOT EXISTS (SELECT 1 FROM items i WHERE {OF_ITEM})"
                " ORDER BY audio_hash = ? DESC, path = ? DESC LIMIT 1",
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


def name(artist: str | None, title: str | None, path: bytes) -> str:
    """What an item is called: by its file's name where it has no title."""
    known = title or file_name(path)
    return f"{artist} – {known}" if artist else known


def file_name(path: bytes) -> str:
    """The last part of a path."""
    return os.fsdecode(os.path.basename(bytes(path)))  # noqa: PTH119 - Path takes no bytes
