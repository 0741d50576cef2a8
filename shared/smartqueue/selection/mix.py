"""Mixes: many tracks in a row, from seeds, from one track to another, or those that there are in another order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from smartqueue.selection.choice import Choice, Context, Taste, choose, leaps, unease
from smartqueue.selection.pool import Pool
from smartqueue.selection.tiers import NEVER, Past, Windows, by_tier, tiers

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]

# How many tracks a path chooses from.
_CANDIDATES = 600
# How many a mix chooses from, before it chooses from all.
_NEARBY = 2000
# Beyond this, an order is looked for from one track to the next alone.
_IMPROVABLE = 1500


def mix(
    pool: Pool,
    context: Context,
    past: Past,
    *,
    windows: Windows,
    taste: Taste,
    generator: np.random.Generator,
    is_enough: Callable[[list[Choice]], bool],
) -> list[Choice]:
    """Tracks near to the context's seeds, each led to by the one before, until it is enough; none comes twice.

    It ends early where nothing is left to choose. The choice is among what is about nearest, and among all where that
    is used up.
    """
    part = _nearby(pool, context, past, windows)
    place = np.full(len(pool), -1)
    place[part] = np.arange(len(part))
    chosen: list[Choice] = []
    here, now, before = pool.of(part), _moved(context, place), Past(*(place[rows] for rows in vars(past).values()))
    while not is_enough(chosen):
        found = choose(here, now, before, windows=windows, taste=taste, generator=generator, count=1)
        if not found and len(here) == len(pool):
            break
        if not found:
            # On from where it has come to, among all.
            rows = np.array([choice.row for choice in chosen], dtype=np.int64)
            here, part, place = pool, np.arange(len(pool)), np.arange(len(pool))
            now = replace(context, last=int(rows[-1]) if len(rows) else context.last)
            before = replace(past, heard=np.append(past.heard, rows), never=np.append(past.never, rows))
            continue
        (choice,) = found
        chosen.append(replace(choice, row=int(part[choice.row]), seed=int(part[choice.seed])))
        now = replace(now, last=choice.row)
        before = replace(before, heard=np.append(before.heard, choice.row), never=np.append(before.never, choice.row))
    return chosen


def _nearby(pool: Pool, context: Context, past: Past, windows: Windows) -> Rows:
    """The rows that are about nearest, those of the best tiers first, and all that context and past speak of."""
    if len(pool) <= _NEARBY:
        return np.arange(len(pool))
    roughly = pool.near.mean_squares(context.seeds, context.shares)
    tier = tiers(pool, past, windows, context.last)
    found = np.zeros(len(pool), dtype=bool)
    wanted = _NEARBY
    for _, rows in by_tier(tier):
        rows = rows if len(rows) <= wanted else rows[np.argpartition(roughly[rows], wanted - 1)[:wanted]]
        found[rows] = True
        wanted -= len(rows)
        if wanted < 1:
            break
    spoken_of = [*context.seeds, *context.away, *([] if context.last is None else [context.last])]
    for known in (np.array(spoken_of, dtype=np.int64), *vars(past).values()):
        found[known] = True
    return np.flatnonzero(found)


def _moved(context: Context, place: Rows) -> Context:
    """The context with each row where `place` says."""
    return Context(
        [int(place[row]) for row in context.seeds],
        context.weights,
        [int(place[row]) for row in context.away],
        None if context.last is None else int(place[context.last]),
    )


def path(pool: Pool, first: int, last: int, between: int, past: Past, *, windows: Windows, taste: Taste) -> list[int]:
    """Rows of the `between` tracks that lead from one row to another by even steps, with no leap that can be helped.

    Fewer where there are no more. Of the tracks at each part of the way those near to both ends are candidates. Among
    these the path goes ever onwards, so that the sum of its squared steps, which a single long one dominates, is
    least (by dynamic programming: Bellman, "On a routing problem", 1958).
    """
    if between < 1:
        return []
    tier = tiers(pool, past, windows, None)
    tier[(pool.recordings == pool.recordings[first]) | (pool.recordings == pool.recordings[last])] = NEVER
    both = pool.near.distances(slice(None), [first, last]).astype(np.float64)
    total = both.sum(axis=1)
    progress = both[:, 0] / np.maximum(total, 1e-12)
    allowed = np.flatnonzero(tier < NEVER)
    allowed = allowed[np.lexsort((total[allowed], tier[allowed]))]
    candidates = _along(_one_of_each(allowed, pool.recordings), progress, between)
    if not len(candidates):
        return []
    way = np.concatenate([[first], candidates, [last]])
    steps = np.stack([_steps(pool, row, way, taste) for row in way]) ** 2
    steps[np.tril_indices(len(way))] = np.inf
    costs, before = steps[0], []
    for _ in range(min(between, len(candidates))):
        through = costs[:, None] + steps
        before.append(through.argmin(axis=0))
        costs = through.min(axis=0)
    place, rows = len(way) - 1, []
    for step in reversed(before):
        place = int(step[place])
        rows.append(int(way[place]))
    return rows[::-1]


def _along(rows: Rows, progress: Floats, parts: int) -> Rows:
    """Of the rows, the best first, some for each part of the way, in the order of progress, (tracks,) from 0 to 1.

    Parts are of even length, and once more of as many tracks: in a space of many dimensions few lie near the ends.
    """
    width = max(2, _CANDIDATES // (2 * parts))
    ranks = np.empty(len(rows))
    ranks[np.argsort(progress[rows], kind="stable")] = np.arange(len(rows)) / max(len(rows), 1)
    chosen = np.zeros(len(rows), dtype=bool)
    for position in (progress[rows], ranks):
        part = np.minimum((position * parts).astype(np.int64), parts - 1)
        # The place of each row among those of its part.
        order = np.argsort(part, kind="stable")
        begin = np.searchsorted(part[order], np.arange(parts))
        chosen[order[np.arange(len(rows)) - begin[part[order]] < width]] = True
    found = rows[chosen]
    return np.asarray(found[np.argsort(progress[found], kind="stable")])


def ordered(pool: Pool, rows: Sequence[int], taste: Taste) -> list[int]:
    """The rows in an order that flows, beginning with the first of them; none is added and none left out.

    Each leads to the nearest that is left; then stretches are turned around while that shortens the way (2-opt:
    Croes, "A method for solving traveling-salesman problems", 1958).
    """
    given = np.asarray(rows, dtype=np.int64)
    if len(given) < 3:
        return list(rows)
    way = [0]
    left = np.ones(len(given), dtype=bool)
    left[0] = False
    while left.any():
        others = np.flatnonzero(left)
        nearest = int(others[_steps(pool, given[way[-1]], given[others], taste).argmin()])
        way.append(nearest)
        left[nearest] = False
    if len(given) <= _IMPROVABLE:
        way = _untangled(way, np.stack([_steps(pool, row, given, taste) for row in given]))
    return [int(given[place]) for place in way]


def _untangled(way: list[int], steps: Floats) -> list[int]:
    places = np.array(way)
    shortened = True
    while shortened:
        shortened = False
        for begin in range(1, len(places) - 1):
            # Turning around what lies from `begin` to each later end changes the steps before and after it.
            ends = np.arange(begin + 1, len(places))
            after = np.append(places[begin + 2 :], -1)
            change = steps[places[begin - 1], places[ends]] - steps[places[begin - 1], places[begin]]
            change = change + np.where(after >= 0, steps[places[begin], after] - steps[places[ends], after], 0.0)
            best = int(change.argmin())
            if change[best] < -1e-9:
                places[begin : ends[best] + 1] = places[begin : ends[best] + 1][::-1].copy()
                shortened = True
    return [int(place) for place in places]


def _steps(pool: Pool, first: NDArray[np.int64] | int, second: NDArray[np.int64], taste: Taste) -> Floats:
    """What it costs to go from rows to others: the scaled distance, and the unease of the leaps."""
    first, second = np.broadcast_arrays(first, second)
    return np.asarray(pool.near.between(first, second) + 0.5 * unease(leaps(pool, first, second), taste))


def _one_of_each(rows: Rows, recordings: NDArray[np.int32]) -> Rows:
    """The rows without a second file of the same recording, in their order."""
    return np.asarray(rows[np.sort(np.unique(recordings[rows], return_index=True)[1])])
