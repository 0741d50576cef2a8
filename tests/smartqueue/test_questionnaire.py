"""Which question a listener is to answer now."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from demonstration.programs import Beets
from smartqueue.candidates import candidates
from smartqueue.database import Database, Description
from smartqueue.listening import Triplet
from smartqueue.playable import is_playable
from smartqueue.preferences import Rules
from smartqueue.questionnaire import NothingToAskError, Questionnaire
from smartqueue.web.store import Store


@dataclass
class Stage:
    """A survey over a library, some of whose files may be away."""

    beets: Beets
    database: Database
    rules: Rules = field(default_factory=Rules)
    away: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.questions = self.started_anew()

    def started_anew(self) -> Questionnaire:
        self.store = Store(self.beets.library, self.beets.music, self.rules)
        return Questionnaire(lambda file: is_playable(file) and file not in self.away)

    def next(self, profile: str = "default") -> list[Description]:
        return self.questions.question(self.database, self.store.read(self.database, profile), profile)

    def next_ids(self, profile: str = "default") -> list[int]:
        return [track.id for track in self.next(profile)]

    def answer(self, odd: int | None = None, profile: str = "default") -> list[int]:
        asked = self.next_ids(profile)
        self.database.questions.answer(asked, None if odd is None else asked[odd], profile)
        return asked

    def all_left(self) -> list[list[int]]:
        asked = []
        with contextlib.suppress(NothingToAskError):
            while True:
                asked.append(self.answer())
        return asked


@pytest.fixture
def stage(beets: Beets) -> Stage:
    database = Database(beets.library, beets.music)
    database.migrate()
    return Stage(beets, database)


def files_but(stage: Stage, count: int) -> set[bytes]:
    """The files of all tracks but so many, of different recordings."""
    return set(stage.store.read(stage.database, "default").library.files[count:])


def titles(tracks: Collection[Description]) -> set[str]:
    return {track.title for track in tracks}


def test_a_question_is_given_until_it_is_answered(stage: Stage) -> None:
    first = stage.next_ids()
    assert stage.next_ids() == first
    stage.database.questions.answer(first, first[0], "default")
    assert stage.next_ids() != first


def test_an_answer_elsewhere_is_an_answer(stage: Stage) -> None:
    first = stage.next_ids()
    with Database(stage.beets.library, stage.beets.music) as other:
        other.questions.answer(sorted(first), None, "default")
    assert sorted(stage.next_ids()) != sorted(first)


def test_a_program_that_was_started_anew_does_not_ask_again(stage: Stage) -> None:
    asked = {tuple(sorted(stage.answer(0))) for _ in range(5)}
    stage.questions = stage.started_anew()
    assert tuple(sorted(stage.next_ids())) not in asked


def test_twenty_questions_are_of_three_artists_each_and_spread(stage: Stage) -> None:
    asked = [stage.next() for _ in range(20) if stage.answer(1)]
    chosen = [question for count, question in enumerate(asked, 1) if count % 4]
    assert all(len({track.artist for track in question}) == 3 for question in chosen)
    assert len({track.id for question in asked for track in question}) >= 15


def test_one_question_in_four_the_first_among_them_is_of_any_three(stage: Stage) -> None:
    for _ in range(8):
        tracks = stage.next_ids()
        assert stage.questions.answer(stage.database, tracks, tracks[0], "default")
    found = stage.database.triplets.of_profile("default")
    assert [triplet.at_random for triplet in found] == [True, False, False, False] * 2


def test_an_answer_to_what_was_not_asked_is_not_taken_for_one_of_any_three(stage: Stage) -> None:
    asked = stage.next_ids()
    others = [id_ for id_ in stage.store.read(stage.database, "default").library.ids.tolist() if id_ not in asked]
    assert stage.questions.answer(stage.database, others[:3], others[0], "default")
    assert stage.database.triplets.of_any_three("default") == 0


def test_listeners_have_questions_of_their_own(stage: Stage) -> None:
    first = stage.next_ids()
    stage.answer(0, "somebody")
    assert stage.next_ids() == first


def test_undone_is_asked_again(stage: Stage) -> None:
    first = stage.answer(0)
    stage.next()
    assert stage.questions.undo(stage.database, "default")
    assert sorted(stage.next_ids()) == sorted(first)


def test_without_an_answer_there_is_nothing_to_undo(stage: Stage) -> None:
    assert not stage.questions.undo(stage.database, "default")


def test_a_track_whose_file_has_gone_is_not_asked_about(stage: Stage) -> None:
    gone = stage.next()[1]
    stage.away = {gone.file}
    for _ in range(20):
        assert gone.id not in stage.answer(0)


def test_files_that_are_back_are_asked_about(stage: Stage) -> None:
    everything = stage.away = files_but(stage, 0)
    with pytest.raises(NothingToAskError, match="the file is there"):
        stage.next()
    stage.away = set()
    assert {track.file for track in stage.next()} <= everything


def test_what_a_rule_shuts_out_is_not_asked_about(stage: Stage) -> None:
    stage.beets.run("modify", "-y", "-W", "-M", "genres=Spoken", "title:Tin Hats")
    shut_out = set(stage.beets.run("ls", "-f", "$title", "genres:Spoken").stdout.splitlines())
    assert shut_out
    stage.rules = Rules(not_genres=("Spoken",))
    stage.questions = stage.started_anew()
    for _ in range(20):
        assert not titles(stage.next()) & shut_out
        stage.answer(0)


def test_what_was_removed_from_beets_is_not_asked_about(stage: Stage) -> None:
    gone = stage.next()[0]
    stage.beets.run("remove", "-f", f"path:{gone.file.decode()}")
    assert gone.id not in stage.next_ids()


def test_when_all_is_answered_it_says_so(stage: Stage) -> None:
    stage.away = files_but(stage, 5)
    asked = stage.all_left()
    assert len({tuple(sorted(question)) for question in asked}) == len(asked) >= 1
    with pytest.raises(NothingToAskError, match="answered everything"):
        stage.next()


def test_answers_and_skips_both_change_what_is_asked(stage: Stage) -> None:
    def after(*triplets: Triplet) -> list[list[int]]:
        with stage.database._connection.transaction() as connection:  # noqa: SLF001 - a fresh start for each
            connection.execute("DELETE FROM smartqueue_triplet")
        stage.database.triplets.add(triplets)
        # Each fourth question is any three, whatever was said.
        for number in range(13):
            stage.database.questions.answer([1, 2, 3 + number], None, "default")
        stage.questions = stage.started_anew()
        return [stage.next_ids()]

    ids = stage.store.read(stage.database, "default").library.ids.tolist()
    rows = [Triplet(ids[n], ids[n + 1], ids[n + 9], "skip", 0.9) for n in range(12)]
    without, library = after(), after(*(Triplet(t.near_a, t.near_b, t.odd, "library", 0.2) for t in rows))
    assert library == without
    assert after(*rows) != without
    assert after(*(Triplet(t.near_a, t.near_b, t.odd, "survey") for t in rows)) != without


def test_a_library_of_two_tracks_is_too_small(own_beets: Beets) -> None:
    own_beets.run("remove", "-f", "id:3..6")
    own_beets.run("analyze")
    with Database(own_beets.library, own_beets.music) as database:
        among = candidates(database, "default", Rules())
        with pytest.raises(NothingToAskError, match="beet analyze"):
            Questionnaire(is_playable).question(database, among, "default")


def test_a_library_without_a_vector_is_too_small(own_beets: Beets, tmp_path: Path) -> None:
    with Database(own_beets.library, tmp_path) as database:
        database.migrate()
        among = candidates(database, "default", Rules())
        with pytest.raises(NothingToAskError, match="beet analyze"):
            Questionnaire(is_playable).question(database, among, "default")
