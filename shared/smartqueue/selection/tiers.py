"""Which tracks may come next, and which rules give way, one after the other, before nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from smartqueue.selection.pool import NOBODY, Pool

Rows = NDArray[np.int64]
Numbers = NDArray[np.int32]

# The level of the track before and of what plays, which come again only where nothing else is left.
_AGAIN = np.iinfo(np.int64).max
# A window holds at most one in so many of the tracks, artists or albums that are allowed.
_ONE_IN = 3


@dataclass(frozen=True)
class Windows:
    """How many tracks must come between two of the same track, artist or album."""

    track: int = 200
    artist: int = 8
    album: int = 20

    def within(self, pool: Pool) -> Windows:
        """The windows, none longer than a third of what the pool allows; but one of two does not follow itself."""
        wanted = (self.track, self.artist, self.album)
        track, artist, album = (
            min(window, max(there // _ONE_IN, int(there > 1)))
            for window, there in zip(wanted, pool.allowed, strict=True)
        )
        return Windows(track, artist, album)


@dataclass(frozen=True)
class Past:
    """What came before, as rows of the pool.

    heard: what was heard or is queued already, the oldest first. skipped: what was skipped lately, likewise.
    never: what must not be chosen whatever happens, such as what is queued. playing: what plays, which comes again only
    where nothing else is left, however short the windows.
    """

    heard: Rows
    skipped: Rows
    never: Rows
    playing: Rows = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Tiers:
    """In which order rules give way.

    free: the rows that break no rule. others: those that break one, the best first. levels: how much each of these
    breaks. lengths: how many tracks, artists and albums stand within their windows.
    """

    free: Rows
    others: Rows
    levels: NDArray[np.int64]
    lengths: tuple[int, int, int]

    @property
    def rows(self) -> Rows:
        """All that may be chosen, the best tier first."""
        return np.concatenate([self.free, self.others])

    def best_first(self) -> Iterator[tuple[Rows, str]]:
        """Each tier in which there is a track: its rows, and the rule that gives way for them, in words."""
        if len(self.free):
            yield self.free, ""
        begins = np.flatnonzero(np.diff(self.levels, prepend=-1))
        for begin, end in pairwise([*begins.tolist(), len(self.levels)]):
            yield self.others[begin:end], self._gives_way(int(self.levels[begin]))

    def _gives_way(self, level: int) -> str:
        if level == _AGAIN:
            return "the same track again: nothing else was left"
        level, album = divmod(level, self.lengths[2] + 1)
        level, artist = divmod(level, self.lengths[1] + 1)
        skipped, track = divmod(level, self.lengths[0] + 1)
        if skipped or track:
            return f"{'skipped' if skipped else 'heard'} lately: nothing else was left"
        same = " and ".join(name for name, is_same in (("artist", artist), ("album", album)) if is_same)
        return f"same {same} as a few tracks ago: nothing else was left"


def tiers(pool: Pool, past: Past, windows: Windows, last: int | None) -> Tiers:
    """The tier of each track: the album gives way first, then the artist, the track, and what was skipped.

    Of each, what was heard longest ago comes first. last is the row that the chosen track is to follow: by itself only
    where nothing else is left. Another file of the same recording is treated as the track itself, and another version
    of the same piece as heard and skipped with it.
    """
    windows = windows.within(pool)
    # The weightiest rule first: the numbers that tracks share by it, and what came of them, the oldest first.
    rules = (
        (pool.pieces, past.skipped),
        (pool.pieces, _latest(past.heard, windows.track)),
        (pool.artists, _latest(past.heard, windows.artist)),
        (pool.albums, _latest(past.heard, windows.album)),
    )
    never = _among(pool.recordings, past.never)
    again = _among(pool.recordings, past.playing if last is None else np.append(past.playing, last))
    broken = again.copy()
    for numbers, lately in rules:
        broken |= _among(numbers, lately)
    possible = ~(pool.barred | never)
    others = np.flatnonzero(broken & possible)
    levels = np.zeros(len(others), dtype=np.int64)
    for numbers, lately in rules:
        levels = levels * (len(lately) + 1) + _recency(numbers, lately)[numbers[others]]
    levels[again[others]] = _AGAIN
    order = np.argsort(levels, kind="stable")
    track, artist, album = (len(lately) for _, lately in rules[1:])
    return Tiers(np.flatnonzero(possible & ~broken), others[order], levels[order], (track, artist, album))


def _latest(heard: Rows, window: int) -> Rows:
    return heard[max(len(heard) - window, 0) :]


def _among(numbers: Numbers, rows: Rows) -> NDArray[np.bool_]:
    """(tracks,) whether each has the number of one of the rows."""
    return np.asarray((_recency(numbers, rows) > 0).take(numbers))


def _recency(numbers: Numbers, rows: Rows) -> Numbers:
    """(numbers,) 0 for what none of the rows, the oldest first, has; else the greater the later it came."""
    found = np.zeros(int(numbers.max(initial=NOBODY)) + 2, dtype=np.int32)
    # Of several assignments to one place the last one holds.
    found[numbers[rows]] = np.arange(1, len(rows) + 1)
    found[NOBODY] = 0
    return found
