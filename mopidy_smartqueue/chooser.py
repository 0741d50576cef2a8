"""Chooses what to queue: holds the library's points in memory, and looks for changes of the database."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pykka
from numpy.typing import NDArray

from mopidy_smartqueue import generations
from mopidy_smartqueue.candidates import Candidate, Request
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.survival import survives
from mopidy_smartqueue.translator import Translator, scheme_of
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database, DatabaseError, Library
from smartqueue.selection import choose

logger = generations.logger(__name__)

# What was heard within so many seconds is not offered again while there is anything else.
_LATELY = 24 * 3600
# How many candidates one answer holds: enough to pass over some that Mopidy does not know.
_CANDIDATES = 20


@dataclass(frozen=True)
class _Loaded:
    """The library as it was when `version` was read."""

    version: object
    library: Library
    points: NDArray[np.float32]
    # Of each track, by its file and by its id in beets.
    rows: dict[bytes | int, int]


class Chooser(pykka.ThreadingActor):
    """Answers requests from memory; the database is only read, and never waited for long."""

    def __init__(self, places: BeetsPlaces, translator: Translator, complaints: Complaints, profile: str) -> None:
        super().__init__()
        self._places = places
        self._translator = translator
        self._profile = profile
        self._loaded: _Loaded | None = None
        self._complaints = complaints
        # When our tracks were last heard or queued, and whether they were skipped then; oldest first.
        self._heard: dict[int, tuple[float, bool]] = {}

    @survives("loading the library")
    def on_start(self) -> None:
        """Loads the library beside Mopidy's own start."""
        self._refresh()

    @survives("remembering what was heard")
    def heard(self, uri: str, outcome: str) -> None:
        """Remembers that a track was heard or queued, so that it is not offered again at once."""
        row = self._row(uri)
        if row is not None and self._loaded is not None:
            self._remember(int(self._loaded.library.ids[row]), time.time(), outcome)

    @survives("choosing tracks")
    def choose(self, request: Request, reply: Callable[[list[Candidate]], object]) -> None:
        """Hands the tracks to try to `reply`, the best first; none where the seed is not analysed."""
        self._refresh()
        reply(self._candidates(request))

    def _candidates(self, request: Request) -> list[Candidate]:
        seed = self._row(request.seed)
        if seed is None or self._loaded is None:
            return []
        loaded, library = self._loaded, self._loaded.library
        never = np.zeros(len(library.ids), dtype=bool)
        never[[row for uri in (*request.queued, *request.unknown) if (row := self._row(uri)) is not None]] = True
        candidates: list[Candidate] = []
        lately, skipped = self._lately(library.ids)
        for choice in choose(loaded.points, seed, never=never, lately=lately, skipped=skipped):
            file, item_id = library.files[choice.row], int(library.item_ids[choice.row])
            uri = self._translator.uri(file, item_id, scheme_of(request.seed))
            if uri is None or not os.path.isfile(file):  # noqa: PTH113 - paths are bytes
                continue
            context = {
                "near": int(library.ids[seed]),
                "distance": round(choice.distance, 3),
                "place": choice.place,
                "relaxed": choice.relaxed,
            }
            candidates.append(Candidate(uri, file, library.names[choice.row], context))
            if len(candidates) == _CANDIDATES:
                break
        return candidates

    def _row(self, uri: str) -> int | None:
        item = self._translator.item(uri)
        return None if item is None or self._loaded is None else self._loaded.rows.get(item)

    def _lately(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """(tracks,) how many others were heard since each was, -1 for long ago; (tracks,) which were skipped then."""
        day_ago = time.time() - _LATELY
        self._heard = {track: heard for track, heard in self._heard.items() if heard[0] > day_ago}
        heard = np.fromiter(self._heard, dtype=np.int64)
        was_skipped = np.array([skipped for _, skipped in self._heard.values()], dtype=bool)
        # Ids are sorted, so a track's row is found by halving.
        rows = np.searchsorted(ids, heard)
        here = np.isin(heard, ids)
        lately = np.full(len(ids), -1, dtype=np.int64)
        lately[rows[here]] = np.arange(len(heard) - 1, -1, -1)[here]
        skipped = np.zeros(len(ids), dtype=bool)
        skipped[rows[here]] = was_skipped[here]
        return lately, skipped

    def _remember(self, track: int, moment: float, outcome: str) -> None:
        self._heard.pop(track, None)
        self._heard[track] = (moment, outcome == "skipped")

    def _refresh(self) -> None:
        """Loads the library anew if it, or the metric in use, has changed; keeps the old one while it cannot."""
        try:
            # A writer that holds the database for long does not keep the music waiting.
            with Database(self._places.library, self._places.music_directory, timeout=0.2) as database:
                if not database.is_ours:
                    self._complaints.say(
                        "chooser", f"{self._places.library} has no analysed tracks yet: run beet analyze"
                    )
                    return
                database.migrate()
                version = database.version(self._profile)
                if self._loaded is None or version != self._loaded.version:
                    self._load(database, version)
        except DatabaseError as error:
            self._complaints.say("chooser", str(error))

    def _load(self, database: Database, version: object) -> None:
        library = database.vectors.library()
        if not len(library.ids):
            self._complaints.say("chooser", f"{self._places.library} has no analysed tracks yet: run beet analyze")
            return
        metric = database.metric(self._profile, library)
        rows: dict[bytes | int, int] = {self._translator.spelled(file): row for row, file in enumerate(library.files)}
        rows.update((item_id, row) for row, item_id in enumerate(library.item_ids.tolist()))
        if self._loaded is None:
            for play in database.plays.since(time.time() - _LATELY):
                self._remember(play.track, play.started, play.outcome)
        self._loaded = _Loaded(version, library, metric.points(library.vectors), rows)
        self._complaints.over("chooser")
        logger.info(
            "Smartqueue knows %d tracks of %s (metric: %s)", len(library.ids), self._places.library, metric.learner
        )
