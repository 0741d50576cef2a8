"""Which tracks may come next, and which rules give way, one after the other, before nothing is left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartqueue.selection.pool import NOBODY, Pool

Rows = NDArray[np.int64]
Numbers = NDArray[np.int32]

# What gave way for a track of each tier, in words.
RELAXED = (
    "",
    "the artist was heard lately",
    "the album was heard lately",
    "heard lately",
    "heard just now",
    "skipped lately",
    "skipped just now",
    "nothing else is left",
)
NEVER = len(RELAXED)


@dataclass(frozen=True)
class Windows:
    """How many tracks must come between two of the same track, artist or album."""

    track: int = 200
    artist: int = 8
    album: int = 20


@dataclass(frozen=True)
class Past:
    """What came before, as rows of the pool.

    heard: what was heard or is queued already, the oldest first. skipped: what was skipped lately, likewise.
    never: what must not be chosen whatever happens, such as what is queued.
    """

    heard: Rows
    skipped: Rows
    never: Rows


def tiers(pool: Pool, past: Past, windows: Windows, last: int | None) -> NDArray[np.int8]:
    """(tracks,) the tier of each: 0 for what breaks no rule, else an index of RELAXED, else NEVER.

    last is the row that the chosen track is to follow: by itself only where nothing else is left. Another file of
    the same recording is treated as the track itself.
    """
    heard = past.heard[::-1]  # the latest first
    within = heard[: windows.track]
    of_artist = _levels(pool.artists, (pool.artists[heard[: windows.artist]], 1))
    of_album = _levels(pool.albums, (pool.albums[heard[: windows.album]], 2))
    of_recording = _levels(
        pool.recordings,
        (pool.recordings[within], 3),
        (pool.recordings[within[: (len(within) + 1) // 2]], 4),
        (pool.recordings[past.skipped], 5),
        # Not the same two by turns, where the listener has skipped all there is.
        (pool.recordings[past.skipped[len(past.skipped) - len(past.skipped) // 2 :]], 6),
        (pool.recordings[[] if last is None else [last]], 7),
        (pool.recordings[past.never], NEVER),
    )
    tier = of_recording.take(pool.recordings)
    np.maximum(tier, of_artist.take(pool.artists), out=tier)
    np.maximum(tier, of_album.take(pool.albums), out=tier)
    np.maximum(tier, np.int8(NEVER) * pool.barred, out=tier)
    return tier


def by_tier(tier: NDArray[np.int8]) -> Iterator[tuple[int, Rows]]:
    """Each tier in which there is a track, the best first, with its rows; without what is barred."""
    for level in range(NEVER):
        rows = np.flatnonzero(tier == level)
        if len(rows):
            yield level, rows


def _levels(numbers: Numbers, *levels: tuple[Numbers, int]) -> NDArray[np.int8]:
    """The level of each number of `numbers`, for numbers of those that stand beside it, later ones first; else 0."""
    level_of = np.zeros(int(numbers.max(initial=NOBODY)) + 2, dtype=np.int8)
    for wanted, level in levels:
        level_of[wanted] = level
    level_of[NOBODY] = 0
    return level_of
