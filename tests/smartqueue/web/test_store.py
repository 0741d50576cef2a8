"""What listeners share on the pages, and what they do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from smartqueue.candidates import Candidates
from smartqueue.database import LearnedMetric
from smartqueue.features import EXTRACTOR, NAMES
from smartqueue.metric import plain
from smartqueue.preferences import Rules
from smartqueue.web.store import Store
from tests.shelves import Shelf


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    found = Shelf(tmp_path)
    found.add("one", "two", "three", "four")
    return found


@pytest.fixture
def store(shelf: Shelf) -> Iterator[Store]:
    opened = Store(shelf.places.library, shelf.places.music_directory, Rules())
    yield opened
    opened.close()


def learned(shelf: Shelf, *profiles: str) -> None:
    """Has each listener use a metric of their own."""
    with shelf.database() as database:
        vectors = database.vectors.library().vectors
        for number, profile in enumerate(profiles, 1):
            weights = np.ones(len(NAMES))
            weights[number] = 9.0
            metric = replace(plain(NAMES, vectors), matrix=np.diag(weights), learner="weights")
            entry = LearnedMetric(metric, {}, 30, 0.6, 0.5, 0.02)
            database.metrics.add(entry, profile=profile, extractor=EXTRACTOR, in_use=True)


def read(store: Store, shelf: Shelf, profile: str) -> Candidates:
    with shelf.database() as database:
        return store.read(database, profile)


def test_listeners_in_turn_do_not_make_each_other_load_the_library(shelf: Shelf, store: Store) -> None:
    learned(shelf, "kim", "alex")
    first = {profile: read(store, shelf, profile) for profile in ("kim", "alex", "default")}
    assert first["kim"].library is first["alex"].library is first["default"].library
    for profile, among in first.items():
        assert read(store, shelf, profile) is among


def test_what_is_near_is_each_listeners_own(shelf: Shelf, store: Store) -> None:
    learned(shelf, "kim", "alex")
    kim, alex = (read(store, shelf, profile).pool for profile in ("kim", "alex"))
    assert not np.array_equal(kim.near.points, alex.near.points)
    assert kim.artists is alex.artists


def test_listeners_of_whom_nothing_was_learned_share_what_is_near(shelf: Shelf, store: Store) -> None:
    assert read(store, shelf, "kim") is read(store, shelf, "alex")


def test_a_listener_whose_metric_changes_leaves_the_others_alone(shelf: Shelf, store: Store) -> None:
    learned(shelf, "kim")
    before = read(store, shelf, "default"), read(store, shelf, "kim")
    learned(shelf, "default")
    after = read(store, shelf, "default")
    assert after is not before[0]
    assert after.library is before[0].library
    assert read(store, shelf, "kim") is before[1]


def test_new_music_is_seen_by_everyone(shelf: Shelf, store: Store) -> None:
    learned(shelf, "kim")
    profiles = ("kim", "default")
    assert [len(read(store, shelf, profile).pool) for profile in profiles] == [4, 4]
    shelf.add("five")
    assert [len(read(store, shelf, profile).pool) for profile in profiles] == [5, 5]


def test_however_many_listeners_there_are_each_gets_their_own(shelf: Shelf, store: Store) -> None:
    profiles = [f"listener {number}" for number in range(6)]
    learned(shelf, *profiles)
    for _ in range(2):
        for number, profile in enumerate(profiles, 1):
            assert read(store, shelf, profile).metric.weights[number] == 9.0
