"""The library in memory, by Mopidy's URIs, kept up with the database."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pykka
from numpy.typing import NDArray

from mopidy_smartqueue import generations
from mopidy_smartqueue.backend import SmartqueueBackend
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.candidates import Candidates, candidates, retagged, shut_out_in_words
from smartqueue.database import Database, DatabaseError
from smartqueue.features import EXTRACTOR
from smartqueue.listening import Player
from smartqueue.preferences import Rules
from smartqueue.session import SKIPPED_FOR, Session

logger = generations.logger(__name__)

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Loaded:
    """The library as it was when `version` was read, and each track's row by its file and by its id in beets.

    is_older: whether an earlier analysis is in use. pin_lapsed: whether what the listener chose has ended with it.
    """

    version: object
    among: Candidates
    rows: dict[bytes | int, int]
    is_older: bool
    pin_lapsed: bool


def version(database: Database, profile: str) -> object:
    """What differs once the library is to be loaded anew."""
    # Anew each day, too, because seasons come and go.
    return date.today(), database.version(profile)  # noqa: DTZ011 - the listener's day


def load(database: Database, translator: Translator, profile: str, rules: Rules) -> Loaded:
    """The library as it is now. Raises DatabaseError."""
    now = version(database, profile)
    among = candidates(database, profile, rules)
    pin = database.metrics.pinned(profile)
    return Loaded(
        now,
        among,
        _rows(among, translator),
        database.vectors.extractor != EXTRACTOR,
        pin is not None and pin.lapsed,
    )


def load_tags(database: Database, translator: Translator, rules: Rules, loaded: Loaded) -> Loaded | None:
    """The same library with its tags as they are now, itself if those are the same; None if it has other tracks."""
    among = retagged(loaded.among, database, rules)
    if among is None or among is loaded.among:
        return None if among is None else loaded
    library, before = among.library, loaded.among.library
    is_moved = library.files is not before.files or library.item_ids is not before.item_ids
    return replace(loaded, among=among, rows=_rows(among, translator) if is_moved else loaded.rows)


def _rows(among: Candidates, translator: Translator) -> dict[bytes | int, int]:
    library = among.library
    rows: dict[bytes | int, int] = {translator.spelled(file): row for row, file in enumerate(library.files)}
    rows.update((item_id, row) for row, item_id in enumerate(library.item_ids.tolist()))
    return rows


class Catalogue:
    """For one thread. The database is only read, and never waited for long."""

    def __init__(
        self,
        places: BeetsPlaces,
        translator: Translator,
        complaints: Complaints,
        player: Player,
        profile: str,
        rules: Rules,
    ) -> None:
        self._places = places
        self._translator = translator
        self._complaints = complaints
        self._player = player
        self._profile = profile
        self._rules = rules
        self._loaded: Loaded | None = None
        self.session = Session()

    @property
    def loaded(self) -> Loaded | None:
        """What was loaded last; None before anything was."""
        return self._loaded

    @property
    def among(self) -> Candidates | None:
        """What there is to choose from; None before anything was loaded."""
        return None if self._loaded is None else self._loaded.among

    def row(self, uri: str) -> int | None:
        """The row of a URI's track; None if it was not analysed."""
        item = self._translator.item(uri)
        return None if item is None or self._loaded is None else self._loaded.rows.get(item)

    def track(self, uri: str) -> int | None:
        """Our own id of a URI's track; None if it was not analysed."""
        row = self.row(uri)
        return None if row is None or self._loaded is None else int(self._loaded.among.library.ids[row])

    def rows(self, tracks: Iterable[int]) -> Rows:
        """The rows of tracks by our own ids, of those that are still there."""
        wanted = np.fromiter(tracks, dtype=np.int64)
        if self._loaded is None or not len(wanted):
            return np.zeros(0, dtype=np.int64)
        ids = self._loaded.among.library.ids  # sorted
        rows = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
        return np.asarray(rows[ids[rows] == wanted])

    def uri(self, row: int, scheme: str | None) -> str | None:
        """A row's URI in a scheme; None if that cannot reach it."""
        if self._loaded is None:
            return None
        library = self._loaded.among.library
        return self._translator.uri(library.files[row], int(library.item_ids[row]), scheme)

    def refresh(self) -> None:
        """Loads the library anew if it, or the metric in use, has changed; keeps the old one while it cannot."""
        try:
            # A writer that holds the database for long does not keep the music waiting.
            with Database(self._places.library, self._places.music_directory, timeout=0.2) as database:
                if not database.is_ours:
                    self._say_that_nothing_is_analysed()
                    return
                database.migrate()
                if self._loaded is None or version(database, self._profile) != self._loaded.version:
                    loaded = load(database, self._translator, self._profile, self._rules)
                    if self._loaded is None and len(loaded.among.library.ids):
                        self._begin_session(database)
                    self.take(self._loaded, loaded)
        except DatabaseError as error:
            self._complaints.say("chooser", str(error))

    def _begin_session(self, database: Database) -> None:
        database.plays.adopt(self._player)
        lately = time.time() - SKIPPED_FOR
        self.session = Session.of(database.plays.since(lately, player=self._player.name, profile=self._profile))

    def take(self, before: Loaded | None, loaded: Loaded) -> None:
        """Has what was loaded since `before` count from now on, unless something else was taken meanwhile."""
        if before is not self._loaded:
            return
        among = loaded.among
        library = among.library
        if not len(library.ids):
            self._say_that_nothing_is_analysed()
            return
        self._loaded = loaded
        if among.pool.barred.all():
            blame = shut_out_in_words(library, self._rules, date.today())  # noqa: DTZ011
            self._complaints.say("chooser", f"nothing is left to queue: of {len(library.ids)} tracks {blame}")
        else:
            self._complaints.over("chooser")
        if before is not None and before.version == loaded.version:
            # Other tags alone are no news.
            return
        if loaded.pin_lapsed and (before is None or before.among.metric != among.metric):
            logger.info(
                "Smartqueue: the metric that you had chosen ended with the new analysis; learning decides again"
            )
        if loaded.is_older:
            self._complaints.say(
                "analysis",
                "an earlier analysis stays in use until beet analyze has analysed every track anew; then what was"
                " learned is set aside until it is learned again, by itself",
            )
        for backend in pykka.ActorRegistry.get_by_class(SmartqueueBackend):
            backend.proxy().loaded.defer()
        logger.info(
            "Smartqueue knows %d tracks of %s (metric: %s)",
            len(library.ids),
            self._places.library,
            among.metric.learner,
        )

    def _say_that_nothing_is_analysed(self) -> None:
        self._complaints.say("chooser", f"{self._places.library} has no analysed tracks yet: run beet analyze")
