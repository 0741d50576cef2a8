"""The smartqueue_ tables in beets' library.db: the only place that speaks SQL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from smartqueue.database.connection import Connection, DatabaseError
from smartqueue.database.metrics import Kept, LearnedMetric, MetricError, Metrics, Pin
from smartqueue.database.plays import Plays
from smartqueue.database.questions import Questions
from smartqueue.database.tracks import OF_ITEM, Description, Files, FileState, Item, Track, Tracks
from smartqueue.database.triplets import Triplets
from smartqueue.database.vectors import Heard, Library, Vectors
from smartqueue.features import EXTRACTOR
from smartqueue.listening import DERIVATION, skip_triplets
from smartqueue.metric import Metric, plain

__all__ = [
    "Database",
    "DatabaseError",
    "Description",
    "FileState",
    "Files",
    "Heard",
    "Item",
    "Kept",
    "LearnedMetric",
    "Library",
    "MetricError",
    "Pin",
    "State",
    "Track",
]


@dataclass(frozen=True)
class State:
    """The database at a glance, over all profiles; stale are vectors in use that the newest extractor has not heard."""

    analyzed: int
    stale: int
    failed: int
    items: int
    plays: int


class Database:
    """library.db, for one thread.

    path: the database, which must exist already; beets makes it, never we.
    music_directory: what beets' stored paths are relative to.
    timeout: how long to wait for another program's lock, in seconds.

    Raises DatabaseError, here and in every method of its parts, when the database cannot be used.
    """

    def __init__(self, path: str | Path, music_directory: str | bytes | Path, *, timeout: float = 60.0) -> None:
        self._connection = Connection(path, timeout=timeout)
        self.path = self._connection.path
        self.tracks = Tracks(self._connection, music_directory)
        self.vectors = Vectors(self._connection, self.tracks)
        self.plays = Plays(self._connection)
        self.questions = Questions(self._connection)
        self.triplets = Triplets(self._connection)
        self.metrics = Metrics(self._connection)

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()

    def migrate(self) -> None:
        """Makes our tables, or brings older ones to this version; refuses those of a newer one.

        Triplets of skips that were stored by an older rule are derived anew, once.
        """
        self._connection.migrate()
        if self._connection.number("SELECT derivation FROM smartqueue_schema") < DERIVATION:
            self.derive_skips()

    def derive_skips(self) -> tuple[int, int]:
        """Derives the triplets of all skips anew from what was played; how many plays, and skips that teach."""
        plays = self.plays.since(0.0)
        triplets = skip_triplets(plays)
        self.triplets.replace_skips([play.id for play in plays if play.id is not None], triplets)
        with self._connection.transaction() as connection:
            connection.execute("UPDATE smartqueue_schema SET derivation = ?", (DERIVATION,))
        return len(plays), len({triplet.play for triplet in triplets})

    @property
    def is_ours(self) -> bool:
        """Whether our tables are there, in any version."""
        return self._connection.schema_version > 0

    def version(self, profile: str) -> object:
        """Something that differs once tracks were analysed, or another metric was put in use, or another file."""
        # One by one an index answers each; together they would have every vector read.
        tracks = self._connection.all(
            "SELECT (SELECT COUNT(*) FROM smartqueue_track), (SELECT COUNT(item_id) FROM smartqueue_track),"
            " (SELECT MAX(changed) FROM smartqueue_track)"
        )
        learned = self.metrics.in_use(profile)
        return self._connection.file_number, *map(tuple, tracks), learned and learned.metric.id

    def metric(self, profile: str, library: Library) -> Metric:
        """The metric to compare a library's tracks by: the learned one in use, else the plain one."""
        learned = self.metrics.in_use(profile)
        return learned.metric if learned else plain(library.features, library.vectors)

    def state(self) -> State:
        """Counts for the state at a glance; items that beets has removed do not count as analysed."""
        counts = self._connection.all(
            "SELECT COUNT(*) FILTER (WHERE t.vector IS NOT NULL AND t.extractor = s.extractor) AS analyzed,"
            " COUNT(*) FILTER (WHERE COALESCE(p.failure, t.failure) != '') AS failed"
            f" FROM smartqueue_schema s, smartqueue_track t JOIN items i ON {OF_ITEM}"
            " LEFT JOIN smartqueue_pending p ON p.track = t.id",
        )
        return State(
            **dict(counts[0]),
            stale=len(self.vectors.waiting(EXTRACTOR)),
            items=self._connection.number("SELECT COUNT(*) FROM items"),
            plays=self._connection.number("SELECT COUNT(*) FROM smartqueue_play"),
        )
