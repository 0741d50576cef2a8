"""The choice of the next track: near to the context, in the best tier there is, flowing, and not always the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from smartqueue.selection.flow import energy_leap, key_steps, tempo_leap
from smartqueue.selection.pool import Pool
from smartqueue.selection.tiers import Past, Tiers, Windows, tiers

Floats = NDArray[np.float64]

# To how many tracks, those nearest by the mean of squares, the distance from each seed is worked out: all of most
# libraries, and enough of the largest to get away from what was skipped.
_NEIGHBOURS = 5_000
# One in so many tracks tells how near these are.
_EVERY = 16
# How many of the nearest are weighed against one another by flow and favour: those within the nearest part of all that
# is left, but no more and no fewer than so many.
_REACH, _FEWEST, _SHORTLIST = 0.15, 5, 40
# What lies nearer to a skipped track than this, in scaled distance, is pushed away, by up to so much.
_REPELLED_WITHIN, _REPULSION = 1.0, 0.5
# What favour is worth beside nearness, where the nearest and the furthest of the shortlist are 1 apart.
_FAVOUR = 0.15


@dataclass(frozen=True)
class Taste:
    """What the listener would rather have, each from 0 to 1.

    tempo_flow, key_flow, energy_flow: how much a leap of tempo, of key or of energy counts; at 1 the largest leap
    is worth as much as the way from the nearest to the furthest of the shortlist. adventure: 0 takes the best
    always, 1 anything in the neighbourhood.
    """

    tempo_flow: float = 0.6
    key_flow: float = 0.7
    energy_flow: float = 0.3
    adventure: float = 0.2


@dataclass(frozen=True)
class Context:
    """What the next track is to go with, as rows of the pool.

    seeds, weights: what it is to be near to, and how much each counts. away: what it is to keep away from. last: what
    it follows, if anything.
    """

    seeds: Sequence[int]
    weights: Sequence[float] | None = None
    away: Sequence[int] = ()
    last: int | None = None

    @property
    def shares(self) -> Floats:
        """(seeds,) how much each seed counts; together 1, and alike where no weights are given."""
        weights = np.ones(len(self.seeds)) if self.weights is None else np.asarray(self.weights, dtype=np.float64)
        return np.asarray(weights / weights.sum())

    def lasting(self, pool: Pool) -> Context:
        """The same without the seeds that are too short to be any, as long as others are left."""
        keep = np.flatnonzero(~pool.brief[list(self.seeds)]).tolist()
        if len(keep) in (0, len(self.seeds)):
            return self
        weights = None if self.weights is None else [self.weights[place] for place in keep]
        return replace(self, seeds=[self.seeds[place] for place in keep], weights=weights)


@dataclass(frozen=True)
class Choice:
    """One track that may come next, and why.

    row: in the pool. seed: the row of the seed that weighed most, of several the nearest. distance: from there, scaled.
    place: 1 for the nearest of all that no rule shut out, 0 where it was not chosen by a place. leaps: how far from the
    track before, in octaves of tempo, steps on the circle of fifths, and of energy; empty after nothing. relaxed: the
    rule that had to give way, in words.
    """

    row: int
    seed: int
    distance: float
    place: int
    leaps: dict[str, float] = field(default_factory=dict)
    relaxed: str = ""


def choose(
    pool: Pool,
    context: Context,
    past: Past,
    *,
    windows: Windows,
    taste: Taste,
    generator: np.random.Generator,
    count: int = 20,
) -> list[Choice]:
    """Up to `count` tracks for one place, in the order in which they should be tried.

    It is empty only where all tracks are barred. Of two tiers the worse is taken from once the better is used up.
    """
    context = context.lasting(pool)
    roughly = pool.near.mean_squares(context.seeds, context.shares)
    there = tiers(pool, past, windows, context.last)
    within = _within_reach(roughly, there)
    chosen: list[Choice] = []
    before = 0
    for allowed, relaxed in there.best_first():
        around = allowed[_about_smallest(roughly[allowed], max(_NEIGHBOURS, count * _EVERY))]
        away = _distances(pool, context, around)
        nearest = _smallest(away, max(_SHORTLIST, count - len(chosen)))
        nearest = nearest[np.argsort(away[nearest], kind="stable")]
        rows, away = around[nearest], away[nearest]
        shortlist = int(np.clip(np.count_nonzero(roughly[rows] <= within), _FEWEST, _SHORTLIST))
        order = np.concatenate(
            [
                _by_score(pool, context.last, rows[:shortlist], away[:shortlist], taste, generator),
                np.arange(shortlist, len(rows)),
            ]
        )[: count - len(chosen)]
        # Places are told by distance, whatever the order of the score.
        chosen += _choices(pool, context, rows[order], before + 1 + order, relaxed)
        before += len(allowed)
        if len(chosen) == count:
            break
    return chosen


def _within_reach(roughly: NDArray[np.float32], there: Tiers) -> float:
    """How far the nearest part of all that may be chosen at all reaches; endless where that part is large anyhow."""
    left = len(there.free) + len(there.others)
    if not left or left > _NEIGHBOURS:
        return np.inf
    place = int(_REACH * left)
    return float(np.partition(roughly[there.rows], place)[place])


def _distances(pool: Pool, context: Context, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """(rows,) the weighted mean of the scaled distances to the seeds, and more near what is to be kept away from."""
    seeds = len(context.seeds)
    away = pool.near.distances(rows, [*context.seeds, *context.away])
    found = away[:, :seeds] @ context.shares.astype(np.float32)
    if context.away:
        found += _REPULSION * np.maximum(0, _REPELLED_WITHIN - away[:, seeds:].min(axis=1))
    return np.asarray(found)


def _about_smallest(values: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Where about the `count` smallest values stand, in order: at least count / _EVERY of them, and none if larger."""
    if len(values) <= count:
        return np.arange(len(values))
    rank = count // _EVERY
    return np.flatnonzero(values <= np.partition(values[::_EVERY], rank)[rank])


def _smallest(values: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Where the `count` smallest values stand, in no order."""
    if len(values) <= count:
        return np.arange(len(values))
    return np.asarray(np.argpartition(values, count)[:count])


def leaps(pool: Pool, first: int | NDArray[np.int64], second: NDArray[np.int64]) -> dict[str, Floats]:
    """From one row to others: octaves of tempo, steps on the circle of fifths, and how much of a cliff of energy."""
    return {
        "tempo": tempo_leap(pool.tempi[first], pool.tempi[second]),
        "key": key_steps(pool.keys[first], pool.keys[second]),
        "energy": energy_leap(pool.loudness[first], pool.loudness[second], pool.onsets[first], pool.onsets[second]),
    }


def unease(found: dict[str, Floats], taste: Taste) -> Floats:
    """What leaps cost, by the listener's taste; the largest of each kind costs its strength."""
    return np.asarray(
        taste.tempo_flow * found["tempo"] / 0.5
        + taste.key_flow * found["key"] / 6
        + taste.energy_flow * found["energy"]
    )


def _by_score(
    pool: Pool,
    last: int | None,
    rows: NDArray[np.int64],
    away: NDArray[np.float32],
    taste: Taste,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """The order of the rows, the best first, with as much chance as the listener's sense of adventure."""
    spread = float(away.max() - away.min())
    near = (away - away.min()) / spread if spread > 0 else np.zeros(len(away))
    cost = near - _FAVOUR * pool.favour[rows]
    if last is not None:
        cost = cost + unease(leaps(pool, last, rows), taste)
    # The greatest of values with Gumbel noise is a draw by softmax (Gumbel, 1954): hot for the adventurous.
    if taste.adventure >= 1:
        return np.asarray(generator.permutation(len(rows)))
    if taste.adventure > 0:
        heat = 0.25 * taste.adventure / (1 - taste.adventure)
        cost = cost - heat * generator.gumbel(size=len(rows))
    return np.asarray(np.argsort(cost, kind="stable"))


def _choices(
    pool: Pool, context: Context, rows: NDArray[np.int64], places: NDArray[np.int64], relaxed: str
) -> list[Choice]:
    """The rows as choices."""
    # What weighed most brought it here, whatever else happens to be nearer.
    heaviest = np.flatnonzero(np.isclose(context.shares, context.shares.max()))
    seeds = np.asarray(context.seeds)[heaviest]
    away = pool.near.between(rows[:, None], seeds)
    found = {} if context.last is None else leaps(pool, context.last, rows)
    return [
        Choice(
            int(row),
            int(seeds[to_seeds.argmin()]),
            float(to_seeds.min()),
            int(place),
            {name: float(leap[number]) for name, leap in found.items()},
            relaxed,
        )
        for number, (row, place, to_seeds) in enumerate(zip(rows, places, away, strict=True))
    ]
