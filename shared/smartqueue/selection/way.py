"""Ways: from one track to another by even steps, and through tracks that are given, in an order that flows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smartqueue.selection.choice import Taste, leaps, unease
from smartqueue.selection.pool import NOBODY, Pool
from smartqueue.selection.tiers import Windows

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]

# How many tracks a path chooses from.
_CANDIDATES = 600
# What it costs a path, where a step costs about 1, to have an album or an artist again within its window.
_ALBUM_AGAIN, _ARTIST_AGAIN = 1e3, 1e6
# Beyond this, an order is looked for from one track to the next alone.
_IMPROVABLE = 1500


def path(pool: Pool, first: int, last: int, between: int, never: Rows, *, windows: Windows, taste: Taste) -> list[int]:
    """Rows of the `between` tracks that lead from one row to another by even steps, with no leap that can be helped.

    Fewer where there are no more. Of the tracks at each part of the way those near to both ends are candidates. Among
    these the path goes ever onwards, so that the sum of its squared steps, which a single long one dominates, is
    least (by dynamic programming: Bellman, "On a routing problem", 1958). An artist or album within its window costs
    more than any detour; whether it is, the best way to each candidate tells.
    """
    if between < 1:
        return []
    way = np.concatenate([[first], _stations(pool, first, last, between, never), [last]])
    count = min(between, len(way) - 2)
    limits = windows.within(pool)
    rules = [
        _Window(_told_apart(numbers[way]), window, cost, count + 1)
        for numbers, window, cost in (
            (pool.albums, limits.album, _ALBUM_AGAIN),
            (pool.artists, limits.artist, _ARTIST_AGAIN),
        )
        if window
    ]
    steps = np.stack([_steps(pool, row, way, taste) for row in way]) ** 2
    steps[np.tril_indices(len(way))] = np.inf
    # No step comes from anywhere but the first.
    costs, before = np.where(np.arange(len(way)) == 0, 0.0, np.inf), []
    for step in range(1, count + 2):
        through = costs[:, None] + steps
        for rule in rules:
            through += rule.costs(step)
        before.append(through.argmin(axis=0))
        costs = through.min(axis=0)
        for rule in rules:
            rule.follow(before[-1], step)
    place, rows = len(way) - 1, []
    for came_from in reversed(before[1:]):
        place = int(came_from[place])
        rows.append(int(way[place]))
    return rows[::-1]


def repeats(pool: Pool, rows: Sequence[int], windows: Windows) -> list[str]:
    """Of each row of a way what it repeats within its window, in words; empty for nothing."""
    limits, found = windows.within(pool), []
    for place, row in enumerate(rows):
        same = [
            name
            for name, numbers, window in (("artist", pool.artists, limits.artist), ("album", pool.albums, limits.album))
            if numbers[row] != NOBODY and numbers[row] in numbers[list(rows[max(0, place - window) : place])]
        ]
        found.append(f"same {' and '.join(same)} as a few tracks ago: no way leads around it" if same else "")
    return found


class _Window:
    """What it costs to repeat a number, such as an artist's, within a window, on the best way to each place so far."""

    def __init__(self, numbers: Rows, window: int, cost: float, whole: int) -> None:
        """numbers: (places,) of the first, the candidates and the last. whole: the step that leads to the last."""
        self._numbers = numbers
        self._window = window
        self._cost = cost
        self._whole = whole
        # (places, numbers) at which step each number came last.
        self._came = np.full((len(numbers), int(numbers.max()) + 1), -window - 1)
        self._came[:, numbers[0]] = 0

    def costs(self, step: int) -> Floats:
        """(from, to) of arriving at each place at this step, from each; the sooner again, the more."""
        found = self._of_gap(step - self._came[:, self._numbers])
        # What the last track repeats is in the way, too.
        found[:, :-1] += self._of_gap(self._whole - step) * (self._numbers[:-1] == self._numbers[-1])
        return found

    def follow(self, before: Rows, step: int) -> None:
        """The best way to each place has led there from the place before."""
        self._came = self._came[before]
        self._came[np.arange(len(before)), self._numbers] = step

    def _of_gap(self, gap: Rows | int) -> Floats:
        return self._cost * np.where(np.asarray(gap) <= self._window, 2 - np.asarray(gap) / self._window, 0.0)


def _told_apart(numbers: NDArray[np.int32]) -> Rows:
    """The numbers from 0 on, where every nobody is another."""
    unlike = np.where(numbers == NOBODY, -1 - np.arange(len(numbers)), numbers)
    return np.asarray(np.unique(unlike, return_inverse=True)[1])


def _stations(pool: Pool, first: int, last: int, between: int, never: Rows) -> Rows:
    """The candidates for a path, in the order of progress: one of each piece; of each recording where those are few."""
    ends = [first, last]
    both = pool.near.distances(slice(None), ends).astype(np.float64)
    total = both.sum(axis=1)
    progress = both[:, 0] / np.maximum(total, 1e-12)
    taken = pool.barred | np.isin(pool.recordings, pool.recordings[[*never.tolist(), *ends]])
    allowed = np.flatnonzero(~taken)
    allowed = allowed[np.argsort(total[allowed], kind="stable")]
    different = _one_of_each(allowed[~np.isin(pool.pieces[allowed], pool.pieces[ends])], pool.pieces)
    if len(different) < between:
        different = _one_of_each(allowed, pool.recordings)
    return _along(different, progress, between)


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


def _one_of_each(rows: Rows, numbers: NDArray[np.int32]) -> Rows:
    """The rows without a second one of the same number, in their order."""
    return np.asarray(rows[np.sort(np.unique(numbers[rows], return_index=True)[1])])
