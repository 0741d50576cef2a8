"""Which tracks are the same recording twice, by their recording's id, or by sound and length."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from smartqueue.database import Library
from smartqueue.metric import plain

Rows = NDArray[np.int64]

# How far apart two encodings of one recording may be, in standard deviations a feature and in seconds. MP3 at 128 kb/s
# lies within 0.15 as a rule, the nearest of other pieces beyond 0.5.
_SAME_SOUND, _SAME_LENGTH = 0.3, 2.0
# Tracks that are compared with one another at once.
_BLOCK = 1024


def duplicates(library: Library) -> list[list[int]]:
    """Groups of rows that are one recording each, in the library's order.

    Sound is compared by the plain metric, because a learned one may leave out what tells two recordings apart. Memory
    is linear in the tracks; only tracks of about the same length are compared.
    """
    parents = list(range(len(library.ids)))

    def root(row: int) -> int:
        while parents[row] != row:
            parents[row] = row = parents[parents[row]]
        return row

    for first, second in _pairs(library):
        one, other = root(first), root(second)
        parents[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for row in range(len(parents)):
        groups.setdefault(root(row), []).append(row)
    return [group for group in groups.values() if len(group) > 1]


def _pairs(library: Library) -> Iterator[tuple[int, int]]:
    known: dict[str, int] = {}
    for row, recording in enumerate(library.recordings):
        yield row, known.setdefault(recording, row)
    points = plain(library.features, library.vectors).points(library.vectors)
    furthest = _SAME_SOUND**2 * points.shape[1]
    order = np.argsort(library.lengths, kind="stable")
    points, lengths = points[order], library.lengths[order]
    squares = np.einsum("ij,ij->i", points, points)
    for begin in range(0, len(order), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        end = int(np.searchsorted(lengths, lengths[rows][-1] + _SAME_LENGTH, side="right"))
        for further in range(begin, end, _BLOCK):
            others = slice(further, min(further + _BLOCK, end))
            away = squares[rows, None] + squares[others] - 2 * points[rows] @ points[others].T
            same = (away <= furthest) & (np.abs(lengths[rows, None] - lengths[others]) <= _SAME_LENGTH)
            first, second = np.nonzero(same)
            yield from zip(order[rows][first].tolist(), order[others][second].tolist(), strict=True)
