"""What plays next: near to what was heard, by rules that give way before nothing is left."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartqueue.selection import Pool, Taste, Windows
from smartqueue.selection.pool import NOBODY, numbered
from tests.smartqueue.pools import chosen, line, past, pool, rows

# Near


def test_the_nearest_come_first() -> None:
    assert rows(chosen(line(), 0))[:5] == [1, 2, 3, 4, 5]


def test_the_seed_that_weighs_more_draws_more() -> None:
    assert rows(chosen(line(9), 0, 8, weights=[3, 1]))[0] == 1
    assert rows(chosen(line(9), 0, 8, weights=[1, 3], last=None, before=past(never=[0, 8])))[0] == 7


def test_what_is_too_short_is_no_seed_as_long_as_there_are_others() -> None:
    brief = line(9, brief=[True, *[False] * 8])
    assert rows(chosen(brief, 0, 8, weights=[3, 1], last=None, before=past(never=[0, 8])))[0] == 7
    assert rows(chosen(brief, 0, before=past(never=[0])))[0] == 1


def test_what_is_to_be_kept_away_from_pushes_its_neighbours_back() -> None:
    assert rows(chosen(line(41), 20, away=[22]))[0] == 19
    assert rows(chosen(line(41), 20, away=[18]))[0] == 21


def test_a_choice_tells_its_seed_its_distance_and_its_place() -> None:
    first, second, *_ = chosen(line(6), 0, 5, last=None, before=past(never=[0, 5]))
    assert {(first.row, first.seed), (second.row, second.seed)} <= {(1, 0), (2, 0), (3, 5), (4, 5)}
    assert (first.place, second.place) == (1, 2)
    assert first.distance > 0


def test_a_choice_names_the_seed_that_weighed_most_though_another_is_nearer() -> None:
    first, *_ = chosen(line(9), 0, 8, weights=[1, 0.9], last=None, before=past(never=[0, 1, 2, 3, 4, 5, 8]))
    assert (first.row, first.seed) == (6, 0)


def test_in_a_small_library_what_flows_is_looked_for_among_the_nearest_alone() -> None:
    tempi = [100, *[133] * 99]
    tempi[30] = 100
    assert rows(chosen(line(100, tempi=tempi), 0, before=past(never=[0]), taste=Taste(1, 0, 0, 0)))[0] == 1


def test_in_a_large_library_the_choice_is_as_if_every_track_were_weighed() -> None:
    many = pool(np.random.default_rng(0).standard_normal((20_000, 6)))
    seeds, weights, away = [0, 1, 2], [3.0, 2.0, 1.0], [3, 4]
    everyone = np.arange(20_000)[:, None]
    to_away = many.near.between(everyone, away).min(axis=1)
    weighed = np.average(many.near.between(everyone, seeds), 1, weights) + 0.5 * np.maximum(0, 1 - to_away)
    nearest = [row for row in np.argsort(weighed).tolist() if row not in seeds]
    assert rows(chosen(many, *seeds, weights=weights, away=away, before=past(never=seeds))) == nearest[:20]


def test_in_a_large_library_no_rule_gives_way_before_all_is_used_up() -> None:
    many = line(20_000, barred=np.arange(20_000) >= 19_000)
    assert len(chosen(many, 0, before=past(never=[0]), count=15_000)) == 15_000


# Never


def test_what_must_never_be_chosen_is_not() -> None:
    assert rows(chosen(line(), 0, before=past(never=[0, 1, 3]))) == [2, 4, 5]


def test_what_is_barred_is_not_chosen() -> None:
    barred = line(barred=[False, True, False, True, False, True])
    assert rows(chosen(barred, 0, before=past(never=[0]))) == [2, 4]


def test_another_file_of_a_recording_that_is_queued_is_not_chosen() -> None:
    twice = line(recordings=[0, 1, 1, 2, 3, 4])
    assert rows(chosen(twice, 0, before=past(never=[0, 1]))) == [3, 4, 5]


def test_where_all_is_barred_nothing_is_chosen() -> None:
    assert not chosen(line(barred=[True] * 6), 0)


# Not yet


def test_a_track_that_was_heard_lately_comes_after_all_else() -> None:
    assert rows(chosen(line(), 0, before=past(heard=[1, 2]), windows=Windows(5, 0, 0))) == [3, 4, 5, 1, 2, 0]


def test_of_what_was_heard_lately_the_longest_ago_comes_first() -> None:
    heard = past(heard=[5, 4, 1, 2], never=[0])
    assert rows(chosen(line(9), 0, before=heard, windows=Windows(5, 0, 0))) == [3, 5, 6, 7, 8, 4, 1, 2]


def test_of_what_was_skipped_lately_the_longest_ago_comes_first() -> None:
    skipped = past(skipped=[5, 3, 4, 1, 2], never=[0])
    assert rows(chosen(line(), 0, before=skipped)) == [5, 3, 4, 1, 2]


def test_outside_its_window_a_track_may_come_again() -> None:
    assert rows(chosen(line(), 0, before=past(heard=[1, 4, 5]), windows=Windows(2, 0, 0)))[0] == 1


def test_what_plays_comes_again_last_however_short_the_window() -> None:
    before = past(heard=[1, 2, 3], never=[2, 3], playing=[1])
    assert rows(chosen(line(), 1, last=3, before=before, windows=Windows(1, 0, 0))) == [0, 4, 5, 1]


def test_an_artist_does_not_come_again_within_its_window() -> None:
    same = line(artists=[0, 0, 0, 1, 2, 3])
    assert rows(chosen(same, 0, before=past(heard=[0]), windows=Windows(0, 3, 0)))[:3] == [3, 4, 5]


def test_an_album_does_not_come_again_within_its_window() -> None:
    same = line(albums=[0, 0, 0, 1, 2, 3])
    assert rows(chosen(same, 0, before=past(heard=[0]), windows=Windows(0, 0, 3)))[:3] == [3, 4, 5]


def test_nobody_is_no_artist() -> None:
    nobody = line(artists=[NOBODY] * 6)
    assert rows(chosen(nobody, 0, before=past(heard=[0]), windows=Windows(0, 3, 0)))[:3] == [1, 2, 3]


def test_rules_give_way_album_first_then_artist_then_track_then_what_was_skipped() -> None:
    everything = line(
        12,
        artists=[0, 0, 1, 0, 2, 3, 4, 5, 6, 7, 8, 9],
        albums=[0, 1, 0, 0, 2, 3, 4, 5, 6, 7, 8, 9],
        barred=[0] * 11 + [1],
    )
    before = past(heard=[4, 5, 0], skipped=[6, 7], never=[8, 9, 10])
    choices = chosen(everything, 0, before=before, windows=Windows(3, 1, 1))
    assert [(choice.row, choice.relaxed) for choice in choices] == [
        (2, "same album as a few tracks ago: nothing else was left"),
        (1, "same artist as a few tracks ago: nothing else was left"),
        (3, "same artist and album as a few tracks ago: nothing else was left"),
        (4, "heard lately: nothing else was left"),
        (5, "heard lately: nothing else was left"),
        (6, "skipped lately: nothing else was left"),
        (7, "skipped lately: nothing else was left"),
        (0, "the same track again: nothing else was left"),
    ]


def test_of_artists_within_their_window_the_one_heard_longest_ago_comes_first() -> None:
    twelve = line(24, artists=np.arange(24) // 2, barred=np.arange(24) >= 22)
    before = past(heard=[6, 2, 4], never=[0, 1, 2, 4, 6, *range(8, 22)])
    assert rows(chosen(twelve, 0, before=before, windows=Windows(0, 3, 0))) == [7, 3, 5]


@pytest.mark.parametrize(("artists", "apart"), [(9, 3), (6, 2), (3, 1), (2, 1)])
def test_a_window_is_never_more_than_a_third_of_the_artists_that_are_allowed(artists: int, apart: int) -> None:
    barred = [*[False] * artists, *[True] * 9]
    some = line(artists + 9, barred=barred)
    heard = past(heard=range(1, artists))
    choices = chosen(some, 0, before=heard, windows=Windows(0, 8, 0))
    assert sum(bool(choice.relaxed) for choice in choices) - 1 == apart


def test_the_window_of_tracks_is_a_third_of_the_tracks_whatever_versions_there_are() -> None:
    versions = line(24, pieces=np.arange(24) // 2)
    choices = chosen(versions, 23, before=past(heard=range(0, 22, 2)), windows=Windows(200, 0, 0), count=24)
    assert sum("heard lately" in choice.relaxed for choice in choices) == 2 * 8


def test_another_version_of_a_piece_that_was_heard_lately_is_not_chosen() -> None:
    versions = line(9, pieces=[0, 1, 1, 2, 3, 4, 5, 6, 7])
    before = past(heard=[1], never=[0, 1])
    assert rows(chosen(versions, 0, before=before, windows=Windows(5, 0, 0)))[0] == 3


def test_the_only_track_there_is_may_follow_itself() -> None:
    assert rows(chosen(line(1), 0, before=past(heard=[0]))) == [0]


def test_windows_longer_than_the_library_leave_something() -> None:
    everyone = past(heard=list(range(6)))
    assert len(chosen(line(artists=[0] * 6), 5, before=everyone, windows=Windows(999, 999, 999))) == 6


# Rather


def two_ways_on(**known: tuple[float, float, float]) -> Pool:
    """A track, two that are about as near to it, and others far away; what is told is of the first three."""
    far = {"tempi": 0.0, "keys": -1, "loudness": -14.0, "favour": 0.0}
    return pool([0, 1, 1.01, *range(9, 40)], **{name: [*told, *[far[name]] * 31] for name, told in known.items()})


def test_a_tempo_like_the_one_before_is_rather_chosen() -> None:
    two = two_ways_on(tempi=(100, 141, 200))
    assert rows(chosen(two, 0, before=past(never=[0])))[0] == 1
    assert rows(chosen(two, 0, before=past(never=[0]), taste=Taste(1, 0, 0, 0)))[0] == 2


def test_a_key_like_the_one_before_is_rather_chosen() -> None:
    two = two_ways_on(keys=(0, 6, 1))
    assert rows(chosen(two, 0, before=past(never=[0]), taste=Taste(0, 1, 0, 0)))[0] == 2


def test_an_energy_like_the_one_before_is_rather_chosen() -> None:
    two = two_ways_on(loudness=(-20, -5, -19))
    assert rows(chosen(two, 0, before=past(never=[0]), taste=Taste(0, 0, 1, 0)))[0] == 2


def test_what_is_favoured_is_rather_chosen() -> None:
    two = two_ways_on(favour=(0, 0, 1))
    assert rows(chosen(two, 0, before=past(never=[0])))[0] == 2


def test_a_library_that_lacks_tempo_and_key_is_chosen_from_by_nearness() -> None:
    assert rows(chosen(line(), 0, before=past(never=[0]), taste=Taste(1, 1, 0, 0))) == [1, 2, 3, 4, 5]


def test_a_choice_tells_the_leaps_from_the_track_before() -> None:
    choice, *_ = chosen(pool([0, 1], tempi=[100, 110], keys=[0, 2]), 0)
    assert choice.leaps == pytest.approx({"tempo": np.log2(1.1), "key": 2, "energy": 0})
    assert not chosen(pool([0, 1]), 0, last=None)[0].leaps


# Adventure


@given(st.integers(0, 99), st.floats(0, 1))
def test_the_same_seed_chooses_the_same(seed: int, adventure: float) -> None:
    taste = Taste(adventure=adventure)
    assert rows(chosen(line(50), 0, taste=taste, seed=seed)) == rows(chosen(line(50), 0, taste=taste, seed=seed))


def test_without_adventure_the_choice_is_always_the_same() -> None:
    assert len({chosen(line(50), 0, seed=seed)[0].row for seed in range(20)}) == 1


def test_the_more_adventure_the_more_different_tracks_are_chosen() -> None:
    def different(adventure: float) -> int:
        taste = Taste(0, 0, 0, adventure)
        return len({chosen(line(200), 0, taste=taste, seed=seed)[0].row for seed in range(200)})

    assert different(0.1) < different(0.5) < different(1)


def test_the_greatest_adventure_stays_in_the_neighbourhood() -> None:
    found = {chosen(line(500), 0, taste=Taste(adventure=1), seed=seed)[0].row for seed in range(100)}
    assert max(found) <= 40


# Laws

some = st.lists(st.integers(0, 5), unique=True)


@given(some, some, some, st.tuples(*[st.integers(0, 9)] * 3), st.floats(0, 1))
def test_everything_that_may_be_chosen_is_offered_once(
    never: list[int], heard: list[int], skipped: list[int], windows: tuple[int, int, int], adventure: float
) -> None:
    taste = Taste(adventure=adventure)
    offered = rows(chosen(line(), 0, before=past(heard, skipped, never), windows=Windows(*windows), taste=taste))
    assert sorted(offered) == sorted(set(range(6)) - set(never))


@given(some, some, st.tuples(*[st.integers(0, 9)] * 3), st.integers(0, 9))
def test_no_rule_gives_way_while_something_breaks_fewer(
    heard: list[int], skipped: list[int], windows: tuple[int, int, int], seed: int
) -> None:
    twos = line(artists=[0, 0, 1, 1, 2, 2], albums=[0, 1, 1, 2, 2, 3])
    choices = chosen(twos, 0, before=past(heard, skipped), windows=Windows(*windows), taste=Taste(), seed=seed)
    order = ["", *(choice.relaxed for choice in choices)]
    words = list(dict.fromkeys(order))
    assert order == sorted(order, key=words.index)


def test_fewer_than_asked_for_are_taken_from_the_best_tier_first() -> None:
    assert rows(chosen(line(), 0, before=past(heard=[1], never=[0]), windows=Windows(5, 0, 0), count=2)) == [2, 3]


# Names


def test_names_are_one_whatever_their_case_and_various_artists_are_nobody() -> None:
    first, second, third, fourth, fifth = numbered(["Can", " CAN", "Various Artists", "", "Neu!"]).tolist()
    assert first == second != fifth
    assert third == fourth == NOBODY
