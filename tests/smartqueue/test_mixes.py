"""The mixes that a listener can ask for by name."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from smartqueue.mixes import LENGTH, MIXES, Situation, made
from smartqueue.preferences import DEFAULTS, preferences
from tests.smartqueue.pools import line, past

TRACKS = 200
FIXED = preferences(
    {
        **DEFAULTS,
        **dict.fromkeys(("tempo_flow", "key_flow", "energy_flow", "adventure"), 0),
        **dict.fromkeys(("track_window", "artist_window", "album_window"), 0),
    }
)


def rows_of(
    name: str, playing: int | None = 100, *, kept: tuple[int, ...] = (), seed: int = 0, heard: Any = None, **known: Any
) -> list[int]:
    """A mix of 200 tracks in a row, of which `heard` says when."""
    times = np.zeros(TRACKS) if heard is None else np.asarray(heard, dtype=float)
    among: Any = SimpleNamespace(pool=line(TRACKS, **known), library=SimpleNamespace(heard=times))
    now = Situation(playing, kept, past(never=[] if playing is None else [playing]))
    return made(name, among, now, FIXED, np.random.default_rng(seed))


@pytest.mark.parametrize("playing", [100, None])
@pytest.mark.parametrize("name", MIXES)
def test_every_mix_is_of_twenty_different_tracks_in_music_and_in_silence(name: str, playing: int | None) -> None:
    found = rows_of(name, playing)
    assert len(set(found)) == len(found) == LENGTH
    assert playing not in found


@pytest.mark.parametrize("name", MIXES)
def test_a_mix_of_a_library_that_is_shut_out_is_empty(name: str) -> None:
    assert not rows_of(name, barred=np.ones(TRACKS, dtype=bool))


def test_like_what_is_playing_is_near_to_it() -> None:
    assert max(abs(row - 100) for row in rows_of("like what is playing")) <= LENGTH


def test_like_what_is_playing_is_near_to_what_was_kept_where_a_jingle_plays() -> None:
    brief = np.arange(TRACKS) == 100
    assert max(rows_of("like what is playing", kept=(10, 12), brief=brief)) < 60
    assert max(abs(row - 100) for row in rows_of("like what is playing", brief=brief)) <= LENGTH


def test_surprise_me_begins_with_no_jingle() -> None:
    brief = np.arange(TRACKS) != 7
    assert {rows_of("surprise me", seed=seed, brief=brief)[0] for seed in range(10)} == {7}


def test_like_my_last_ten_is_near_to_what_was_kept() -> None:
    found = rows_of("like my last ten", kept=(10, 12, 14))
    assert max(found) < 60


def test_like_this_album_is_near_to_the_album_and_not_of_it() -> None:
    found = rows_of("like this album", albums=np.arange(TRACKS) // 10)
    assert not set(range(100, 110)) & set(found)
    assert {99, 110} <= set(found)


def test_something_else_is_from_the_further_half() -> None:
    assert all(min(abs(row - 100) for row in rows_of("something else", seed=seed)) > 20 for seed in range(10))


def test_long_unheard_is_of_what_was_heard_longest_ago() -> None:
    found = rows_of("long unheard", heard=np.arange(TRACKS)[::-1])
    assert min(found) >= 0.75 * TRACKS - 1


def test_surprise_me_is_another_each_time() -> None:
    assert len({tuple(rows_of("surprise me", seed=seed)) for seed in range(10)}) > 5
