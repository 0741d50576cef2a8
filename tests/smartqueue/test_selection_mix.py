"""Mixes: from seeds, from one track to another, and in another order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartqueue.selection import Context, Pool, Windows
from smartqueue.selection.mix import mix, ordered, path
from tests.smartqueue.pools import NEAREST, NO_WINDOWS, line, past, pool, rows


def mixed(tracks: Pool, *seeds: int, count: int, windows: Windows = NO_WINDOWS) -> list[int]:
    return rows(
        mix(
            tracks,
            Context(seeds),
            past(never=seeds),
            windows=windows,
            taste=NEAREST,
            generator=np.random.default_rng(0),
            is_enough=lambda chosen: len(chosen) >= count,
        )
    )


def test_a_mix_is_of_the_nearest_and_none_comes_twice() -> None:
    assert sorted(mixed(line(20), 0, count=6)) == [1, 2, 3, 4, 5, 6]


def test_a_mix_of_more_than_there_are_ends_with_the_last() -> None:
    assert sorted(mixed(line(4), 0, count=9)) == [1, 2, 3]


def test_a_mix_of_a_large_pool_is_of_the_nearest_too() -> None:
    assert sorted(mixed(line(5000), 2500, count=6)) == [2497, 2498, 2499, 2501, 2502, 2503]


def test_a_mix_goes_on_among_all_where_what_is_near_is_used_up() -> None:
    found = mixed(line(2100), 0, count=2099)
    assert sorted(found) == list(range(1, 2100))


def test_a_mix_has_no_artist_twice_within_its_window_while_the_pool_allows_it() -> None:
    artists = np.repeat(np.arange(10), 4)
    found = artists[mixed(line(40, artists=artists), 0, count=20, windows=Windows(0, 5, 0))]
    for place in range(len(found)):
        assert found[place] not in found[max(0, place - 5) : place]


def way(tracks: Pool, first: int, last: int, between: int) -> list[int]:
    return path(tracks, first, last, between, past(), windows=NO_WINDOWS, taste=NEAREST)


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
