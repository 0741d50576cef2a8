"""Scaled distances: of all tracks at once, and fair to those in crowds and to hubs."""

from __future__ import annotations

import numpy as np
import pytest

from smartqueue.selection import neighbourhood

POINTS = np.random.default_rng(1).standard_normal((500, 8)).astype(np.float32)


def test_distances_of_some_are_those_between_pairs() -> None:
    near, some = neighbourhood(POINTS), np.arange(7, 500)
    np.testing.assert_allclose(near.distances(some, [3, 4]), near.between(some[:, None], [3, 4]), atol=5e-3)
    np.testing.assert_allclose(near.distances(slice(7, None), [3, 4]), near.distances(some, [3, 4]), atol=5e-3)


def test_mean_squares_are_the_weighted_means_of_the_squares_of_distances() -> None:
    near, seeds, weights = neighbourhood(POINTS), [3, 4, 9], [3.0, 1.0, 0.5]
    squares = near.between(np.arange(500)[:, None], seeds) ** 2
    np.testing.assert_allclose(near.mean_squares(seeds, weights), np.average(squares, 1, weights), atol=1e-4)


def test_the_nearest_are_those_of_the_allowed_and_never_the_track_itself() -> None:
    near, allowed = neighbourhood(POINTS), np.arange(500) % 2 == 0
    by_distance = sorted(range(500), key=lambda row: float(near.between(4, row)))
    expected = [row for row in by_distance if row % 2 == 0 and row != 4]
    assert near.nearest(4, allowed, 20).tolist() == expected[:20]
    assert near.nearest(4, allowed, 1000).tolist() == expected


def test_a_tight_crowd_and_a_loose_one_are_alike_once_scaled() -> None:
    rng = np.random.default_rng(0)
    tight, loose = (scale * rng.standard_normal((200, 5)) + centre for scale, centre in ((0.1, 5.0), (1.0, -5.0)))
    near = neighbourhood(np.concatenate([tight, loose]))
    within_tight = np.median(near.between(0, np.arange(1, 200)))
    within_loose = np.median(near.between(200, np.arange(201, 400)))
    assert within_tight == pytest.approx(within_loose, rel=0.5)


def test_a_hub_is_in_fewer_lists_once_scaled() -> None:
    def most_listed(away: np.ndarray) -> int:
        np.fill_diagonal(away, np.inf)
        return int(np.bincount(away.argsort(axis=1)[:, :10].ravel()).max())

    rng = np.random.default_rng(0)
    points = rng.standard_normal((400, 100))
    near = neighbourhood(points)
    everyone = np.arange(400)
    plain = np.linalg.norm(points[:, None] - points, axis=2)
    assert most_listed(near.between(everyone[:, None], everyone)) < 0.6 * most_listed(plain)


@pytest.mark.parametrize("points", [np.zeros((0, 3)), np.zeros((1, 3)), np.zeros((2, 3)), np.ones((50, 3))])
def test_tracks_that_are_few_or_identical_are_no_trouble(points: np.ndarray) -> None:
    near = neighbourhood(points)
    assert np.isfinite(near.roots).all()
    assert (near.roots > 0).all()
    if len(points):
        assert near.between(0, -1) == 0
