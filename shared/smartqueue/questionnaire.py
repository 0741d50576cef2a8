"""The survey over a library: which question each listener is to answer now."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartqueue.candidates import Candidates
from smartqueue.database import Database, Description
from smartqueue.database.questions import Three, ordered
from smartqueue.features import FEATURE_GROUPS, NAMES
from smartqueue.metric import plain
from smartqueue.selection.pool import NOBODY
from smartqueue.survey import RANDOM_EVERY, Belief, believe, next_question, question_at_random

# Of so many listeners is kept what is believed of them; of others it is worked out anew.
_LISTENERS = 50


class NothingToAskError(Exception):
    """There is no question for the listener; the text says why."""


class Questionnaire:
    """What listeners are asked, for one thread.

    can_be_heard: whether the file at an absolute path can be played to them. A question is given until it is answered.
    """

    def __init__(self, can_be_heard: Callable[[bytes], bool]) -> None:
        self._can_be_heard = can_be_heard
        self._ground: _Ground | None = None
        self._listeners: dict[str, _Listener] = {}

    def question(self, database: Database, among: Candidates, profile: str) -> list[Description]:
        """Three tracks of the library. Raises NothingToAskError and DatabaseError."""
        if self._ground is None or self._ground.among.library is not among.library:
            self._ground = _Ground(among)
        ground, listener = self._ground, self._listener(profile)
        asked = database.questions.asked(profile)
        if listener.pending and ordered(listener.pending) not in asked and ground.may_ask(listener.pending):
            found = self._there(database, listener.pending)
            if len(found) == 3:
                return found
        # Answers to questions that were chosen to teach do not tell how often a metric is right.
        listener.at_random = len(asked) % RANDOM_EVERY == 0
        belief = None if listener.at_random else listener.belief(database, ground, profile)
        listener.pending = ground.next(belief, asked)
        found = self._there(database, listener.pending or ())
        if len(found) < 3:
            # Looking at every file takes long, so it is done where one is missing; they may be back, too.
            ground.ask_about(self._there(database, ground.allowed))
            listener.pending = ground.next(belief, asked)
            found = database.tracks.described(listener.pending or ())
        if listener.pending is None:
            raise NothingToAskError(ground.why_nothing())
        return found

    def answer(self, database: Database, tracks: Collection[int], odd: int | None, profile: str) -> bool:
        """Keeps an answer, None for "can't tell"; whether it was new. Raises as Questions.answer does."""
        listener = self._listener(profile)
        is_pending = listener.pending is not None and set(listener.pending) == set(tracks)
        return database.questions.answer(tracks, odd, profile, at_random=is_pending and listener.at_random)

    def undo(self, database: Database, profile: str) -> bool:
        """Takes a listener's latest answer back, and asks the same again; whether there was one."""
        undone = database.questions.undo(profile)
        if undone is not None:
            listener = self._listener(profile)
            listener.pending, listener.at_random = undone
        return undone is not None

    def _listener(self, profile: str) -> _Listener:
        """The latest last, so that those who have gone are forgotten first."""
        self._listeners[profile] = self._listeners.pop(profile, _Listener())
        while len(self._listeners) > _LISTENERS:
            del self._listeners[next(iter(self._listeners))]
        return self._listeners[profile]

    def _there(self, database: Database, tracks: Collection[int]) -> list[Description]:
        """Those of the tracks that can be heard now."""
        return [track for track in database.tracks.described(tracks) if self._can_be_heard(track.file)]


@dataclass
class _Listener:
    """The question that waits for an answer, whether it is any three, and what is believed since which triplets."""

    pending: Three | None = None
    at_random: bool = False
    _belief: Belief | None = None
    _since: object = None

    def belief(self, database: Database, ground: _Ground, profile: str) -> Belief:
        """What is believed, now that answers and skips were added, taken back or forgotten."""
        triplets = [
            triplet
            for triplet in database.triplets.of_profile(profile)
            if triplet.source != "library" and {triplet.near_a, triplet.near_b, triplet.odd} <= ground.row.keys()
        ]
        since = ground.features, [triplet.id for triplet in triplets]
        if self._belief is None or since != self._since:
            self._since = since
            # All triplets of one skip together say no more than one answer.
            together = Counter(triplet.entry for triplet in triplets)
            self._belief = believe(
                ground.points,
                [[ground.row[t.near_a], ground.row[t.near_b], ground.row[t.odd]] for t in triplets],
                groups=FEATURE_GROUPS if ground.features == NAMES else None,
                weights=[t.weight / together[t.entry] ** 0.5 for t in triplets],
                before=self._belief,
            )
        return self._belief


class _Ground:
    """A library as it is asked about.

    points: (tracks, features), standardised by the plain metric. row: of each track, by its id. allowed: ids of the
    tracks that no rule shuts out.
    """

    def __init__(self, among: Candidates) -> None:
        library, pool = among.library, among.pool
        self.among = among
        self.features = library.features
        self.points = plain(library.features, library.vectors).standardise(library.vectors)
        self.row = {track: row for row, track in enumerate(library.ids.tolist())}
        self._artists = np.where(pool.artists == NOBODY, "", pool.artists.astype(str))
        self._recordings = pool.recordings.astype(str)
        self.allowed: list[int] = library.ids[~pool.barred].tolist()
        self._use(np.flatnonzero(~pool.barred))

    def _use(self, rows: NDArray[np.int64]) -> None:
        """Has questions be of these rows alone."""
        self._rows = rows
        self._points = self.points if len(rows) == len(self.points) else self.points[rows]
        self._place = {track: place for place, track in enumerate(self.among.library.ids[rows].tolist())}

    def ask_about(self, tracks: Collection[Description]) -> None:
        """Has questions be of these alone."""
        self._use(np.array([self.row[track.id] for track in tracks], dtype=np.int64))

    def may_ask(self, tracks: Three) -> bool:
        """Whether questions are of all of these."""
        return self._place.keys() >= set(tracks)

    def next(self, belief: Belief | None, asked: Collection[Three]) -> Three | None:
        """The ids of the three that would teach most, or without a belief of any three; None where none are left."""
        before = [[self._place[track] for track in three] for three in sorted(asked) if self.may_ask(three)]
        recordings = self._recordings[self._rows]
        if belief is None:
            found = question_at_random(len(self._rows), asked=before, recordings=recordings)
        else:
            artists = self._artists[self._rows]
            found = next_question(self._points, belief, asked=before, artists=artists, recordings=recordings)
        if found is None:
            return None
        first, second, third = self.among.library.ids[self._rows[list(found)]].tolist()
        return first, second, third

    def why_nothing(self) -> str:
        """Why there is no question, and what to do."""
        if len(self.points) < 3:
            return "There are fewer than three analysed tracks. Import music, and run: beet analyze"
        if len(self._rows) < 3:
            return "Of fewer than three tracks the file is there, can be played, and is not shut out by the settings."
        return "You have answered everything that there is to ask about this music."


def today() -> float:
    """When the listener's day began, UTC seconds."""
    return time.mktime((*time.localtime()[:3], 0, 0, 0, 0, 0, -1))
