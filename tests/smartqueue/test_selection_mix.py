"""Mixes: tracks near to seeds, in a row."""

from __future__ import annotations

import numpy as np

from smartqueue.selection import Context, Pool, Windows
from smartqueue.selection.mix import mix
from tests.smartqueue.pools import NEAREST, NO_WINDOWS, line, past, rows


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
    artists = np.repeat(np.arange(18), 4)
    found = artists[mixed(line(72, artists=artists), 0, count=20, windows=Windows(0, 5, 0))]
    for place in range(len(found)):
        assert found[place] not in found[max(0, place - 5) : place]


def test_no_two_tracks_of_an_artist_are_adjacent_as_long_as_two_artists_are_left() -> None:
    artists = np.repeat([0, 1, 2], [20, 6, 3])
    found = artists[mixed(line(29, artists=artists, albums=artists), 0, count=15, windows=Windows())]
    assert (np.diff(found) != 0).all()


def test_where_there_are_fewer_albums_than_the_window_is_long_they_still_take_turns() -> None:
    albums = np.arange(60) // 12
    found = albums[mixed(line(60, albums=albums, artists=albums // 2), 0, count=59, windows=Windows())]
    assert (np.diff(found)[:40] != 0).all()


def test_windows_of_a_small_library_leave_most_of_what_is_near() -> None:
    albums = np.arange(225) // 9
    found = mixed(line(225, albums=albums, artists=albums), 0, count=20, windows=Windows())
    assert max(found) < 90
