"""What the map tells of a library, and the way that listening took."""

from __future__ import annotations

from smartqueue.library_map import first_genres, grouped, latest_session
from smartqueue.listening import SESSION_PAUSE, Play


def play(track: int, started: float, listened: float = 200.0) -> Play:
    return Play(track, "player", "default", started, listened, 200.0, "finished")


def test_names_are_ordered_by_how_often_they_come() -> None:
    names, rows = grouped(["Jazz", "Rock", "Rock", "", "Jazz", "Rock"])
    assert names == ["Rock", "Jazz"]
    assert rows.tolist() == [1, 0, 0, -1, 1, 0]


def test_one_name_in_two_cases_is_one() -> None:
    names, rows = grouped(["rock", "Rock", "Rock", " ROCK "])
    assert names == ["Rock"]
    assert rows.tolist() == [0, 0, 0, 0]


def test_nothing_has_no_names() -> None:
    names, rows = grouped([])
    assert names == []
    assert rows.tolist() == []


def test_of_several_genres_the_first_counts() -> None:
    assert first_genres(["Jazz; Soul", "Rock\\␀Metal", "", "Folk"]) == ["Jazz", "Rock", "", "Folk"]


def test_a_session_goes_back_to_the_last_long_pause() -> None:
    plays = [play(1, 0), play(2, 200), play(3, 400 + SESSION_PAUSE + 1), play(4, 1000 + SESSION_PAUSE)]
    assert [one.track for one in latest_session(plays)] == [3, 4]


def test_a_short_pause_ends_no_session() -> None:
    assert [one.track for one in latest_session([play(1, 0), play(2, 200 + SESSION_PAUSE)])] == [1, 2]


def test_without_plays_there_is_no_session() -> None:
    assert latest_session([]) == []
