"""A new start is a new start: what plays is what counts, whatever was kept before."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mopidy_smartqueue.bench import Bench
from tests.mopidy_smartqueue.conftest import Opener

pytestmark = pytest.mark.mopidy

# The nearest is what comes.
NOTHING_ELSE_COUNTS = dict.fromkeys(
    ("tempo_flow", "key_flow", "energy_flow", "adventure", "track_window", "artist_window", "album_window"), "0"
)
OTHERS = "ABCD"


@pytest.fixture
def from_scratch(open_bench: Opener, folder: Path) -> list[str]:
    """What follows P where nothing was heard before."""
    with open_bench(smartqueue=NOTHING_ELSE_COUNTS) as bench:
        bench.play("P")
        found = bench.titles()
    shutil.rmtree(folder / "data")
    return found[1:]


def replace(bench: Bench) -> None:
    """As a client does at once."""
    bench.at_once(
        bench.core.tracklist.clear,
        lambda: bench.core.tracklist.add(uris=[bench.uri("P")]),
        lambda: bench.core.playback.play(tlid=bench.tlids()[0]),
    )


def clear(bench: Bench) -> None:
    bench.clear()
    bench.play("P")


def stop(bench: Bench) -> None:
    bench.stop()
    bench.play("P")


def choose(bench: Bench) -> None:
    bench.play("P")


def pause_and_replace(bench: Bench) -> None:
    bench.pause()
    replace(bench)


def replace_at_the_very_end(bench: Bench) -> None:
    bench.hear(19)
    replace(bench)


def clear_after_the_music_has_ended(bench: Bench) -> None:
    bench.set(single=True)
    bench.let_end()
    bench.set(single=False)
    clear(bench)


def play_from_the_map(bench: Bench) -> None:
    bench.do(lambda: bench.frontend.play([bench.uri("P")]))


@pytest.mark.parametrize(
    "start",
    [
        replace,
        clear,
        stop,
        choose,
        pause_and_replace,
        replace_at_the_very_end,
        clear_after_the_music_has_ended,
        play_from_the_map,
    ],
)
def test_after_a_new_start_only_what_plays_counts(
    open_bench: Opener, from_scratch: list[str], start: Callable[[Bench], None]
) -> None:
    with open_bench(smartqueue=NOTHING_ELSE_COUNTS) as bench:
        bench.play(*OTHERS)
        for _ in OTHERS[1:]:
            bench.let_end()
        bench.do(lambda: bench.frontend.wish(lambda queue: queue.more_like(bench.tlids()[0])))
        bench.hear(40)
        start(bench)
        bench.hear(1)
        assert bench.playing() == "P"
        assert bench.titles()[bench.titles().index("P") + 1 :][:2] == from_scratch


def test_what_follows_is_chosen_anew_when_the_listener_begins_elsewhere_in_the_list(
    open_bench: Opener, from_scratch: list[str]
) -> None:
    """Behind what was chosen or begun after a stop, Smartqueue's tracks were meant for another context."""
    with open_bench(smartqueue=NOTHING_ELSE_COUNTS) as bench:
        bench.play("A", "P")
        assert len(bench.titles()) == 3
        bench.hear(40)
        bench.stop()
        bench.choose(1)
        bench.hear(1)
        assert bench.titles() == ["A", "P", *from_scratch]


def test_what_follows_is_chosen_anew_after_a_step_back(open_bench: Opener) -> None:
    with open_bench(smartqueue=NOTHING_ELSE_COUNTS) as bench:
        bench.play("A", "P")
        bench.let_end()
        before = bench.tlids()
        bench.previous()
        bench.hear(1)
        assert bench.tlids()[:2] == before[:2]
        assert not set(before[2:]) & set(bench.tlids())


RESTORED = {"core": {"restore_state": True}, "smartqueue": NOTHING_ELSE_COUNTS}


def test_after_a_restart_in_the_middle_of_a_list_it_goes_on_with_that_list(open_bench: Opener, folder: Path) -> None:
    def begun(bench: Bench) -> None:
        bench.play(*OTHERS)
        for _ in OTHERS[1:]:
            bench.let_end()
        bench.hear(10)

    def gone_on(bench: Bench) -> list[str]:
        assert (bench.playing(), bench.state()) == ("D", "playing")
        for _ in range(4):
            bench.let_end()
        return bench.titles()

    untouched = shutil.copytree(folder, folder.with_name("untouched"))
    with open_bench(**RESTORED) as bench:
        begun(bench)
        expected = gone_on(bench)
    shutil.rmtree(folder)
    shutil.copytree(untouched, folder)
    with open_bench(**RESTORED) as bench:
        begun(bench)
    with open_bench(**RESTORED) as bench:
        assert gone_on(bench) == expected
        assert [outcome for _, outcome in bench.outcomes()[:6]] == [*["finished"] * 3, "interrupted", *["finished"] * 2]


def test_what_was_restored_and_plays_already_is_followed(open_bench: Opener) -> None:
    """Core may have begun it before there was anyone to tell."""
    with open_bench(**RESTORED) as bench:
        bench.load("switch:off")
        bench.play("A")
        bench.hear(10)
    with open_bench(**RESTORED) as bench:
        assert bench.titles() == ["A"]
        bench.load("switch:on")
        assert len(bench.titles()) == 3
        bench.hear(10)
        bench.next()
        assert bench.outcomes() == [("A", "interrupted"), ("A", "skipped")]
        assert bench.plays()[1].listened == pytest.approx(10, abs=0.5)
