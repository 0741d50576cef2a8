"""What is queued, what is taken back, and what the listener's own hands do: with a real Mopidy and an MPD client."""

from __future__ import annotations

import time

import pytest

from demonstration.programs import Beets
from mopidy_smartqueue.backend import MIXES
from tests.end_to_end.conftest import Den, Opener

pytestmark = pytest.mark.mopidy


def ids(den: Den) -> list[str]:
    return [str(song["id"]) for song in den.client.playlistinfo()]


def playing_with_two_ahead(den: Den) -> list[str]:
    """Plays a track until two follow it; their titles."""
    den.play("Weir")
    den.until(lambda: len(den.titles()) == 3)
    return den.titles()[1:]


def test_each_mix_is_a_playlist_that_can_be_loaded(den: Den) -> None:
    playing_with_two_ahead(den)
    den.client.single(1)
    den.client.repeat(1)
    names = [playlist["playlist"] for playlist in den.client.listplaylists()]
    assert names == [f"Smartqueue: {name}" for name in (*MIXES, "off", "on")]
    for name in names[:6]:
        before = len(den.titles())
        den.client.load(name)
        assert len(den.titles()) > before, name
        assert len(set(den.titles()[before:])) == len(den.titles()[before:])


def test_mixes_are_folders_too(den: Den) -> None:
    playing_with_two_ahead(den)
    folders = [entry["directory"] for entry in den.client.lsinfo("Smartqueue")]
    assert folders == [f"Smartqueue/{name}" for name in MIXES]
    tracks = den.client.lsinfo("Smartqueue/like what is playing")
    assert len(tracks) > 5
    assert all(track["file"].startswith("local:track:") for track in tracks)


def test_off_is_a_switch_that_outlives_a_restart_and_on_wakes_at_once(open_den: Opener, beets: Beets) -> None:
    with open_den(beets) as den:
        den.until(lambda: bool(den.client.listplaylists()))
        den.client.load("Smartqueue: off")
    with open_den(beets, scan=False) as den:
        den.until(lambda: bool(den.client.listplaylists()))
        den.play("Weir")
        den.until(lambda: den.elapsed() > 1)
        assert den.titles() == ["Weir"]
        den.client.load("Smartqueue: on")
        den.until(lambda: len(den.titles()) == 3)
        # As a client does that shows what is in a list.
        (shown,) = den.client.listplaylistinfo("Smartqueue: off")
        assert shown["title"] == "Smartqueue: off"
        den.skip()
        den.until(lambda: den.ahead() == 2)


def test_there_are_no_playlists_before_anything_is_analysed(open_den: Opener, own_beets: Beets) -> None:
    with open_den(own_beets) as den:
        assert not den.client.listplaylists()
        own_beets.run("analyze")
        den.play("Otter Run")
        den.until(lambda: len(den.client.listplaylists()) == len(MIXES) + 2)


@pytest.mark.parametrize(
    ("name", "value"), [("tempo_flow", "2"), ("adventure", "-1"), ("artist_window", "1001"), ("longest", "x")]
)
def test_a_setting_out_of_its_range_is_named(open_den: Opener, beets: Beets, name: str, value: str) -> None:
    with open_den(beets, settings={"smartqueue": {name: value}}) as den:
        assert f"smartqueue/{name}" in den.log()


def test_a_season_that_is_none_is_named_and_mopidy_plays(open_den: Opener, beets: Beets) -> None:
    with open_den(beets, settings={"smartqueue": {"seasons": "never"}}) as den:
        den.play("Weir")
        den.until(lambda: "seasons must be like" in den.log())
        assert den.titles() == ["Weir"]


@pytest.mark.parametrize("seconds_between", [0.0, 0.005, 0.01, 0.02, 0.04])
def test_the_music_goes_on_however_soon_next_is_pressed_again(den: Den, seconds_between: float) -> None:
    """Were the track behind taken back at once, core would just be beginning it, and forget what plays."""
    playing_with_two_ahead(den)
    for _ in range(4):
        den.client.next()
        time.sleep(seconds_between)
        den.client.next()
        den.until(lambda: den.current() is not None and den.elapsed() > 0.3)
        den.until(lambda: den.ahead() == 2)
        assert str(den.client.status()["songid"]) in ids(den)
    assert {play.outcome for play in den.plays()} == {"skipped"}
