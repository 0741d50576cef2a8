"""Mixes: many tracks in a row that are near to seeds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from smartqueue.selection.choice import Choice, Context, Taste, choose
from smartqueue.selection.pool import Pool
from smartqueue.selection.tiers import Past, Windows, tiers

Rows = NDArray[np.int64]

# How many a mix chooses from, before it chooses from all.
_NEARBY = 2000


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
    found = np.zeros(len(pool), dtype=bool)
    wanted = _NEARBY
    for rows, _ in tiers(pool, past, windows, context.last).best_first():
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
