"""What Mopidy's core says of itself at one moment."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Snapshot:
    """Answers that belong together. `begun` is how many tracks had begun by then, so far as the asker knew.

    Core searches its list from the beginning for each question of a place in it, so that all that can be is worked
    out here, on the asker's thread.
    """

    begun: int
    tl_tracks: list[Any]
    current: int | None
    stopped: bool
    repeat: bool
    random: bool
    single: bool
    consume: bool
    # What comes next under random, which core alone knows.
    drawn: int | None

    @property
    def tlids(self) -> list[int]:
        """The track list's ids, in order."""
        return [tl_track.tlid for tl_track in self.tl_tracks]

    @property
    def rests(self) -> bool:
        """Whether the listener's options ask for nothing to be added."""
        return self.repeat or self.single

    @property
    def following(self) -> int | None:
        """Where `next` leads."""
        if self.random:
            return self.drawn
        tlids = self.tlids
        place = tlids.index(self.current) + 1 if self.current in tlids else 0
        if self.repeat and tlids:
            if self.consume and len(tlids) == 1:
                return None
            place %= len(tlids)
        return tlids[place] if place < len(tlids) else None

    @property
    def preceding(self) -> int | None:
        """Where `previous` leads."""
        if self.repeat or self.random or self.consume:
            return self.current
        tlids = self.tlids
        place = tlids.index(self.current) if self.current in tlids else 0
        return tlids[place - 1] if place else None

    @property
    def all_following(self) -> list[int]:
        """Where `next` leads, pressed again and again."""
        following = _from(self.following, self.tlids)
        if following and (self.repeat or self.random):
            # There it may lead on to any track.
            following += [tlid for tlid in self.tlids if tlid not in (self.current, *following)]
        return following

    @property
    def all_preceding(self) -> list[int]:
        """Where `previous` leads, pressed again and again."""
        if self.preceding is not None and self.preceding == self.current:
            return [self.preceding]
        return _from(self.preceding, self.tlids[::-1])

    def coming(self, current: int | None) -> list[Any]:
        """The track list from a track on."""
        return list(itertools.dropwhile(lambda tl_track: tl_track.tlid != current, self.tl_tracks))


def _from(tlid: int | None, tlids: list[int]) -> list[int]:
    """The list from a track on; that track alone where it is not on the list."""
    if tlid is None:
        return []
    return tlids[tlids.index(tlid) :] if tlid in tlids else [tlid]


def snapshot(core: Any, begun: int) -> Snapshot:  # noqa: ANN401 - a Pykka proxy has no type
    """Asks core, all at once."""
    playback, tracklist = core.playback, core.tracklist
    # In this order: what `next` on the last track does to state and current track is one step of core's, so that a
    # state that is stopped already comes with the current track that belongs to it.
    state, tl_tracks = playback.get_state(), tracklist.get_tl_tracks()
    current = playback.get_current_tlid()
    repeat, random, single = tracklist.get_repeat(), tracklist.get_random(), tracklist.get_single()
    consume = tracklist.get_consume()
    return Snapshot(
        begun,
        tl_tracks.get(),
        current.get(),
        stopped=state.get() == "stopped",
        repeat=repeat.get(),
        random=random.get(),
        single=single.get(),
        consume=consume.get(),
        drawn=tracklist.get_next_tlid().get() if random.get() else None,
    )
