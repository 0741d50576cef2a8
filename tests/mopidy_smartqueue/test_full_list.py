"""What happens when Mopidy's track list has as many entries as it may."""

from __future__ import annotations

import pytest

from tests.mopidy_smartqueue.conftest import Opener

pytestmark = pytest.mark.mopidy


def test_played_tracks_of_smartqueues_make_room_the_oldest_first(
    open_bench: Opener, caplog: pytest.LogCaptureFixture
) -> None:
    with open_bench(core={"max_tracklist_length": 8}) as bench:
        bench.play("A")
        played = []
        for _ in range(12):
            bench.let_end()
            played.append(bench.playing())
        assert bench.state() == "playing"
        assert bench.titles()[0] == "A"
        assert bench.titles()[-len(played[-3:]) - 2 : -2] == played[-3:]
        assert len(bench.titles()) == 7
        assert bench.now()["rests"] == ""
    assert "Traceback" not in caplog.text
    assert "WARNING" not in caplog.text


def test_the_switch_finds_room_on_a_list_that_smartqueue_has_filled(open_bench: Opener) -> None:
    with open_bench(core={"max_tracklist_length": 8}) as bench:
        bench.play("A")
        for _ in range(12):
            bench.let_end()
        bench.load("switch:off")
        assert not bench.now()["on"]


@pytest.mark.parametrize("keep_played", ["0", "1"])
def test_the_listeners_own_tracks_never_make_room_and_why_it_waits_is_told_once(
    open_bench: Opener, caplog: pytest.LogCaptureFixture, keep_played: str
) -> None:
    with open_bench(core={"max_tracklist_length": 6}, smartqueue={"keep_played": keep_played}) as bench:
        bench.play(*"ACEGI")
        for _ in range(4):
            bench.next()
            bench.hear(1)
        assert bench.playing() == "I"
        assert bench.titles() == [*"ACEGI"]
        assert "list is full" in bench.now()["rests"]
        bench.delete(0, 1)
        assert not bench.now()["rests"]
        assert len(bench.titles()) == 5
    assert caplog.text.count("list is full") == 1
    assert "Traceback" not in caplog.text


def test_a_list_that_holds_more_than_it_may_is_left_alone(open_bench: Opener, caplog: pytest.LogCaptureFixture) -> None:
    with open_bench(core={"max_tracklist_length": 1}) as bench:
        bench.play("A")
        bench.hear(10)
        assert bench.titles() == ["A"]
    assert "Traceback" not in caplog.text
