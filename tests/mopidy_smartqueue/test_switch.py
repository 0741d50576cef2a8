"""The playlists "Smartqueue: off" and "Smartqueue: on": loading one switches, looking at it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mopidy_smartqueue.bench import Bench
from tests.mopidy_smartqueue.conftest import Opener

pytestmark = pytest.mark.mopidy

OFF, ON = "switch:off", "switch:on"


def is_on(bench: Bench) -> bool:
    return bool(bench.now()["on"])


def test_loading_a_list_switches_and_nothing_of_it_stays(bench: Bench) -> None:
    bench.load(OFF)
    assert not is_on(bench)
    bench.play("A")
    assert bench.titles() == ["A"]
    bench.load(ON)
    assert is_on(bench)
    assert len(bench.titles()) == 3


def test_looking_at_a_list_in_any_way_does_not_switch(bench: Bench) -> None:
    playlists, library = bench.core.playlists, bench.core.library
    bench.play("A")
    for word in ("off", "on"):
        uri = f"smartqueue:switch:{word}"
        found = playlists.lookup(uri).get()
        assert [(track.uri, track.name) for track in found.tracks] == [(uri, f"Smartqueue: {word}")]
        assert [ref.uri for ref in playlists.get_items(uri).get()] == [uri]
        # As a client does that shows what is in a list.
        assert [track.uri for track in library.lookup(uris=[uri]).get()[uri]] == [uri]
        bench.quiet()
        assert is_on(bench)
    assert len(bench.titles()) == 3


@pytest.mark.parametrize("option", ["none", "consume", "random", "repeat", "single"])
def test_what_plays_goes_on_whatever_the_options(bench: Bench, option: str) -> None:
    if option != "none":
        bench.set(**{option: True})
    bench.play("A", "H", "P")
    bench.hear(10)
    for word, on in ((OFF, False), (ON, True)):
        bench.load(word)
        assert is_on(bench) == on
        assert (bench.playing(), bench.state()) == ("A", "playing")
        assert bench.titles() == ["A", "H", "P"]
    ahead = bench.ahead()
    bench.next()
    assert bench.playing() == ahead
    assert bench.outcomes() == [("A", "skipped")]


def load_off(bench: Bench) -> object:
    return bench.core.tracklist.add(uris=["smartqueue:switch:off"])


@pytest.mark.parametrize("options", [(), ("consume",), ("random",)])
def test_loading_and_play_at_once_from_silence_switches_and_is_silence(bench: Bench, options: tuple[str, ...]) -> None:
    bench.set(**dict.fromkeys(options, True))
    bench.at_once(lambda: load_off(bench), bench.core.playback.play)
    assert (bench.titles(), bench.state(), is_on(bench)) == ([], "stopped", False)


def choose_what_is_loaded(bench: Bench) -> None:
    bench.at_once(lambda: load_off(bench), lambda: bench.core.playback.play(tlid=bench.tlids()[-1]))


# Which of two threads is first decides what core does then.
@pytest.mark.long
def test_loading_and_choosing_the_marker_at_once_switches_and_the_music_goes_on(bench: Bench) -> None:
    bench.play("A", "H", "P", "T")
    bench.next()
    bench.hear(10)
    choose_what_is_loaded(bench)
    assert (bench.titles(), bench.state(), is_on(bench)) == (["A", "H", "P", "T"], "playing", False)
    # Core is asked to play it and has it taken from its list in the same moment: it stays where it is, or goes on.
    assert str(bench.playing()) in "HPT"
    bench.hear(10)
    assert bench.state() == "playing"


@pytest.mark.long
@pytest.mark.parametrize("option", ["consume", "random"])
def test_where_core_goes_elsewhere_then_the_marker_is_never_played(bench: Bench, option: str) -> None:
    bench.set(**{option: True})
    bench.play("A", "H", "P")
    bench.hear(10)
    choose_what_is_loaded(bench)
    assert not is_on(bench)
    # Core may have gone on to the second of the three.
    for _ in range(2):
        bench.hear(10)
        assert bench.state() == "playing"
        assert str(bench.playing()) in "AHP"
        bench.next()
    assert "Smartqueue: off" not in bench.titles()


def test_what_could_not_be_played_does_not_switch_again(bench: Bench) -> None:
    """Core tries it again when it is next told to play."""
    bench.at_once(lambda: load_off(bench), bench.core.playback.play)
    bench.do(lambda: bench.frontend.switch(True))
    bench.add("A")
    bench.do(bench.core.playback.play)
    assert (bench.playing(), is_on(bench)) == ("A", True)


def test_the_end_of_the_last_track_leads_into_no_marker(bench: Bench) -> None:
    """Off, with the marker still on the list when GStreamer asks what follows."""
    bench.load(OFF)
    bench.play("A")
    bench.let_end()
    assert (bench.state(), bench.titles()) == ("stopped", ["A"])


def test_the_last_of_both_counts(bench: Bench) -> None:
    bench.do(lambda: bench.core.tracklist.add(uris=[f"smartqueue:switch:{word}" for word in ("on", "off")]))
    assert (is_on(bench), bench.titles()) == (False, [])


def test_it_outlives_a_restart_also_where_mopidy_was_killed_before_it_switched(open_bench: Opener) -> None:
    with open_bench(core={"restore_state": True}) as bench:
        bench.play("A")
        bench.load(OFF)
        # Nobody is there to see it.
        bench.frontend.actor_ref.stop()
        bench.load(ON)
        assert bench.titles()[-1] == "Smartqueue: on"
    with open_bench(core={"restore_state": True}) as bench:
        assert is_on(bench)
        assert "Smartqueue: on" not in bench.titles()


def test_where_it_cannot_be_kept_it_switches_all_the_same(
    open_bench: Opener, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_bench() as bench:
        bench.play("A")
        data = folder / "data" / "smartqueue"
        data.rename(folder / "away")
        data.write_text("no folder")
        for word, on in ((OFF, False), (ON, True), (OFF, False)):
            bench.load(word)
            assert is_on(bench) == on
        bench.next()
        assert len(bench.titles()) == 3
    assert "Smartqueue is off, but only until Mopidy ends" in caplog.text
