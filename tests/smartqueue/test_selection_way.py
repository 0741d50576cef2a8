"""Ways from one track to another, and through tracks that are given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartqueue.selection import Pool, Windows
from smartqueue.selection.pool import NOBODY
from smartqueue.selection.way import ordered, path, repeats
from tests.smartqueue.pools import NEAREST, NO_WINDOWS, NOTHING, line, pool


def way(tracks: Pool, first: int, last: int, between: int, windows: Windows = NO_WINDOWS) -> list[int]:
    return path(tracks, first, last, between, NOTHING, windows=windows, taste=NEAREST)


def test_a_path_leads_from_one_to_the_other_by_even_steps() -> None:
    steps = np.diff([0, *way(line(21), 0, 20, 4), 20])
    assert steps.sum() == 20
    assert (abs(steps - 4) <= 1).all()


def test_a_path_has_no_leap_that_can_be_helped() -> None:
    rng = np.random.default_rng(0)
    cloud = rng.uniform(0, 10, (2000, 2))
    cloud[:2] = [[1, 1], [9, 9]]
    found = cloud[[0, *way(pool(cloud), 0, 1, 9), 1]]
    steps = np.linalg.norm(np.diff(found, axis=0), axis=1)
    assert steps.max() < 2 * np.linalg.norm(cloud[1] - cloud[0]) / 10


@given(st.integers(2, 12), st.integers(0, 15))
def test_a_path_has_different_tracks_and_never_its_ends(tracks: int, between: int) -> None:
    found = way(line(tracks), 0, tracks - 1, between)
    assert len(set(found)) == len(found) == min(between, tracks - 2)
    assert not {0, tracks - 1} & set(found)


def test_a_path_passes_by_another_file_of_the_same_recording() -> None:
    twice = line(8, recordings=[0, 0, 1, 1, 2, 3, 4, 5])
    found = way(twice, 0, 7, 6)
    assert 1 not in found
    assert len({2, 3} & set(found)) == 1


def test_a_path_has_another_version_of_a_piece_only_where_there_is_nothing_else() -> None:
    versions = line(8, pieces=[0, 0, 1, 1, 2, 3, 4, 5])
    assert 1 not in way(versions, 0, 7, 4)
    assert len({2, 3} & set(way(versions, 0, 7, 4))) == 1
    assert way(versions, 0, 7, 6) == [1, 2, 3, 4, 5, 6]


def test_a_path_keeps_the_windows_of_artists_and_albums_that_of_its_ends_too() -> None:
    albums = np.random.default_rng(0).permutation(225) // 9
    found = [0, *way(line(225, albums=albums, artists=albums // 2), 0, 224, 18, Windows()), 224]
    for names, window in ((albums, 8), (albums // 2, 4)):
        for place in range(len(found)):
            assert names[found[place]] not in names[found[max(0, place - window) : place]]


def test_what_a_way_repeats_is_told() -> None:
    some = line(9, artists=[0, 1, 0, 0, 2, 3, 4, 5, NOBODY], albums=[0, 1, 2, 0, 3, 4, 5, 6, NOBODY])
    assert repeats(some, [0, 1, 2, 3, 4, 8, 8], Windows(0, 2, 8)) == [
        "",
        "",
        "same artist as a few tracks ago: no way leads around it",
        "same artist as a few tracks ago: no way leads around it",
        "",
        "",
        "",
    ]
    assert repeats(some, [0, 2, 3], Windows(0, 1, 2))[2] == (
        "same artist and album as a few tracks ago: no way leads around it"
    )


def test_a_path_of_one_artist_alone_is_as_even_as_without_windows() -> None:
    alone = line(21, artists=[0] * 21, albums=[0] * 21)
    assert way(alone, 0, 20, 4, Windows()) == way(alone, 0, 20, 4)


def test_an_order_begins_with_the_first_and_flows() -> None:
    assert ordered(line(8), [0, 5, 2, 7, 1, 4, 3, 6], NEAREST) == list(range(8))


@given(st.permutations(range(9)))
def test_an_order_adds_none_and_leaves_none_out(given_rows: list[int]) -> None:
    found = ordered(line(9), given_rows, NEAREST)
    assert sorted(found) == list(range(9))
    assert found[0] == given_rows[0]


@given(st.integers(0, 50))
def test_an_order_has_no_stretch_that_were_shorter_turned_around(seed: int) -> None:
    cloud = np.random.default_rng(seed).uniform(0, 1, (12, 2))
    found = ordered(pool(cloud), range(12), NEAREST)
    near = pool(cloud).near

    def length(order: list[int]) -> float:
        return float(near.between(order[:-1], order[1:]).sum())

    shortest = length(found)
    for begin in range(1, 11):
        for end in range(begin + 1, 12):
            turned = [*found[:begin], *found[begin : end + 1][::-1], *found[end + 1 :]]
            assert length(turned) >= shortest - 1e-6


@pytest.mark.parametrize("few", [[], [3], [3, 1]])
def test_what_is_too_few_to_order_stays_as_it_is(few: list[int]) -> None:
    assert ordered(line(), few, NEAREST) == few
