"""Keeps a few well-chosen tracks ahead of the one that plays, behind those that the listener queued."""

from __future__ import annotations

import itertools
import math
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mopidy_smartqueue import generations
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.own_tracks import OwnTracks
from mopidy_smartqueue.requests import Candidate, Request
from mopidy_smartqueue.snapshot import Snapshot
from mopidy_smartqueue.switch import Switch
from mopidy_smartqueue.translator import scheme_of
from smartqueue.playback import PlaybackTracker

logger = generations.logger(__name__)

# A track that Mopidy did not know is offered to it again after so many seconds: it may be scanned by then.
_UNKNOWN_FOR = 600
# What is replaced leaves the list after so many seconds, when core is surely not on its way to it: it tells of a track
# only once that sounds, and cannot be asked where `next` has just led.
_RENEWED_AFTER = 0.5
# So many seconds before a track's end core prepares the next, which must not leave the list then.
_PREPARED = 5.0
# So many seconds before a track's end more is added, though the listener took out what followed.
NEARLY_OVER = 10.0
# After so many answers of which Mopidy knew nothing it is left in peace until the next track begins.
_FRUITLESS = 3
# For the pages; the log has told which.
UNKNOWN = "Mopidy does not know the tracks that would come next: its log says what to do."


class Queue:
    """For the frontend's thread, from which alone core is asked.

    take: takes a snapshot of core. arrived: how the chooser's answer comes back to `add`. go_on: plays a track after
    the music had run out. tracker: told of what was added and removed. look_again: has `drop_stale` called after some
    seconds, and not at the time it was set to before. switch: says whether to add anything.
    most: how many tracks Mopidy lets stand on the list.
    """

    def __init__(
        self,
        core: Any,  # noqa: ANN401 - a Pykka proxy has no type
        chooser: Any,  # noqa: ANN401 - likewise
        folder: Path,
        ahead: int,
        keep_played: int,
        *,
        take: Callable[[], Snapshot],
        arrived: Callable[..., object],
        go_on: Callable[[str, int], None],
        tracker: PlaybackTracker,
        look_again: Callable[[float], None],
        switch: Switch,
        complaints: Complaints,
        most: int,
    ) -> None:
        self._core = core
        self._chooser = chooser
        self._ahead = ahead
        self._keep_played = keep_played
        self._take = take
        self._arrived = arrived
        self._go_on = go_on
        self._tracker = tracker
        self._look_again = look_again
        self._switch = switch
        self._complaints = complaints
        self._most = most
        self._full = ""
        # Why the chooser has found nothing.
        self._none = ""
        self._unknown: dict[str, float] = {}
        self._fruitless = 0
        # While an answer is awaited no other is asked for.
        self._awaited: tuple[int, str, bool] | None = None
        # The listener took out a track of ours: nothing takes its place until the next begins, or should.
        self._content = False
        # What follows and was chosen for another context: it leaves the list when what replaces it has come.
        self._stale: set[int] = set()
        self._changed = 0.0
        # The listener does not want it, but it was too late to take it back: it is passed over.
        self._unwanted: int | None = None
        # How often the listener has wished for more like a track.
        self._wishes = 0
        self.own = OwnTracks(folder / "own.json")
        self.last: int | None = None
        # The URIs of what played before it and of itself.
        self._uris: tuple[str | None, str | None] = None, None

    @property
    def before(self) -> str | None:
        """The URI of what played before the track that plays."""
        return self._uris[0]

    @property
    def why_it_waits(self) -> str:
        """Why nothing is added at the moment, in words; empty where that is not so."""
        if self._full or self._none:
            return self._full or self._none
        if self._content:
            return "You removed what Smartqueue had queued, so it adds nothing until this track is nearly over."
        if self._fruitless >= _FRUITLESS:
            return UNKNOWN
        return ""

    def is_asking(self, begun: int) -> bool:
        """Whether an answer of the chooser's is awaited, since the last of so many tracks began."""
        return self._awaited is not None and self._awaited[0] == begun

    # What happens

    def begin(self, tlid: int, snapshot: Snapshot, *, renew: bool) -> None:
        """A track begins; with `renew` what of ours follows was chosen for another context."""
        if tlid in self._stale:
            # It began before what was to come in its place, which nobody waits for now.
            before = itertools.takewhile(lambda other: other != tlid, snapshot.tlids)
            self._stale.remove(tlid)
            self._have_replaced(itertools.takewhile(self.own.is_unplayed, reversed(list(before))))
        if tlid == self._unwanted:
            self._unwanted = None
            self._core.playback.next()
        self.own.begin(tlid)
        self.last, self._fruitless, self._content, self._none = tlid, 0, False, ""
        self._uris = self._uris[1], next((there.track.uri for there in snapshot.coming(tlid)), None)
        if snapshot.current != tlid:
            # Another has begun meanwhile, of which we shall hear.
            return
        # What could not be dropped while the track before played.
        self._drop_soon()
        following = self._following(tlid, snapshot)
        gone = [other for other in following if not _is_there(self.own.get(other))]
        self._take_back([*gone, *self._worn_out(tlid, snapshot)])
        if renew and self._may_choose_anew(snapshot):
            self._have_replaced(following)

    def _have_replaced(self, tlids: Iterable[int]) -> None:
        """Has others chosen in the place of ours that have not played, which leave the list after that."""
        for tlid in tlids:
            candidate = self.own.get(tlid)
            if candidate is not None and tlid not in self._stale:
                self._stale.add(tlid)
                self._chooser.put_back.defer(candidate.uri)
        self._drop_soon()

    def _drop_soon(self) -> None:
        """Sees to it that what is replaced leaves the list some time after its last change."""
        if self._stale:
            self._changed = time.monotonic()
            self._look_again(_RENEWED_AFTER)

    def drop_stale(self, snapshot: Snapshot) -> None:
        """Takes back what is replaced; never what is next, where core may be on its way to, and would lose itself."""
        self._stale &= set(snapshot.tlids)
        if time.monotonic() - self._changed < _RENEWED_AFTER or snapshot.current != self.last:
            # It changed while we were being called, or another has begun meanwhile, of which we shall hear.
            return
        # Core's position is that of what it is on its way to.
        position = self._core.playback.get_time_position().get() / 1000
        if _may_lose(snapshot) and position >= self._tracker.position(time.monotonic()) / 2:
            self._take_back([tlid for tlid in self._stale if tlid != snapshot.following])

    def _may_choose_anew(self, snapshot: Snapshot) -> bool:
        """Whether anything is chosen now."""
        return not (snapshot.rests or snapshot.random or not self._switch.is_on)

    def _following(self, tlid: int, snapshot: Snapshot) -> list[int]:
        """Ours behind a track that have not played."""
        following = (tl_track.tlid for tl_track in snapshot.coming(tlid)[1:])
        return [other for other in following if self.own.is_unplayed(other)]

    def look(self, snapshot: Snapshot, playing: int | None) -> None:
        """The list has changed: what of ours the listener took out is not offered again this session."""
        here = set(snapshot.tlids)
        # A list that was cleared or replaced is no verdict on what was on it.
        if snapshot.current in here:
            for tlid, candidate in self.own.unplayed.items():
                if tlid not in here:
                    self._content = True
                    self._chooser.taken_out.defer(candidate.uri)
                    logger.info("Smartqueue: you removed %s: not offered again this session", candidate.name)
        self.own.keep({playing, snapshot.current, *here})

    def not_this(self, tlid: int) -> bool:
        """Takes back a track of ours for good, this session; whether it was there and does not play.

        Unlike after a deletion another is chosen at once: who presses "not this" wants music, only another. It comes
        last, so that what was chosen to follow stays where the listener has seen it.
        """
        candidate, snapshot = self.own.get(tlid), self._take()
        if candidate is None or tlid == snapshot.current or not _may_lose(snapshot):
            return False
        if tlid == snapshot.following and self._left(snapshot) < _PREPARED:
            self._unwanted = tlid
        else:
            self._take_back([tlid])
        self._content = False
        self._chooser.taken_out.defer(candidate.uri)
        return True

    def _left(self, snapshot: Snapshot) -> float:
        """How many seconds the current track has to play; endless where its length is unknown."""
        track = next((tl_track.track for tl_track in self._coming(snapshot)), None)
        if track is None or not track.length:
            return math.inf
        return float(track.length / 1000 - self._tracker.position(time.monotonic()))

    def more_like(self, tlid: int) -> bool:
        """Has what comes be more like a track of the list, and what of ours follows that chosen anew."""
        snapshot = self._take()
        tl_tracks = snapshot.coming(tlid)
        if not tl_tracks:
            return False
        self._content = False
        self._wishes += 1
        self._chooser.more_like.defer(tl_tracks[0].track.uri)
        if self._may_choose_anew(snapshot):
            self._have_replaced(self._following(tlid, snapshot))
        return True

    def drop_vanished(self, snapshot: Snapshot) -> None:
        """Takes back what follows and is gone: core would fall silent before it, saying nothing."""
        following = [tl_track.tlid for tl_track in self._coming(snapshot)[1:]]
        self._take_back([tlid for tlid in following if tlid in self.own and not _is_there(self.own.get(tlid))])

    def _take_back(self, tlids: list[int]) -> None:
        """Tracks of ours leave the list, before anyone takes their leaving for the listener's doing."""
        # Core would forget what is playing, if that were taken from under it.
        current = self._core.playback.get_current_tlid().get()
        tlids = [tlid for tlid in tlids if tlid != current]
        if not tlids:
            return
        for tlid in tlids:
            candidate = self.own.get(tlid)
            if candidate is not None and not _is_there(candidate):
                logger.info("Smartqueue removed %s from the list: its file is gone", candidate.uri)
                self._unknown[candidate.uri] = time.monotonic()
            if candidate is not None and self.own.is_unplayed(tlid) and tlid not in self._stale:
                self._chooser.put_back.defer(candidate.uri)
        gone = set(tlids)
        self.own.keep([tlid for tlid in self.own.tlids if tlid not in gone])
        self._core.tracklist.remove({"tlid": tlids}).get()
        self._stale -= gone
        self._tracker.removed(gone)

    def _worn_out(self, current: int, snapshot: Snapshot) -> list[int]:
        """Of ours that were played before the current one, all but the latest few, if so asked."""
        if not self._keep_played or snapshot.rests or snapshot.random:
            return []
        tlids = snapshot.tlids
        before = tlids[: tlids.index(current)] if current in tlids else []
        return [tlid for tlid in before if tlid in self.own][: -self._keep_played]

    # What comes next

    def keep_ahead(self, snapshot: Snapshot, uri: str, *, play: bool = False, going_on: int = 0) -> None:
        """Sees to it that enough follows the playing track; with `play`, goes on with the first of it."""
        if play or self._is_about_to_end(snapshot):
            self._content = False
        if scheme_of(uri) is None or self._missing(snapshot, play=play, going_on=going_on) < 1:
            self._full = ""
            self._complaints.over("list")
            return
        if not self._has_room(snapshot):
            return
        if self._fruitless >= _FRUITLESS or self._awaited == (snapshot.begun, uri, play):
            return
        now = time.monotonic()
        self._unknown = {unknown: since for unknown, since in self._unknown.items() if now - since < _UNKNOWN_FOR}
        coming = self._coming(snapshot)[1:]
        queued = tuple(tl_track.track.uri for tl_track in coming if tl_track.tlid not in self._stale)
        before = itertools.takewhile(lambda tl_track: tl_track.tlid not in self._stale, coming)
        behind = [uri, *(tl_track.track.uri for tl_track in before)][-1]
        request = Request(uri, self.last not in self.own, queued, behind, tuple(self._unknown), going_on, self._wishes)
        self._awaited = (snapshot.begun, uri, play)
        self._chooser.choose.defer(request, lambda found, why: self._arrived(snapshot.begun, request, found, why, play))

    def add(self, request: Request, candidates: list[Candidate], why: str, *, play: bool) -> None:
        """Queues the first of the candidates that Mopidy knows, and asks for more if more is missing.

        why: why there are none.
        """
        self._awaited, self._none = None, why
        if self._fruitless and not candidates:
            # Of those that are left to choose from Mopidy knows none.
            self._fruitless = _FRUITLESS
        snapshot = self._take()
        if play and not snapshot.random and (following := self._coming(snapshot)[1:]):
            # Meanwhile something was queued.
            self._go_on(request.playing, following[0].tlid)
            return
        missing = self._missing(snapshot, play=play, going_on=request.going_on)
        if missing < 1:
            return
        if request.wishes != self._wishes:
            # Chosen before the listener wished for something else.
            self.keep_ahead(snapshot, request.playing, play=play, going_on=request.going_on)
            return
        snapshot = self._make_room(snapshot)
        if not self._has_room(snapshot):
            return
        place = self._place(snapshot)
        for candidate in candidates:
            added = self._core.tracklist.add(uris=[candidate.uri], at_position=place).get()
            if added:
                self.own.add(added[0].tlid, candidate)
                if snapshot.random:
                    self._tracker.shuffled([*snapshot.tlids, added[0].tlid])
                else:
                    before = None if place is None else snapshot.tlids[place]
                    self._tracker.added(added[0].tlid, before, now=time.monotonic())
                self._chooser.queued.defer(candidate.uri)
                # Under random core alone knows what comes before it.
                why = candidate.why_elsewhere if snapshot.random else candidate.why
                logger.info("Smartqueue queued %s: %s", candidate.name, why)
                if play:
                    self._go_on(request.playing, added[0].tlid)
                after = self._take()
                if after.current is None and not play:
                    # The list was cleared while core was asked.
                    self._take_back([added[0].tlid])
                    return
                self._drop_soon()
                # Under random all that is missing is added together, because every addition shuffles the list anew.
                self.keep_ahead(after, request.playing, going_on=missing - 1 if snapshot.random else 0)
                return
            self._pass_over(candidate)
        if candidates:
            self._fruitless += 1
            self.keep_ahead(self._take(), request.playing, play=play, going_on=request.going_on)

    def _has_room(self, snapshot: Snapshot) -> bool:
        """Whether one more finds room on the list, where need be in the place of one of ours; tells where it does not.

        One place is left to the markers that switch.
        """
        room = self._most - 1 - len(snapshot.tl_tracks) + len(self._played(snapshot))
        if room < 1:
            self._full = f"Mopidy's list is full ({self._most} tracks: core/max_tracklist_length), so nothing is added."
            self._complaints.say("list", self._full)
        return room > 0

    def _make_room(self, snapshot: Snapshot) -> Snapshot:
        """Takes back as many of ours that were played as are in the way of one more, the first of the list first."""
        over = len(snapshot.tl_tracks) + 2 - self._most
        if over < 1:
            return snapshot
        self._take_back(self._played(snapshot)[:over])
        return self._take()

    def _played(self, snapshot: Snapshot) -> list[int]:
        """Ours that have played and do not play now, in the list's order."""
        return [
            tlid
            for tlid in snapshot.tlids
            if tlid in self.own and not self.own.is_unplayed(tlid) and tlid not in (snapshot.current, self.last)
        ]

    def resume(self, uri: str) -> None:
        """Goes on where the music had run out: with what was queued behind it meanwhile, else with more."""
        snapshot = self._take()
        if snapshot.rests:
            return
        following = self._coming(snapshot)[1:]
        if following and not snapshot.random:
            self._go_on(uri, following[0].tlid)
        else:
            self.keep_ahead(snapshot, uri, play=True)

    def _missing(self, snapshot: Snapshot, *, play: bool, going_on: int) -> int:
        """How many tracks are to be added; none while it is off, or the listener's options ask for a rest."""
        if snapshot.rests or self._content or not self._switch.is_on:
            return 0
        if snapshot.current is None and not play:
            # The list was cleared, or what played was taken out: that is no wish for more.
            return 0
        tlids = snapshot.tlids
        if snapshot.current is not None and snapshot.current not in tlids:
            # What is stopped and played again under consume is off the list. Any change of it now, and core would
            # forget what is playing.
            return 0
        if snapshot.random:
            # So nothing is added while something unplayed is left.
            return going_on or (self._ahead if play or snapshot.following is None else 0)
        behind = snapshot.current or self.last
        if behind in tlids:
            missing = self._ahead - sum(tlid not in self._stale for tlid in tlids[tlids.index(behind) + 1 :])
        else:
            missing = self._ahead - sum(self.own.is_unplayed(tlid) for tlid in tlids)
        # What is next is replaced also where enough of the listener's own tracks come behind it; and music that has run
        # out goes on whatever of ours was passed over.
        return max(missing, int(play or snapshot.following in self._stale))

    def _is_about_to_end(self, snapshot: Snapshot) -> bool:
        """Whether the music is."""
        return len(self._coming(snapshot)) < 2 and self._left(snapshot) <= NEARLY_OVER

    def _place(self, snapshot: Snapshot) -> int | None:
        """Where to add: before the first of what is replaced; None for the list's end."""
        coming = self._coming(snapshot)[1:]
        stale = next((tl_track.tlid for tl_track in coming if tl_track.tlid in self._stale), None)
        return None if stale is None else snapshot.tlids.index(stale)

    def _coming(self, snapshot: Snapshot) -> list[Any]:
        """The track list from what plays on, or, where the music has run out, from what played last on."""
        return snapshot.coming(snapshot.current or self.last)

    def _pass_over(self, candidate: Candidate) -> None:
        if not self._complaints.current("unknown"):
            remedy = (
                "see whether beet web serves it" if scheme_of(candidate.uri) == "beets" else "run 'mopidy local scan'"
            )
            self._complaints.say(
                "unknown", f"Mopidy does not know {candidate.uri}, which beets has: {remedy}. Passing over such tracks"
            )
        self._unknown[candidate.uri] = time.monotonic()


def _may_lose(snapshot: Snapshot) -> bool:
    """Whether the list may change: core would forget what is playing where that is off the list already."""
    return snapshot.current is None or snapshot.current in snapshot.tlids


def _is_there(candidate: Candidate | None) -> bool:
    return candidate is None or os.path.isfile(candidate.file)  # noqa: PTH113 - paths are bytes
