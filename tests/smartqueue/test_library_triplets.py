"""Triplets from albums and artists."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from smartqueue.library_triplets import library_triplets

NAMES = st.lists(st.sampled_from(["", "one", "two", "three"]), min_size=1, max_size=20)


@given(NAMES)
def test_the_near_two_share_a_name_and_the_odd_one_has_another(albums: list[str]) -> None:
    names = np.array(albums)
    for near_a, near_b, odd in library_triplets(albums, [""] * len(albums)):
        assert near_a != near_b
        assert names[near_a] == names[near_b] != names[odd]


@given(NAMES)
def test_a_track_without_a_name_belongs_to_nobody(albums: list[str]) -> None:
    drawn = library_triplets(albums, [""] * len(albums))
    assert "" not in np.array(albums)[drawn].ravel()


def test_one_album_alone_says_nothing() -> None:
    assert not len(library_triplets(["one"] * 9, [""] * 9))


def test_albums_of_one_track_say_nothing() -> None:
    assert not len(library_triplets(["one", "two", "three"], [""] * 3))


def test_every_track_of_an_album_takes_part() -> None:
    drawn = library_triplets(["one"] * 5 + ["two"] * 5, [""] * 10)
    assert set(drawn[:, :2].ravel()) == set(range(10))


def test_artists_speak_where_albums_do_not() -> None:
    assert len(library_triplets([""] * 6, ["a", "a", "a", "b", "b", "b"]))


def test_no_more_are_drawn_than_asked_for() -> None:
    assert len(library_triplets(["one", "two"] * 500, ["a", "b"] * 500, most=100)) <= 100


def test_the_same_library_gives_the_same_triplets() -> None:
    names = ["one", "two", "three"] * 10
    np.testing.assert_array_equal(library_triplets(names, names), library_triplets(names, names))
