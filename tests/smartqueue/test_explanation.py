"""Why a track was chosen, as numbers and in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from smartqueue.candidates import Candidates
from smartqueue.explanation import explain, key_in_words, tempo_in_words
from smartqueue.features import FEATURE_GROUPS, NAMES
from smartqueue.metric import Metric
from smartqueue.selection import Choice
from tests.smartqueue.libraries import library
from tests.smartqueue.pools import pool

GROUPS = np.array(FEATURE_GROUPS)


def among(
    difference: np.ndarray, *, weights: np.ndarray | None = None, tempi: tuple[float, float] = (0, 0)
) -> Candidates:
    """Two tracks whose standardised vectors are so far apart, in A minor and in C."""
    vectors = np.stack([np.zeros(len(NAMES)), difference])
    size = len(NAMES)
    metric = Metric(NAMES, np.zeros(size), np.ones(size), np.diag(np.ones(size) if weights is None else weights))
    known = {"ids": np.array([10, 11]), "titles": ["A", "B"], "keys": ["Am", "C"]}
    named = library(2, vectors=vectors.astype(np.float32), features=NAMES, **known)
    return Candidates(named, metric, pool(vectors, tempi=tempi, keys=[0, 0]))


def because_of(group: str) -> np.ndarray:
    return np.where(group == GROUPS, 1.0, 0.0)


CHOICE = Choice(row=1, seed=0, distance=0.5, place=3)


def test_what_the_groups_give_to_the_distance_is_one_together() -> None:
    found = explain(among(because_of("rhythm") + 2 * because_of("timbre")), CHOICE, 0).groups
    assert sum(found.values()) == pytest.approx(1, abs=0.01)
    rhythm, timbre = (GROUPS == "rhythm").sum(), (GROUPS == "timbre").sum()
    assert found["timbre"] == pytest.approx(4 * timbre / (4 * timbre + rhythm), abs=0.001)
    assert found["dynamics"] == 0


def test_a_group_that_the_metric_weighs_gives_more() -> None:
    difference = np.ones(len(NAMES))
    plain = explain(among(difference), CHOICE, 0).groups["rhythm"]
    heavy = explain(among(difference, weights=1 + 5 * because_of("rhythm")), CHOICE, 0).groups["rhythm"]
    assert heavy > plain


def test_two_tracks_are_alike_in_what_gives_least() -> None:
    difference = because_of("rhythm") + because_of("timbre") + because_of("modulation")
    assert set(explain(among(difference), CHOICE, 0).alike) == {"tonality", "dynamics"}


def test_in_words_it_tells_of_the_seed_the_tempo_and_the_key() -> None:
    words = explain(among(because_of("rhythm"), tempi=(104, 102)), CHOICE, 0).in_words()
    assert words.startswith("like A in ")
    assert words.endswith(", 104 → 102 bpm, A minor → C major")


def test_what_is_not_known_is_not_told() -> None:
    found = explain(among(because_of("rhythm")), replace(CHOICE, leaps={"tempo": 0.1}), None)
    assert "bpm" not in found.in_words()
    assert "→" not in found.in_words()
    assert not found.leaps


def test_a_rule_that_gave_way_is_told() -> None:
    relaxed = replace(CHOICE, relaxed="same album as a few tracks ago: nothing else was left")
    words = explain(among(because_of("rhythm")), relaxed, 0).in_words()
    assert words.endswith(", A minor → C major (same album as a few tracks ago: nothing else was left)")


def test_groups_are_called_what_listeners_call_them() -> None:
    words = explain(among(because_of("rhythm") + because_of("tonality") + because_of("dynamics")), CHOICE, 0).in_words()
    assert "A in sound colour and movement" in words


@pytest.mark.parametrize(
    ("tempi", "words"),
    [
        ((104, 102), "104 → 102 bpm"),
        ((70, 140), "the same beat (70 → 140 bpm, double time)"),
        ((141, 70), "the same beat (141 → 70 bpm, half time)"),
        ((45, 180), "the same beat (45 → 180 bpm)"),
        ((70, 120), "70 → 120 bpm"),
    ],
)
def test_double_and_half_time_are_the_same_beat(tempi: tuple[int, int], words: str) -> None:
    assert tempo_in_words(*tempi) == words


def test_behind_another_track_it_tells_of_no_predecessor() -> None:
    choice = replace(CHOICE, leaps={"tempo": 0.1})
    found = explain(among(because_of("rhythm"), tempi=(104, 102)), choice, 0).without_predecessor()
    assert "→" not in found.in_words()
    assert (found.tempo, found.key, found.leaps, found.name) == (None, None, {}, "A")


def test_tracks_that_are_the_same_have_no_groups() -> None:
    assert explain(among(np.zeros(len(NAMES))), CHOICE, 0).in_words() == "like A, A minor → C major"


def test_vectors_of_another_version_have_no_groups() -> None:
    both = among(because_of("rhythm"))
    other = replace(both, library=replace(both.library, features=tuple(f"feature {n}" for n in range(len(NAMES)))))
    assert not explain(other, CHOICE, 0).groups


def test_as_json_it_names_the_seed_by_our_own_id() -> None:
    found = explain(among(because_of("rhythm")), CHOICE, 0).as_json()
    assert (found["near"], found["name"], found["distance"], found["place"]) == (10, "A", 0.5, 3)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("C", "C major"),
        ("C#", "D♭ major"),
        ("D", "D major"),
        ("D#", "E♭ major"),
        ("E", "E major"),
        ("F", "F major"),
        ("F#", "F♯ major"),
        ("G", "G major"),
        ("G#", "A♭ major"),
        ("A", "A major"),
        ("A#", "B♭ major"),
        ("B", "B major"),
        ("Cm", "C minor"),
        ("C#m", "C♯ minor"),
        ("Dm", "D minor"),
        ("D#m", "E♭ minor"),
        ("Em", "E minor"),
        ("Fm", "F minor"),
        ("F#m", "F♯ minor"),
        ("Gm", "G minor"),
        ("G#m", "G♯ minor"),
        ("Am", "A minor"),
        ("A#m", "B♭ minor"),
        ("Bm", "B minor"),
    ],
)
def test_a_key_is_spelled_as_musicians_do(name: str, words: str) -> None:
    assert key_in_words(name) == words


@pytest.mark.parametrize(("name", "words"), [("c#m", "C♯ minor"), ("Bb", "B♭ major"), ("Cb", "B major"), ("", "")])
def test_a_key_is_read_as_people_write_it(name: str, words: str) -> None:
    assert key_in_words(name) == words
