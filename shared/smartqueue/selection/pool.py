"""The tracks that there are to choose from, as arrays in one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smartqueue.selection.neighbourhood import Neighbourhood

NOBODY = -1
# What stands where an artist's name would, without being one.
_NO_ARTISTS = frozenset({"", "various artists", "various", "va", "unknown artist", "unknown", "[unknown]"})


@dataclass(frozen=True)
class Pool:
    """What is known of each track, all (tracks,).

    recordings: a number each; tracks with the same one are the same recording. pieces: likewise, and the same for
    versions of one piece. artists, albums: likewise, and NOBODY where there is none to tell. tempi: beats a minute, 0
    where unknown. keys: places on the circle of fifths, or flow.UNKNOWN_KEY. loudness: LUFS. onsets: octaves over one a
    second. favour: how much rather than others, 0 to 1. brief: what is too short to be a seed. barred:
    what is never chosen.
    """

    near: Neighbourhood
    recordings: NDArray[np.int32]
    pieces: NDArray[np.int32]
    artists: NDArray[np.int32]
    albums: NDArray[np.int32]
    tempi: NDArray[np.float32]
    keys: NDArray[np.int8]
    loudness: NDArray[np.float32]
    onsets: NDArray[np.float32]
    favour: NDArray[np.float32]
    brief: NDArray[np.bool_]
    barred: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.recordings)

    @cached_property
    def allowed(self) -> tuple[int, int, int]:
        """How many recordings, artists and albums there are of which a track is not barred."""
        recordings, artists, albums = (
            int(np.count_nonzero(np.bincount(numbers[~self.barred & (numbers != NOBODY)])))
            for numbers in (self.recordings, self.artists, self.albums)
        )
        return recordings, artists, albums

    def of(self, rows: NDArray[np.int64]) -> Pool:
        """The pool of these rows alone, in their order."""
        return Pool(**{part.name: getattr(self, part.name)[rows] for part in fields(self)})


def told_apart(texts: Sequence[str]) -> NDArray[np.int32]:
    """(tracks,) a number below their count for each text, the same for the same."""
    return _looked_up(texts, _places(texts))


def numbered(names: Sequence[str]) -> NDArray[np.int32]:
    """(tracks,) a number for each name, the same for the same, whatever its case; NOBODY for what names nobody."""
    texts = list(map(str.casefold, map(str.strip, names)))
    return _looked_up(texts, _places(texts) | dict.fromkeys(_NO_ARTISTS, NOBODY))


def _places(texts: Sequence[str]) -> dict[str, int]:
    """Where each text stands last."""
    return dict(zip(texts, range(len(texts)), strict=True))


def _looked_up(texts: Sequence[str], numbers: Mapping[str, int]) -> NDArray[np.int32]:
    return np.fromiter(map(numbers.__getitem__, texts), np.int32, len(texts))
