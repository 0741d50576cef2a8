"""How near tracks are, for all of them at once, scaled so that no track is near to everything."""

from __future__ import annotations

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

    def __getitem__(self, rows: Rows) -> Neighbourhood:
        return Neighbourhood(self.points[rows], self.squares[rows], self.roots[rows])

    def mean_squares(self, seeds: ArrayLike, weights: ArrayLike) -> Floats:
        """(tracks,) the mean of every track's squared scaled distances to the seeds, weighted; linear in the points.

        Σ w |x − s|² / √(σx σs) = (|x|² Σ v − 2 x · Σ v s + Σ v |s|²) / √σx, with v = w / √σs.
        """
        rows = np.asarray(seeds, dtype=np.int64)
        share: Floats = (np.asarray(weights) / np.sum(weights)).astype(np.float32) / self.roots[rows] ** 2
        # On one thread einsum reads the points half as fast again as the product that BLAS makes of both.
        found: Floats = np.einsum("ij,j->i", self.points, -2 * (share @ self.points[rows]))
        found += share.sum() * self.squares
        found += share @ self.squares[rows]
        found /= self.roots
        found /= self.roots
        return found

    def distances(self, rows: Rows | slice, seeds: ArrayLike) -> Floats:
        """(rows, seeds) the scaled distances of some rows to the seeds, rounded."""
        to = np.asarray(seeds, dtype=np.int64)
        away = self.points[rows] @ (-2 * self.points[to].T)
        away += self.squares[rows, None]
        away += self.squares[to]
        np.maximum(away, 0, out=away)
        np.sqrt(away, out=away)
        away /= self.roots[rows, None]
        away /= self.roots[to]
        return away

    def nearest(self, row: int, allowed: NDArray[np.bool_], count: int) -> Rows:
        """Up to `count` of the others that are allowed, (tracks,), the nearest to a row first."""
        away = self.distances(slice(None), [row])[:, 0]
        others = np.flatnonzero(allowed & (np.arange(len(away)) != row))
        order = others[np.argsort(away[others], kind="stable")][:count]
        return np.asarray(order[np.argsort(self.between(row, order), kind="stable")])

    def between(self, first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
        """The scaled distances of pairs of rows, in broadcast shape; exact, where the others round."""
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
