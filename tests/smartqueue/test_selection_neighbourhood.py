"""Scaled distances: of all tracks at once, and fair to those in crowds and to hubs."""

from __future__ import annotations

import numpy as np
import pytest

from smartqueue.selection import neighbourhood

POINTS = np.random.default_rng(1).standard_normal((500, 8)).astype(np.float32)


def test_distances_of_all_are_those_between_pairs() -> None:
    near = neighbourhood(POINTS)
    found = np.concatenate([away for _, away in near.blocks([3, 4])], axis=1)
    np.testing.assert_allclose(found, near.between([[3], [4]], np.arange(500)), atol=5e-3)


def test_blocks_cover_every_track_once() -> None:
    many = neighbourhood(np.zeros((20_000, 2)) + np.arange(20_000)[:, None])
    covered = np.concatenate([np.arange(20_000)[block] for block, _ in many.blocks([0])])
    np.testing.assert_array_equal(covered, np.arange(20_000))


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
