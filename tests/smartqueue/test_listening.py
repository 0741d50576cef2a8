"""From plays to triplets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartqueue.listening import Play, Triplet, skip_triplets

LENGTH = 200.0


def evening(*plays: tuple[int, str, float], pause: float = 0.0) -> list[Play]:
    """Plays of (track, outcome, fraction heard), one after the other, each queued by smartqueue."""
    result = []
    started = 1_000_000.0
    for number, (track, outcome, fraction) in enumerate(plays, start=1):
        listened = fraction * LENGTH
        result.append(
            Play(track, "den", "default", started, listened, LENGTH, outcome, queued_by="smartqueue", id=number)
        )
        started += listened + pause
    return result


def odd_ones(plays: list[Play]) -> list[tuple[int, int, int]]:
    return [(triplet.near_a, triplet.near_b, triplet.odd) for triplet in skip_triplets(plays)]


def test_a_skip_between_two_kept_tracks_is_the_odd_one_out() -> None:
    assert odd_ones(evening((1, "finished", 1), (2, "skipped", 0.1), (3, "finished", 1))) == [(1, 3, 2)]


def test_each_of_several_skips_makes_a_triplet() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "skipped", 0.2), (4, "finished", 1))
    assert odd_ones(plays) == [(1, 4, 2), (1, 4, 3)]


def test_the_earlier_the_skip_the_more_it_weighs() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "skipped", 0.4), (4, "finished", 1))
    assert [triplet.weight for triplet in skip_triplets(plays)] == pytest.approx([0.8, 0.2])


def test_a_skip_before_the_track_sounded_is_silent() -> None:
    assert not skip_triplets(evening((1, "finished", 1), (2, "skipped", 0.001), (3, "finished", 1)))


def test_a_skip_before_any_kept_track_is_silent() -> None:
    assert not skip_triplets(evening((2, "skipped", 0.1), (3, "finished", 1)))


def test_a_skip_that_nothing_kept_follows_is_silent() -> None:
    assert not skip_triplets(evening((1, "finished", 1), (2, "skipped", 0.1)))


def test_a_skip_across_a_long_pause_is_silent() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "finished", 1), pause=31 * 60)
    assert not skip_triplets(plays)


def test_a_skip_of_a_track_that_the_listener_queued_is_silent() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "finished", 1))
    plays[1] = replace(plays[1], queued_by="listener")
    assert not skip_triplets(plays)


@pytest.mark.parametrize("outcome", ["chosen_away", "back", "stopped", "removed", "failed", "interrupted"])
def test_only_a_skip_speaks(outcome: str) -> None:
    assert not skip_triplets(evening((1, "finished", 1), (2, outcome, 0.1), (3, "finished", 1)))


def test_a_skip_after_half_of_the_track_is_a_kept_track() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.6), (3, "skipped", 0.1), (4, "finished", 1))
    assert odd_ones(plays)[0] == (2, 4, 3)


def test_a_skip_is_the_odd_one_beside_several_pairs_that_were_kept_around_it_its_neighbours_first() -> None:
    kept_before = [(track, "finished", 1.0) for track in (1, 2, 3, 4, 5)]
    kept_after = [(track, "finished", 1.0) for track in (11, 12, 13, 14, 15)]
    found = odd_ones(evening(*kept_before, (9, "skipped", 0.1), *kept_after))
    across = [(near, after, 9) for near in (5, 4) for after in (11, 12, 13, 14)]
    assert found == [*across, (5, 4, 9), (5, 3, 9), (5, 2, 9)]


def test_the_triplets_of_a_skip_share_its_weight() -> None:
    plays = evening((1, "finished", 1), (2, "finished", 1), (9, "skipped", 0.1), (3, "finished", 1), (4, "finished", 1))
    triplets = skip_triplets(plays)
    assert len(triplets) == 5
    assert [triplet.weight for triplet in triplets] == pytest.approx([0.8 / 5**0.5] * 5)


def test_all_triplets_of_a_skip_are_of_its_moment_and_play() -> None:
    plays = evening((1, "finished", 1), (2, "finished", 1), (9, "skipped", 0.1), (3, "finished", 1))
    assert {(triplet.created, triplet.play) for triplet in skip_triplets(plays)} == {(plays[2].started, 3)}


def test_a_track_kept_twice_is_in_no_pair_with_itself() -> None:
    plays = evening((1, "finished", 1), (9, "skipped", 0.1), (1, "finished", 1))
    assert not skip_triplets(plays)


@pytest.mark.parametrize(("heard", "weight"), [(1, 239 / 240), (120, 0.5), (239, 1 / 240)])
def test_the_weight_of_a_skip_falls_to_zero_where_kept_begins_in_long_tracks_too(heard: float, weight: float) -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0), (3, "finished", 1))
    plays[1] = replace(plays[1], length=1800.0, listened=heard)
    (triplet,) = skip_triplets(plays)
    assert triplet.weight == pytest.approx(weight)


# one passage of music


@pytest.mark.parametrize("outcome", ["chosen_away", "stopped", "removed", "back", "interrupted"])
def test_nothing_is_compared_across_what_the_listener_did_in_between(outcome: str) -> None:
    before = evening((1, "finished", 1), (2, "skipped", 0.1), (8, outcome, 0.1), (3, "finished", 1))
    after = evening((1, "finished", 1), (8, outcome, 0.1), (2, "skipped", 0.1), (3, "finished", 1))
    kept = evening((1, "finished", 1), (2, "skipped", 0.1), (3, outcome, 0.9), (4, "finished", 1))
    assert not skip_triplets(before)
    assert not skip_triplets(after)
    assert odd_ones(kept) == [(1, 3, 2)]


def test_metal_skipped_after_jazz_says_nothing_of_what_is_chosen_by_hand_then() -> None:
    jazz, skipped, metal = 1, 2, 3
    plays = evening((jazz, "finished", 1), (skipped, "skipped", 0.1), (7, "chosen_away", 0.02), (metal, "finished", 1))
    assert not skip_triplets(plays)


def test_a_track_that_failed_is_passed_over() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (8, "failed", 0), (3, "finished", 1))
    assert odd_ones(plays) == [(1, 3, 2)]


def test_a_player_that_comes_back_to_the_track_it_ended_in_goes_on_with_the_passage() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "interrupted", 0.1), (3, "finished", 0.9))
    assert odd_ones(plays) == [(1, 3, 2)]


def test_a_list_that_the_listener_starts_after_the_music_had_stopped_is_another_passage() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "finished", 1))
    by_hand = replace(plays[2], queued_by="listener", follows=False)
    assert not skip_triplets([*plays[:2], by_hand])


def test_the_listeners_own_list_going_on_by_itself_is_the_same_passage() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "finished", 1))
    assert odd_ones([*plays[:2], replace(plays[2], queued_by="listener")]) == [(1, 3, 2)]


def test_plays_of_other_players_and_listeners_are_not_compared() -> None:
    first, second, third = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "finished", 1))
    assert not skip_triplets([first, replace(second, player="kitchen"), third])
    assert not skip_triplets([first, replace(second, profile="kim"), third])


def test_four_minutes_of_a_long_track_are_kept() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "skipped", 1.2))
    plays[2] = replace(plays[2], length=3600.0)
    assert odd_ones(plays) == [(1, 3, 2)]


def test_a_track_seeked_to_its_end_was_not_kept() -> None:
    assert not skip_triplets(evening((1, "finished", 1), (2, "skipped", 0.1), (3, "finished", 0.05)))


def test_the_triplet_names_the_play_that_made_it() -> None:
    (triplet,) = skip_triplets(evening((1, "finished", 1), (2, "skipped", 0.1), (3, "finished", 1)))
    assert (triplet.source, triplet.play, triplet.profile) == ("skip", 2, "default")


OUTCOMES = st.sampled_from(["finished", "skipped", "chosen_away", "back", "stopped", "removed"])


@given(st.lists(st.tuples(st.integers(1, 4), OUTCOMES, st.floats(0, 1)), max_size=12))
def test_every_triplet_is_of_three_tracks_with_a_weight_of_at_most_one(plays: list[tuple[int, str, float]]) -> None:
    def sound(triplet: Triplet) -> bool:
        return len({triplet.near_a, triplet.near_b, triplet.odd}) == 3 and 0 < triplet.weight <= 1

    assert all(sound(triplet) for triplet in skip_triplets(evening(*plays)))


def test_tracks_of_a_few_seconds_say_nothing() -> None:
    plays = evening((1, "finished", 1), (2, "skipped", 0.1), (3, "finished", 1))
    assert not skip_triplets([replace(play, length=4.0, listened=play.listened / 50) for play in plays])
