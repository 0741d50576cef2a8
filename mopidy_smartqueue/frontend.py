"""Listens to Mopidy's core, and keeps a few well-chosen tracks ahead of the one that plays."""

from __future__ import annotations

import functools
import itertools
import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pykka
from mopidy.core import CoreListener

from mopidy_smartqueue import Extension, generations
from mopidy_smartqueue.alarm import Alarm
from mopidy_smartqueue.candidates import Candidate, Request
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.survival import survives
from mopidy_smartqueue.translator import Translator, scheme_of
from smartqueue.beets_configuration import BeetsPlaces, ConfigurationError, beets_places
from smartqueue.journal import Entry, Journal
from smartqueue.listening import kept_after
from smartqueue.playback import PlaybackTracker, Played

logger = generations.logger(__name__)

# How often, and how soon in seconds, to try again to go on where music that ran out does not start.
_STARTS = 5
_START_AGAIN = 0.5
# How many seconds before a track's end to look whether what follows is still there, and how many after it core hangs.
_NEARLY_OVER, _OVERDUE = 10.0, 3.0
# A track that Mopidy did not know is offered to it again after so many seconds: it may be scanned by then.
_UNKNOWN_FOR = 600


@dataclass(frozen=True)
class _Snapshot:
    """What core says of itself at one moment; begun is how many tracks had begun by then, so far as we knew."""

    begun: int
    tl_tracks: list[Any]
    current: int | None
    following: int | None
    previous: int | None
    # In repeat and under random `next` may lead on to any track.
    anywhere: bool
    stopped: bool

    @property
    def tlids(self) -> list[int]:
        """The track list's ids, in order."""
        return [tl_track.tlid for tl_track in self.tl_tracks]

    def coming(self, current: int | None) -> list[Any]:
        """The track list from a track on."""
        return list(itertools.dropwhile(lambda tl_track: tl_track.tlid != current, self.tl_tracks))


class SmartqueueFrontend(pykka.ThreadingActor, CoreListener):
    """Events in, queue out. Core is only ever asked from this actor's own thread."""

    def __init__(self, config: dict[str, Any], core: Any) -> None:  # noqa: ANN401 - a Pykka proxy has no type
        super().__init__()
        self._core = core
        self._ahead: int = config["smartqueue"]["ahead"]
        self._config = config
        self._tracker = PlaybackTracker()
        # The tracks that we queued ourselves, by tlid.
        self._own: dict[int, Candidate] = {}
        self._unknown: dict[str, float] = {}
        self._settling = False
        self._begun = 0
        self._starts_left = _STARTS
        self._last_tlid: int | None = None
        self._chooser: Any = None
        self._recorder: Any = None

    # Life

    @survives("starting")
    def on_start(self) -> None:
        """Starts the two helpers beside, so that Mopidy's start and core wait for no database."""
        self._self: Any = self.actor_ref.proxy()
        self._kept = Alarm(self._self.check_kept.defer)
        self._nearly_over = Alarm(self._self.check_following.defer)
        self._overdue = Alarm(self._self.check_change.defer)
        self._start_again = Alarm(self._self.see_to_start.defer)
        # Imported here, beside Mopidy's own start: NumPy and all else that the helpers need takes a while.
        from mopidy_smartqueue.chooser import Chooser
        from mopidy_smartqueue.learner import Learner
        from mopidy_smartqueue.recorder import Recorder

        complaints = Complaints()
        try:
            places = _places(self._config["smartqueue"])
        except ConfigurationError as error:
            complaints.say("frontend", str(error))
            return
        settings = self._config["smartqueue"]
        profile = settings["profile"]
        media_directory = (self._config.get("local") or {}).get("media_dir")
        translator = Translator(media_directory, places.music_directory)
        player = f"{socket.gethostname()}:{self._config['core']['data_dir']}"
        self._chooser = Chooser.start(places, translator, complaints, profile).proxy()
        self._recorder = Recorder.start(
            places,
            translator,
            complaints,
            Learner(places, profile, settings["auto_learn"], complaints),
            Journal(Path(Extension.get_data_dir(self._config)) / "plays.jsonl"),
            player,
            profile,
            count=settings["play_counts"],
        ).proxy()

    @survives("stopping")
    def on_stop(self) -> None:
        """Writes down what was playing."""
        self._cancel_alarms()
        self._tracker.interrupted(now=time.monotonic())
        self._report()
        for helper in (self._recorder, self._chooser):
            if helper is not None:
                helper.actor_ref.stop()

    # What core tells

    def track_playback_started(self, tl_track: Any) -> None:  # noqa: ANN401 - Mopidy 3 and 4 differ in its type
        """A track begins: what played before it is over, and more may be needed after it."""
        now, utc = time.monotonic(), time.time()
        track = tl_track.track
        length = track.length / 1000 if track.length else None
        self._begun += 1
        snapshot = self._snapshot()
        self._tracker.started(tl_track.tlid, track.uri, length, snapshot.tlids, now=now, utc=utc)
        self._starts_left = _STARTS
        self._start_again.cancel()
        self._last_tlid = tl_track.tlid
        self._report()
        playing = self._tracker.listening(time.monotonic())
        if playing is not None and self._recorder is not None:
            self._recorder.began.defer(self._heard(playing))
        self._set_alarms()
        self._expect(snapshot)
        self._drop_vanished(snapshot.coming(tl_track.tlid)[1:])
        self._keep_ahead(track.uri)

    def track_playback_paused(self, tl_track: Any, time_position: int) -> None:  # noqa: ANN401, ARG002
        """The listener's time stands still."""
        self._tracker.paused(now=time.monotonic())
        self._cancel_alarms()

    def track_playback_resumed(self, tl_track: Any, time_position: int) -> None:  # noqa: ANN401
        """The listener's time goes on."""
        if tl_track.tlid != self._tracker.tlid:
            # Held while playback was stopped: core begins it without saying so.
            self.track_playback_started(tl_track)
            self._tracker.seeked(time_position / 1000, now=time.monotonic())
        self._tracker.resumed(now=time.monotonic())
        self._set_alarms()

    def track_playback_ended(self, tl_track: Any, time_position: int) -> None:  # noqa: ANN401
        """Core is done with a track, for a reason that only the next event tells."""
        self._tracker.ended(tl_track.tlid, time_position / 1000, now=time.monotonic())
        self._report()
        self._settle_soon()

    def playback_state_changed(self, old_state: str, new_state: str) -> None:
        """Playback may have been stopped."""
        if new_state == "stopped":
            self._tracker.stopped(before=old_state == "stopped")
            self._settle_soon()

    def seeked(self, time_position: int) -> None:
        """What was leapt over was not heard."""
        self._tracker.seeked(time_position / 1000, now=time.monotonic())
        self._set_alarms()

    def tracklist_changed(self) -> None:
        """What comes next may be another track now, and the playing one may be gone."""
        self._settle_soon()

    def options_changed(self) -> None:
        """What comes next may be another track now, and a rest may be over."""
        self._settle_soon()
        playing = self._tracker.listening(time.monotonic())
        if playing is not None:
            self._keep_ahead(playing.uri)

    # What became of the playing track

    def _settle_soon(self) -> None:
        """Asks for `settle` behind the events that are in the mailbox already; once for many events."""
        if not self._settling:
            self._settling = True
            self._self.settle.defer()

    @survives("asking how playback stands")
    def settle(self) -> None:
        """Asks core how it stands. The answer goes behind all events that core sent before it gave it."""
        self._settling = False
        snapshot = self._snapshot()
        known = {self._tracker.tlid, snapshot.current, *snapshot.tlids}
        self._own = {tlid: own for tlid, own in self._own.items() if tlid in known}
        self._self.settled.defer(snapshot)

    def _snapshot(self) -> _Snapshot:
        playback, tracklist = self._core.playback, self._core.tracklist
        # In this order: what `next` on the last track does to state and current track is one step of core's, so
        # that a state that is stopped already comes with the current track that belongs to it.
        state, tl_tracks = playback.get_state(), tracklist.get_tl_tracks()
        following, previous = tracklist.get_next_tlid(), tracklist.get_previous_tlid()
        current = playback.get_current_tlid()
        repeat, random = tracklist.get_repeat(), tracklist.get_random()
        return _Snapshot(
            self._begun,
            tl_tracks.get(),
            current.get(),
            following.get(),
            previous.get(),
            anywhere=repeat.get() or random.get(),
            stopped=state.get() == "stopped",
        )

    @survives("finding out what became of a track")
    def settled(self, snapshot: _Snapshot) -> None:
        """Draws the conclusion, unless another track has begun meanwhile."""
        now = time.monotonic()
        playing = self._tracker.listening(now)
        if playing is None or snapshot.begun != self._begun:
            return
        ran_out = self._tracker.settled(snapshot.current, snapshot.tlids, stopped=snapshot.stopped, now=now)
        self._report()
        if ran_out:
            # The end came before anything could be queued: the music goes on all the same.
            self._resume(playing.uri)
        else:
            self._expect(snapshot)

    def _expect(self, snapshot: _Snapshot) -> None:
        """Remembers where `next` and `previous` would lead, pressed once or more."""
        tlid, tlids = self._tracker.tlid, snapshot.tlids
        if tlid is not None and tlid == snapshot.current:
            following = _from(snapshot.following, tlids)
            if following and snapshot.anywhere:
                following += [other for other in tlids if other not in (tlid, *following)]
            preceding = [tlid] if snapshot.previous == tlid else _from(snapshot.previous, tlids[::-1])
            self._tracker.expect(tlid, following, preceding)

    def _report(self) -> None:
        """Hands on the listenings that are over."""
        for played in self._tracker.over():
            self._cancel_alarms()
            if self._recorder is not None:
                self._recorder.record.defer(self._heard(played))
                self._chooser.heard.defer(played.uri, played.outcome)

    def _heard(self, played: Played) -> Entry:
        own = self._own.get(played.tlid)
        return Entry(
            played.uri,
            played.started,
            played.listened,
            played.length,
            played.outcome,
            "listener" if own is None else "smartqueue",
            {} if own is None else own.context,
        )

    # What is due while a track plays

    def _set_alarms(self) -> None:
        """For when the playing track counts as kept, is nearly over, and should be over."""
        self._cancel_alarms()
        now = time.monotonic()
        playing, left = self._tracker.listening(now), self._tracker.left(now)
        if playing is None or left is None:
            return
        unheard = kept_after(playing.length or 0.0) - playing.listened
        if unheard > 0:
            self._kept.set(unheard + 0.1, playing.tlid)
        self._nearly_over.set(max(left - _NEARLY_OVER, 0.0))
        self._overdue.set(left + _OVERDUE, playing.tlid)

    def _cancel_alarms(self) -> None:
        for alarm in (self._kept, self._nearly_over, self._overdue):
            alarm.cancel()

    @survives("noticing that a track is kept")
    def check_kept(self, tlid: int) -> None:
        """Tells the recorder that the playing track counts as kept, so that skips before it speak at once."""
        playing = self._tracker.listening(time.monotonic())
        if playing is not None and playing.tlid == tlid and playing.listened >= kept_after(playing.length or 0.0):
            self._recorder.kept.defer(self._heard(playing))

    # Files that vanish

    @survives("looking at what follows")
    def check_following(self) -> None:
        """Shortly before a track ends: what follows must still be there."""
        self._drop_vanished(self._coming()[1:])
        playing = self._tracker.listening(time.monotonic())
        if playing is not None:
            self._keep_ahead(playing.uri)

    def _drop_vanished(self, following: list[Any]) -> None:
        """Takes own tracks back whose files are gone: core would fall silent before them, saying nothing."""
        gone = [
            tl_track
            for tl_track in following
            if (own := self._own.get(tl_track.tlid)) and not os.path.isfile(own.file)  # noqa: PTH113 - paths are bytes
        ]
        for tl_track in gone:
            logger.info("Smartqueue took %s back, whose file is gone", tl_track.track.uri)
            self._unknown[tl_track.track.uri] = time.monotonic()
        if gone:
            self._core.tracklist.remove({"tlid": [tl_track.tlid for tl_track in gone]}).get()

    @survives("going on from a file that is gone")
    def check_change(self, tlid: int) -> None:
        """Some seconds after a track should have ended: where core hangs at the change, it is told to go on."""
        if self._tracker.tlid != tlid or self._tracker.left(time.monotonic()) is None:
            return
        state, current = self._core.playback.get_state(), self._core.playback.get_current_tlid()
        position = self._core.playback.get_time_position()
        if (state.get(), current.get()) != ("playing", tlid):
            return
        if position.get() > 0:
            # It is longer than its tags say.
            self._overdue.set(_OVERDUE, tlid)
            return
        snapshot = self._snapshot()
        for failed in (tl_track for tl_track in snapshot.tl_tracks if tl_track.tlid == snapshot.following):
            logger.warning("Smartqueue: %s cannot be played, going on with what follows it", failed.track.uri)
            self._tracker.hung(failed.tlid, failed.track.uri, now=time.monotonic(), utc=time.time())
            self._report()
        self._core.playback.next()

    # What comes next

    def _keep_ahead(self, seed: str, *, play: bool = False) -> None:
        """Sees to it that enough follows the playing track; with `play`, goes on with the first of it."""
        if self._chooser is None or scheme_of(seed) is None or self._missing(play=play) < 1:
            return
        now = time.monotonic()
        self._unknown = {uri: since for uri, since in self._unknown.items() if now - since < _UNKNOWN_FOR}
        queued = tuple(tl_track.track.uri for tl_track in self._coming())
        request = Request(seed, queued, tuple(self._unknown))
        self._chooser.choose.defer(
            request, functools.partial(self._self.queue.defer, self._tracker.tlid, request, play)
        )

    def _missing(self, *, play: bool) -> int:
        """How many tracks are to be added; none while the listener's options ask for a rest."""
        tracklist = self._core.tracklist
        random, following = tracklist.get_random(), tracklist.get_next_tlid()
        length, index, current = tracklist.get_length(), tracklist.index(), self._core.playback.get_current_tlid()
        if self._rests():
            return 0
        place = index.get()
        if place is None and current.get() is not None:
            # What is stopped and played again under consume is off the list. Any change of it now, and core would
            # forget what is playing.
            return 0
        if random.get():
            # Every addition shuffles the list anew, so nothing is added while something unplayed is left.
            return self._ahead if play or following.get() is None else 0
        return self._ahead if place is None else self._ahead - (length.get() - 1 - place)

    def _rests(self) -> bool:
        repeat, single = self._core.tracklist.get_repeat(), self._core.tracklist.get_single()
        return bool(repeat.get() or single.get())

    def _coming(self) -> list[Any]:
        """The track list from what plays on, or, where the music has run out, from what played last on."""
        snapshot = self._snapshot()
        return snapshot.coming(snapshot.current or self._last_tlid)

    def _resume(self, seed: str) -> None:
        """Goes on where the music had run out: with what was queued behind it meanwhile, else with more."""
        random = self._core.tracklist.get_random()
        if self._rests():
            return
        following = self._coming()[1:]
        if following and not random.get():
            self._go_on(seed, following[0].tlid)
        else:
            self._keep_ahead(seed, play=True)

    @survives("queueing tracks")
    def queue(self, tlid: int | None, request: Request, play: bool, candidates: list[Candidate]) -> None:
        """Queues candidates, unless another track has begun since they were asked for."""
        if tlid != self._tracker.tlid:
            return
        missing = self._missing(play=play)
        passed_over = 0
        for candidate in candidates:
            if missing < 1:
                break
            added = self._core.tracklist.add(uris=[candidate.uri]).get()
            if not added:
                passed_over += 1
                self._pass_over(candidate)
                continue
            missing -= 1
            self._own[added[0].tlid] = candidate
            self._chooser.heard.defer(candidate.uri, "queued")
            logger.info("Smartqueue queued %s (%s)", candidate.name, _in_words(candidate.context))
            if play:
                self._go_on(request.seed, added[0].tlid)
                play = False
        if missing > 0 and passed_over:
            self._keep_ahead(request.seed, play=play)

    def _go_on(self, seed: str, tlid: int) -> None:
        """Plays a track after the music had run out, and sees to it that this comes to something."""
        self._core.playback.play(tlid=tlid)
        if self._starts_left > 0:
            self._starts_left -= 1
            self._start_again.set(_START_AGAIN, seed)

    @survives("going on")
    def see_to_start(self, seed: str) -> None:
        """Plays again where `next` came before the track had begun: core takes that for silence being wanted."""
        if self._tracker.tlid is not None or self._core.playback.get_state().get() != "stopped":
            return
        current = self._core.playback.get_current_tlid().get()
        if current is not None:
            self._go_on(seed, current)
        elif self._core.tracklist.get_length().get():
            self._resume(seed)

    def _pass_over(self, candidate: Candidate) -> None:
        if not self._unknown:
            logger.warning(
                "Mopidy does not know %s, which beets has: %s. Passing over such tracks",
                candidate.uri,
                "see whether beet web serves it" if scheme_of(candidate.uri) == "beets" else "run 'mopidy local scan'",
            )
        self._unknown[candidate.uri] = time.monotonic()


def _from(tlid: int | None, tlids: list[int]) -> list[int]:
    """The list from a track on; that track alone where it is not on the list."""
    if tlid is None:
        return []
    return tlids[tlids.index(tlid) :] if tlid in tlids else [tlid]


def _in_words(context: dict[str, Any]) -> str:
    words = f"distance {context['distance']}, place {context['place']}"
    return f"{words}, {context['relaxed']}" if context["relaxed"] else words


def _places(settings: dict[str, Any]) -> BeetsPlaces:
    """The library that is configured, by Mopidy's own settings first, else by beets'."""
    library, music_directory = settings["library"], settings["music_directory"]
    if library and music_directory:
        return BeetsPlaces(Path(os.fspath(library)), Path(os.fspath(music_directory)))
    places = beets_places()
    return BeetsPlaces(
        Path(os.fspath(library)) if library else places.library,
        Path(os.fspath(music_directory)) if music_directory else places.music_directory,
    )
