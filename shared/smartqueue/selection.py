"""What plays next: the tracks nearest to what is playing, by rules that relax before they leave nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smartqueue.metric import distances


@dataclass(frozen=True)
class Choice:
    """One chosen track, and why.

    row: its row among the candidates. distance: from the seed. place: 1 for the nearest of all that no rule
    shut out. relaxed: the rule that had to give way, in words; empty if none had to.
    """

    row: int
    distance: float
    place: int
    relaxed: str = ""


def nearest(points: NDArray[np.float32], seed: int) -> list[Choice]:
    """All tracks but the seed, nearest first; points is (tracks, rank)."""
    away = distances(points, points[seed])
    order = np.argsort(away, kind="stable")
    order = order[order != seed]
    return [Choice(int(row), float(away[row]), place) for place, row in enumerate(order, start=1)]


def choose(
    points: NDArray[np.float32],
    seed: int,
    *,
    never: NDArray[np.bool_],
    lately: NDArray[np.int64],
    skipped: NDArray[np.bool_],
) -> Iterator[Choice]:
    """All tracks in the order in which they should be tried as the next; what is not asked for costs no time.

    points: (tracks, rank). seed: the row of what is playing.
    never: (tracks,) what must not be chosen whatever happens (already queued, unplayable).
    lately: (tracks,) how many others were heard or queued since this one was, -1 for long ago.
    skipped: (tracks,) what was skipped lately.

    What was heard lately comes after all else, and of that the later half after the earlier one; what was
    skipped lately comes last of all, so that in a small library the music goes on.
    """
    away = distances(points, points[seed])
    tier = np.zeros(len(points), dtype=np.int64)
    heard = lately >= 0
    if heard.any():
        tier[heard] = np.where(lately[heard] > np.median(lately[heard]), 1, 2)
    tier[skipped] = 3
    tier[seed] = 4
    order = np.lexsort((away, tier))
    order = order[~never[order]]
    words = ("", "heard lately", "heard lately", "skipped lately", "nothing else is left")
    return (Choice(int(row), float(away[row]), place, words[tier[row]]) for place, row in enumerate(order, start=1))
