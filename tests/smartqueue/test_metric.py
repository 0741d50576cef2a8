"""The distance between two tracks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from smartqueue.metric import Metric, distances, plain

NAMES = ("tempo", "brightness", "loudness")
VECTORS = arrays(np.float64, (6, 3), elements=st.floats(-1e6, 1e6))


def test_a_feature_in_large_units_counts_no_more_than_one_in_small_units() -> None:
    vectors = np.random.default_rng(1).normal(size=(50, 3))
    metric, scaled = plain(NAMES, vectors), plain(NAMES, vectors * [1, 1000, 1])
    np.testing.assert_allclose(metric.points(vectors), scaled.points(vectors * [1, 1000, 1]), atol=1e-4)


def test_one_outlier_does_not_set_the_scale_for_all() -> None:
    vectors = np.random.default_rng(1).normal(size=(51, 3))
    vectors[0] = 1e9
    assert plain(NAMES, vectors).scale.max() < 2


def test_an_outlier_is_not_further_away_than_far() -> None:
    vectors = np.random.default_rng(1).normal(size=(51, 3))
    vectors[0] = 1e9
    points = plain(NAMES, vectors).points(vectors)
    assert distances(points, points[1])[0] < 20


@given(VECTORS)
def test_points_are_finite_whatever_the_library_holds(vectors: np.ndarray) -> None:
    assert np.isfinite(plain(NAMES, vectors).points(vectors)).all()


def test_a_constant_feature_says_nothing() -> None:
    vectors = np.random.default_rng(1).normal(size=(20, 3))
    vectors[:, 1] = 7
    assert not plain(NAMES, vectors).points(vectors)[:, 1].any()


def test_points_lie_as_far_apart_as_the_matrix_says() -> None:
    generator = np.random.default_rng(1)
    factor = generator.normal(size=(2, 3))
    metric = Metric(NAMES, np.zeros(3), np.ones(3), factor.T @ factor)
    x, y = generator.normal(size=(2, 3))
    points = metric.points(np.array([x, y]))
    expected = np.sqrt((x - y) @ metric.matrix @ (x - y))
    assert distances(points, points[0])[1] == pytest.approx(expected, rel=1e-5)


def test_a_matrix_that_does_not_fit_the_features_is_refused() -> None:
    with pytest.raises(ValueError, match="matrix"):
        Metric(NAMES, np.zeros(3), np.ones(3), np.eye(2))


def test_an_empty_library_has_a_metric() -> None:
    assert plain(NAMES, np.empty((0, 3))).points(np.zeros((1, 3))).shape == (1, 3)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3)])
def test_no_tracks_are_no_points(shape: tuple[int, int]) -> None:
    assert plain(("a", "b", "c"), np.ones((1, 3))).points(np.zeros(shape)).shape == (0, 3)
