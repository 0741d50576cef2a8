"""How near tracks are, for all of them at once, scaled so that no track is near to everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

# How many tracks drawn at random stand for all others, and the share of them that counts as a track's surroundings.
_SAMPLED, _SURROUNDINGS = 200, 0.1
# Tracks whose distances are worked out together, so that what lies between stays in the processor's cache.
_BLOCK = 8192


@dataclass(frozen=True)
class Neighbourhood:
    """Tracks as points whose Euclidean distance is the metric's, and how crowded each one's surroundings are.

    points: (tracks, rank). squares: (tracks,) squared lengths of the points. roots: (tracks,) σ^¼, where σ, how
    crowded a track's surroundings are, is the 10 % quantile of its squared distances to others.

    The scaled distance is d(x, y) / (σx σy)^¼: of the order of 1 for tracks in one another's surroundings
    (Schnitzer, Flexer, Schedl, Widmer, "Local and global scaling reduce hubs in space", JMLR 2012).
    """

    points: Floats
    squares: Floats
    roots: Floats

    def blocks(self, rows: ArrayLike) -> Iterator[tuple[slice, Floats]]:
        """The scaled distances of all tracks to some rows (k,), in pieces: which tracks, and (k, tracks in it)."""
        seeds = np.asarray(rows, dtype=np.int64)
        towards = -2 * self.points[seeds]
        squares, roots = self.squares[seeds, None], self.roots[seeds, None]
        for begin in range(0, len(self.points), _BLOCK):
            block = slice(begin, begin + _BLOCK)
            away = towards @ self.points[block].T
            away += squares
            away += self.squares[block]
            np.maximum(away, 0, out=away)
            np.sqrt(away, out=away)
            away /= roots
            away /= self.roots[block]
            yield block, away

    def between(self, first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
        """The scaled distances of pairs of rows, in broadcast shape; exact, where `blocks` rounds."""
        first, second = np.broadcast_arrays(np.asarray(first, np.int64), np.asarray(second, np.int64))
        away = np.linalg.norm(self.points[first].astype(np.float64) - self.points[second], axis=-1)
        return np.asarray(away / (self.roots[first].astype(np.float64) * self.roots[second]))


def neighbourhood(points: ArrayLike, random_state: int = 0) -> Neighbourhood:
    """The neighbourhood of (tracks, rank) points; linear in the tracks, the same for the same seed."""
    array = np.ascontiguousarray(points, dtype=np.float32)
    squares = np.einsum("ij,ij->i", array, array)
    return Neighbourhood(array, squares, _crowding(array, squares, random_state) ** 0.25)


def _crowding(points: Floats, squares: Floats, random_state: int) -> Floats:
    tracks = len(points)
    if tracks < 2:
        return np.ones(tracks, dtype=np.float32)
    sample = np.random.default_rng(random_state).choice(tracks, min(_SAMPLED, tracks), replace=False)
    nearest = int(_SURROUNDINGS * (len(sample) - 1))
    towards = -2 * points[sample].T
    crowding = np.empty(tracks, dtype=np.float32)
    for begin in range(0, tracks, _BLOCK):
        block = slice(begin, begin + _BLOCK)
        away = points[block] @ towards
        away += squares[sample]
        away += squares[block, None]
        # A track is not in its own surroundings.
        own = np.flatnonzero((sample >= begin) & (sample < begin + _BLOCK))
        away[sample[own] - begin, own] = np.inf
        crowding[block] = np.partition(away, nearest, axis=1)[:, nearest]
    # Where a tenth of the library is one and the same, its surroundings are as wide as those of most.
    usual = float(np.median(crowding[np.isfinite(crowding)]))
    return np.maximum(crowding, np.float32(1e-3 * usual if usual > 0 else 1.0))
