"""The learned space in two dimensions."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from smartqueue.layout import NEIGHBOURS, layout
from smartqueue.selection import neighbourhood


def clusters(count: int, size: int, apart: float, seed: int = 0) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Points around random centres in a space of 30 dimensions, in random order, and which centre each is of."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.repeat(np.arange(count), size))
    centres = rng.normal(0, apart, (count, 30))
    return (centres[labels] + rng.normal(0, 1, (len(labels), 30))).astype(np.float32), labels


def nearest_on(places: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """(tracks, count) rows of the nearest others on the map."""
    away = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(away, np.inf)
    return np.argsort(away, axis=1)[:, :count]


def test_the_same_library_makes_the_same_map() -> None:
    points, _ = clusters(4, 40, 2.0)
    assert np.array_equal(layout(neighbourhood(points)), layout(neighbourhood(points)))


def test_clusters_stay_together_and_apart() -> None:
    points, labels = clusters(6, 40, 3.0)
    neighbours = nearest_on(layout(neighbourhood(points)), 10)
    assert (labels[neighbours] == labels[:, None]).mean() > 0.99


def test_what_is_nearest_in_the_space_is_nearest_on_the_map_far_more_often_than_on_the_principal_axes() -> None:
    points, _ = clusters(12, 40, 0.7)
    near = neighbourhood(points)
    centred = points - points.mean(axis=0)
    principal = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
    away = near.distances(slice(None), np.arange(len(points)))
    np.fill_diagonal(away, np.inf)
    truly = np.argsort(away, axis=1)[:, :10]

    def kept(places: NDArray[np.float32]) -> float:
        return float((nearest_on(places, 10)[:, :, None] == truly[:, None]).any(axis=2).mean())

    assert kept(layout(near)) > 2 * kept(principal)


def test_a_line_stays_in_order() -> None:
    points = np.zeros((120, 5), dtype=np.float32)
    points[:, 0] = np.arange(120)
    neighbours = nearest_on(layout(neighbourhood(points)), 2)
    assert np.abs(neighbours - np.arange(120)[:, None]).max() <= 4


def test_more_tracks_than_are_compared_at_once_find_their_neighbours() -> None:
    points, labels = clusters(30, 30, 4.0)
    neighbours = nearest_on(layout(neighbourhood(points)), NEIGHBOURS)
    assert (labels[neighbours] == labels[:, None]).mean() > 0.98


@given(tracks=st.integers(0, 40), features=st.integers(1, 5), spread=st.sampled_from([0.0, 1e-3, 1.0, 5.0]))
@settings(max_examples=20, deadline=None)
def test_any_library_has_a_map_within_the_frame(tracks: int, features: int, spread: float) -> None:
    points = np.random.default_rng(tracks).normal(0, spread, (tracks, features))
    places = layout(neighbourhood(points))
    assert places.shape == (tracks, 2)
    assert np.isfinite(places).all()
    assert np.abs(places).max(initial=0) <= 1
    height = np.ptp(places, axis=0) if tracks else np.zeros(2)
    assert tracks < 2 or height.max() > 1.99


def test_two_tracks_are_as_far_apart_as_the_frame_allows() -> None:
    places = layout(neighbourhood(np.array([[0.0, 0.0], [1.0, 1.0]])))
    assert np.allclose(np.abs(places), [[1, 0], [1, 0]], atol=1e-3)
    assert places[0, 0] == -places[1, 0]


def test_the_same_recording_twice_lies_side_by_side() -> None:
    points, _ = clusters(4, 40, 2.0)
    points[1] = points[0]
    places = layout(neighbourhood(points))
    assert np.linalg.norm(places[0] - places[1]) < 0.1


def test_progress_goes_from_nothing_to_all() -> None:
    told: list[float] = []
    layout(neighbourhood(clusters(4, 100, 2.0)[0]), told.append)
    assert told == sorted(told)
    assert told[0] > 0
    assert told[-1] == 1
