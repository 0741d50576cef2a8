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
    assert odd_ones(plays) == [(2, 4, 3)]


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
