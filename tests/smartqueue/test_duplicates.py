"""Which tracks are the same recording twice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import ArrayLike

from smartqueue.database import Library
from smartqueue.duplicates import duplicates
from tests.smartqueue.libraries import library

FEATURES = 30


def heard(vectors: np.ndarray, lengths: ArrayLike = 180.0, recordings: Sequence[str] = ()) -> Library:
    """Tracks of these vectors."""
    tracks = len(vectors)
    names = tuple(f"feature {number}" for number in range(vectors.shape[1]))
    length = np.broadcast_to(np.asarray(lengths, dtype=np.float32), tracks)
    recordings = list(recordings) or [str(row) for row in range(tracks)]
    return library(tracks, vectors=vectors.astype(np.float32), features=names, lengths=length, recordings=recordings)


def sounds(tracks: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((tracks, FEATURES))


def test_what_sounds_the_same_and_is_as_long_is_there_twice() -> None:
    vectors = sounds(50)
    vectors[30] = vectors[4] + 0.02
    assert duplicates(heard(vectors)) == [[4, 30]]


def test_what_sounds_the_same_and_is_longer_is_another() -> None:
    vectors = sounds(50)
    vectors[30] = vectors[4]
    lengths = np.full(50, 180.0)
    lengths[30] = 182.5
    assert duplicates(heard(vectors, lengths)) == []
    lengths[30] = 181.5
    assert duplicates(heard(vectors, lengths)) == [[4, 30]]


def test_files_of_one_recording_are_the_same_however_they_sound() -> None:
    recordings = ["a", "b", "a", "c", "b", "a"]
    assert duplicates(heard(sounds(6), range(0, 60, 10), recordings)) == [[0, 2, 5], [1, 4]]


def test_where_nothing_is_there_twice_there_are_no_groups() -> None:
    assert duplicates(heard(sounds(200))) == []


def test_a_library_of_nothing_has_no_groups() -> None:
    assert duplicates(heard(np.zeros((0, FEATURES)))) == []


@pytest.mark.parametrize("two", [(0, 1), (1023, 1024), (1000, 1600), (500, 2100), (2998, 2999)])
def test_it_makes_no_difference_where_in_a_large_library_the_two_are(two: tuple[int, int]) -> None:
    vectors, lengths = sounds(3000), 100 + np.arange(3000) / 1000
    vectors[two[1]] = vectors[two[0]]
    assert duplicates(heard(vectors, lengths)) == [list(two)]


def test_a_group_is_held_together_by_what_lies_between() -> None:
    lengths = np.linspace(100, 300, 40)
    vectors = sounds(40)
    for row, length in zip((3, 9, 27), (200.0, 201.5, 203.0), strict=True):
        vectors[row], lengths[row] = vectors[3], length
    assert duplicates(heard(vectors, lengths)) == [[3, 9, 27]]
