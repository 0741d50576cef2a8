"""What is queued, what is taken back, and what the listener's own hands do: with a real Mopidy and an MPD client."""

from __future__ import annotations

import time

import pytest

from demonstration.programs import Beets
from mopidy_smartqueue.backend import MIXES
from tests.end_to_end.conftest import Den, Opener

pytestmark = pytest.mark.mopidy

RESTORED = {"core": {"restore_state": "true"}}


def ids(den: Den) -> list[str]:
    return [str(song["id"]) for song in den.client.playlistinfo()]


def playing_with_two_ahead(den: Den) -> list[str]:
    """Plays a track until two follow it; their titles."""
    den.play("Weir")
    den.until(lambda: len(den.titles()) == 3)
    return den.titles()[1:]


def test_a_skip_has_what_follows_chosen_anew(den: Den) -> None:
    first, second = playing_with_two_ahead(den)
    before = ids(den)
    den.until(lambda: den.elapsed() > 1)
    den.client.next()
    den.until(lambda: den.current() == first)
    den.until(lambda: len(ids(den)) == 4 and before[2] not in ids(den))
    assert ids(den)[:2] == before[:2]
    assert second not in den.titles()[:2]


def test_what_the_listener_queued_is_never_taken_back(den: Den) -> None:
    playing_with_two_ahead(den)
    den.client.add(den.uri("Tin Hats"))
    own = ids(den)[-1]
    den.until(lambda: den.elapsed() > 1)
    den.client.next()
    den.until(lambda: den.current() not in (None, "Weir"))
    time.sleep(0.5)
    assert own in ids(den)


def test_what_is_next_is_chosen_anew_before_what_the_listener_queued_behind_it(den: Den) -> None:
    playing_with_two_ahead(den)
    for title in ("Tin Hats", "Copper Parade"):
        den.client.add(den.uri(title))
    before = ids(den)
    den.until(lambda: den.elapsed() > 1)
    den.client.next()
    den.until(lambda: len(ids(den)) == 5 and before[2] not in ids(den))
    assert ids(den)[:2] + ids(den)[3:] == before[:2] + before[3:]


def test_a_track_of_ours_that_the_listener_deletes_is_not_replaced_at_once_nor_offered_again(den: Den) -> None:
    _, unwanted = playing_with_two_ahead(den)
    den.client.delete(2)
    time.sleep(1)
    assert len(den.titles()) == 2
    for _ in range(4):
        den.skip()
        den.until(lambda: den.ahead() == 2)
    assert unwanted not in den.titles()


def test_a_track_of_the_listeners_that_leaves_fewer_is_made_up_for(den: Den) -> None:
    den.play("Weir", "Tin Hats", "Warm Front")
    den.until(lambda: den.elapsed() > 0.5)
    den.client.delete(1)
    den.until(lambda: len(den.titles()) == 3)
    assert den.titles()[:2] == ["Weir", "Warm Front"]


def test_its_own_tracks_are_known_after_a_restart(open_den: Opener, beets: Beets) -> None:
    with open_den(beets, settings=RESTORED) as den:
        playing_with_two_ahead(den)
        before = ids(den)
    with open_den(beets, scan=False, settings=RESTORED) as den:
        den.until(lambda: len(ids(den)) == 3)
        den.client.play(0)
        den.until(lambda: den.elapsed() > 1)
        den.client.next()
        # One that follows was ours, so that it is chosen anew.
        den.until(lambda: len(ids(den)) == 4 and before[2] not in ids(den))
        den.client.next()
        den.until(lambda: any(play.queued_by == "smartqueue" for play in den.plays()))


def test_played_tracks_of_ours_leave_the_list_when_asked_for_and_the_listeners_stay(
    open_den: Opener, beets: Beets
) -> None:
    with open_den(beets, settings={"smartqueue": {"keep_played": "1"}}) as den:
        den.play("Weir")
        for _ in range(4):
            den.until(lambda: den.ahead() == 2)
            den.skip()
        den.until(lambda: den.client.status().get("song") == "2")
        assert den.titles()[0] == "Weir"


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


def test_a_mix_works_from_silence(den: Den) -> None:
    den.until(lambda: bool(den.client.listplaylists()))
    den.client.load("Smartqueue: surprise me")
    assert len(den.titles()) == 20
    den.client.play(0)
    den.until(lambda: den.state() == "play")


def test_mixes_are_folders_too(den: Den) -> None:
    playing_with_two_ahead(den)
    folders = [entry["directory"] for entry in den.client.lsinfo("Smartqueue")]
    assert folders == [f"Smartqueue/{name}" for name in MIXES]
    tracks = den.client.lsinfo("Smartqueue/like what is playing")
    assert len(tracks) > 5
    assert all(track["file"].startswith("local:track:") for track in tracks)


def test_a_search_is_nothing_that_mopidy_complains_of(den: Den) -> None:
    assert den.client.search("title", "Weir")
    assert "SmartqueueBackend backend returned bad data" not in den.log()


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


def test_settings_that_leave_nothing_are_named(open_den: Opener, beets: Beets) -> None:
    with open_den(beets, settings={"smartqueue": {"genres": "polka"}}) as den:
        den.play("Weir")
        den.until(lambda: "nothing is left to queue: of 24 tracks genres shuts out 24" in den.log())
        assert den.titles() == ["Weir"]


def test_the_only_track_there_is_follows_itself(open_den: Opener, own_beets: Beets) -> None:
    own_beets.run("remove", "-f", "^title:Otter Run")
    own_beets.run("analyze")
    with open_den(own_beets) as den:
        den.play("Otter Run")
        den.until(lambda: den.titles() == ["Otter Run"] * 2)


def test_what_the_settings_shut_out_is_never_queued(open_den: Opener, own_beets: Beets) -> None:
    own_beets.run("modify", "-y", "-W", "-M", "title:Tin Hats", "genres=Polka")
    own_beets.run("analyze")
    with open_den(own_beets, settings={"smartqueue": {"ahead": "9", "not_genres": "pol*"}}) as den:
        den.play("Otter Run")
        den.until(lambda: len(den.titles()) > 4)
        time.sleep(0.5)
        assert "Tin Hats" not in den.titles()


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
