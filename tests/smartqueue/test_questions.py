"""What was asked in the survey, as it is stored."""

from __future__ import annotations

import threading
import time
from itertools import permutations

import pytest

from demonstration.programs import Beets
from smartqueue.database import Database
from smartqueue.listening import Triplet


@pytest.fixture
def database(beets: Beets) -> Database:
    database = Database(beets.library, beets.music)
    database.migrate()
    return database


def said(database: Database, profile: str = "default") -> list[tuple[int, int, int]]:
    """The survey's triplets: the two that are near, and the odd one out."""
    return [(t.near_a, t.near_b, t.odd) for t in database.triplets.of_profile(profile) if t.source == "survey"]


def test_an_answer_is_kept_with_its_triplet(database: Database) -> None:
    assert database.questions.answer([3, 1, 2], 1, "default")
    (triplet,) = database.triplets.of_profile("default")
    assert (triplet.near_a, triplet.near_b, triplet.odd, triplet.source, triplet.weight) == (2, 3, 1, "survey", 1.0)
    assert triplet.question is not None
    assert database.questions.asked("default") == {(1, 2, 3)}


def test_cannot_tell_makes_no_triplet_and_is_not_asked_again(database: Database) -> None:
    assert database.questions.answer([1, 2, 3], None, "default")
    assert said(database) == []
    assert database.questions.asked("default") == {(1, 2, 3)}


@pytest.mark.parametrize("again", list(permutations([1, 2, 3])))
def test_the_same_three_in_any_order_are_kept_once(database: Database, again: tuple[int, ...]) -> None:
    assert database.questions.answer([1, 2, 3], 1, "default")
    assert not database.questions.answer(again, 2, "default")
    assert said(database) == [(2, 3, 1)]
    assert database.questions.count("default") == 1


def test_listeners_answer_apart(database: Database) -> None:
    assert database.questions.answer([1, 2, 3], 1, "default")
    assert database.questions.answer([1, 2, 3], 2, "somebody")
    assert (said(database), said(database, "somebody")) == ([(2, 3, 1)], [(1, 3, 2)])
    assert database.questions.undo("somebody") == ((1, 2, 3), False)
    assert (database.questions.count("default"), database.questions.count("somebody")) == (1, 0)


def test_many_at_once_keep_an_answer_once(beets: Beets, database: Database) -> None:
    kept: list[bool] = []

    def answer() -> None:
        with Database(beets.library, beets.music) as own:
            kept.append(own.questions.answer([1, 2, 3], 1, "default"))

    threads = [threading.Thread(target=answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == [False] * 7 + [True]
    assert said(database) == [(2, 3, 1)]


def test_undo_takes_the_latest_answer_and_its_triplet(database: Database) -> None:
    database.questions.answer([1, 2, 3], 1, "default")
    database.questions.answer([4, 5, 6], 4, "default")
    assert database.questions.undo("default") == ((4, 5, 6), False)
    assert said(database) == [(2, 3, 1)]
    assert database.questions.asked("default") == {(1, 2, 3)}


def test_what_was_undone_can_be_answered_again(database: Database) -> None:
    database.questions.answer([1, 2, 3], 1, "default")
    database.questions.undo("default")
    assert database.questions.answer([1, 2, 3], 2, "default")
    assert said(database) == [(1, 3, 2)]


def test_whether_the_three_were_any_three_is_kept_and_comes_back_with_undo(database: Database) -> None:
    database.questions.answer([1, 2, 3], 1, "default", at_random=True)
    database.questions.answer([4, 5, 6], 4, "default")
    assert [triplet.at_random for triplet in database.triplets.of_profile("default")] == [True, False]
    assert database.triplets.of_any_three("default") == 1
    database.questions.undo("default")
    assert database.questions.undo("default") == ((1, 2, 3), True)


def test_without_an_answer_there_is_nothing_to_undo(database: Database) -> None:
    assert database.questions.undo("default") is None


def test_undo_takes_an_answer_whose_triplet_was_forgotten(database: Database) -> None:
    database.questions.answer([1, 2, 3], 1, "default")
    database.triplets.forget([triplet.id or 0 for triplet in database.triplets.of_profile("default")])
    assert database.questions.asked("default") == {(1, 2, 3)}
    assert database.questions.undo("default") == ((1, 2, 3), False)
    assert database.questions.asked("default") == set()


def test_answers_that_came_from_a_file_count_as_asked(database: Database) -> None:
    database.triplets.add([Triplet(9, 7, 8, "survey", created=1.0), Triplet(4, 5, 6, "skip", created=1.0)])
    assert database.questions.asked("default") == {(7, 8, 9)}
    assert database.questions.count("default") == 1
    assert database.questions.count("default", 2.0) == 0


def test_answers_are_counted_from_a_moment_on(database: Database) -> None:
    database.questions.answer([1, 2, 3], 1, "default")
    database.questions.answer([1, 2, 4], None, "default")
    assert database.questions.count("default") == 2
    assert database.questions.count("default", time.time() - 60) == 2
    assert database.questions.count("default", time.time() + 60) == 0


def test_what_was_forgotten_is_not_counted_and_not_asked_again(database: Database) -> None:
    database.questions.answer([1, 2, 3], 1, "default")
    database.questions.answer([1, 2, 4], None, "default")
    database.triplets.add([Triplet(9, 7, 8, "survey", created=1.0)])
    ids = [triplet.id or 0 for triplet in database.triplets.of_profile("default")]
    for left, forgotten in ((2, ids[:1]), (1, ids)):
        database.triplets.forget(forgotten)
        assert (database.questions.count("default"), database.questions.undecided("default")) == (left, 1)
    assert len(database.questions.asked("default")) == 3
    database.triplets.remember(ids)
    assert database.questions.count("default") == 3


@pytest.mark.parametrize(("tracks", "odd"), [([1, 2], 1), ([1, 2, 2], 1), ([1, 2, 3, 4], 1), ([1, 2, 3], 4)])
def test_what_is_no_answer_is_refused(database: Database, tracks: list[int], odd: int) -> None:
    with pytest.raises(ValueError, match="three"):
        database.questions.answer(tracks, odd, "default")
    assert database.questions.count("default") == 0


def test_a_track_is_described_as_beets_has_it(database: Database, beets: Beets) -> None:
    (track,) = database.tracks.of_items([2])
    (found,) = database.tracks.described([track.id])
    told = beets.run("ls", "-f", "$title/$artist/$album/$path", "id:2").stdout.strip()
    assert f"{found.title}/{found.artist}/{found.album}/{found.file.decode()}" == told
    assert found.length == pytest.approx(8, abs=0.1)


def test_tracks_are_described_in_the_order_that_is_asked_for(database: Database) -> None:
    assert [track.id for track in database.tracks.described([7, 2, 999, 5])] == [7, 2, 5]


def test_what_beets_does_not_have_is_not_described(database: Database) -> None:
    assert database.tracks.described([999]) == []
