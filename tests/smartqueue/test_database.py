"""The smartqueue_ tables in a library that beets itself made."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from beets.library import Item as BeetsItem
from beets.library import Library as BeetsLibrary

from smartqueue.database import Database, DatabaseError, FileState, Item, LearnedMetric
from smartqueue.database.schema import MIGRATIONS
from smartqueue.listening import Play, Triplet
from smartqueue.metric import plain

STATE = FileState(1000, 1_700_000_000.5)
VECTOR = np.array([1.5, -2.25], dtype=np.float32)
FEATURES = ("tempo", "brightness")


@dataclass
class Stage:
    """beets' door and ours to one library.db."""

    beets: BeetsLibrary
    ours: Database
    music: Path

    def add(self, name: str, mb_trackid: str = "") -> Item:
        item = BeetsItem(path=os.fsencode(self.music / name), title=name, mb_trackid=mb_trackid)
        self.beets.add(item)
        assert item.id is not None
        return self.ours.tracks.items([item.id])[0]

    def remove(self, item: Item) -> None:
        found = self.beets.get_item(item.id)
        assert found is not None
        found.remove()

    def move(self, item: Item, name: str) -> Item:
        found = self.beets.get_item(item.id)
        assert found is not None
        found.path = os.fsencode(self.music / name)
        found.store()
        return self.ours.tracks.items([item.id])[0]

    def analyse(self, item: Item, audio_hash: str = "") -> int:
        return self.ours.tracks.store_vector(item, STATE, audio_hash or item.path.decode(), "1", VECTOR, {})


@pytest.fixture(scope="session")
def empty_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Beets takes half a second to make a library, so it is made once and copied."""
    path = tmp_path_factory.mktemp("empty") / "library.db"
    BeetsLibrary(str(path), str(path.parent))
    return path


@pytest.fixture
def stage(tmp_path: Path, empty_library: Path) -> Stage:
    music = tmp_path / "music"
    shutil.copy(empty_library, tmp_path / "library.db")
    beets = BeetsLibrary(str(tmp_path / "library.db"), str(music))
    ours = Database(tmp_path / "library.db", music)
    ours.migrate()
    return Stage(beets, ours, music)


def play(track: int, started: float = 100.0, outcome: str = "skipped") -> Play:
    return Play(track, "den", "default", started, 3.0, 60.0, outcome, "smartqueue", {"near": 1})


# The file


def test_a_library_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match=r"library\.db.*import music with beets"):
        Database(tmp_path / "library.db", tmp_path)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "library.db").write_text("these are only words, and quite a few of them")
    with (
        Database(tmp_path / "library.db", tmp_path) as database,
        pytest.raises(DatabaseError, match="no beets library"),
    ):
        database.migrate()


def test_a_library_without_our_tables_is_not_ours(empty_library: Path) -> None:
    with Database(empty_library, empty_library.parent) as database:
        assert not database.is_ours


@pytest.mark.parametrize("version", range(len(MIGRATIONS)))
def test_tables_of_every_older_version_become_ours(tmp_path: Path, empty_library: Path, version: int) -> None:
    shutil.copy(empty_library, tmp_path / "library.db")
    with sqlite3.connect(tmp_path / "library.db") as connection:
        for step in MIGRATIONS[:version]:
            for statement in step:
                connection.execute(statement)
        if version:
            connection.execute("INSERT INTO smartqueue_schema VALUES (?)", (version,))
    with Database(tmp_path / "library.db", tmp_path) as database:
        database.migrate()
        assert database.is_ours


def test_tables_of_a_newer_version_are_left_alone(stage: Stage) -> None:
    with sqlite3.connect(stage.ours.path) as connection:
        connection.execute("UPDATE smartqueue_schema SET version = 999")
    with pytest.raises(DatabaseError, match="newer smartqueue"):
        stage.ours.migrate()


def test_a_lock_that_lasts_is_told_in_words(stage: Stage) -> None:
    item = stage.add("a.ogg")
    holder = sqlite3.connect(stage.ours.path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with (
        Database(stage.ours.path, stage.music, timeout=0.01) as database,
        pytest.raises(DatabaseError, match="another"),
    ):
        database.tracks.store_vector(item, STATE, "hash", "1", VECTOR, {})
    holder.rollback()


def test_beets_still_works_beside_our_tables(stage: Stage) -> None:
    stage.analyse(stage.add("a.ogg"))
    assert [item.title for item in stage.beets.items("title:a.ogg")] == ["a.ogg"]


# Identity


def test_a_vector_comes_back_as_it_went_in(stage: Stage) -> None:
    stage.analyse(stage.add("a.ogg"))
    np.testing.assert_array_equal(stage.ours.tracks.library("1").vectors, [VECTOR])


def test_files_are_absolute_though_beets_stores_them_relative(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    assert item.path == b"a.ogg"
    assert stage.ours.tracks.library("1").files == [os.fsencode(stage.music / "a.ogg")]


def test_a_vector_counts_only_for_its_own_extractor(stage: Stage) -> None:
    stage.analyse(stage.add("a.ogg"))
    assert not len(stage.ours.tracks.library("2").ids)


def test_an_item_that_has_the_id_of_a_removed_one_is_another_track(stage: Stage) -> None:
    old = stage.add("old.ogg")
    track = stage.analyse(old)
    stage.remove(old)
    new = stage.add("new.ogg")
    assert new.id == old.id
    assert stage.analyse(new) != track


def test_before_it_is_analysed_an_item_with_a_used_id_has_no_vector(stage: Stage) -> None:
    old = stage.add("old.ogg")
    stage.analyse(old)
    stage.remove(old)
    stage.add("new.ogg")
    assert not len(stage.ours.tracks.library("1").ids)


def test_a_moved_file_with_its_recording_known_keeps_its_track(stage: Stage) -> None:
    item = stage.add("a.ogg", mb_trackid="recording")
    track = stage.analyse(item)
    assert stage.analyse(stage.move(item, "b.ogg"), "other hash") == track


def test_a_moved_file_is_known_by_its_audio(stage: Stage) -> None:
    item = stage.add("a.ogg")
    track = stage.analyse(item, "hash")
    assert stage.analyse(stage.move(item, "b.ogg"), "hash") == track


def test_a_file_that_is_imported_again_finds_its_track(stage: Stage) -> None:
    item = stage.add("a.ogg")
    track = stage.analyse(item, "hash")
    stage.remove(item)
    stage.add("between.ogg")
    assert stage.analyse(stage.add("b.ogg"), "hash") == track


def test_two_copies_of_one_file_are_two_tracks(stage: Stage) -> None:
    first = stage.analyse(stage.add("a.ogg"), "hash")
    assert stage.analyse(stage.add("b.ogg"), "hash") != first


def test_a_removed_item_keeps_its_vector_for_its_triplets(stage: Stage) -> None:
    item = stage.add("a.ogg")
    track = stage.analyse(item)
    stage.remove(item)
    stage.ours.tracks.forget_missing_items()
    assert stage.ours.tracks.taught_vectors("1")[0].tolist() == [track]


def test_a_removed_item_is_not_offered(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    stage.remove(item)
    assert not len(stage.ours.tracks.library("1").ids)


def test_a_failure_takes_the_place_of_a_vector(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    stage.ours.tracks.store_failure(item, STATE, "it is cut off")
    state = stage.ours.state("1")
    assert (state.analyzed, state.failed) == (0, 1)


def test_a_file_is_found_by_its_absolute_path(stage: Stage) -> None:
    track = stage.analyse(stage.add("a.ogg"))
    assert stage.ours.tracks.of_file(os.fsencode(stage.music / "a.ogg")) == track


def test_a_file_that_was_not_analysed_yet_gets_a_track(stage: Stage) -> None:
    stage.add("a.ogg")
    assert stage.ours.tracks.of_file(os.fsencode(stage.music / "a.ogg")) is not None


def test_a_file_that_beets_does_not_know_has_no_track(stage: Stage) -> None:
    assert stage.ours.tracks.of_file(b"/elsewhere/a.ogg") is None


# Plays, triplets and metrics


def test_a_play_comes_back_as_it_went_in(stage: Stage) -> None:
    track = stage.analyse(stage.add("a.ogg"))
    number = stage.ours.plays.add(play(track))
    assert stage.ours.plays.since(0.0) == [replace(play(track), id=number)]


def test_a_play_that_is_told_twice_is_kept_once(stage: Stage) -> None:
    track = stage.analyse(stage.add("a.ogg"))
    assert stage.ours.plays.add(play(track)) == stage.ours.plays.add(play(track))


def test_plays_of_another_player_are_told_apart(stage: Stage) -> None:
    track = stage.analyse(stage.add("a.ogg"))
    stage.ours.plays.add(play(track))
    assert not stage.ours.plays.since(0.0, player="kitchen")


def test_a_skip_makes_its_triplet_once(stage: Stage) -> None:
    tracks = [stage.analyse(stage.add(name)) for name in ("a.ogg", "b.ogg", "c.ogg")]
    triplet = Triplet(tracks[0], tracks[1], tracks[2], "skip", play=stage.ours.plays.add(play(tracks[2])))
    assert [stage.ours.triplets.add([triplet]), stage.ours.triplets.add([triplet])] == [1, 0]


def test_library_triplets_are_drawn_anew(stage: Stage) -> None:
    a, b, c = (stage.analyse(stage.add(name)) for name in ("a.ogg", "b.ogg", "c.ogg"))
    stage.ours.triplets.replace_library([Triplet(a, b, c, "library", 0.2)])
    stage.ours.triplets.replace_library([Triplet(a, c, b, "library", 0.2)])
    assert [triplet.odd for triplet in stage.ours.triplets.of_profile("default")] == [b]


def test_a_forgotten_library_triplet_stays_forgotten(stage: Stage) -> None:
    a, b, c = (stage.analyse(stage.add(name)) for name in ("a.ogg", "b.ogg", "c.ogg"))
    stage.ours.triplets.replace_library([Triplet(a, b, c, "library", 0.2)])
    with sqlite3.connect(stage.ours.path) as connection:
        connection.execute("UPDATE smartqueue_triplet SET forgotten = 1.0")
    stage.ours.triplets.replace_library([Triplet(a, b, c, "library", 0.2)])
    assert not stage.ours.triplets.of_profile("default")


def learned(stage: Stage, learner: str, *, in_use: bool = True, extractor: str = "1") -> int:
    metric = replace(plain(FEATURES, [[0.0, 1.0], [2.0, 5.0]]), matrix=np.diag([0.5, 1.5]), learner=learner)
    entry = LearnedMetric(metric, {"strength": 2}, 10, 0.6, 0.5, 0.02)
    return stage.ours.metrics.add(entry, profile="default", extractor=extractor, in_use=in_use)


def test_a_metric_comes_back_as_it_went_in(stage: Stage) -> None:
    number = learned(stage, "weights")
    found = stage.ours.metrics.in_use("default", "1", FEATURES)
    assert found is not None
    assert (found.metric.id, found.metric.learner, found.settings) == (number, "weights", {"strength": 2})
    np.testing.assert_array_equal(found.metric.matrix, np.diag([0.5, 1.5]))


def test_the_latest_metric_that_was_put_in_use_is(stage: Stage) -> None:
    learned(stage, "weights")
    learned(stage, "matrix")
    learned(stage, "worse", in_use=False)
    found = stage.ours.metrics.in_use("default", "1", FEATURES)
    assert found is not None
    assert found.metric.learner == "matrix"


def test_with_plain_in_use_nothing_learned_is(stage: Stage) -> None:
    learned(stage, "weights")
    learned(stage, "plain")
    assert stage.ours.metrics.in_use("default", "1", FEATURES) is None


@pytest.mark.parametrize(("extractor", "features"), [("2", FEATURES), ("1", ("tempo", "loudness"))])
def test_a_metric_of_other_features_is_not_used(stage: Stage, extractor: str, features: tuple[str, ...]) -> None:
    learned(stage, "weights")
    assert stage.ours.metrics.in_use("default", extractor, features) is None


def test_the_version_changes_with_an_analysis_and_with_a_metric(stage: Stage) -> None:
    versions = {stage.ours.version("default")}
    stage.analyse(stage.add("a.ogg"))
    versions.add(stage.ours.version("default"))
    learned(stage, "weights")
    versions.add(stage.ours.version("default"))
    assert len(versions) == 3
