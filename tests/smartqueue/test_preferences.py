"""The settings that beets and Mopidy share: their ranges, their defaults, and seasons."""

from __future__ import annotations

import configparser
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import mopidy_smartqueue
from smartqueue.preferences import DEFAULTS, PreferenceError, Preferences, Rules, preferences
from smartqueue.ranges import RANGES
from smartqueue.selection import Taste, Windows


def preferred(**settings: Any) -> Preferences:
    return preferences({**DEFAULTS, **settings})


def test_the_defaults_are_those_of_taste_and_windows() -> None:
    assert (preferred().taste, preferred().windows) == (Taste(), Windows())


@pytest.mark.mopidy
def test_mopidys_defaults_are_the_same() -> None:
    parser = configparser.RawConfigParser()
    parser.read(Path(mopidy_smartqueue.__file__).parent / "ext.conf")
    section = parser["smartqueue"]
    given = {name: section[name] for name in RANGES}
    lists = {
        name: [line for line in section[name].splitlines() if line] for name in ("genres", "not_genres", "seasons")
    }
    assert preferences({**given, **lists}) == preferred()


@pytest.mark.parametrize("name", RANGES)
def test_a_number_outside_its_range_is_named_with_its_range(name: str) -> None:
    low, high = RANGES[name]
    for value in (low - 1, high + 1, "much", None, True, float("nan")):
        with pytest.raises(PreferenceError, match=f"{name} must be .* from {low:g} to {high:g}, not"):
            preferred(**{name: value})
    assert preferred(**{name: low})
    assert preferred(**{name: high})


def test_a_window_is_a_whole_number() -> None:
    with pytest.raises(PreferenceError, match="artist_window must be a whole number"):
        preferred(artist_window=1.5)


def test_the_longest_must_not_be_below_the_shortest() -> None:
    with pytest.raises(PreferenceError, match="longest"):
        preferred(shortest=100, longest=50)


@pytest.mark.parametrize(
    "season", ["never", "12-01 christmas", "13-01..14-01 x", "12-01..12-24", "02-30..03-01 x", "12-01..12-26 +"]
)
def test_a_season_that_is_none_says_what_one_is_like(season: str) -> None:
    with pytest.raises(PreferenceError, match="seasons must be like"):
        preferred(seasons=[season])


@pytest.mark.parametrize(
    ("season", "day", "is_now"),
    [
        ("06-01..08-31 summer", date(2026, 6, 1), True),
        ("06-01..08-31 summer", date(2026, 9, 1), False),
        ("11-25..01-06 christmas", date(2026, 12, 31), True),
        ("11-25..01-06 christmas", date(2027, 1, 6), True),
        ("11-25..01-06 christmas", date(2027, 1, 7), False),
        ("02-29..02-29 leap", date(2028, 2, 29), True),
    ],
)
def test_a_season_may_span_the_turn_of_the_year(season: str, day: date, is_now: bool) -> None:
    assert preferred(seasons=[season]).rules.seasons[0].is_now(day) == is_now


def test_lists_may_be_written_with_commas() -> None:
    assert preferred(genres="Jazz, Soul ,").rules.genres == ("Jazz", "Soul")


def test_a_list_of_numbers_is_refused() -> None:
    with pytest.raises(PreferenceError, match="genres must be a list of texts"):
        preferred(genres=[1])


def test_nothing_is_shut_out_by_default_but_what_is_out_of_season() -> None:
    assert preferred().rules == Rules(seasons=preferred().rules.seasons)
