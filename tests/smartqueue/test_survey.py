"""Which three songs a survey asks about."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from smartqueue.survey import SLIPS, Belief, believe, information, next_question

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

RANDOM = np.random.default_rng(0)
LIBRARY = RANDOM.standard_normal((200, 12))
GROUPS = np.repeat(["timbre", "rhythm", "tonality", "dynamics"], 3)
NOTHING = believe(LIBRARY, [], groups=GROUPS)
RHYTHM = (GROUPS == "rhythm").astype(float)
NAMES = st.sampled_from(["", "one", "two", "three"])


def answered(points: Floats, question: tuple[int, ...], heard: Floats) -> Integers:
    """(near, near, odd) by a listener who weighs features so."""
    three = points[list(question)]
    apart = [((three[one] - three[other]) ** 2) @ heard for one, other in ((1, 2), (0, 2), (0, 1))]
    odd = int(np.argmin(apart))
    return np.array([*np.delete(question, odd), question[odd]])


def questions(points: Floats, artists: list[str] | None = None) -> Iterator[tuple[int, int, int]]:
    """All questions, of a listener who always says "can't tell"."""
    belief = believe(points, [])
    asked: list[tuple[int, int, int]] = []
    while (question := next_question(points, belief, asked=asked, artists=artists)) is not None:
        asked.append(question)
        yield question


def different(names: list[str], question: tuple[int, ...]) -> int:
    """How many different names three tracks have, an empty one being like no other."""
    return len({names[track] or track for track in question})


def test_no_three_are_asked_twice_until_none_are_left() -> None:
    every = [tuple(sorted(question)) for question in questions(LIBRARY[:6])]
    assert sorted(every) == list(combinations(range(6), 3))


def test_fewer_than_three_tracks_are_no_question() -> None:
    for tracks in range(3):
        assert next_question(LIBRARY[:tracks], NOTHING) is None


@given(st.lists(st.tuples(NAMES, NAMES), min_size=3, max_size=7), st.data())
@settings(deadline=None)
def test_a_question_is_new_of_three_recordings_and_of_as_many_artists_as_there_are(
    tracks: list[tuple[str, str]], data: st.DataObject
) -> None:
    artists, recordings = [artist for artist, _ in tracks], [recording for _, recording in tracks]
    every = list(combinations(range(len(tracks)), 3))
    asked = data.draw(st.lists(st.sampled_from(every).flatmap(st.permutations).map(tuple)))
    points = data.draw(st.sampled_from([LIBRARY[: len(tracks)], np.zeros((len(tracks), 12))]))
    left = [
        three
        for three in every
        if different(recordings, three) == 3 and three not in {tuple(sorted(question)) for question in asked}
    ]
    question = next_question(points, NOTHING, asked=asked, artists=artists, recordings=recordings)
    if question is None:
        assert not left
    else:
        assert tuple(sorted(question)) in left
        assert different(artists, question) == max(different(artists, three) for three in left)


def test_three_artists_are_asked_about_although_one_has_nearly_all_tracks() -> None:
    artists = ["many"] * 198 + ["one", "another"]
    assert different(artists, next(questions(LIBRARY, artists))) == 3


def test_a_library_of_one_artist_can_be_asked_about() -> None:
    assert next_question(LIBRARY, NOTHING, artists=["one"] * len(LIBRARY)) is not None


def test_tracks_without_an_artist_are_not_by_the_same() -> None:
    assert different([""] * 198 + ["one"] * 2, next(questions(LIBRARY, [""] * 198 + ["one"] * 2))) == 3


def test_identical_tracks_can_be_asked_about() -> None:
    alike = np.ones((100, 12))
    assert next_question(alike, believe(alike, [[0, 1, 2]] * 5)) is not None


def test_the_first_questions_go_where_none_has_been() -> None:
    corners = 10 * np.eye(12)[np.arange(240) % 12]
    points = corners + np.random.default_rng(0).standard_normal(corners.shape)
    asked = [question for question, _ in zip(questions(points), range(3), strict=False)]
    assert len(set(np.array(asked).ravel() % 12)) == 9


def test_artists_get_their_turn_however_few_their_tracks() -> None:
    artists = ["many"] * 140 + [f"artist {track % 30}" for track in range(60)]
    asked = [question for question, _ in zip(questions(LIBRARY, artists), range(12), strict=False)]
    names = np.array(artists)[np.array(asked)].ravel()
    assert len(set(names)) > 20
    assert np.unique(names, return_counts=True)[1].max() <= 3


def test_the_place_of_the_odd_one_tells_nothing() -> None:
    places = {question.index(min(question)) for question, _ in zip(questions(LIBRARY), range(20), strict=False)}
    assert places == {0, 1, 2}


def test_the_same_arguments_give_the_same_question() -> None:
    first, second = (next_question(LIBRARY, believe(LIBRARY, [[0, 1, 2]], seed=3), seed=3) for _ in range(2))
    assert first == second


def possible(*listeners: tuple[float, float]) -> Belief:
    """That one of these is the listener, who weighs two features."""
    return Belief(np.array(listeners, dtype=np.float32).T, np.zeros((0, 0), np.float32), 0.1)


FLAT = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0], [0.1, 0.1], [9.0, 9.0]])


def test_a_question_that_tells_listeners_apart_is_worth_most() -> None:
    either = possible((1.0, 0.0), (0.0, 1.0))
    apart, tie, clear = information(FLAT, [[0, 1, 2], [0, 1, 3], [0, 3, 4]], either)
    assert apart > tie > clear


def test_who_is_known_has_nothing_left_to_tell() -> None:
    assert information(FLAT, [[0, 1, 2]], possible((1.0, 0.5), (1.0, 0.5))) == pytest.approx(0, abs=1e-6)


def test_a_near_tie_is_worth_nothing_however_uncertain_its_answer() -> None:
    tie = np.array([[0.0, 0.0], [0.1, 0.0], [0.0, 0.1]])
    assert information(tie, [[0, 1, 2]], possible((1.0, 0.0), (0.0, 1.0))) < 1e-4


@given(st.lists(st.tuples(*[st.floats(0, 100)] * 2), min_size=1, max_size=9))
@settings(deadline=None)
def test_an_answer_tells_at_most_what_slips_leave_of_a_choice_of_three(listeners: list[tuple[float, float]]) -> None:
    answers = np.array([1 - SLIPS + SLIPS / 3, SLIPS / 3, SLIPS / 3])
    most = np.log(3) + answers @ np.log(answers)
    worth = information(FLAT, list(combinations(range(5), 3)), possible(*listeners))
    assert (worth >= 0).all()
    assert (worth <= most + 1e-4).all()


def answers_of(heard: Floats, count: int, seed: int = 0) -> Integers:
    rng = np.random.default_rng(seed)
    return np.array([answered(LIBRARY, tuple(rng.choice(200, 3, replace=False)), heard) for _ in range(count)])


def mean_weights(belief: Belief) -> Floats:
    """What is believed of each feature on average, in shares of all."""
    return np.asarray((belief.weights / belief.weights.sum(axis=0)).mean(axis=1), dtype=np.float64)


def test_answers_tell_what_the_listener_hears() -> None:
    belief = believe(LIBRARY, answers_of(RHYTHM, 60), groups=GROUPS)
    assert mean_weights(belief)[RHYTHM > 0].sum() > 0.8


def test_answers_of_no_weight_tell_nothing() -> None:
    belief = believe(LIBRARY, answers_of(RHYTHM, 60), groups=GROUPS, weights=np.zeros(60))
    assert mean_weights(belief)[RHYTHM > 0].sum() < 0.5


def test_a_belief_that_went_on_with_each_answer_is_that_of_all_answers() -> None:
    answers = answers_of(RHYTHM, 60)
    belief = NOTHING
    for count in range(1, 61):
        belief = believe(LIBRARY, answers[:count], groups=GROUPS, before=belief)
    afresh = believe(LIBRARY, answers, groups=GROUPS)
    assert mean_weights(belief) == pytest.approx(mean_weights(afresh), abs=0.1)


def test_features_without_groups_are_learned_one_by_one() -> None:
    first = np.eye(12)[0]
    assert mean_weights(believe(LIBRARY, answers_of(first, 100)))[0] > 0.8


def accuracy(heard: Floats, ask: Callable[[Integers, Belief], tuple[int, int, int]], seed: int) -> float:
    """The share of answers that the belief foresees after 15 questions, one in five of them answered wrongly."""
    rng = np.random.default_rng(seed)
    answers, belief = np.zeros((0, 3), dtype=np.int64), NOTHING
    for _ in range(15):
        answer = answered(LIBRARY, ask(answers, belief), heard)
        answers = np.vstack([answers, np.roll(answer, 1) if rng.random() < 0.2 else answer])
        belief = believe(LIBRARY, answers, groups=GROUPS, before=belief, seed=seed)
    right = answers_of(heard, 300, seed=seed + 1)
    believed = mean_weights(belief)
    return float(np.mean([answered(LIBRARY, tuple(three), believed)[2] == three[2] for three in right]))


def test_chosen_questions_teach_more_than_random_ones() -> None:
    def chosen(answers: Integers, belief: Belief) -> tuple[int, int, int]:
        question = next_question(LIBRARY, belief, asked=answers)
        assert question is not None
        return question

    def at_random(answers: Integers, _: Belief) -> tuple[int, int, int]:
        first, second, third = np.random.default_rng(len(answers)).choice(len(LIBRARY), 3, replace=False).tolist()
        return first, second, third

    gains = [accuracy(RHYTHM, chosen, seed) - accuracy(RHYTHM, at_random, seed) for seed in range(6)]
    assert np.mean(gains) > 0.03


def test_what_does_not_fit_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="triplets, row 1"):
        believe(LIBRARY, [[0, 1, 2], [0, 0, 1]])
    with pytest.raises(ValueError, match="asked, row 0"):
        next_question(LIBRARY, NOTHING, asked=[[0, 1, 200]])
    with pytest.raises(ValueError, match="artists"):
        next_question(LIBRARY, NOTHING, artists=["one"])
    with pytest.raises(ValueError, match="one a feature"):
        believe(LIBRARY, [], groups=["timbre"])
    with pytest.raises(ValueError, match="without a vector"):
        believe(np.full((3, 12), np.nan), [])


def test_a_player_without_scikit_learn_can_ask() -> None:
    code = "import sys, smartqueue.survey; sys.exit(any(name in sys.modules for name in ('sklearn', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
