"""Keeps a few well-chosen tracks ahead of the one that plays, behind those that the listener queued."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from mopidy_smartqueue import generations
from mopidy_smartqueue.own_tracks import OwnTracks
from mopidy_smartqueue.requests import Candidate, Request
from mopidy_smartqueue.snapshot import Snapshot
from mopidy_smartqueue.translator import scheme_of

logger = generations.logger(__name__)

# A track that Mopidy did not know is offered to it again after so many seconds: it may be scanned by then.
_UNKNOWN_FOR = 600
# After so many answers of which Mopidy knew nothing it is left in peace until the next track begins.
_FRUITLESS = 3


class Queue:
    """For the frontend's thread, from which alone core is asked.

    take: takes a snapshot of core. arrived: how the chooser's answer comes back to `add`. go_on: plays a track after
    the music had run out. listed: told of what was added to the list's end, and of what was removed.
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
        listed: Callable[[int | None, Collection[int]], None],
    ) -> None:
        self._core = core
        self._chooser = chooser
        self._ahead = ahead
        self._keep_played = keep_played
        self._take = take
        self._arrived = arrived
        self._go_on = go_on
        self._listed = listed
        self._switch = folder / "off"
        self._unknown: dict[str, float] = {}
        self._fruitless = 0
        # While an answer is awaited no other is asked for.
        self._awaited: tuple[int, str, bool] | None = None
        # The listener took out a track of ours: nothing takes its place until the next begins.
        self._content = False
        # What follows was chosen for another context, and is soon to be taken back.
        self._stale = False
        # How often the listener has wished for more like a track.
        self._wishes = 0
        self.own = OwnTracks(folder / "own.json")
        self.last: int | None = None

    @property
    def is_off(self) -> bool:
        """Whether the listener has switched it off."""
        return self._switch.exists()

    @property
    def why_it_waits(self) -> str:
        """Why nothing is added before the next track begins, in words; empty where that is not so."""
        if self._content:
            return "You took out what smartqueue had queued, so it adds nothing before the next track begins."
        if self._fruitless >= _FRUITLESS:
            return "Mopidy does not know the tracks that would come next: its log says what to do."
        return ""

    def switch(self, *, on: bool) -> None:
        """Adds no more, or adds again; kept over restarts."""
        if on:
            self._switch.unlink(missing_ok=True)
        else:
            self._switch.touch()
        logger.info("Smartqueue is %s", "on" if on else "off")

    # What happens

    def begin(self, tlid: int, snapshot: Snapshot, *, renew: bool) -> None:
        """A track begins; with `renew` what was chosen for another context is to be taken back soon, by `renew`."""
        self.own.begin(tlid)
        self.last, self._fruitless, self._content = tlid, 0, False
        self._stale = renew
        if snapshot.current != tlid:
            # Another has begun meanwhile, of which we shall hear.
            return
        gone = [other for other in self._following(tlid, snapshot) if not _is_there(self.own.get(other))]
        self._take_back([*gone, *self._worn_out(tlid, snapshot)])

    def renew(self, tlid: int, snapshot: Snapshot) -> None:
        """Takes back what was chosen for another context than the playing track's."""
        if not self._stale or tlid != self.last:
            return
        self._stale = False
        if snapshot.current == tlid and self._may_choose_anew(snapshot):
            self._take_back(self._following(tlid, snapshot))

    def _may_choose_anew(self, snapshot: Snapshot) -> bool:
        """Whether what is taken back now is replaced by something else."""
        return not (snapshot.rests or snapshot.random or self.is_off)

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
                    logger.info("Smartqueue: not %s again, this session", candidate.name)
        self.own.keep({playing, snapshot.current, *here})

    def not_this(self, tlid: int) -> bool:
        """Takes back a track of ours for good, this session; whether it was there and does not play.

        Unlike after a deletion another is chosen at once: who presses "not this" wants music, only another. It comes
        last, so that what was chosen to follow stays where the listener has seen it.
        """
        candidate, snapshot = self.own.get(tlid), self._take()
        if candidate is None or not _may_lose(snapshot):
            return False
        self._take_back([tlid])
        if tlid in self.own:
            return False
        self._content = False
        self._chooser.taken_out.defer(candidate.uri)
        return True

    def more_like(self, tlid: int) -> bool:
        """Has what comes be more like a track of the list, and what of ours follows that chosen anew."""
        snapshot = self._take()
        tl_tracks = snapshot.coming(tlid)
        if not tl_tracks:
            return False
        self._content = False
        self._wishes += 1
        self._chooser.more_like.defer(tl_tracks[0].track.uri)
        if self._may_choose_anew(snapshot) and _may_lose(snapshot):
            self._take_back(self._following(tlid, snapshot))
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
                logger.info("Smartqueue took %s back, whose file is gone", candidate.uri)
                self._unknown[candidate.uri] = time.monotonic()
            if candidate is not None and self.own.is_unplayed(tlid):
                self._chooser.put_back.defer(candidate.uri)
        gone = set(tlids)
        self.own.keep([tlid for tlid in self.own.tlids if tlid not in gone])
        self._core.tracklist.remove({"tlid": tlids}).get()
        self._listed(None, tlids)

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
        if scheme_of(uri) is None or self._missing(snapshot, play=play, going_on=going_on) < 1:
            return
        if self._fruitless >= _FRUITLESS or self._awaited == (snapshot.begun, uri, play):
            return
        now = time.monotonic()
        self._unknown = {unknown: since for unknown, since in self._unknown.items() if now - since < _UNKNOWN_FOR}
        queued = tuple(tl_track.track.uri for tl_track in self._coming(snapshot)[1:])
        request = Request(uri, self.last not in self.own, queued, tuple(self._unknown), going_on, self._wishes)
        self._awaited = (snapshot.begun, uri, play)
        self._chooser.choose.defer(request, lambda found: self._arrived(snapshot.begun, request, found, play))

    def add(self, request: Request, candidates: list[Candidate], *, play: bool) -> None:
        """Queues the first of the candidates that Mopidy knows, and asks for more if more is missing."""
        self._awaited = None
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
        for candidate in candidates:
            added = self._core.tracklist.add(uris=[candidate.uri]).get()
            if added:
                self.own.add(added[0].tlid, candidate)
                self._listed(added[0].tlid, ())
                self._chooser.queued.defer(candidate.uri)
                logger.info("Smartqueue queued %s: %s", candidate.name, candidate.why)
                if play:
                    self._go_on(request.playing, added[0].tlid)
                after = self._take()
                if after.current is None and not play:
                    # The list was cleared while core was asked.
                    self._take_back([added[0].tlid])
                    return
                # Under random all that is missing is added together, because every addition shuffles the list anew.
                self.keep_ahead(after, request.playing, going_on=missing - 1 if snapshot.random else 0)
                return
            self._pass_over(candidate)
        if candidates:
            self._fruitless += 1
            self.keep_ahead(self._take(), request.playing, play=play, going_on=request.going_on)

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
        if snapshot.rests or self._content or self.is_off:
            return 0
        if snapshot.current is None and not play:
            # The list was cleared, or what played was taken out: that is no wish for more.
            return 0
        tlids = snapshot.tlids
        if self._stale and snapshot.following is not None:
            # More is added once that is taken back.
            return 0
        if snapshot.current is not None and snapshot.current not in tlids:
            # What is stopped and played again under consume is off the list. Any change of it now, and core would
            # forget what is playing.
            return 0
        if snapshot.random:
            # So nothing is added while something unplayed is left.
            return going_on or (self._ahead if play or snapshot.following is None else 0)
        behind = snapshot.current or self.last
        if behind in tlids:
            return self._ahead - (len(tlids) - 1 - tlids.index(behind))
        return self._ahead - sum(self.own.is_unplayed(tlid) for tlid in tlids)

    def _coming(self, snapshot: Snapshot) -> list[Any]:
        """The track list from what plays on, or, where the music has run out, from what played last on."""
        return snapshot.coming(snapshot.current or self.last)

    def _pass_over(self, candidate: Candidate) -> None:
        if not self._unknown:
            logger.warning(
                "Mopidy does not know %s, which beets has: %s. Passing over such tracks",
                candidate.uri,
                "see whether beet web serves it" if scheme_of(candidate.uri) == "beets" else "run 'mopidy local scan'",
            )
        self._unknown[candidate.uri] = time.monotonic()


def _may_lose(snapshot: Snapshot) -> bool:
    """Whether the list may change: core would forget what is playing where that is off the list already."""
    return snapshot.current is None or snapshot.current in snapshot.tlids


def _is_there(candidate: Candidate | None) -> bool:
    return candidate is None or os.path.isfile(candidate.file)  # noqa: PTH113 - paths are bytes
