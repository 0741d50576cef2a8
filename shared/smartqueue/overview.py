"""Two pictures of a library and what was learned in it: how far genres are apart, and what was said when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from smartqueue.database import Kept
from smartqueue.library_map import first_genres, grouped
from smartqueue.listening import Triplet
from smartqueue.selection import Neighbourhood

# A genre's tracks beyond so many tell little more about its distances.
_SAMPLED = 200


@dataclass(frozen=True)
class GenreDistances:
    """How far tracks are apart inside and between genres.

    names: the G genres, the most frequent first. tracks: (G,) how many are of each. means: (G, G) mean scaled
    distances, about 1 for tracks in one another's surroundings; symmetric; on the diagonal those inside a genre.
    """

    names: list[str]
    tracks: NDArray[np.int64]
    means: NDArray[np.float64]


def genre_distances(
    near: Neighbourhood, genres: Sequence[str], *, most: int = 12, random_state: int = 0
) -> GenreDistances:
    """The mean distances of the most frequent genres.

    genres: (tracks,) as beets has them; of several the first counts, whatever its case. One that has a single track
    has no distance inside, and is left out. Of a genre with more than 200 tracks, 200 drawn at random stand for it.
    """
    names, genre = grouped(first_genres(genres))
    tracks = np.bincount(genre[genre >= 0], minlength=len(names))
    # The most frequent come first, so that those with a single track are the last.
    count = min(most, int(np.count_nonzero(tracks > 1)))

    generator = np.random.default_rng(random_state)
    drawn = [generator.permutation(np.flatnonzero(genre == place))[:_SAMPLED] for place in range(count)]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *drawn])
    member = np.eye(count)[genre[rows]]
    away = near.distances(rows, rows)
    # A track is in no pair with itself.
    np.fill_diagonal(away, 0)
    size = member.sum(axis=0)
    means = member.T @ away @ member / (np.outer(size, size) - np.diag(size))
    return GenreDistances(names[:count], tracks[:count], np.asarray((means + means.T) / 2))


@dataclass(frozen=True)
class History:
    """What a listener has said over time, and what was learned from it.

    days: the D days, the listener's own, on which something was said, oldest first. said: by source, (D,) how much
    until the end of each day. learned: (L,) when lessons were, UTC seconds. accuracies, plain_accuracies: (L,) held
    out.
    """

    days: list[date]
    said: dict[str, NDArray[np.int64]]
    learned: NDArray[np.float64]
    accuracies: NDArray[np.float64]
    plain_accuracies: NDArray[np.float64]


def history(triplets: Sequence[Triplet], metrics: Sequence[Kept]) -> History:
    """The history of answers and skips, and of metrics that were judged by the listener.

    Library triplets have none: they are drawn anew for each lesson. What was judged by questions that were chosen to
    teach, as earlier versions did, has no accuracy that could be compared.
    """
    own = [triplet for triplet in triplets if triplet.source != "library" and triplet.id == triplet.entry]
    told = np.array([_day(triplet.created or 0.0) for triplet in own], dtype=np.int64)
    sources = np.array([triplet.source for triplet in own], dtype=str)
    days, place = np.unique(told, return_inverse=True)
    lessons = np.array(
        [
            (kept.created, kept.accuracy, kept.plain_accuracy)
            for kept in metrics
            if kept.judged_by in ("survey", "skip") and None not in (kept.accuracy, kept.plain_accuracy)
        ],
        dtype=np.float64,
    ).reshape(-1, 3)
    return History(
        [date.fromordinal(day) for day in days.tolist()],
        {
            source: np.cumsum(np.bincount(place[sources == source], minlength=len(days)))
            for source in ("survey", "skip")
        },
        *lessons.T,
    )


def _day(moment: float) -> int:
    """The number of the listener's day of a moment, UTC seconds."""
    return date.fromtimestamp(moment).toordinal()  # noqa: DTZ012 - the listener's day
