"""What became of each track that played: the listener's commands say it, and smartqueue must find out.

What `next` would have led to counts as skipped, even where it was chosen; previous, or the same again, is back.
"""

from __future__ import annotations

import pytest

from tests.mopidy_smartqueue.bench import LENGTH, Bench
from tests.mopidy_smartqueue.conftest import Opener

pytestmark = pytest.mark.mopidy

EVERY_OPTION = ["none", "consume", "random", "repeat", "single"]


@pytest.fixture(params=EVERY_OPTION)
def option(request: pytest.FixtureRequest) -> str:
    """Each of the listener's options, and none."""
    return str(request.param)


def playing(bench: Bench, option: str = "none", *, place: int = 0, titles: str = "ABCDE") -> None:
    """Plays one of several tracks for a while, with an option set."""
    if option != "none":
        bench.set(**{option: True})
    bench.add(*titles)
    bench.choose(place)
    bench.hear(10)


def outcomes(bench: Bench) -> list[str]:
    return [outcome for _, outcome in bench.outcomes()]


# Next


def test_next(bench: Bench, option: str) -> None:
    playing(bench, option)
    for _ in range(2):
        ahead = bench.ahead()
        bench.next()
        assert bench.playing() == ahead
        bench.hear(10)
    assert outcomes(bench) == ["skipped", "skipped"]
    assert [play.listened for play in bench.plays()] == pytest.approx([10, 10], abs=0.5)
    assert [play.queued_by for play in bench.plays()] == ["listener"] * 2


def test_next_on_the_last_track(bench: Bench, option: str) -> None:
    """In repeat comes the first, in random another; in single there is silence; else smartqueue's tracks follow."""
    playing(bench, option, place=4)
    bench.next()
    assert (bench.state() == "stopped") == (option == "single")
    assert bench.outcomes() == [("E", "skipped")]


def test_next_on_the_last_that_was_left_under_random(bench: Bench) -> None:
    playing(bench, "random", titles="AB")
    bench.next()
    assert len(bench.titles()) == 4
    bench.hear(10)
    bench.next()
    assert outcomes(bench) == ["skipped", "skipped"]
    assert bench.state() == "playing"


def test_next_on_the_last_that_was_left_under_random_in_a_rest(bench: Bench) -> None:
    bench.set(single=True)
    playing(bench, "random", titles="ABC")
    for _ in range(3):
        bench.next()
        bench.hear(10)
    assert bench.state() == "stopped"
    assert outcomes(bench) == ["skipped"] * 3


def test_next_after_a_pause_does_not_count_the_pause(bench: Bench) -> None:
    playing(bench)
    bench.pause()
    bench.hear(1000)
    bench.resume()
    bench.hear(5)
    bench.next()
    assert outcomes(bench) == ["skipped"]
    assert bench.plays()[0].listened == pytest.approx(15, abs=0.5)


def test_next_while_paused(bench: Bench, option: str) -> None:
    playing(bench, option)
    bench.pause()
    ahead = bench.ahead()
    bench.next()
    assert (bench.state(), bench.playing()) == ("paused", ahead)
    assert outcomes(bench) == ["skipped"]


def test_next_twice_before_the_track_between_begins(bench: Bench) -> None:
    playing(bench)
    bench.at_once(bench.core.playback.next, bench.core.playback.next)
    assert bench.playing() == "C"
    assert bench.outcomes() == [("A", "skipped")]


@pytest.mark.parametrize("option", ["none", "consume"])
def test_next_into_a_file_that_is_gone(bench: Bench, option: str) -> None:
    playing(bench, option)
    bench.file("B").unlink()
    bench.next()
    assert bench.playing() not in (None, "B")
    assert bench.outcomes() == [("A", "skipped")]


# Previous


def test_previous(bench: Bench, option: str) -> None:
    """Where a listener's order is not the list's, core begins the same track again."""
    playing(bench, option, place=2)
    bench.previous()
    assert bench.playing() == ("B" if option in ("none", "single") else "C")
    assert bench.outcomes() == [("C", "back")]


def test_previous_on_the_first_track(bench: Bench, option: str) -> None:
    """Where there is none before it, core stops."""
    playing(bench, option)
    bench.previous()
    assert (bench.state() == "stopped") == (option in ("none", "single"))
    assert bench.outcomes() == [("A", "back")]


def test_previous_twice_before_the_track_between_begins(bench: Bench) -> None:
    playing(bench, place=3)
    bench.at_once(bench.core.playback.previous, bench.core.playback.previous)
    assert bench.playing() == "B"
    assert bench.outcomes() == [("D", "back")]


# The end


@pytest.mark.parametrize("options", [(), ("consume",), ("random",), ("repeat",), ("single",), ("repeat", "single")])
def test_the_end(bench: Bench, options: tuple[str, ...]) -> None:
    """Single is silence then, and with repeat the same again."""
    bench.set(**dict.fromkeys(options, True))
    playing(bench)
    following = {("single",): None, ("repeat", "single"): "A"}.get(options, bench.ahead())
    bench.let_end()
    assert bench.playing() == following
    assert bench.outcomes() == [("A", "finished")]
    assert bench.plays()[0].listened == pytest.approx(LENGTH, abs=0.5)


def test_what_was_leapt_over_was_not_listened_to(bench: Bench) -> None:
    playing(bench)
    bench.seek(50)
    bench.let_end()
    assert bench.outcomes() == [("A", "finished")]
    assert bench.plays()[0].listened == pytest.approx(20, abs=0.5)


def test_a_leap_back_when_core_had_prepared_the_next_is_no_new_listening(bench: Bench) -> None:
    playing(bench)
    bench.hear(48)
    bench.seek(10)
    bench.hear(10)
    assert (bench.playing(), bench.plays()) == ("A", [])
    bench.next()
    assert bench.outcomes() == [("A", "skipped")]
    assert bench.plays()[0].listened == pytest.approx(68, abs=0.5)


def test_the_end_before_a_file_that_cannot_be_read(bench: Bench) -> None:
    """Core hangs there, and smartqueue goes on."""
    playing(bench)
    bench.file("B").write_bytes(b"")
    bench.let_end()
    bench.hear(10)
    assert bench.playing() == "C"
    assert bench.outcomes() == [("A", "finished"), ("B", "failed")]
    assert bench.plays()[0].listened == pytest.approx(LENGTH, abs=0.5)
    assert bench.plays()[1].listened == 0


# A choice


def test_another_track_is_chosen(bench: Bench, option: str) -> None:
    playing(bench, option)
    another = next(place for place in (2, 3) if "ABCDE"[place] != bench.ahead())
    bench.choose(another)
    assert bench.playing() == "ABCDE"[another]
    assert bench.outcomes() == [("A", "chosen_away")]


def test_the_next_track_is_chosen(bench: Bench, option: str) -> None:
    playing(bench, option)
    bench.choose(bench.titles().index(str(bench.ahead())))
    assert bench.outcomes() == [("A", "skipped")]


def test_the_same_track_is_chosen(bench: Bench, option: str) -> None:
    playing(bench, option, place=1)
    bench.choose(bench.titles().index("B"))
    assert bench.outcomes() == [("B", "back")]


def test_another_track_is_chosen_while_paused(bench: Bench) -> None:
    playing(bench)
    bench.pause()
    bench.choose(3)
    assert bench.outcomes() == [("A", "chosen_away")]


def test_a_track_that_is_played_from_the_pages_is_a_choice_though_it_is_put_next(bench: Bench) -> None:
    playing(bench)
    bench.audio.slow(True).get()
    bench.do(lambda: bench.frontend.play([bench.uri("P")]))
    assert bench.ahead() == "P"
    bench.audio.slow(False).get()
    bench.quiet()
    assert bench.playing() == "P"
    assert bench.outcomes() == [("A", "chosen_away")]


def test_an_option_that_is_set_meanwhile_changes_what_next_says(bench: Bench) -> None:
    for option in ("consume", "random", "repeat", "single"):
        playing(bench, place=1)
        bench.set(**{option: True})
        another = next(place for place in (2, 3) if "ABCDE"[place] != bench.ahead())
        bench.choose(another)
        assert outcomes(bench)[-1] == "chosen_away", option
        bench.set(**{option: False})
        bench.hear(10)
        bench.next()
        assert outcomes(bench)[-1] == "skipped", option
        bench.clear()


def test_a_list_that_is_moved_about_changes_what_next_says(bench: Bench) -> None:
    playing(bench, place=1)
    bench.do(lambda: bench.core.tracklist.move(4, 5, 2))
    bench.choose(3)
    assert bench.outcomes() == [("B", "chosen_away")]
    bench.hear(10)
    bench.do(lambda: bench.core.tracklist.move(0, 1, 3))
    bench.next()
    assert bench.playing() == "A"
    assert outcomes(bench)[-1] == "skipped"


def test_a_track_that_is_added_under_random_shuffles_anew(bench: Bench) -> None:
    playing(bench, "random")
    for title in "FGH":
        bench.add(title)
        ahead = bench.ahead()
        bench.hear(10)
        bench.next()
        assert bench.playing() == ahead
    assert outcomes(bench) == ["skipped"] * 3


# Stop


def test_stop_and_the_same_track_again(bench: Bench, option: str) -> None:
    """Under consume core takes what was stopped off the list."""
    playing(bench, option)
    bench.stop()
    assert bench.outcomes() == [("A", "stopped")]
    bench.do(bench.core.playback.play)
    assert bench.playing() in [*"AB"][: 1 + (option == "consume")]
    bench.hear(10)
    bench.next()
    assert outcomes(bench) == ["stopped", "skipped"]


@pytest.mark.parametrize("position", [0, 1, 2, 3], ids=["previous", "the same", "next", "another"])
def test_stop_and_a_choice_at_once(bench: Bench, position: int) -> None:
    playing(bench, place=1)
    tlid = bench.tlids()[position]
    bench.at_once(bench.core.playback.stop, lambda: bench.core.playback.play(tlid=tlid))
    assert bench.outcomes() == [("B", "stopped")]


def test_stop_while_paused(bench: Bench) -> None:
    playing(bench)
    bench.pause()
    bench.stop()
    assert bench.outcomes() == [("A", "stopped")]


def test_what_is_held_after_a_stop_and_then_resumed_is_a_listening_of_its_own(bench: Bench) -> None:
    playing(bench)
    bench.stop()
    # Core begins this one without saying so.
    bench.pause()
    bench.resume()
    bench.hear(5)
    bench.next()
    assert outcomes(bench) == ["stopped", "skipped"]
    assert bench.plays()[1].listened == pytest.approx(5, abs=0.5)


# Tracks that leave the list


def test_the_playing_track_is_removed(bench: Bench, option: str) -> None:
    """Core goes on sounding it, and knows of no playing track."""
    playing(bench, option, place=1)
    bench.delete(bench.titles().index("B"))
    assert bench.outcomes() == [("B", "removed")]
    bench.do(bench.core.playback.play)
    assert bench.playing() is not None


def test_the_playing_track_is_removed_and_another_chosen_at_once(bench: Bench) -> None:
    playing(bench)
    first, _, third, *_ = bench.tlids()
    bench.at_once(lambda: bench.core.tracklist.remove({"tlid": [first]}), lambda: bench.core.playback.play(tlid=third))
    assert bench.outcomes() == [("A", "removed")]


def test_another_track_is_removed(bench: Bench) -> None:
    playing(bench, place=1)
    bench.delete(2)
    bench.next()
    assert bench.outcomes() == [("B", "skipped")]


def test_the_list_is_cleared(bench: Bench, option: str) -> None:
    playing(bench, option)
    bench.clear()
    assert (bench.state(), bench.titles()) == ("stopped", [])
    assert bench.outcomes() == [("A", "removed")]


def test_the_list_is_replaced(bench: Bench) -> None:
    playing(bench)
    bench.clear()
    bench.play("G")
    bench.hear(10)
    bench.stop()
    assert bench.outcomes() == [("A", "removed"), ("G", "stopped")]


def test_play_on_an_empty_list_is_nothing(bench: Bench) -> None:
    bench.do(bench.core.playback.play)
    assert (bench.state(), bench.outcomes()) == ("stopped", [])


# Smartqueue's own tracks


@pytest.mark.parametrize("option", ["none", "consume", "random"])
def test_smartqueues_own_track_is_known_whatever_becomes_of_it(bench: Bench, option: str) -> None:
    playing(bench, option, titles="A")
    bench.next()
    while bench.playing() == "A":
        bench.next()
    bench.hear(10)
    bench.stop()
    play = bench.plays()[-1]
    assert (play.outcome, play.queued_by) == ("stopped", "smartqueue")
    assert set(play.context) >= {"near", "distance", "place"}


def test_what_goes_on_when_mopidy_ends_is_interrupted(open_bench: Opener) -> None:
    with open_bench() as bench:
        playing(bench)
    with open_bench() as bench:
        assert bench.outcomes() == [("A", "interrupted")]
        assert bench.plays()[0].listened == pytest.approx(10, abs=0.5)


def with_the_next_replaced(bench: Bench) -> int:
    """Skips twice at once, so that another track has come before what was next; where that is now."""
    bench.play("A")
    bench.hear(10)
    bench.add("P", "T", at=1)
    before = bench.tlids()
    bench.at_once(bench.core.playback.next, bench.core.playback.next)
    # What was chosen for the context before is replaced some time after, and still on the list.
    place = bench.tlids().index(before[3])
    assert bench.tlids()[place - 1] not in before
    return place


def test_what_was_next_before_another_came_before_it_is_chosen(bench: Bench) -> None:
    place = with_the_next_replaced(bench)
    chosen = bench.titles()[place]
    bench.hear(0.3)
    bench.choose(place)
    assert bench.playing() == chosen
    assert bench.outcomes() == [("A", "skipped"), ("T", "chosen_away")]


def test_next_that_was_pressed_before_another_came_before_what_was_next_is_a_skip(bench: Bench) -> None:
    """However long that takes to sound."""
    bench.play("A")
    bench.hear(10)
    ahead = bench.tlids()[1]
    bench.audio.slow(True).get()
    bench.do(bench.core.playback.next)
    bench.do(lambda: bench.frontend.wish(lambda queue: queue.more_like(bench.tlids()[0])))
    assert bench.tlids()[1] != ahead
    bench.hear(0.4)
    bench.audio.slow(False).get()
    bench.quiet()
    assert bench.core.playback.get_current_tlid().get() == ahead
    assert bench.outcomes() == [("A", "skipped")]
