"""Writes down what was listened to, and what that says, beside all else that goes on."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable

import pykka

from mopidy_smartqueue import generations
from mopidy_smartqueue.alarm import Alarm
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.learner import Learner
from mopidy_smartqueue.survival import survives
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database, DatabaseError, RowError
from smartqueue.journal import Entry, Journal, JournalError
from smartqueue.listening import Play, skip_triplets

logger = generations.logger(__name__)

# Seconds in which all that a skip's triplets need is played, before it and after it.
_PASSAGE = 12 * 3600
# How many seconds to wait for another program's lock, and after how many to try again. What waits for the lock keeps
# what comes after it from the journal, so that is not long.
_PATIENCE, _AGAIN = 0.2, 5.0


class Recorder(pykka.ThreadingActor):
    """Keeps plays in library.db, in order; while that cannot be written, they wait in a journal on disk."""

    def __init__(
        self,
        places: BeetsPlaces,
        translator: Translator,
        complaints: Complaints,
        learner: Learner,
        journal: Journal,
        player: str,
        profile: str,
        *,
        count: bool,
    ) -> None:
        super().__init__()
        self._places = places
        self._translator = translator
        self._complaints = complaints
        self._learner = learner
        self._journal = journal
        self._player = player
        self._profile = profile
        self._count = count
        self._again: Alarm | None = None

    @survives("taking up what was left")
    def on_start(self) -> None:
        """Writes what the last Mopidy could not."""
        self._again = Alarm(self.actor_ref.proxy().write.defer)
        self._keep(self._journal.load)
        self.write()

    @survives("stopping")
    def on_stop(self) -> None:
        """Tries once more to write what waits; what cannot be written is in the journal."""
        self._learner.stop()
        self._write(None)
        if self._again is not None:
            self._again.cancel()

    @survives("noting a play")
    def began(self, entry: Entry) -> None:
        """Notes a listening that begins, so that the death of Mopidy does not lose it."""
        self._note(entry)

    @survives("writing down a play")
    def record(self, entry: Entry) -> None:
        """Keeps a listening that is over, and the triplets it completes."""
        self._note(entry)
        self._write(None)

    @survives("writing down a triplet")
    def kept(self, entry: Entry) -> None:
        """Keeps the triplets that a listening completes which goes on, now that it counts as kept."""
        self._note(entry)
        self._write(entry)

    @survives("writing down plays")
    def write(self) -> None:
        """Writes what waits."""
        if self._journal.waiting:
            self._write(None)

    def _note(self, entry: Entry) -> None:
        # Only this ends a complaint: a full disk lets a file be emptied.
        if self._keep(functools.partial(self._journal.note, entry)):
            self._complaints.over("journal")

    def _keep(self, how: Callable[[], None]) -> bool:
        """Does something with the journal's file; whether that came to anything."""
        try:
            how()
        except JournalError as error:
            self._complaints.say("journal", str(error))
            return False
        return True

    def _write(self, playing: Entry | None) -> None:
        try:
            with Database(self._places.library, self._places.music_directory, timeout=_PATIENCE) as database:
                if not database.is_ours:
                    return
                database.migrate()
                waiting = self._journal.waiting
                over = [entry for entry in waiting if self._store(database, entry)]
                if over:
                    # Should writing stop in between, these are told again: the database keeps each once.
                    self._keep(functools.partial(self._journal.done, *over))
                self._derive(database, min([time.time(), *(entry.started for entry in waiting)]) - _PASSAGE, playing)
                self._learner.look(database)
            self._complaints.over("recorder")
        except DatabaseError as error:
            self._complaints.say("recorder", str(error))
            if self._again is not None:
                self._again.set(_AGAIN)

    def _store(self, database: Database, entry: Entry) -> bool:
        """Stores a listening, or sets it aside where something is wrong with it alone; whether it need not wait."""
        try:
            play = self._play(database, entry)
            if play is not None:
                database.plays.add(play, count=self._count)
        except Exception as error:
            if isinstance(error, DatabaseError) and not isinstance(error, RowError):
                raise
            if not self._keep(functools.partial(self._journal.set_aside, entry)):
                return False
            logger.warning(
                "Smartqueue: a listening of %s cannot be stored (%s): it is set aside in %s, all others are stored",
                entry.uri,
                error,
                self._journal.aside,
            )
        return True

    def _derive(self, database: Database, since: float, playing: Entry | None) -> None:
        """Stores what the skips since a moment say, now that more was played."""
        plays = database.plays.since(since - _PASSAGE, player=self._player, profile=self._profile)
        skips = [play.id for play in plays if play.id is not None and play.started >= since]
        if playing is not None and (play := self._play(database, playing)):
            plays.append(play)
        database.triplets.replace_skips(skips, skip_triplets(plays))

    def _play(self, database: Database, entry: Entry) -> Play | None:
        """The listening as it is stored; None where beets does not know the track."""
        item = self._translator.item(entry.uri)
        if item is None:
            return None
        track = database.tracks.of_id(item) if isinstance(item, int) else database.tracks.of_file(item)
        return None if track is None else entry.as_play(track, self._player, self._profile)
