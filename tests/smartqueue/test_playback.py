"""What became of each track, from the events that Mopidy's core sends and a clock."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from smartqueue.playback import PlaybackTracker, Played


class Player:
    """Tells a tracker what core would tell it; track n has the tlid n and lasts 100 seconds."""

    def __init__(self) -> None:
        self.tracker = PlaybackTracker()
        self.now = 50.0

    def start(
        self,
        tlid: int,
        next_tlid: int | None = None,
        previous_tlid: int | None = None,
        tlids: Collection[int] = range(1, 10),
    ) -> None:
        """What follows the next, and comes before the previous, are the numbers from there on."""
        self.tracker.started(tlid, f"local:track:{tlid}", 100.0, tlids, now=self.now, utc=1000.0 + self.now)
        following = [] if next_tlid is None else [*range(next_tlid, 10)]
        preceding = [] if previous_tlid is None else [*range(previous_tlid, 0, -1)]
        self.tracker.expect(tlid, following, preceding)

    def hear(self, seconds: float) -> None:
        self.now += seconds

    def end(self, tlid: int, position: float) -> None:
        self.tracker.ended(tlid, position, now=self.now)

    def stop(self, *, before: bool = False) -> None:
        self.tracker.stopped(before=before)

    def nowhere(self, tlid: int) -> None:
        """What core says when `next` or `previous` lead nowhere."""
        self.stop()
        self.stop(before=True)
        self.end(tlid, 0)

    def settle(self, current: int | None, tlids: set[int], *, stopped: bool) -> bool:
        return self.tracker.settled(current, tlids, stopped=stopped, now=self.now)

    def only(self) -> Played:
        (played,) = self.tracker.over()
        return played


def test_a_track_that_ends_by_itself_is_finished() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(100)
    player.end(1, 100)
    assert player.only().outcome == "finished"


def test_next_is_a_skip() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.end(1, 10)
    player.start(2)
    assert player.only().outcome == "skipped"


def test_a_position_of_zero_says_nothing() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.end(1, 0)
    player.start(2)
    assert player.only().listened == 10


def test_another_track_than_the_next_was_chosen() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.end(1, 10)
    player.start(7)
    assert player.only().outcome == "chosen_away"


def test_a_track_that_the_listener_picked_was_chosen_though_it_is_the_next() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.tracker.picked(2)
    player.end(1, 10)
    player.start(2)
    assert player.only().outcome == "chosen_away"


def test_the_track_before_is_a_step_back() -> None:
    player = Player()
    player.start(2, next_tlid=3, previous_tlid=1)
    player.hear(10)
    player.end(2, 10)
    player.start(1)
    assert player.only().outcome == "back"


def test_the_same_track_again_is_a_step_back() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.end(1, 10)
    player.start(1)
    assert player.only().outcome == "back"


def test_stop_is_no_skip() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.settle(1, {1, 2}, stopped=True)
    player.end(1, 10)
    assert player.only().outcome == "stopped"


def test_next_on_the_last_track_is_a_skip_and_the_music_has_run_out() -> None:
    player = Player()
    player.start(1)
    player.hear(10)
    player.nowhere(1)
    ran_out = player.settle(None, {1}, stopped=True)
    assert (player.only().outcome, ran_out) == ("skipped", True)


def test_the_last_track_that_ends_by_itself_is_finished_and_the_music_has_run_out() -> None:
    player = Player()
    player.start(1)
    player.hear(100)
    player.stop()
    player.end(1, 0)
    ran_out = player.settle(None, {1}, stopped=True)
    assert (player.only().outcome, ran_out) == ("finished", True)


def test_previous_on_the_first_track_is_a_step_back_and_nothing_has_run_out() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.nowhere(1)
    ran_out = player.settle(None, {1, 2}, stopped=True)
    assert (player.only().outcome, ran_out) == ("back", False)


def test_next_pressed_through_all_that_follows_the_first_track_is_a_skip_and_the_music_has_run_out() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.tracker.sets_out(now=player.now)
    player.nowhere(1)
    ran_out = player.settle(None, {1, 2}, stopped=True)
    assert (player.only().outcome, ran_out) == ("skipped", True)


def test_previous_on_the_first_track_is_a_step_back_long_after_the_player_seemed_to_set_out() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.tracker.sets_out(now=player.now)
    player.hear(20)
    player.nowhere(1)
    player.settle(None, {1, 2}, stopped=True)
    assert player.only().outcome == "back"


def test_that_the_next_is_prepared_shortly_before_the_end_is_no_skip() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(97)
    player.tracker.sets_out(now=player.now)
    player.nowhere(1)
    player.settle(None, {1, 2}, stopped=True)
    assert player.only().outcome == "back"


def test_next_on_the_last_track_and_another_chosen_at_once_is_a_skip() -> None:
    player = Player()
    player.start(9)
    player.hear(10)
    player.nowhere(9)
    player.start(3)
    assert player.only().outcome == "skipped"


def test_stop_under_consume_is_no_skip_and_nothing_has_run_out() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.stop()
    player.end(1, 10)
    ran_out = player.settle(None, {2}, stopped=True)
    assert (player.only().outcome, ran_out) == ("stopped", False)


def test_stop_and_the_next_track_chosen_at_once_is_no_skip() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.stop()
    player.end(1, 10)
    player.start(2)
    assert player.only().outcome == "stopped"


def test_a_cleared_list_and_another_track_at_once_is_removed() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.stop()
    player.start(3, tlids={3})
    assert player.only().outcome == "removed"


def test_the_playing_track_removed_and_another_chosen_at_once_is_removed() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.start(2, tlids={2, 3})
    assert player.only().outcome == "removed"


def test_next_under_consume_is_a_skip() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.end(1, 10)
    player.start(2, tlids={2, 3})
    assert player.only().outcome == "skipped"


def test_next_twice_at_once_is_a_skip() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.end(1, 0)
    player.start(3)
    assert player.only().outcome == "skipped"


def test_next_before_anyone_was_told_where_it_leads_in_a_list_that_was_shuffled_anew_is_a_skip() -> None:
    player = Player()
    player.start(1)
    player.tracker.shuffled([1, 7, 2])
    player.hear(1)
    player.end(1, 1)
    player.start(2)
    assert player.only().outcome == "skipped"


def test_once_told_where_next_leads_another_track_was_chosen_in_a_shuffled_list_too() -> None:
    player = Player()
    player.start(1)
    player.tracker.shuffled([1, 7, 2])
    player.tracker.expect(1, [7, 2], [1])
    player.hear(1)
    player.end(1, 1)
    player.start(2)
    assert player.only().outcome == "chosen_away"


def test_previous_twice_at_once_is_a_step_back() -> None:
    player = Player()
    player.start(5, next_tlid=6, previous_tlid=4)
    player.hear(10)
    player.end(5, 0)
    player.start(3)
    assert player.only().outcome == "back"


def test_where_previous_leads_to_the_same_again_no_track_before_it_is_a_step_back() -> None:
    player = Player()
    player.start(3, next_tlid=4, previous_tlid=3)
    player.hear(10)
    player.end(3, 0)
    player.start(1)
    assert player.only().outcome == "chosen_away"


def test_a_track_that_never_sounded_says_nothing_by_a_position_of_zero() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.tracker.paused(now=player.now)
    player.hear(10)
    player.end(1, 0)
    player.start(3)
    assert player.only().outcome == "chosen_away"


def test_another_chosen_under_consume_is_no_skip_where_next_would_have_led_to_the_same_again() -> None:
    player = Player()
    player.start(2, next_tlid=2)
    player.hear(10)
    player.end(2, 10)
    player.start(7, tlids={3, 7})
    assert player.only().outcome == "chosen_away"


def test_a_track_that_core_drops_from_what_plays_after_a_stray_end_is_removed() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.end(1, 0)
    player.hear(10)
    player.settle(None, {2}, stopped=False)
    assert player.only().outcome == "removed"


def test_the_same_again_right_after_it_began_is_a_step_back_wherever_next_leads_then() -> None:
    player = Player()
    player.start(2, next_tlid=1)
    player.hear(0.01)
    player.end(2, 0)
    player.start(2)
    assert player.only().outcome == "back"


def test_a_cleared_list_is_no_skip_and_nothing_has_run_out() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    ran_out = player.settle(None, set(), stopped=True)
    assert (player.only().outcome, ran_out) == ("removed", False)


def test_the_playing_track_removed_is_removed() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.settle(None, {2}, stopped=False)
    assert player.only().outcome == "removed"


def test_another_track_removed_changes_nothing() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.settle(1, {1}, stopped=False)
    assert not player.tracker.over()


def test_a_stray_end_of_a_track_that_plays_on_changes_nothing() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.end(1, 0)
    player.settle(1, {1, 2}, stopped=False)
    player.hear(100)
    player.end(1, 100)
    assert (lambda played: (played.outcome, played.listened))(player.only()) == ("finished", 100)


def test_the_list_may_change_near_the_end_of_a_track_that_plays_on() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(99)
    player.settle(1, {1, 2, 3}, stopped=False)
    assert player.tracker.tlid == 1


def test_a_list_cleared_after_a_stray_end_is_no_skip() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.end(1, 0)
    player.settle(1, {1, 2}, stopped=False)
    player.hear(10)
    player.settle(None, set(), stopped=True)
    assert player.only().outcome == "removed"


def test_a_pause_is_not_listened_to() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.tracker.paused(now=player.now)
    player.hear(1000)
    player.tracker.resumed(now=player.now)
    player.hear(5)
    player.start(2)
    assert player.only().listened == 15


def test_what_sounded_though_core_said_that_it_was_held_is_listened_to() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.tracker.paused(now=player.now)
    player.hear(10)
    player.end(1, 10)
    player.start(2)
    assert player.only().listened == 10


def test_what_was_leapt_over_is_not_listened_to() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.tracker.seeked(97.0, now=player.now)
    player.hear(3)
    player.end(1, 100)
    assert (lambda played: (played.outcome, played.listened))(player.only()) == ("finished", 13)


def test_a_player_that_goes_away_interrupts() -> None:
    player = Player()
    player.start(1)
    player.hear(10)
    player.tracker.interrupted(now=player.now)
    assert player.only().outcome == "interrupted"


def test_next_into_a_file_that_cannot_be_played_under_consume_is_a_skip() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.end(1, 0)
    player.start(1, tlids={3, 4})
    assert player.only().outcome == "skipped"


def test_the_silence_after_a_track_that_hung_is_not_listened_to() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.tracker.seeked(95.0, now=player.now)
    player.hear(8)
    player.tracker.hung(2, "local:track:2", now=player.now, utc=1000.0)
    finished, failed = player.tracker.over()
    assert (finished.outcome, finished.listened, failed.outcome) == ("finished", 15, "failed")


def test_next_to_a_track_that_was_just_added_is_a_skip() -> None:
    player = Player()
    player.start(1)
    player.hear(10)
    player.tracker.added(2, None, now=player.now)
    player.end(1, 10)
    player.start(2)
    assert player.only().outcome == "skipped"


def test_next_past_a_track_that_was_just_taken_back_is_a_skip() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.tracker.removed([2])
    player.tracker.added(3, None, now=player.now)
    player.end(1, 10)
    player.start(3)
    assert player.only().outcome == "skipped"


def test_next_is_a_skip_too_where_a_track_was_just_added_before_what_was_next() -> None:
    for tlid in (3, 2):
        player = Player()
        player.start(1, next_tlid=2)
        player.hear(10)
        player.tracker.added(3, 2, now=player.now)
        player.end(1, 10)
        player.start(tlid)
        assert player.only().outcome == "skipped"


def test_what_was_next_is_a_choice_some_moments_after_a_track_was_added_before_it() -> None:
    for sets_out in (False, True):
        player = Player()
        player.start(1, next_tlid=2)
        player.hear(10)
        player.tracker.added(3, 2, now=player.now)
        player.hear(0.3)
        if sets_out:
            player.tracker.sets_out(now=player.now)
        player.end(1, 10.3)
        player.start(2)
        assert player.only().outcome == "chosen_away"


def test_next_that_takes_long_to_sound_is_a_skip_where_a_track_was_added_before_it_meanwhile() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(10)
    player.tracker.sets_out(now=player.now)
    player.tracker.added(3, 2, now=player.now)
    player.hear(0.5)
    player.end(1, 10)
    player.start(2)
    assert player.only().outcome == "skipped"


@pytest.mark.parametrize("position", [0.0, 0.002])
def test_next_pressed_twice_at_once_is_a_skip_wherever_core_says_that_it_ended(position: float) -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.tracker.expect(1, [2, 3], [])
    player.hear(10)
    player.end(1, position)
    player.start(3)
    assert player.only().outcome == "skipped"


def test_a_track_follows_the_one_before_unless_playback_was_stopped_in_between() -> None:
    player = Player()
    player.start(1, next_tlid=2)
    player.hear(100)
    player.end(1, 100)
    player.start(2)
    player.hear(10)
    player.stop()
    player.end(2, 10)
    player.settle(2, {1, 2}, stopped=True)
    player.start(3)
    player.tracker.interrupted(now=player.now)
    assert [played.follows for played in player.tracker.over()] == [True, True, False]
