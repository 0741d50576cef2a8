"""How far genres are apart, and what was said when."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from smartqueue.database import Kept
from smartqueue.listening import Triplet
from smartqueue.overview import GenreDistances, genre_distances, history
from smartqueue.selection import neighbourhood


def of(genres: list[str], points: np.ndarray | None = None, most: int = 12) -> GenreDistances:
    """Of tracks on a line, one step apart, unless they are told to be elsewhere."""
    return genre_distances(
        neighbourhood(np.arange(len(genres))[:, None] if points is None else points), genres, most=most
    )


def test_the_first_of_several_genres_counts() -> None:
    assert of(["Rock\\␀Pop", "Rock; Jazz", "Rock, Soul", "Rock/Folk", " ;Rock"]).names == ["Rock"]


def test_case_makes_no_other_genre_and_the_usual_spelling_is_shown() -> None:
    found = of(["hip hop", "Hip Hop", "HIP HOP", "Hip Hop"])
    assert (found.names, found.tracks.tolist()) == (["Hip Hop"], [4])


def test_the_most_frequent_genres_are_shown_most_frequent_first() -> None:
    found = of(["Folk"] * 2 + ["Jazz"] * 4 + ["Soul"] * 3, most=2)
    assert (found.names, found.tracks.tolist()) == (["Jazz", "Soul"], [4, 3])


def test_a_single_track_and_a_track_without_genre_are_left_out() -> None:
    assert of(["Jazz", "", "Soul", "Jazz", ""]).names == ["Jazz"]


def test_without_genres_there_is_nothing() -> None:
    for genres in ([], ["", ""], ["Jazz", "Soul"]):
        found = of(genres)
        assert (found.names, found.means.shape) == ([], (0, 0))


def test_a_distance_is_the_mean_over_pairs_of_different_tracks() -> None:
    generator = np.random.default_rng(0)
    points = generator.normal(size=(30, 4))
    genres = ["Jazz", "Soul", "Soul"] * 10
    found, near = of(genres, points), neighbourhood(points)
    rows = {name: np.flatnonzero(np.array(genres) == name) for name in ("Soul", "Jazz")}
    for i, first in enumerate(("Soul", "Jazz")):
        for j, second in enumerate(("Soul", "Jazz")):
            pairs = [(a, b) for a in rows[first] for b in rows[second] if a != b]
            mean = near.between(*np.transpose(pairs)).mean()
            assert found.means[i, j] == pytest.approx(mean, rel=1e-4)


def test_genres_of_many_tracks_are_sampled_the_same_way_each_time() -> None:
    generator = np.random.default_rng(1)
    genres = ["Jazz"] * 2000 + ["Soul"] * 1000
    points = generator.normal(size=(3000, 8)) + np.repeat([[0.0], [4.0]], [2000, 1000], axis=0)
    found, again = of(genres, points), of(genres, points)
    np.testing.assert_array_equal(found.means, again.means)
    np.testing.assert_array_equal(found.means, found.means.T)
    near = neighbourhood(points)
    one, other = generator.integers(2000, size=5000), generator.integers(2000, 3000, size=5000)
    assert found.means[0, 1] == pytest.approx(near.between(one, other).mean(), rel=0.03)


def test_tracks_that_are_all_alike_are_no_distance_apart() -> None:
    np.testing.assert_allclose(of(["Jazz", "Jazz", "Soul", "Soul"], np.ones((4, 3))).means, 0, atol=1e-2)


# Over time


def at(day: int, hour: int = 12) -> float:
    """A moment of November 2026, by the listener's clock."""
    return datetime(2026, 11, day, hour).astimezone().timestamp()


def test_what_was_said_is_summed_up_day_by_day() -> None:
    said = [("survey", 3), ("skip", 3), ("survey", 3), ("skip", 9), ("survey", 12)]
    found = history([Triplet(1, 2, 3, source, created=at(day)) for source, day in reversed(said)], [])
    assert found.days == [date(2026, 11, 3), date(2026, 11, 9), date(2026, 11, 12)]
    assert {source: counts.tolist() for source, counts in found.said.items()} == {
        "survey": [2, 2, 3],
        "skip": [1, 2, 2],
    }


def test_a_day_is_the_listeners_own() -> None:
    found = history([Triplet(1, 2, 3, "skip", created=at(5, hour)) for hour in (0, 23)], [])
    assert found.days == [date(2026, 11, 5)]


def test_what_albums_say_has_no_time() -> None:
    assert history([Triplet(1, 2, 3, "library", created=at(3))], []).days == []


def test_each_lesson_that_was_judged_stands_with_its_accuracies() -> None:
    lesson = Kept(1, "weights", "1", 40, 0.62, 0.54, 0.02, "survey", at(4), in_use=False, best=False)
    by_teaching_questions = Kept(2, "weights", "1", 40, 0.5, 0.17, 0.08, "", at(4), in_use=True, best=True)
    unjudged = Kept(3, "weights", "1", 40, None, None, None, "", at(5), in_use=False, best=False)
    found = history([], [lesson, by_teaching_questions, unjudged])
    assert (found.learned.tolist(), found.accuracies.tolist()) == ([at(4)], [0.62])
    assert found.plain_accuracies.tolist() == [0.54]


def test_before_anything_was_said_there_is_nothing() -> None:
    found = history([], [])
    assert (found.days, found.said["survey"].tolist(), found.learned.tolist()) == ([], [], [])
