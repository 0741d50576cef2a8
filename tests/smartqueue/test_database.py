"""The smartqueue_ tables in a library that beets itself made."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from beets.library import Item as BeetsItem
from beets.library import Library as BeetsLibrary

from smartqueue.database import Database, DatabaseError, FileState, Heard, Item, LearnedMetric, Pin
from smartqueue.database.schema import MIGRATIONS
from smartqueue.features import EXTRACTOR, NAMES
from smartqueue.listening import Play, Player, Triplet
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

    def analyse(self, item: Item, audio_hash: str = "", extractor: str = "1") -> int:
        return self.ours.vectors.store(item, STATE, audio_hash or item.path.decode(), extractor, Heard(VECTOR, {}))


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


def test_a_library_with_nothing_analysed_has_no_vectors_of_the_usual_width(stage: Stage) -> None:
    library = stage.ours.vectors.library()
    assert library.vectors.shape == (0, len(library.features)) == (0, len(NAMES))


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
            connection.execute("UPDATE smartqueue_schema SET version = ?", (version,))
    with Database(tmp_path / "library.db", tmp_path) as database:
        database.migrate()
        assert database.state().items == 0


@pytest.mark.parametrize("version", [1, 2, 3])
def test_what_skips_said_is_repaired_in_a_library_of_every_older_version(
    tmp_path: Path, empty_library: Path, version: int
) -> None:
    shutil.copy(empty_library, tmp_path / "library.db")
    with sqlite3.connect(tmp_path / "library.db") as connection:
        for step in MIGRATIONS[:version]:
            for statement in step:
                connection.execute(statement)
        connection.execute("UPDATE smartqueue_schema SET version = ?", (version,))
        connection.executemany(
            "INSERT INTO smartqueue_track (id, path, changed) VALUES (?, ?, 0)",
            [(number, b"%d.ogg" % number) for number in range(1, 10)],
        )
        # A first evening in one passage; then jazz is kept, something skipped, and metal chosen by hand.
        evening = [(1, "finished"), (2, "finished"), (9, "skipped"), (3, "finished"), (4, "stopped"), (5, "finished")]
        evening += [(8, "skipped"), (7, "chosen_away"), (6, "finished")]
        connection.executemany(
            "INSERT INTO smartqueue_play (id, track, player, profile, started, listened, length, outcome, queued_by,"
            " context) VALUES (?, ?, 'den', 'default', ?, ?, 200, ?, 'smartqueue', '{}')",
            [
                (number, track, 1000.0 + 200 * number, 200.0 if outcome == "finished" else 20.0, outcome)
                for number, (track, outcome) in enumerate(evening, 1)
            ],
        )
        connection.executemany(
            "INSERT INTO smartqueue_triplet (id, near_a, near_b, odd, source, weight, profile, created, play,"
            " forgotten) VALUES (?, ?, ?, ?, 'skip', .8, 'default', 2000, ?, ?)",
            [(11, 2, 3, 9, 3, None), (12, 5, 6, 8, 7, None), (13, 1, 2, 7, None, None), (14, 1, 2, 8, None, 9.0)],
        )
        connection.execute("DELETE FROM smartqueue_triplet WHERE id = 14")
    for _ in range(2):
        with Database(tmp_path / "library.db", tmp_path) as database:
            database.migrate()
            found = database.triplets.of_profile("default")
            assert {(one.near_a, one.near_b) for one in found if one.play == 3} == {(2, 3), (1, 3), (2, 1)}
            assert {one.entry for one in found if one.play == 3} == {11}
            assert [(one.id, one.odd) for one in found if one.play is None] == [(13, 7)]
            assert not [one for one in found if one.play == 7]
            assert min(one.id or 0 for one in found if one.id not in (11, 13)) > 14


def test_vectors_of_the_first_version_of_the_tables_are_in_use_in_this_one(tmp_path: Path, empty_library: Path) -> None:
    shutil.copy(empty_library, tmp_path / "library.db")
    item = BeetsItem(path=os.fsencode(tmp_path / "a.ogg"))
    BeetsLibrary(str(tmp_path / "library.db"), str(tmp_path)).add(item)
    with sqlite3.connect(tmp_path / "library.db") as connection:
        for statement in MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("UPDATE smartqueue_schema SET version = 1")
        connection.execute(
            "INSERT INTO smartqueue_track (item_id, path, extractor, vector, changed) VALUES (?, ?, '1', ?, 0)",
            (item.id, b"a.ogg", VECTOR.tobytes()),
        )
    with Database(tmp_path / "library.db", tmp_path) as database:
        database.migrate()
        np.testing.assert_array_equal(database.vectors.library().vectors, [VECTOR])


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
        database.vectors.store(item, STATE, "hash", "1", Heard(VECTOR, {}))
    holder.rollback()


def test_beets_still_works_beside_our_tables(stage: Stage) -> None:
    stage.analyse(stage.add("a.ogg"))
    assert [item.title for item in stage.beets.items("title:a.ogg")] == ["a.ogg"]


# Identity


def test_a_vector_comes_back_as_it_went_in(stage: Stage) -> None:
    stage.analyse(stage.add("a.ogg"))
    np.testing.assert_array_equal(stage.ours.vectors.library().vectors, [VECTOR])


@pytest.mark.parametrize(
    ("artist", "title", "called"), [("Ana", "One", "Ana – One"), ("", "One", "One"), ("Ana", "", "Ana – a.ogg")]
)
def test_a_track_without_a_title_is_called_by_its_file(stage: Stage, artist: str, title: str, called: str) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    found = stage.beets.get_item(item.id)
    assert found is not None
    found.update({"artist": artist, "title": title})
    found.store()
    library = stage.ours.vectors.library()
    assert [library.name(0)] == list(stage.ours.tracks.names().values()) == [called]
    assert library.titles == [title or "a.ogg"]


def test_files_are_absolute_though_beets_stores_them_relative(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    assert item.path == b"a.ogg"
    assert stage.ours.vectors.library().files == [os.fsencode(stage.music / "a.ogg")]


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
    assert not len(stage.ours.vectors.library().ids)


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
    assert stage.ours.vectors.taught()[0].tolist() == [track]


def test_a_removed_item_is_not_offered(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    stage.remove(item)
    assert not len(stage.ours.vectors.library().ids)


def test_a_failure_takes_the_place_of_a_vector(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    stage.ours.vectors.store_failure(item, STATE, "1", "it is cut off")
    state = stage.ours.state()
    assert (state.analyzed, state.failed) == (0, 1)


def test_a_file_is_found_by_its_absolute_path(stage: Stage) -> None:
    track = stage.analyse(stage.add("a.ogg"))
    assert stage.ours.tracks.of_file(os.fsencode(stage.music / "a.ogg")) == track


def test_a_file_that_was_not_analysed_yet_gets_a_track(stage: Stage) -> None:
    stage.add("a.ogg")
    assert stage.ours.tracks.of_file(os.fsencode(stage.music / "a.ogg")) is not None


def test_a_file_that_beets_does_not_know_has_no_track(stage: Stage) -> None:
    assert stage.ours.tracks.of_file(b"/elsewhere/a.ogg") is None


def test_a_file_is_found_by_either_name_of_a_linked_folder(stage: Stage, tmp_path: Path) -> None:
    track = stage.analyse(stage.add("a.ogg"))
    stage.music.mkdir()
    (tmp_path / "link").symlink_to(stage.music)
    with Database(tmp_path / "library.db", tmp_path / "link") as database:
        assert database.tracks.of_file(os.fsencode(tmp_path / "link" / "a.ogg")) == track
        assert database.tracks.of_file(os.fsencode(stage.music / "a.ogg")) == track


def test_an_item_stored_by_the_links_target_is_found_by_the_link(stage: Stage, tmp_path: Path) -> None:
    elsewhere = tmp_path / "disk"
    elsewhere.mkdir()
    track = stage.analyse(stage.add(str(elsewhere / "a.ogg")))
    (tmp_path / "link").symlink_to(elsewhere)
    with Database(tmp_path / "library.db", tmp_path / "link") as database:
        assert database.tracks.of_file(os.fsencode(tmp_path / "link" / "a.ogg")) == track


def test_an_item_is_found_by_its_id(stage: Stage) -> None:
    item = stage.add("a.ogg")
    assert stage.ours.tracks.of_id(item.id) == stage.analyse(item)
    assert stage.ours.tracks.of_id(item.id + 1) is None


def test_an_id_is_the_item_that_has_it_now(stage: Stage) -> None:
    item = stage.add("a.ogg")
    former = stage.analyse(item)
    stage.remove(item)
    again = stage.add("b.ogg")
    assert again.id == item.id
    assert stage.ours.tracks.of_id(item.id) not in (None, former)


@pytest.mark.parametrize("mb_trackid", ["", "recording"])
def test_what_beets_has_moved_keeps_its_vector(stage: Stage, mb_trackid: str) -> None:
    item = stage.add("a.ogg", mb_trackid)
    stage.analyse(item)
    stage.move(item, "b.ogg")
    stage.ours.tracks.follow(moved=[item.id], removed=[])
    assert stage.ours.vectors.library().files == [os.fsencode(stage.music / "b.ogg")]
    assert stage.ours.tracks.of_items([item.id])[0].path == b"b.ogg"


def test_what_has_the_id_of_a_removed_item_is_not_taken_for_it(stage: Stage) -> None:
    old = stage.add("old.ogg")
    stage.analyse(old)
    stage.remove(old)
    new = stage.add("new.ogg")
    assert new.id == old.id
    stage.ours.tracks.follow(moved=[], removed=[old.id])
    assert not stage.ours.tracks.of_items([new.id])


def test_a_recording_that_beets_finds_later_is_known(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    found = stage.beets.get_item(item.id)
    assert found is not None
    found.update({"mb_trackid": "recording"})
    found.store()
    stage.ours.tracks.follow(moved=[], removed=[])
    stage.move(item, "b.ogg")
    assert len(stage.ours.vectors.library().ids) == 1


# A newer extractor

NEWER = Heard(np.array([7.0, 8.0, 9.0], np.float32), {"bpm": 120.0})


def hear_anew(stage: Stage, item: Item) -> int:
    return stage.ours.vectors.store(item, STATE, "hash", "2", NEWER)


def test_older_vectors_stay_in_use_until_all_are_heard_anew(stage: Stage) -> None:
    items = [stage.add(name) for name in ("a.ogg", "b.ogg")]
    for item in items:
        stage.analyse(item)
    hear_anew(stage, items[0])
    assert not stage.ours.vectors.change("2")
    assert stage.ours.vectors.library().vectors.tolist() == [VECTOR.tolist()] * 2


def test_newer_vectors_are_put_in_use_all_at_once(stage: Stage) -> None:
    items = [stage.add(name) for name in ("a.ogg", "b.ogg")]
    for item in items:
        stage.analyse(item)
        hear_anew(stage, item)
    assert stage.ours.vectors.change("2")
    assert stage.ours.vectors.extractor == "2"
    assert stage.ours.vectors.library().vectors.tolist() == [NEWER.vector.tolist()] * 2


def test_what_is_added_meanwhile_waits_with_the_others(stage: Stage) -> None:
    stage.analyse(stage.add("a.ogg"))
    hear_anew(stage, stage.add("new.ogg"))
    assert len(stage.ours.vectors.library().ids) == 1


def test_what_waits_need_not_be_heard_again(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    hear_anew(stage, item)
    (track,) = stage.ours.tracks.of_items([item.id])
    assert (track.extractor, stage.ours.vectors.audio_hashes("2")) == ("2", {"hash"})


def test_a_failure_of_the_newer_extractor_does_not_hold_it_up(stage: Stage) -> None:
    good, bad = stage.add("good.ogg"), stage.add("bad.ogg")
    for item in (good, bad):
        stage.analyse(item)
    hear_anew(stage, good)
    stage.ours.vectors.store_failure(bad, STATE, "2", "it is cut off")
    assert len(stage.ours.vectors.library().ids) == 2
    assert stage.ours.vectors.change("2")
    assert len(stage.ours.vectors.library().ids) == 1
    assert stage.ours.state().failed == 1


def test_earlier_scalars_are_those_in_use_and_those_that_wait(stage: Stage) -> None:
    item = stage.add("a.ogg")
    older = Heard(VECTOR, {"bpm": 60.0})
    stage.ours.vectors.store(item, STATE, "hash", "1", older)
    hear_anew(stage, item)
    assert stage.ours.vectors.earlier_scalars(item, "hash") == [older.scalars, NEWER.scalars]


def test_earlier_scalars_of_a_new_track_are_empty(stage: Stage) -> None:
    assert not any(stage.ours.vectors.earlier_scalars(stage.add("a.ogg"), "hash"))


def test_a_failure_of_the_newer_extractor_keeps_the_earlier_scalars(stage: Stage) -> None:
    good, bad = stage.add("good.ogg"), stage.add("bad.ogg")
    for item in (good, bad):
        stage.ours.vectors.store(item, STATE, item.path.decode(), "1", Heard(VECTOR, {"bpm": 60.0}))
    hear_anew(stage, good)
    stage.ours.vectors.store_failure(bad, STATE, "2", "it is cut off")
    assert stage.ours.vectors.change("2")
    assert stage.ours.vectors.earlier_scalars(bad, "") == [{"bpm": 60.0}]


def test_removed_items_do_not_hold_it_up(stage: Stage) -> None:
    kept, removed = stage.add("kept.ogg"), stage.add("removed.ogg")
    for item in (kept, removed):
        stage.analyse(item)
    hear_anew(stage, kept)
    stage.remove(removed)
    assert stage.ours.vectors.change("2")


def test_a_file_that_is_away_does_not_hold_up_many_others(stage: Stage) -> None:
    away, *items = [stage.add(f"{number}.ogg") for number in range(11)]
    for item in (away, *items):
        stage.analyse(item)
    for item in items:
        hear_anew(stage, item)
    assert not stage.ours.vectors.change("2")
    assert stage.ours.vectors.change("2", away=[away.id])


def test_a_disk_that_is_away_takes_no_vector_out_of_use(stage: Stage) -> None:
    items = [stage.add(f"{number}.ogg") for number in range(4)]
    for item in items:
        stage.analyse(item)
    hear_anew(stage, items[0])
    assert not stage.ours.vectors.change("2", away=[item.id for item in items[1:]])


def test_the_state_tells_how_many_are_still_to_be_heard_anew(stage: Stage) -> None:
    items = [stage.add(name) for name in ("a.ogg", "b.ogg")]
    for item in items:
        stage.analyse(item, extractor="0")
    stage.ours.vectors.store(items[0], STATE, "hash", EXTRACTOR, NEWER)
    state = stage.ours.state()
    assert (state.analyzed, state.stale) == (2, 1)


def test_a_metric_that_was_learned_on_older_vectors_goes_out_of_use_with_them(stage: Stage) -> None:
    learned(stage, "weights")
    (item,) = stage.ours.tracks.items([1])
    hear_anew(stage, item)
    assert stage.ours.metrics.in_use("default") is not None
    assert stage.ours.vectors.change("2")
    assert stage.ours.metrics.in_use("default") is None


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


# Play counts, in beets' own fields


def counted(stage: Stage, track: int, *heard: tuple[str, float]) -> dict[str, str]:
    for number, (outcome, listened) in enumerate(heard):
        stage.ours.plays.add(replace(play(track, 100.0 + number, outcome), listened=listened), count=True)
    with sqlite3.connect(stage.ours.path) as connection:
        return dict(connection.execute("SELECT key, value FROM item_attributes"))


def test_plays_are_counted_as_mpdstats_does(stage: Stage) -> None:
    fields = counted(stage, stage.analyse(stage.add("a.ogg")), ("finished", 60.0), ("finished", 60.0))
    assert (fields["play_count"], fields["skip_count"], fields["last_played"]) == ("2", "0", "101")
    assert float(fields["rating"]) == pytest.approx(0.75 * 3 / 4 + 0.25 * (1 + (0.75 * 2 / 3 + 0.25 * 0.75)) / 2)


def test_skips_are_counted_as_mpdstats_does(stage: Stage) -> None:
    fields = counted(stage, stage.analyse(stage.add("a.ogg")), ("skipped", 3.0))
    assert (fields["play_count"], fields["skip_count"]) == ("0", "1")
    assert float(fields["rating"]) == pytest.approx(0.75 * 1 / 3 + 0.25 * 0.25)
    assert "last_played" not in fields


def test_a_skip_at_the_end_is_a_play(stage: Stage) -> None:
    assert counted(stage, stage.analyse(stage.add("a.ogg")), ("skipped", 58.0))["play_count"] == "1"


@pytest.mark.parametrize("outcome", ["stopped", "removed", "interrupted", "chosen_away", "back", "failed"])
def test_what_is_neither_counts_as_nothing(stage: Stage, outcome: str) -> None:
    assert not counted(stage, stage.analyse(stage.add("a.ogg")), (outcome, 3.0))


def test_a_play_that_is_told_twice_counts_once(stage: Stage) -> None:
    track = stage.analyse(stage.add("a.ogg"))
    counted(stage, track, ("finished", 60.0))
    assert counted(stage, track, ("finished", 60.0))["play_count"] == "1"


def test_beets_reads_what_was_counted(stage: Stage) -> None:
    item = stage.add("a.ogg")
    counted(stage, stage.analyse(item), ("finished", 60.0))
    found = stage.beets.get_item(item.id)
    assert found is not None
    assert int(found["play_count"]) == 1


def tracks(stage: Stage, count: int) -> list[int]:
    return [stage.analyse(stage.add(f"{number}.ogg")) for number in range(count)]


def skip_of(stage: Stage, near: list[int], odd: int, started: float = 100.0) -> tuple[int, list[Triplet]]:
    """The play of a skipped track, and its triplets with each two of the near ones that stand side by side."""
    number = stage.ours.plays.add(play(odd, started))
    pairs = itertools.pairwise(near)
    return number, [Triplet(a, b, odd, "skip", 0.5, created=started, play=number) for a, b in pairs]


def test_a_triplet_that_comes_again_is_kept_once(stage: Stage) -> None:
    a, b, c = tracks(stage, 3)
    triplet = Triplet(a, b, c, "survey", created=7.0)
    assert [stage.ours.triplets.add([triplet]), stage.ours.triplets.add([triplet])] == [1, 0]


def test_a_skip_has_several_triplets_and_is_one_entry(stage: Stage) -> None:
    *near, odd = tracks(stage, 4)
    number, triplets = skip_of(stage, near, odd)
    stage.ours.triplets.replace_skips([number], triplets)
    found = stage.ours.triplets.of_profile("default")
    assert [(one.near_a, one.near_b) for one in found] == list(itertools.pairwise(near))
    assert stage.ours.triplets.counts("default")["skip"] == 1
    assert [one.id for one in stage.ours.triplets.latest("default")] == [found[0].id]
    assert stage.ours.metrics.unlearned("default") == 1


def test_a_skip_that_says_more_keeps_its_id(stage: Stage) -> None:
    *near, odd = tracks(stage, 5)
    number, triplets = skip_of(stage, near, odd)
    stage.ours.triplets.replace_skips([number], triplets[1:2])
    (before,) = stage.ours.triplets.of_profile("default")
    stage.ours.triplets.replace_skips([number], triplets)
    found = stage.ours.triplets.of_profile("default")
    assert (len(found), {one.entry for one in found}) == (3, {before.id})


def test_forgetting_a_skip_forgets_all_of_its_triplets_and_those_derived_later(stage: Stage) -> None:
    *near, odd = tracks(stage, 5)
    number, triplets = skip_of(stage, near, odd)
    stage.ours.triplets.replace_skips([number], triplets[:2])
    second = stage.ours.triplets.of_profile("default")[1]
    assert stage.ours.triplets.forget([second.id or 0]) == 1
    stage.ours.triplets.replace_skips([number], triplets)
    assert not stage.ours.triplets.of_profile("default")
    assert stage.ours.triplets.remember([second.id or 0]) == 1
    assert len(stage.ours.triplets.of_profile("default")) == 3


def test_a_skip_that_says_nothing_any_more_goes_but_what_was_forgotten_stays(stage: Stage) -> None:
    *near, odd, other = tracks(stage, 5)
    first, triplets = skip_of(stage, near, odd)
    second, more = skip_of(stage, near, other, 200.0)
    stage.ours.triplets.replace_skips([first, second], [*triplets, *more])
    stage.ours.triplets.forget([one.id or 0 for one in stage.ours.triplets.of_profile("default") if one.odd == odd])
    stage.ours.triplets.replace_skips([first, second], [])
    assert stage.ours.triplets.counts("default") == {"survey": 0, "skip": 0, "library": 0, "forgotten": 1}


def test_imported_skips_of_one_moment_are_one_entry(stage: Stage) -> None:
    a, b, c, odd = tracks(stage, 4)
    said = [Triplet(a, b, odd, "skip", 0.5, created=9.0), Triplet(b, c, odd, "skip", 0.5, created=9.0)]
    assert stage.ours.triplets.add([*said, Triplet(a, c, odd, "skip", 0.5, created=10.0)]) == 2


def test_answers_that_come_late_count_as_new_whatever_their_time(stage: Stage) -> None:
    a, b, c, d = tracks(stage, 4)
    stage.ours.triplets.add([Triplet(a, b, c, "survey", created=2e9)])
    stage.ours.metrics.note_lesson("default", "1", stage.ours.triplets.of_profile("default")[-1].id or 0)
    assert stage.ours.metrics.unlearned("default") == 0
    stage.ours.triplets.add([Triplet(a, b, d, "survey", created=1.0)])
    assert stage.ours.metrics.unlearned("default") == 1


def test_a_lesson_from_older_vectors_has_seen_nothing(stage: Stage) -> None:
    a, b, c = tracks(stage, 3)
    stage.ours.triplets.add([Triplet(a, b, c, "survey")])
    stage.ours.metrics.note_lesson("default", "0", 1000)
    assert stage.ours.metrics.unlearned("default") == 1
    assert not stage.ours.metrics.has_lesson("default")


HOME = Player("a name of its own", "machine:/var/lib/mopidy")


@pytest.mark.parametrize(
    ("earlier", "adopted"),
    [
        (["machine:/var/lib/mopidy"], {"machine:/var/lib/mopidy"}),
        (["1f2e3d4c5b6a:/var/lib/mopidy"], {"1f2e3d4c5b6a:/var/lib/mopidy"}),
        (["machine:/var/lib/mopidy", "other:/var/lib/mopidy"], {"machine:/var/lib/mopidy"}),
        (["machine:/home/me/.local/share/mopidy"], set()),
    ],
)
def test_a_player_adopts_the_plays_of_its_earlier_name(stage: Stage, earlier: list[str], adopted: set[str]) -> None:
    (track,) = tracks(stage, 1)
    for moment, name in enumerate(earlier):
        stage.ours.plays.add(replace(play(track, float(moment)), player=name))
    stage.ours.plays.adopt(HOME)
    stage.ours.plays.adopt(HOME)
    assert len(stage.ours.plays.since(0.0, player=HOME.name)) == len(adopted)
    assert {one.player for one in stage.ours.plays.since(0.0)} == {
        *set(earlier) - adopted,
        *([HOME.name] if adopted else []),
    }


def test_plays_of_another_profile_are_told_apart(stage: Stage) -> None:
    (track,) = tracks(stage, 1)
    stage.ours.plays.add(play(track))
    assert stage.ours.plays.since(0.0, profile="default")
    assert not stage.ours.plays.since(0.0, profile="kim")


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
    stage.analyse(stage.add("heard.ogg"))
    metric = replace(plain(FEATURES, [[0.0, 1.0], [2.0, 5.0]]), matrix=np.diag([0.5, 1.5]), learner=learner)
    entry = LearnedMetric(metric, {"strength": 2}, 10, 0.6, 0.5, 0.02)
    return stage.ours.metrics.add(entry, profile="default", extractor=extractor, in_use=in_use)


def test_a_metric_comes_back_as_it_went_in(stage: Stage) -> None:
    number = learned(stage, "weights")
    found = stage.ours.metrics.in_use("default")
    assert found is not None
    assert (found.metric.id, found.metric.learner, found.settings) == (number, "weights", {"strength": 2})
    np.testing.assert_array_equal(found.metric.matrix, np.diag([0.5, 1.5]))


def test_the_latest_metric_that_was_put_in_use_is(stage: Stage) -> None:
    learned(stage, "weights")
    learned(stage, "matrix")
    learned(stage, "worse", in_use=False)
    found = stage.ours.metrics.in_use("default")
    assert found is not None
    assert found.metric.learner == "matrix"


def test_with_plain_in_use_nothing_learned_is(stage: Stage) -> None:
    learned(stage, "weights")
    learned(stage, "plain")
    assert stage.ours.metrics.in_use("default") is None


def test_a_full_matrix_comes_back_to_single_precision(stage: Stage) -> None:
    stage.analyse(stage.add("heard.ogg"))
    matrix = np.array([[0.75, 0.3], [0.3, 1.25]])
    metric = replace(plain(FEATURES, [[0.0, 1.0], [2.0, 5.0]]), matrix=matrix, learner="full")
    stage.ours.metrics.add(
        LearnedMetric(metric, {}, 10, None, None, None), profile="default", extractor="1", in_use=True
    )
    found = stage.ours.metrics.in_use("default")
    assert found is not None
    np.testing.assert_allclose(found.metric.matrix, matrix, rtol=1e-6)
    with sqlite3.connect(stage.ours.path) as connection:
        assert connection.execute("SELECT form, length(matrix) FROM smartqueue_metric").fetchall() == [("triangle", 12)]


def test_a_pinned_metric_stays_in_use_until_it_is_unpinned(stage: Stage) -> None:
    first = learned(stage, "weights")
    stage.ours.metrics.pin("default", first)
    second = learned(stage, "matrix")
    assert used(stage) == first
    stage.ours.metrics.unpin("default")
    assert used(stage) == second


def test_plain_can_be_pinned_too(stage: Stage) -> None:
    learned(stage, "weights")
    stage.ours.metrics.pin("default", None)
    learned(stage, "matrix")
    assert used(stage) is None
    assert stage.ours.metrics.pinned("default") == Pin(None, lapsed=False)


def test_a_pin_ends_with_the_vectors_of_its_day(stage: Stage) -> None:
    first = learned(stage, "weights")
    stage.ours.metrics.pin("default", first)
    with sqlite3.connect(stage.ours.path) as connection:
        connection.execute("UPDATE smartqueue_schema SET extractor = 'newer'")
    assert stage.ours.metrics.is_suspended("default")
    newer = learned(stage, "matrix", extractor="newer")
    assert used(stage) == newer
    assert stage.ours.metrics.pinned("default") == Pin(first, lapsed=True)


def test_listeners_pin_apart(stage: Stage) -> None:
    first = learned(stage, "weights")
    stage.ours.metrics.pin("kim", None)
    assert used(stage) == first


def used(stage: Stage) -> int | None:
    found = stage.ours.metrics.in_use("default")
    return None if found is None else found.metric.id


def test_a_metric_of_other_vectors_is_not_used(stage: Stage) -> None:
    learned(stage, "weights", extractor="0")
    assert stage.ours.metrics.in_use("default") is None


def test_the_version_changes_with_an_analysis_and_with_a_metric(stage: Stage) -> None:
    versions = {stage.ours.version("default")}
    stage.analyse(stage.add("a.ogg"))
    versions.add(stage.ours.version("default"))
    learned(stage, "weights")
    versions.add(stage.ours.version("default"))
    assert len(versions) == 3


# What is ignored


def test_the_tracks_of_the_items_that_are_ignored_are_marked_and_no_others(stage: Stage) -> None:
    first, second = stage.add("a.ogg"), stage.add("b.ogg")
    for item in (first, second):
        stage.analyse(item)
    stage.ours.tracks.ignore({first.id})
    assert stage.ours.vectors.library().ignored.tolist() == [True, False]
    stage.ours.tracks.ignore({second.id})
    assert stage.ours.vectors.library().ignored.tolist() == [False, True]


def test_the_library_is_another_version_once_marks_differ_and_only_then(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    before = stage.ours.version("default")
    stage.ours.tracks.ignore(())
    assert stage.ours.version("default") == before
    stage.ours.tracks.ignore({item.id})
    assert stage.ours.version("default") != before


def test_a_track_whose_item_is_gone_is_not_ignored(stage: Stage) -> None:
    item = stage.add("a.ogg")
    stage.analyse(item)
    stage.ours.tracks.ignore({item.id})
    stage.remove(item)
    stage.ours.tracks.forget_missing_items()
    stage.ours.tracks.ignore({item.id})
    with sqlite3.connect(stage.ours.path) as connection:
        assert connection.execute("SELECT ignored FROM smartqueue_track").fetchall() == [(0,)]


def test_a_file_that_vanishes_in_the_midst_is_told_in_words(stage: Stage) -> None:
    stage.ours.path.unlink()
    with pytest.raises(DatabaseError, match="cannot be reached"):
        stage.ours.version("default")
