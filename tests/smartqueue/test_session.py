"""What was heard lately, and what that asks of the next choice."""

from __future__ import annotations

import pytest

from smartqueue.listening import Play
from smartqueue.session import Session, Wish

LENGTH = 200.0


class Listener:
    """Listens to one track after the other, each queued by us unless it is said to be chosen."""

    def __init__(self) -> None:
        self.session = Session()
        self.now = 1_000_000.0

    def hears(self, track: int, seconds: float = LENGTH, outcome: str = "finished", *, chosen: bool = False) -> None:
        self.session.began(self._play(track, 0, "", chosen=chosen))
        play = self._play(track, seconds, outcome, chosen=chosen)
        self.now += seconds
        self.session.ended(play)

    def skips(self, track: int, seconds: float = 5, *, chosen: bool = False) -> None:
        self.hears(track, seconds, "skipped", chosen=chosen)

    def wishes(self, playing: int, *, chosen: bool = False) -> Wish:
        self.session.began(self._play(playing, 0, "", chosen=chosen))
        return self.session.wish(playing, self.now, chosen=chosen)

    def _play(self, track: int, seconds: float, outcome: str, *, chosen: bool) -> Play:
        queued_by = "listener" if chosen else "smartqueue"
        return Play(track, "player", "default", self.now, seconds, LENGTH, outcome, queued_by)


def weights(wish: Wish) -> dict[int, float]:
    return dict(zip(wish.seeds, wish.weights, strict=True))


def test_what_plays_first_is_all_there_is_to_be_near_to() -> None:
    assert weights(Listener().wishes(1, chosen=True)) == {1: 1.0}


def test_what_was_kept_counts_the_latest_most() -> None:
    listener = Listener()
    for track in (1, 2, 3):
        listener.hears(track)
    wish = weights(listener.wishes(4))
    assert wish[3] > wish[2] > wish[1]


def test_ten_that_were_kept_are_remembered_of_which_the_latest_five_count() -> None:
    listener = Listener()
    for track in range(1, 13):
        listener.hears(track)
    assert listener.session.kept == list(range(3, 13))
    assert set(listener.wishes(13).seeds) == {1, 8, 9, 10, 11, 12, 13}


def test_the_first_track_of_a_session_is_never_quite_forgotten() -> None:
    listener = Listener()
    for track in range(1, 30):
        listener.hears(track)
    assert weights(listener.wishes(30))[1] > 0


def test_a_track_that_we_queued_counts_for_less_until_it_is_kept() -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    assert weights(listener.wishes(2))[2] < weights(listener.wishes(2, chosen=True))[2]


def test_what_was_skipped_again_was_skipped_last() -> None:
    listener = Listener()
    listener.hears(1)
    for track in (2, 3, 2):
        listener.skips(track)
    assert listener.wishes(4).skipped == (3, 2)


def test_a_skipped_track_is_no_seed_and_pushes_away() -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    listener.skips(2)
    wish = listener.wishes(3)
    assert 2 not in wish.seeds
    assert wish.away == wish.skipped == (2,)


def test_what_is_kept_after_all_pushes_away_no_more() -> None:
    listener = Listener()
    listener.skips(2)
    listener.hears(2, chosen=True)
    assert not listener.wishes(3).away
    assert not listener.wishes(3).skipped


@pytest.mark.parametrize("outcome", ["chosen_away", "stopped", "removed", "back", "interrupted"])
def test_a_new_start_is_near_to_what_plays_alone(outcome: str) -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    listener.skips(3)
    listener.session.wants_more_like(5)
    listener.hears(2, 20, outcome)
    wish = listener.wishes(9, chosen=True)
    assert weights(wish) == {9: 1.0}
    assert not wish.away


def test_what_failed_changes_nothing() -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    listener.hears(2, 0, "failed")
    assert set(listener.wishes(3).seeds) == {1, 3}


def test_passing_over_what_the_listener_queued_says_nothing() -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    listener.skips(2, chosen=True)
    wish = listener.wishes(3)
    assert not wish.away
    assert not wish.skipped


def test_what_was_skipped_before_it_sounded_says_nothing() -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    listener.skips(2, 0.4)
    wish = listener.wishes(3)
    assert not wish.away
    assert not wish.skipped


def test_a_long_pause_begins_anew_but_what_was_heard_stays_heard() -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    listener.skips(2)
    listener.now += 3600
    wish = listener.wishes(3, chosen=True)
    assert weights(wish) == {3: 1.0}
    assert not wish.away
    assert wish.heard == (1, 2, 3)
    assert wish.skipped == (2,)


def test_a_skip_is_forgiven_after_a_day() -> None:
    listener = Listener()
    listener.skips(2)
    listener.now += 25 * 3600
    assert not listener.wishes(3).skipped


def test_what_the_listener_took_out_is_not_offered_this_session() -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    listener.session.taken_out(5)
    assert listener.wishes(2).not_this == (5,)
    listener.now += 3600
    assert not listener.wishes(3).not_this


def test_what_the_listener_wants_more_of_counts_most() -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    listener.session.wants_more_like(5)
    wish = weights(listener.wishes(2))
    assert wish[5] > max(weight for track, weight in wish.items() if track != 5)


def test_what_the_listener_wants_more_of_counts_for_less_with_each_track_that_is_kept_and_at_last_for_nothing() -> None:
    listener = Listener()
    listener.hears(1, chosen=True)
    listener.session.wants_more_like(99)
    found = []
    for track in range(2, 8):
        found.append(weights(listener.wishes(track)).get(99, 0.0))
        listener.hears(track)
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == len(found)
    assert found[-1] == 0


def test_more_like_that_is_over_once_it_is_skipped_or_taken_out_or_another_is_chosen_or_after_a_long_pause() -> None:
    def wanting_more_like_5() -> Listener:
        listener = Listener()
        listener.hears(1, chosen=True)
        listener.session.wants_more_like(5)
        return listener

    skipped, taken_out, elsewhere, later = (wanting_more_like_5() for _ in range(4))
    skipped.skips(5)
    taken_out.session.taken_out(5)
    elsewhere.hears(2, 20, "chosen_away")
    later.now += 3600
    for listener in (skipped, taken_out, elsewhere, later):
        assert 5 not in listener.wishes(9).seeds


def test_what_was_taken_back_unheard_was_not_heard() -> None:
    listener = Listener()
    listener.session.queued(5, listener.now)
    listener.session.put_back(5)
    assert 5 not in listener.wishes(1).heard


def test_a_session_goes_on_from_stored_plays() -> None:
    plays = [
        Play(1, "player", "default", 1_000_000, LENGTH, LENGTH, "finished"),
        Play(2, "player", "default", 1_000_200, 5, LENGTH, "skipped", "smartqueue"),
    ]
    wish = Session.of(plays).wish(3, 1_000_300, chosen=False)
    assert (set(wish.seeds), wish.away, wish.heard) == ({1, 3}, (2,), (1, 2))
