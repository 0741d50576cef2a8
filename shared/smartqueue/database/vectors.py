"""The vectors of tracks: those in use, all of one extractor, and those of a newer one until they are all there."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartqueue.database.connection import Connection, Cursor, Row
from smartqueue.database.tracks import OF_ITEM, FileState, Item, Tracks, file_name, name
from smartqueue.features import EXTRACTOR, NAMES

# Files that are away hold up the change to a newer extractor when they are more than this share: a disk is not mounted.
_MOSTLY_HERE = 0.1

# Takes the extractor twice.
_HEARD = (
    "SELECT audio_hash, vector, scalars FROM smartqueue_track"
    " WHERE extractor = ? AND vector IS NOT NULL AND audio_hash != '' UNION ALL"
    " SELECT t.audio_hash, p.vector, p.scalars FROM smartqueue_pending p JOIN smartqueue_track t ON t.id = p.track"
    " WHERE p.extractor = ? AND p.vector IS NOT NULL AND t.audio_hash != ''"
)
# What is known of the tracks of a library beside their vectors. Takes the extractor.
_KNOWN = (
    "t.id, t.item_id, t.ignored, t.in_any_season, i.path, i.artist, i.title, i.length, i.genres,"
    " COALESCE(NULLIF(t.mb_trackid, ''), NULLIF(t.audio_hash, ''), t.id) AS recording,"
    " CASE WHEN i.album != '' THEN COALESCE(i.mb_albumid, '') || COALESCE(i.albumartist, '') || '/' || i.album"
    " ELSE '' END AS album, COALESCE(i.album, '') AS album_name,"
    " COALESCE(i.albumtype, '') || ' ' || COALESCE(i.albumtypes, '') AS album_types,"
    " COALESCE(i.album != '' AND i.album COLLATE NOCASE IN (i.artist, i.albumartist), 0) AS eponymous,"
    " COALESCE(NULLIF(i.bpm, 0), json_extract(t.scalars, '$.bpm'), 0) AS bpm,"
    " COALESCE(NULLIF(i.initial_key, ''), json_extract(t.scalars, '$.initial_key'), '') AS initial_key,"
    " (SELECT value FROM item_attributes WHERE entity_id = i.id AND key = 'rating') AS rating, p.heard"
    f" FROM smartqueue_track t JOIN items i ON {OF_ITEM}"
    " LEFT JOIN (SELECT track, MAX(started) AS heard FROM smartqueue_play GROUP BY track) p ON p.track = t.id"
    " WHERE t.extractor = ? AND t.vector IS NOT NULL ORDER BY t.id"
)


@dataclass(frozen=True)
class Heard:
    """What was heard in some audio: its vector, (features,) raw and finite, and the scalars that are known."""

    vector: NDArray[np.float32]
    scalars: Mapping[str, float | str]


@dataclass(frozen=True)
class Library:
    """All tracks that are in beets and have a vector in use, in one order, and what beets and we know of each.

    Arrays are (tracks,): ids; item_ids; lengths in seconds; tempi in beats a minute, 0 where unknown; ratings from 0
    to 1, nan where there is none; heard, when a track was last heard, UTC seconds, 0 for never; ignored, what a
    query shuts out; in_any_season, what another lets through; eponymous, whether the album bears its artist's name.
    vectors: (tracks, features) raw float32. Lists are as long: files, absolute paths; recordings,
    the same for two files of one recording; titles, the file's name where there is none; artists, albums, genres and
    keys, empty where there are none. Albums of the same name by different artists differ; album_names are the names
    alone, album_types what MusicBrainz says of them, such as "album; soundtrack".
    """

    ids: NDArray[np.int64]
    item_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    features: tuple[str, ...]
    files: list[bytes]
    recordings: list[str]
    artists: list[str]
    titles: list[str]
    albums: list[str]
    genres: list[str]
    keys: list[str]
    lengths: NDArray[np.float32]
    tempi: NDArray[np.float32]
    ratings: NDArray[np.float32]
    heard: NDArray[np.float64]
    ignored: NDArray[np.bool_]
    in_any_season: NDArray[np.bool_]
    album_names: list[str]
    album_types: list[str]
    eponymous: NDArray[np.bool_]

    def name(self, row: int) -> str:
        """Artist and title of a row."""
        return name(self.artists[row], self.titles[row], self.files[row])


class Vectors:
    """The vectors in smartqueue_track and smartqueue_pending."""

    def __init__(self, connection: Connection, tracks: Tracks) -> None:
        self._connection = connection
        self._tracks = tracks

    @property
    def extractor(self) -> str:
        """The extractor whose vectors are in use; empty before there is any."""
        row = self._connection.first("SELECT extractor FROM smartqueue_schema")
        return row["extractor"] if row else ""

    def store(self, item: Item, state: FileState, audio_hash: str, extractor: str, heard: Heard) -> int:
        """Keeps what was heard of an item; returns the track's id.

        While vectors of another extractor are in use, it waits beside them: see `change`.
        """
        vector, scalars = heard.vector.astype("<f4").tobytes(), json.dumps(dict(heard.scalars))
        with self._connection.transaction() as connection:
            track = self._tracks.claim(connection, item, audio_hash)
            connection.execute(
                "UPDATE smartqueue_track SET size = ?, mtime = ?, audio_hash = ? WHERE id = ?",
                (state.size, state.mtime, audio_hash, track),
            )
            if _in_use(connection, extractor):
                connection.execute("DELETE FROM smartqueue_pending WHERE track = ?", (track,))
                connection.execute(
                    "UPDATE smartqueue_track SET extractor = ?, vector = ?, scalars = ?, failure = '', changed = ?"
                    " WHERE id = ?",
                    (extractor, vector, scalars, time.time(), track),
                )
            else:
                connection.execute(
                    "INSERT OR REPLACE INTO smartqueue_pending (track, extractor, vector, scalars, failure)"
                    " VALUES (?, ?, ?, ?, '')",
                    (track, extractor, vector, scalars),
                )
        return track

    def earlier_scalars(self, item: Item, audio_hash: str) -> list[dict[str, float | str]]:
        """The scalars that are known of an item's track so far: those in use, and those that wait beside them."""
        with self._connection.transaction() as connection:
            track = self._tracks.claim(connection, item, audio_hash)
        rows = self._connection.all(
            "SELECT scalars FROM smartqueue_track WHERE id = ? UNION ALL"
            " SELECT scalars FROM smartqueue_pending WHERE track = ?",
            track,
            track,
        )
        return [json.loads(row["scalars"]) for row in rows]

    def store_failure(self, item: Item, state: FileState, extractor: str, failure: str) -> int:
        """Keeps why an item has no vector, in words; one of the same extractor is of other audio, and goes.

        The scalars stay: they tell what was written into beets' fields.
        """
        with self._connection.transaction() as connection:
            track = self._tracks.claim(connection, item, None)
            connection.execute(
                "UPDATE smartqueue_track SET size = ?, mtime = ?, audio_hash = '' WHERE id = ?",
                (state.size, state.mtime, track),
            )
            if _in_use(connection, extractor):
                connection.execute("DELETE FROM smartqueue_pending WHERE track = ?", (track,))
                connection.execute(
                    "UPDATE smartqueue_track SET extractor = ?, vector = NULL, failure = ?, changed = ? WHERE id = ?",
                    (extractor, failure, time.time(), track),
                )
            else:
                connection.execute(
                    "INSERT OR REPLACE INTO smartqueue_pending (track, extractor, vector, scalars, failure)"
                    " VALUES (?, ?, NULL, '{}', ?)",
                    (track, extractor, failure),
                )
        return track

    def store_absence(self, item: Item, failure: str) -> None:
        """Keeps why there is no file to hear; it may come back (a disk that is not mounted), so that a vector stays."""
        with self._connection.transaction() as connection:
            track = self._tracks.claim(connection, item, None)
            connection.execute(
                "UPDATE smartqueue_track SET failure = ?, extractor = '', size = NULL, mtime = NULL"
                " WHERE id = ? AND vector IS NULL",
                (failure, track),
            )

    def waiting(self, extractor: str) -> set[int]:
        """Ids of items whose vectors in use are another extractor's, and which this one has not heard."""
        rows = self._connection.all(
            f"SELECT i.id FROM smartqueue_track t JOIN items i ON {OF_ITEM} WHERE t.vector IS NOT NULL"
            " AND t.extractor != ? AND NOT EXISTS"
            " (SELECT 1 FROM smartqueue_pending p WHERE p.track = t.id AND p.extractor = ?)",
            extractor,
            extractor,
        )
        return {row["id"] for row in rows}

    def change(self, extractor: str, away: Collection[int] = ()) -> bool:
        """Puts a newer extractor's vectors in use, all at once, if they are all there; whether it did.

        away: ids of items whose files cannot be read now. A few of them do not hold up the others.
        """
        if self.extractor in ("", extractor):
            return False
        waiting = self.waiting(extractor)
        ready = self._connection.number("SELECT COUNT(*) FROM smartqueue_pending WHERE extractor = ?", extractor)
        if not waiting <= set(away) or len(waiting) > _MOSTLY_HERE * (len(waiting) + ready):
            return False
        with self._connection.transaction() as connection:
            connection.execute(
                "UPDATE smartqueue_track SET extractor = p.extractor, vector = p.vector,"
                " scalars = CASE WHEN p.vector IS NULL THEN smartqueue_track.scalars ELSE p.scalars END,"
                " failure = p.failure, changed = ? FROM smartqueue_pending p"
                " WHERE p.track = smartqueue_track.id AND p.extractor = ?",
                (time.time(), extractor),
            )
            connection.execute("DELETE FROM smartqueue_pending")
            connection.execute("UPDATE smartqueue_schema SET extractor = ?", (extractor,))
        return True

    def audio_hashes(self, extractor: str) -> set[str]:
        """The audio that this extractor has heard, under whatever name, in use or not."""
        rows = self._connection.all(f"SELECT audio_hash FROM ({_HEARD})", extractor, extractor)
        return {row["audio_hash"] for row in rows}

    def heard(self, extractor: str) -> dict[str, Heard]:
        """What this extractor has heard, by the hash of the audio, in use or not."""
        rows = self._connection.all(_HEARD, extractor, extractor)
        return {row["audio_hash"]: _heard(row) for row in rows}

    def heard_before(self, extractor: str, audio_hash: str) -> Heard:
        """What this extractor has heard in audio whose hash is among `audio_hashes`."""
        statement = f"SELECT * FROM ({_HEARD}) WHERE audio_hash = ? LIMIT 1"
        return _heard(self._connection.all(statement, extractor, extractor, audio_hash)[0])

    def library(self) -> Library:
        """The tracks that are in beets and have a vector in use."""
        extractor = self.extractor
        columns = self._connection.columns(f"SELECT t.vector, {_KNOWN}", extractor)
        vectors = _stacked(columns["vector"])
        # What the numbers of another version's vectors are called is not known here, only how many there are.
        known = not len(vectors) or extractor == EXTRACTOR
        features = NAMES if known else tuple(f"feature {n + 1}" for n in range(vectors.shape[1]))
        return Library(vectors=vectors, features=features, **self._known(columns))

    def retagged(self, library: Library) -> Library | None:
        """A library's tracks with what is known of them now, itself if that is the same; None if there are others."""
        found = self._known(self._connection.columns(f"SELECT {_KNOWN}", self.extractor))
        if not _are_same(found["ids"], library.ids):
            return None
        changed = {name: values for name, values in found.items() if not _are_same(values, getattr(library, name))}
        return replace(library, **changed) if changed else library

    def _known(self, columns: dict[str, list[Any]]) -> dict[str, Any]:
        """The fields of a Library that are no vectors, from the columns of _KNOWN."""
        artists, titles, paths = columns["artist"], columns["title"], columns["path"]
        return {
            "ids": np.array(columns["id"], dtype=np.int64),
            "item_ids": np.array(columns["item_id"], dtype=np.int64),
            "files": self._tracks.files(paths),
            "recordings": list(map(str, columns["recording"])),
            "artists": [artist or "" for artist in artists],
            "titles": [title or file_name(path) for title, path in zip(titles, paths, strict=True)],
            "albums": columns["album"],
            "genres": [genre or "" for genre in columns["genres"]],
            "keys": columns["initial_key"],
            "lengths": _numbers(columns["length"], 0.0).astype(np.float32),
            "tempi": _numbers(columns["bpm"], 0.0).astype(np.float32),
            "ratings": _numbers(columns["rating"], np.nan).astype(np.float32),
            "heard": _numbers(columns["heard"], 0.0),
            "ignored": np.array(columns["ignored"], dtype=bool),
            "in_any_season": np.array(columns["in_any_season"], dtype=bool),
            "album_names": columns["album_name"],
            "album_types": columns["album_types"],
            "eponymous": np.array(columns["eponymous"], dtype=bool),
        }

    def taught(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Ids and raw vectors of all tracks with a vector in use, of removed items too: their triplets teach."""
        rows = self._connection.all(
            "SELECT id, vector FROM smartqueue_track WHERE extractor = ? AND vector IS NOT NULL ORDER BY id",
            self.extractor,
        )
        return np.array([row["id"] for row in rows], dtype=np.int64), _stacked([row["vector"] for row in rows])


def _in_use(connection: Cursor, extractor: str) -> bool:
    """Whether the extractor's vectors are those in use, as the first ever are from then on."""
    connection.execute("UPDATE smartqueue_schema SET extractor = ? WHERE extractor = ''", (extractor,))
    row: Row = connection.execute("SELECT extractor FROM smartqueue_schema").fetchone()
    return bool(row["extractor"] == extractor)


def _heard(row: Row) -> Heard:
    return Heard(np.frombuffer(row["vector"], "<f4"), json.loads(row["scalars"]))


def _stacked(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    width = len(vectors[0]) // 4 if vectors else len(NAMES)
    return np.frombuffer(b"".join(vectors), "<f4").reshape(len(vectors), width)


def _are_same(one: Any, other: Any) -> bool:  # noqa: ANN401 - lists or arrays
    if isinstance(one, list):
        return bool(one == other)
    return np.array_equal(one, other, equal_nan=one.dtype.kind == "f")


def _numbers(values: Sequence[object], unknown: float) -> NDArray[np.float64]:
    """What are numbers, or texts of numbers, in beets' fields; what is neither is unknown."""
    try:
        numbers = np.array(values, dtype=np.float64)  # nan for None
    except ValueError:
        numbers = np.array([_number(value) for value in values], dtype=np.float64)
    return np.where(np.isnan(numbers), unknown, numbers)


def _number(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return np.nan
