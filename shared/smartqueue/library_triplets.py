"""Weak supervision: triplets that albums and artists give, with no effort of the listener's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# An album says less than a listener does; the learner chooses how much of this weight to believe.
WEIGHT = 0.2


def library_triplets(
    albums: Sequence[str], artists: Sequence[str], *, most: int = 1000, random_state: int = 0
) -> NDArray[np.int64]:
    """Rows (near, near, odd) of two tracks of one album, or artist, and one of another.

    albums, artists: (tracks,) names; an empty name belongs to nobody. Each track is as often the first as any
    other. At most `most` rows, half from albums and half from artists as far as there are such; the same for
    the same arguments.
    """
    generator = np.random.default_rng(random_state)
    drawn = [_triplets_of(np.asarray(labels, dtype=object), most // 2, generator) for labels in (albums, artists)]
    return np.unique(np.concatenate(drawn), axis=0)


def _triplets_of(labels: NDArray[np.object_], most: int, generator: np.random.Generator) -> NDArray[np.int64]:
    nothing = np.empty((0, 3), dtype=np.int64)
    named = np.flatnonzero(labels != "")
    if len(named) < 3:
        return nothing
    _, label, counts = np.unique(labels[named].astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(label, kind="stable")
    begin = np.concatenate(([0], np.cumsum(counts)[:-1]))
    able = np.flatnonzero((counts[label] >= 2) & (counts[label] < len(named)))
    if not len(able):
        return nothing
    first = generator.permutation(np.resize(able, most))
    own = label[first]
    # The second is any other of the label: a step from the first's place within it, never 0, around its end.
    place = np.empty(len(named), dtype=np.int64)
    place[order] = np.arange(len(named)) - begin[label[order]]
    step = generator.integers(1, counts[own])
    second = order[begin[own] + (place[first] + step) % counts[own]]
    # The odd one is any track outside the label: in label order, those after its end.
    outside = generator.integers(0, len(named) - counts[own])
    odd = order[(begin[own] + counts[own] + outside) % len(named)]
    near = np.sort(np.stack((first, second), axis=1), axis=1)
    return np.asarray(named[np.column_stack((near, odd))], dtype=np.int64)
