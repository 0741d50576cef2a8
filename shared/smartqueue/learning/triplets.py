"""What may be learned from: vectors and triplets, checked, with every refusal naming the row."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smartqueue.learning.likelihood import Floats

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

SOURCES = ("survey", "skip", "library")
LARGEST = 1e6  # a standardised feature never gets there, and its fourth power is still a number


@dataclass(frozen=True)
class Triplets:
    """Checked input: who was compared, by whom, and what belongs together.

    `points` is (tracks, features), `rows` (n, 3) track numbers (near, near, odd), `weights` (n,),
    `questions` (n,) and `artists` (tracks,) numbers from 0. `library` and `skips` (n,) are whether the row is of
    that source, `at_random` whether it answers a question of any three tracks, `seen` whether the metric in use
    was learned from it. Tracks without an artist's name have each a number of their own.
    """

    points: Floats
    rows: Integers
    weights: Floats
    questions: Integers
    library: Booleans
    skips: Booleans
    at_random: Booleans
    seen: Booleans
    artists: Integers | None
    groups: Integers | None


def check(
    vectors: ArrayLike,
    triplets: ArrayLike,
    weights: ArrayLike | None,
    groups: ArrayLike | None,
    questions: ArrayLike | None,
    sources: ArrayLike | None,
    artists: ArrayLike | None,
    at_random: ArrayLike | None,
    seen: ArrayLike | None,
) -> Triplets:
    """Check what `learn` was given; a ValueError names the first row that is wrong."""
    points = _numbers("vectors", vectors)
    if points.ndim != 2 or points.shape[1] == 0:
        raise ValueError(f"vectors must be (tracks, features), not of shape {points.shape}")
    wrong = ~(np.abs(points) <= LARGEST).all(axis=1)
    if wrong.any():
        raise ValueError(
            f"vectors, row {wrong.argmax()}: a feature is not a number of a standardised size; "
            "standardise the features and leave out tracks whose vector is unknown"
        )
    rows = np.asarray(triplets)
    if rows.size == 0:
        rows = np.zeros((0, 3), dtype=np.int64)
    if rows.ndim != 2 or rows.shape[1] != 3:
        raise ValueError(f"triplets must be (n, 3), rows of (near, near, odd), not of shape {rows.shape}")
    if not np.issubdtype(rows.dtype, np.integer):
        raise ValueError(f"triplets must be whole track numbers, not {rows.dtype}")
    rows = rows.astype(np.int64)
    _refuse("triplets", np.any((rows < 0) | (rows >= len(points)), axis=1), "names a track that vectors does not have")
    _refuse("triplets", np.any(rows == rows[:, [1, 2, 0]], axis=1), "names a track twice")

    count = len(rows)
    mass = np.ones(count) if weights is None else _numbers("weights", weights)
    _same_length("weights", mass, count, "one a triplet")
    _refuse("weights", ~((mass >= 0) & (mass <= LARGEST)), "is not a weight of 0 or more")
    source = np.full(count, "survey") if sources is None else np.asarray(sources, dtype=str)
    _same_length("sources", source, count, "one a triplet")
    _refuse("sources", ~np.isin(source, SOURCES), f"is none of {', '.join(SOURCES)}")
    if questions is None:
        question = np.unique(np.sort(rows, axis=1), axis=0, return_inverse=True)[1].reshape(-1)
    else:
        question = _labels("questions", questions, count, "one a triplet")
    artist = None if artists is None else _labels("artists", artists, len(points), "one a track")
    if artist is not None:
        nameless = np.asarray(artists, dtype=str) == ""
        artist[nameless] = len(points) + np.arange(nameless.sum())
    return Triplets(
        points=points,
        rows=rows,
        weights=mass,
        questions=question,
        library=source == "library",
        skips=source == "skip",
        at_random=_flags("at_random", at_random, count) & (source == "survey"),
        seen=_flags("seen", seen, count),
        artists=artist,
        groups=None if groups is None else _labels("groups", groups, points.shape[1], "one a feature"),
    )


def _numbers(name: str, values: ArrayLike) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from error


def _labels(name: str, values: ArrayLike, count: int, each: str) -> Integers:
    labels = np.asarray(values)
    _same_length(name, labels, count, each)
    return np.asarray(np.unique(labels.astype(str), return_inverse=True)[1], dtype=np.int64)


def _flags(name: str, values: ArrayLike | None, count: int) -> Booleans:
    flags = np.zeros(count, dtype=bool) if values is None else np.asarray(values)
    _same_length(name, flags, count, "one a triplet")
    if flags.dtype != bool:
        raise ValueError(f"{name} must be true or false, not {flags.dtype}")
    return flags


def _same_length(name: str, values: NDArray[np.generic], count: int, each: str) -> None:
    if values.shape != (count,):
        raise ValueError(f"{name} must be of shape ({count},), {each}, not {values.shape}")


def _refuse(name: str, wrong: Booleans, why: str) -> None:
    if wrong.any():
        raise ValueError(f"{name}, row {wrong.argmax()}: {why}")
