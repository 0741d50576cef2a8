"""Whatever is given: the plain metric, a sound one, or a ValueError in words."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from smartqueue.learning import Learned, learn
from tests.smartqueue.simulated_listeners import listener


def assert_sound(result: Learned, features: int) -> None:
    assert result.matrix.shape == (features, features)
    assert np.trace(result.matrix) == pytest.approx(features)
    assert np.linalg.eigvalsh(result.matrix).min() > -1e-6


def assert_plain(result: Learned, features: int) -> None:
    np.testing.assert_array_equal(result.matrix, np.eye(features))
    assert not result.better


@pytest.mark.parametrize("answers", [0, 1, 19])
def test_too_few_answers_leave_the_plain_metric(answers: int) -> None:
    of = listener("group", answers)
    assert_plain(learn(of.vectors, of.triplets, groups=of.groups), 12)


def test_no_triplets_may_be_an_empty_list() -> None:
    assert_plain(learn(np.eye(3), []), 3)


def test_one_answer_given_often_is_one_answer() -> None:
    of = listener("group", 1)
    assert_plain(learn(of.vectors, np.repeat(of.triplets, 200, axis=0)), 12)


def test_answers_that_all_weigh_nothing_leave_the_plain_metric() -> None:
    of = listener("group", 100)
    assert_plain(learn(of.vectors, of.triplets, weights=np.zeros(100)), 12)


def test_identical_tracks_teach_nothing() -> None:
    of = listener("group", 60)
    result = learn(np.ones_like(of.vectors), of.triplets, groups=of.groups)
    assert_sound(result, 12)
    assert not result.better
    assert result.plain_accuracy == pytest.approx(1 / 3)


def test_constant_features_do_no_harm() -> None:
    of = listener("group", 100)
    vectors = of.vectors.copy()
    vectors[:, -5:] = 3.0
    result = learn(vectors, of.triplets, groups=of.groups)
    assert_sound(result, 12)
    assert result.better


GOOD: dict[str, Any] = {"vectors": np.eye(6), "triplets": np.tile([0, 1, 2], (4, 1))}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"vectors": np.ones(6)}, r"vectors must be \(tracks, features\)"),
        ({"vectors": np.ones((6, 0))}, r"vectors must be \(tracks, features\)"),
        ({"vectors": np.where(np.eye(6) * np.arange(6) == 4, np.nan, 1.0)}, "vectors, row 4"),
        ({"vectors": np.where(np.eye(6) * np.arange(6) == 2, 1e9, 1.0)}, "vectors, row 2"),
        ({"vectors": [["loud"] * 3] * 6}, "vectors must be an array of numbers"),
        ({"triplets": [[0, 1]]}, r"triplets must be \(n, 3\)"),
        ({"triplets": [[0.5, 1, 2]]}, "triplets must be whole track numbers"),
        ({"triplets": [[0, 1, 2], [0, 1, 6]]}, "triplets, row 1: names a track that"),
        ({"triplets": [[0, 1, 2], [3, 4, -1]]}, "triplets, row 1: names a track that"),
        ({"triplets": [[0, 1, 2], [3, 4, 3]]}, "triplets, row 1: names a track twice"),
        ({"triplets": [[0, 0, 2]]}, "triplets, row 0: names a track twice"),
        ({"weights": [1, 1, -1, 1]}, "weights, row 2"),
        ({"weights": [1, np.nan, 1, 1]}, "weights, row 1"),
        ({"weights": [1, 1]}, r"weights must be of shape \(4,\)"),
        ({"groups": ["rhythm"]}, r"groups must be of shape \(6,\)"),
        ({"questions": [1]}, r"questions must be of shape \(4,\)"),
        ({"sources": ["survey", "skip", "radio", "skip"]}, "sources, row 2"),
        ({"artists": ["Can"]}, r"artists must be of shape \(6,\)"),
    ],
)
def test_input_that_cannot_be_meant_is_refused_by_its_row(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        learn(**{**GOOD, **changed})


@settings(max_examples=6, deadline=None)
@given(
    vectors=arrays(np.float64, (8, 3), elements=st.floats(-1e6, 1e6)),
    order=arrays(np.int64, (25,), elements=st.integers(0, 8 * 7 * 6 - 1)),
    weights=arrays(np.float64, (25,), elements=st.floats(0, 1e6)),
    source=st.sampled_from(["survey", "skip", "library"]),
)
def test_any_finite_tracks_give_a_sound_metric(
    vectors: NDArray[np.float64], order: NDArray[np.int64], weights: NDArray[np.float64], source: str
) -> None:
    triples = np.array([(a, b, c) for a in range(8) for b in range(8) for c in range(8) if len({a, b, c}) == 3])
    answers = triples[order]
    result = learn(
        vectors, answers, weights=weights, questions=np.arange(25), groups=list("aab"), sources=[source] * 25
    )
    assert_sound(result, 3)


def test_a_library_of_one_artist_cannot_judge() -> None:
    of = listener("group", 300)
    assert_plain(learn(of.vectors, of.triplets, sources=["library"] * 300, artists=np.zeros(200)), 12)


def test_a_library_whose_unseen_artists_never_meet_leaves_the_plain_metric() -> None:
    pairs = np.arange(60).reshape(30, 2)
    triplets = np.column_stack([pairs, np.full(30, 60)])
    vectors = np.random.default_rng(0).standard_normal((61, 4))
    artists = np.append(np.arange(60) // 2, 30)
    assert not learn(vectors, triplets, sources=["library"] * 30, artists=artists).better


@settings(max_examples=50, deadline=None)
@given(
    triplets=arrays(np.int64, st.tuples(st.integers(0, 5), st.integers(0, 4)), elements=st.integers(-2, 7)),
    weights=st.none() | st.lists(st.floats(), max_size=5),
)
def test_a_handful_of_anything_leaves_the_plain_metric_or_is_refused(
    triplets: NDArray[np.int64], weights: list[float] | None
) -> None:
    try:
        result = learn(np.eye(6), triplets, weights=weights)
    except ValueError:
        return
    assert_plain(result, 6)
