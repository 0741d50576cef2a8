"""Listens to Mopidy's core: what it tells becomes plays, and a queue that goes on."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pykka
from mopidy.core import CoreListener

from mopidy_smartqueue import generations, presentation
from mopidy_smartqueue.alarm import Alarm
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.queue import NEARLY_OVER, UNKNOWN, Queue
from mopidy_smartqueue.requests import Candidate, Request
from mopidy_smartqueue.snapshot import Snapshot, snapshot
from mopidy_smartqueue.survival import survives
from mopidy_smartqueue.switch import MARKERS, Switch
from smartqueue.journal import Entry
from smartqueue.listening import ENDS_PASSAGE, kept_after
from smartqueue.playback import PlaybackTracker, Played

if TYPE_CHECKING:
    from mopidy_smartqueue.helpers import Helpers

logger = generations.logger(__name__)

# How often, and how soon in seconds, to try again to go on where music that ran out does not start.
_STARTS = 5
_START_AGAIN = 0.5
# How many seconds after a track's end core hangs.
_OVERDUE = 3.0


class SmartqueueFrontend(pykka.ThreadingActor, CoreListener):
    """Events in, queue out. Core is only ever asked from this actor's own thread."""

    def __init__(self, config: dict[str, Any], core: Any) -> None:  # noqa: ANN401 - a Pykka proxy has no type
        super().__init__()
        self._core = core
        self._config = config
        self._tracker = PlaybackTracker()
        self._settling = False
        self._begun = 0
        # Whether what is over leaves another context than what is queued was chosen for.
        self._is_new_context = False
        self._volume: int | None = None
        self._starts_left = _STARTS
        self._helpers: Helpers | None = None
        self._complaints = Complaints()
        self._switch: Switch | None = None
        self._queue: Queue | None = None
        self._watchers: set[Callable[[], None]] = set()
        # Why it does not work, in words; empty where it does.
        self.fault = ""

    # Life

    @survives("starting")
    def on_start(self) -> None:
        """Starts the two helpers beside, so that Mopidy's start and core wait for no database."""
        self._self: Any = self.actor_ref.proxy()
        self._kept = Alarm(self._self.check_kept.defer)
        self._nearly_over = Alarm(self._self.check_following.defer)
        self._overdue = Alarm(self._self.check_change.defer)
        self._stale = Alarm(self._self.drop_stale.defer)
        self._start_again = Alarm(self._self.see_to_start.defer)
        self.fault = "Smartqueue could not start: see Mopidy's log"
        # Imported here, beside Mopidy's own start: NumPy and all else that the helpers need takes a while. With one
        # thread of linear algebra, so that one processor at least is left for the music.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from mopidy_smartqueue import helpers

        try:
            self._helpers = helpers.start(self._config, self._complaints)
        except helpers.SettingsError as error:
            self.fault = str(error)
            self._complaints.say("frontend", self.fault)
            return
        folder, settings = self._helpers.folder, self._config["smartqueue"]
        self._switch = Switch(folder)
        if not self._switch.is_on:
            self._complaints.say("rest", presentation.OFF)
        self._queue = Queue(
            self._core,
            self._helpers.chooser,
            folder,
            settings["ahead"],
            settings["keep_played"],
            take=self._snapshot,
            arrived=self._self.queue.defer,
            go_on=self._go_on,
            tracker=self._tracker,
            look_again=self._stale.set,
            switch=self._switch,
            complaints=self._complaints,
            most=self._config["core"]["max_tracklist_length"],
        )
        self._queue.own.load(self._snapshot().tl_tracks)
        self.fault = ""
        # On a list that was restored a marker may be left, and a track may play already.
        self._settle_soon()

    def _take_up(self) -> None:
        """Follows what core, going on after a restart, began before there was anyone to tell."""
        tl_track, position = self._core.playback.get_current_tl_track(), self._core.playback.get_time_position()
        if self._core.playback.get_state().get() == "playing" and tl_track.get() is not None:
            self.track_playback_started(tl_track.get())
            self._tracker.seeked(position.get() / 1000, now=time.monotonic())
            self._set_alarms()

    @survives("stopping")
    def on_stop(self) -> None:
        """Writes down what was playing."""
        self._cancel_alarms()
        self._stale.cancel()
        self._start_again.cancel()
        self._tracker.interrupted(now=time.monotonic())
        self._report()
        if self._helpers is not None:
            for helper in (self._helpers.recorder, self._helpers.chooser):
                helper.actor_ref.stop()

    # What core tells

    @survives("following what plays")
    def on_event(self, event: str, **kwargs: Any) -> None:  # noqa: ANN401 - as Mopidy calls it
        """Whatever it is, the pages may show something else now."""
        super().on_event(event, **kwargs)  # type: ignore[no-untyped-call]  # Mopidy 3 has no types
        self._tell_watchers()

    def track_playback_started(self, tl_track: Any) -> None:  # noqa: ANN401 - Mopidy 3 and 4 differ in its type
        """A track begins: what played before it is over, and more may be needed after it."""
        now, utc = time.monotonic(), time.time()
        if self._tracker.goes_on(tl_track.tlid):
            # Core had been on its way elsewhere, and was told to stay.
            return
        track = tl_track.track
        length = track.length / 1000 if track.length else None
        self._begun += 1
        found = self._snapshot()
        self._tracker.started(tl_track.tlid, track.uri, length, found.tlids, now=now, utc=utc)
        self._starts_left = _STARTS
        self._start_again.cancel()
        self._report()
        self._set_alarms()
        self._expect(found)
        playing = self._tracker.listening(time.monotonic())
        if playing is None or self._queue is None or self._helpers is None:
            return
        begun = self._heard(playing)
        self._helpers.recorder.began.defer(begun)
        self._helpers.chooser.began.defer(begun)
        # What was chosen to follow another context is chosen anew.
        self._queue.begin(tl_track.tlid, found, renew=self._is_new_context)
        self._is_new_context = False
        self._queue.keep_ahead(self._snapshot(), track.uri)

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

    def volume_changed(self, volume: int) -> None:
        """Mopidy's software mixer also says this, of the same volume, as core sets out for another track."""
        if volume == self._volume:
            self._tracker.sets_out(now=time.monotonic())
        self._volume = volume

    @survives("switching")
    def switch(self, on: bool) -> None:
        """The listener switches the queue on or off."""
        if self._switch is not None:
            self._switch.set(on=on)
            if on:
                self._complaints.over("rest")
            self._settle_soon()
            self._tell_watchers()

    @survives("switching")
    def refused(self, marker: str) -> None:
        """Core was asked to play a marker. It would go there next, were it not told to go on with what plays."""
        self.switch(MARKERS[marker])
        state, position = self._core.playback.get_state(), self._core.playback.get_time_position()
        if state.get() != "stopped":
            self._core.playback.seek(position.get())

    # What the pages ask

    def now(self) -> dict[str, Any] | None:
        """What plays, what comes and why; None where there is a fault."""
        if self._queue is None or self._switch is None:
            return None
        return presentation.now(self._core, self._queue, on=self._switch.is_on)

    def wish(self, wish: Callable[[Queue], bool]) -> bool:
        """What the listener wants of the queue; whether it could be done."""
        done = self._queue is not None and wish(self._queue)
        self._settle_soon()
        return done

    def play(self, uris: Sequence[str]) -> bool:
        """Plays a track behind the one that plays, by the first of its URIs that core knows; whether it knows one."""
        found = self._snapshot()
        behind = found.tlids.index(found.current) + 1 if found.current in found.tlids else None
        for uri in uris:
            added = self._core.tracklist.add(uris=[uri], at_position=behind).get()
            if added:
                self._tracker.picked(added[0].tlid)
                self._core.playback.play(tlid=added[0].tlid)
                return True
        return False

    @survives("opening a page")
    def watch(self, changed: Callable[[], None]) -> None:
        """Calls this after each event and switch; it must not take long."""
        self._watchers.add(changed)

    @survives("closing a page")
    def unwatch(self, changed: Callable[[], None]) -> None:
        """Calls it no more."""
        self._watchers.discard(changed)

    def _tell_watchers(self) -> None:
        for changed in self._watchers:
            changed()

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
        changes, found = self._tracker.changes, self._snapshot()
        markers = {tl_track.tlid: tl_track.track.uri for tl_track in found.tl_tracks if tl_track.track.uri in MARKERS}
        if self._switch is not None and markers:
            self.switch(MARKERS[list(markers.values())[-1]])
            # Of that change core tells, too.
            self._core.tracklist.remove({"tlid": list(markers)})
            return
        if self._queue is not None:
            self._queue.look(found, self._tracker.tlid)
        self._self.settled.defer(found, changes)

    def _snapshot(self) -> Snapshot:
        return snapshot(self._core, self._begun)

    @survives("finding out what became of a track")
    def settled(self, found: Snapshot, changes: int) -> None:
        """Draws the conclusion, unless another track has begun meanwhile; changes: what the tracker had been told."""
        now = time.monotonic()
        playing = self._tracker.listening(now)
        if found.begun == self._begun == 0:
            self._take_up()
        if playing is None or found.begun != self._begun:
            return
        ran_out = self._tracker.settled(found.current, found.tlids, stopped=found.stopped, now=now)
        self._report()
        if not ran_out and changes == self._tracker.changes:
            self._expect(found)
        if self._queue is not None and ran_out:
            # The end came before anything could be queued: the music goes on all the same.
            self._queue.resume(playing.uri)
        elif self._queue is not None and self._tracker.tlid is not None:
            self._queue.keep_ahead(found, playing.uri)
            self._say_why_it_rests(found)

    def _say_why_it_rests(self, found: Snapshot) -> None:
        """Logs, once, why nothing is added while something plays."""
        playing = self._tracker.listening(time.monotonic())
        if self._queue is None or self._switch is None or playing is None:
            return
        why = presentation.why_it_rests(found, playing.uri, self._queue, on=self._switch.is_on)
        if why and why != UNKNOWN:
            self._complaints.say("rest", why)
        elif not self._queue.is_asking(found.begun):
            self._complaints.over("rest")

    def _expect(self, found: Snapshot) -> None:
        """Remembers where `next` and `previous` would lead, pressed once or more."""
        tlid = self._tracker.tlid
        if tlid in found.tlids and not found.random:
            # Another may have begun meanwhile, of which we have yet to hear.
            found = replace(found, current=tlid)
        if tlid is not None and tlid == found.current:
            self._tracker.expect(tlid, found.all_following, found.all_preceding)

    def _report(self) -> None:
        """Hands on the listenings that are over."""
        for played in self._tracker.over():
            self._cancel_alarms()
            self._is_new_context |= played.outcome == "skipped" or played.outcome in ENDS_PASSAGE
            if self._helpers is not None:
                entry = self._heard(played)
                self._helpers.recorder.record.defer(entry)
                self._helpers.chooser.ended.defer(entry)

    def _heard(self, played: Played) -> Entry:
        own = None if self._queue is None else self._queue.own.get(played.tlid)
        return Entry(
            played.uri,
            played.started,
            played.listened,
            played.length,
            played.outcome,
            "listener" if own is None else "smartqueue",
            {} if own is None else own.context,
            played.follows,
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
        self._nearly_over.set(max(left - NEARLY_OVER, 0.0))
        self._overdue.set(left + _OVERDUE, playing.tlid)

    def _cancel_alarms(self) -> None:
        for alarm in (self._kept, self._nearly_over, self._overdue):
            alarm.cancel()

    @survives("noticing that a track is kept")
    def check_kept(self, tlid: int) -> None:
        """Tells the recorder that the playing track counts as kept, so that skips before it speak at once."""
        playing = self._tracker.listening(time.monotonic())
        if playing is None or playing.tlid != tlid or self._helpers is None:
            return
        if playing.listened >= kept_after(playing.length or 0.0):
            self._helpers.recorder.kept.defer(self._heard(playing))

    @survives("taking back what is replaced")
    def drop_stale(self) -> None:
        """Some time after the list changed: what another context had been chosen for may go."""
        if self._queue is not None:
            self._queue.drop_stale(self._snapshot())

    # Files that vanish

    @survives("looking at what follows")
    def check_following(self) -> None:
        """Shortly before a track ends: something must follow, and still be there."""
        playing = self._tracker.listening(time.monotonic())
        if self._queue is not None and playing is not None:
            self._queue.drop_vanished(self._snapshot())
            self._queue.keep_ahead(self._snapshot(), playing.uri)

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
        found = self._snapshot()
        following = found.following
        for failed in (tl_track for tl_track in found.tl_tracks if tl_track.tlid == following):
            logger.warning("Smartqueue: %s cannot be played, going on with what follows it", failed.track.uri)
            self._tracker.hung(failed.tlid, failed.track.uri, now=time.monotonic(), utc=time.time())
            self._report()
        self._core.playback.next()

    # What comes next

    @survives("queueing tracks")
    def queue(self, begun: int, request: Request, candidates: list[Candidate], why: str, play: bool) -> None:
        """Queues what was chosen, unless another track has begun since it was asked for; why: why there is nothing."""
        if self._queue is not None and begun == self._begun and (play or self._tracker.tlid is not None):
            self._queue.add(request, candidates, why, play=play)
            self._say_why_it_rests(self._snapshot())
            if why:
                self._tell_watchers()

    def _go_on(self, uri: str, tlid: int) -> None:
        """Plays a track after the music had run out, and sees to it that this comes to something."""
        self._core.playback.play(tlid=tlid)
        if self._starts_left > 0:
            self._starts_left -= 1
            self._start_again.set(_START_AGAIN, uri)

    @survives("going on")
    def see_to_start(self, uri: str) -> None:
        """Plays again where `next` came before the track had begun: core takes that for silence being wanted."""
        if self._tracker.tlid is not None or self._core.playback.get_state().get() != "stopped":
            return
        current = self._core.playback.get_current_tlid().get()
        if current is not None:
            self._go_on(uri, current)
        elif self._queue is not None and self._core.tracklist.get_length().get():
            self._queue.resume(uri)
