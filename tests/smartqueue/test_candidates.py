"""Which tracks the listener's rules shut out."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from smartqueue.candidates import pool, shut_out, shut_out_in_words
from smartqueue.database import Library
from smartqueue.metric import plain
from smartqueue.preferences import DEFAULTS, Rules, preferences
from tests.smartqueue.libraries import library

SUMMER, CHRISTMAS = date(2026, 7, 1), date(2026, 12, 24)


def track(title: str = "Weir", *, genres: str = "", length: float = 200.0) -> Library:
    """A library of one track."""
    return library(1, titles=[title], genres=[genres], lengths=np.array([length], dtype=np.float32))


def rules(**settings: Any) -> Rules:
    return preferences({**DEFAULTS, **settings}).rules


def is_out(one: Library, rules: Rules, today: date = SUMMER) -> bool:
    (out,) = np.any(list(shut_out(one, rules, today).values()), axis=0)
    return bool(out)


def test_versions_of_a_piece_are_one_and_what_is_below_half_a_minute_is_brief() -> None:
    rng = np.random.default_rng(0)
    titles = ["celtic", "celtic_fast", *(f"Other {n}" for n in range(98))]
    vectors = rng.standard_normal((100, 6)).astype(np.float32)
    vectors[1] = vectors[0] + 0.01
    lengths = np.array([29, 30, 0, *[200] * 97], dtype=np.float32)
    features = tuple(f"feature {n}" for n in range(6))
    many = library(100, titles=titles, vectors=vectors, features=features, lengths=lengths, artists=["Can"] * 100)
    found = pool(many, plain(features, vectors), rules(), SUMMER)
    assert found.pieces[0] == found.pieces[1]
    assert len(np.unique(found.pieces)) == 99
    assert found.brief.tolist() == [True, *[False] * 99]


def test_what_is_out_of_season_is_shut_out_but_for_what_is_let_through() -> None:
    assert is_out(track("Last Christmas"), rules(), SUMMER)
    assert not is_out(track("Last Christmas"), rules(), CHRISTMAS)
    let_through = library(1, titles=["Last Christmas"], in_any_season=np.array([True]))
    assert not is_out(let_through, rules(), SUMMER)


@pytest.mark.parametrize(
    ("genres", "is_wanted"),
    [("Polka", False), ("Rock; Polka", True), ("rock", True), ("", False), ("Hard Rock", False)],
)
def test_where_genres_are_named_a_track_needs_one_of_them(genres: str, is_wanted: bool) -> None:
    assert is_out(track("Weir", genres=genres), rules(genres=["Rock"])) != is_wanted


def test_a_genre_may_be_named_with_a_wildcard() -> None:
    assert is_out(track("Weir", genres="Rock, Polka-Pop"), rules(not_genres=["pol*"]))
    assert not is_out(track("Weir", genres="Rock"), rules(not_genres=["pol*"]))


def test_what_is_too_short_or_too_long_is_shut_out_and_an_unknown_length_is_neither() -> None:
    within = rules(shortest=30, longest=600)
    assert [length for length in (29, 30, 600, 601, 0) if is_out(track(length=length), within)] == [29, 601]


def test_what_a_query_ignores_is_shut_out() -> None:
    assert is_out(library(1, ignored=np.array([True])), rules())


def test_the_rules_that_shut_out_are_told() -> None:
    assert (
        shut_out_in_words(library(2, lengths=np.array([5, 20])), rules(shortest=30), SUMMER) == "shortest shuts out 2"
    )
