"""Writes down what was listened to, and what that says, beside all else that goes on."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import pykka

from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.learner import Learner
from mopidy_smartqueue.survival import survives
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database, DatabaseError
from smartqueue.listening import Play, skip_triplets
from smartqueue.playback import Played

# How far back a session may have begun, in seconds: what is older makes no new triplets.
_SESSION = 24 * 3600


@dataclass(frozen=True)
class Heard:
    """A listening, with who queued the track and why."""

    played: Played
    queued_by: str
    context: dict[str, Any]


class Recorder(pykka.ThreadingActor):
    """Keeps plays in library.db, in order; while another program holds it, they wait here."""

    def __init__(
        self,
        places: BeetsPlaces,
        translator: Translator,
        complaints: Complaints,
        learner: Learner,
        player: str,
        profile: str,
    ) -> None:
        super().__init__()
        self._places = places
        self._translator = translator
        self._complaints = complaints
        self._learner = learner
        self._player = player
        self._profile = profile
        self._waiting: deque[Heard] = deque()

    @survives("stopping")
    def on_stop(self) -> None:
        """Tries once more to write what waits."""
        self._learner.stop()
        self._write(None)

    @survives("writing down a play")
    def record(self, heard: Heard) -> None:
        """Keeps a listening that is over, and the triplets it completes."""
        self._waiting.append(heard)
        self._write(None)

    @survives("writing down a triplet")
    def kept(self, heard: Heard) -> None:
        """Keeps the triplets that a listening completes which goes on, now that it counts as kept."""
        self._write(heard)

    def _write(self, playing: Heard | None) -> None:
        try:
            with Database(self._places.library, self._places.music_directory) as database:
                if not database.is_ours:
                    return
                database.migrate()
                while self._waiting:
                    play = self._play(database, self._waiting[0])
                    if play is not None:
                        database.plays.add(play)
                    self._waiting.popleft()
                plays = database.plays.since(time.time() - _SESSION, player=self._player)
                if playing is not None and (play := self._play(database, playing)):
                    plays.append(play)
                database.triplets.add(skip_triplets(plays))
                self._learner.look(database)
            self._complaints.over("recorder")
        except DatabaseError as error:
            self._complaints.say("recorder", str(error))

    def _play(self, database: Database, heard: Heard) -> Play | None:
        """The listening as it is stored; None where beets does not know the track."""
        played = heard.played
        path = self._translator.path(played.uri)
        track = None if path is None else database.tracks.of_file(path)
        if track is None:
            return None
        return Play(
            track,
            self._player,
            self._profile,
            played.started,
            played.listened,
            played.length,
            played.outcome,
            heard.queued_by,
            heard.context,
        )
