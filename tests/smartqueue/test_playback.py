"""What became of each track, from the events that Mopidy's core sends and a clock."""

from __future__ import annotations

from smartqueue.playback import PlaybackTracker, Played


class Player:
    """Tells a tracker what core would tell it; track n has the tlid n and lasts 100 seconds."""

    def __init__(self) -> None:
        self.tracker = PlaybackTracker()
        self.now = 50.0

    def start(self, tlid: int, next_tlid: int | None = None, previous_tlid: int | None = None) -> None:
        self.tracker.started(tlid, f"local:track:{tlid}", 100.0, now=self.now, utc=1000.0 + self.now)
        self.tracker.expect(tlid, next_tlid, previous_tlid)

    def hear(self, seconds: float) -> None:
        self.now += seconds

    def end(self, tlid: int, position: float) -> None:
        self.tracker.ended(tlid, position, now=self.now)

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
    player.end(1, 0)
    ran_out = player.settle(None, {1}, stopped=True)
    assert (player.only().outcome, ran_out) == ("skipped", True)


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
