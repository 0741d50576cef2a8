"""What is queued, what is taken back, and what the listener's own hands do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from mopidy_smartqueue.backend import MIXES
from tests.mopidy_smartqueue.bench import TITLES, Bench
from tests.mopidy_smartqueue.conftest import Opener

pytestmark = pytest.mark.mopidy

RESTORED = {"restore_state": True}


def playing_with_two_ahead(bench: Bench) -> list[str]:
    """Plays a track; the titles of the two that follow."""
    bench.play("A")
    bench.hear(10)
    assert len(bench.titles()) == 3
    return bench.titles()[1:]


def change(folder: Path, statement: str) -> None:
    """As beets' own commands would leave its library."""
    with sqlite3.connect(folder / "library.db") as connection:
        connection.execute(statement)


def ahead(bench: Bench) -> int:
    """How many follow the track that plays."""
    return len(bench.titles()) - 1 - bench.tlids().index(bench.core.playback.get_current_tlid().get())


# What is added


def test_one_track_played_brings_two_more(bench: Bench) -> None:
    assert set(playing_with_two_ahead(bench)) < set(TITLES[1:])


def test_more_tracks_are_kept_ahead_when_asked_for(open_bench: Opener) -> None:
    with open_bench(smartqueue={"ahead": "5"}) as bench:
        bench.play("A")
        assert len(bench.titles()) == 6


def test_the_music_goes_on(bench: Bench) -> None:
    bench.play("A")
    for _ in range(3):
        bench.let_end()
    assert bench.state() == "playing"
    assert len(set(bench.titles())) == 6
    assert [outcome for _, outcome in bench.outcomes()] == ["finished"] * 3
    assert not bench.skips()


def test_the_artist_does_not_come_again_at_once(bench: Bench) -> None:
    assert "B" not in playing_with_two_ahead(bench)


def test_the_listeners_own_tracks_come_first(bench: Bench) -> None:
    bench.play("A", "H", "P")
    assert bench.titles() == ["A", "H", "P"]
    bench.next()
    assert bench.titles()[:3] == ["A", "H", "P"]
    assert len(bench.titles()) == 4


def test_a_small_library_goes_round(open_bench: Opener, folder: Path) -> None:
    change(folder, "DELETE FROM items WHERE title > 'F'")
    with open_bench() as bench:
        bench.play("A")
        for _ in range(9):
            bench.hear(1)
            bench.next()
        bench.hear(1)
        assert set(bench.titles()) <= set("ABCDEF")
        assert bench.state() == "playing"
        assert ahead(bench) == 2


def test_the_only_track_there_is_follows_itself(open_bench: Opener, folder: Path) -> None:
    change(folder, "DELETE FROM items WHERE title > 'A'")
    with open_bench() as bench:
        bench.play("A")
        assert bench.titles() == ["A", "A"]


def test_what_the_settings_shut_out_is_never_queued(open_bench: Opener, folder: Path) -> None:
    change(folder, "UPDATE items SET genres = 'Polka' WHERE title > 'M'")
    with open_bench(smartqueue={"ahead": "9", "not_genres": "pol*"}) as bench:
        bench.play("A")
        assert len(bench.titles()) == 10
        assert max(bench.titles()) <= "M"


def test_settings_that_leave_nothing_are_named(open_bench: Opener, caplog: pytest.LogCaptureFixture) -> None:
    with open_bench(smartqueue={"genres": "polka"}) as bench:
        bench.play("A")
        assert bench.titles() == ["A"]
    assert "nothing is left to queue: of 24 tracks genres shuts out 24" in caplog.text


def test_what_was_skipped_is_not_offered_again_at_once(bench: Bench) -> None:
    bench.play("A")
    for _ in range(4):
        bench.hear(1)
        bench.next()
    bench.hear(1)
    assert len(set(bench.titles())) == len(bench.titles()) == 7


def test_next_early_makes_a_triplet_once_the_following_track_is_kept(bench: Bench) -> None:
    playing_with_two_ahead(bench)
    bench.let_end()
    skipped = bench.playing()
    bench.hear(2)
    bench.next()
    kept = bench.playing()
    bench.hear(20)
    assert not bench.skips()
    bench.hear(11)
    (triplet,) = bench.skips()
    names = bench.tracks()
    assert {triplet.near_a, triplet.near_b} == {names["A"], names[str(kept)]}
    assert triplet.odd == names[str(skipped)]
    assert [outcome for _, outcome in bench.outcomes()] == ["finished", "skipped"]


def test_next_before_anything_follows_is_no_silence(bench: Bench) -> None:
    """In single smartqueue adds nothing. The music goes on as soon as it may, and a stop is heeded then."""
    for options in ((), ("consume",), ("random",)):
        bench.clear()
        bench.set(single=True, **dict.fromkeys(options, True))
        bench.play("A")
        bench.hear(10)
        bench.at_once(lambda: bench.core.tracklist.set_single(False), bench.core.playback.next)
        bench.hear(1)
        assert bench.state() == "playing", options
        assert bench.playing() != "A"
        bench.stop()
        bench.hear(5)
        assert bench.state() == "stopped"


def test_next_through_all_that_follows_goes_on_all_the_same(bench: Bench) -> None:
    bench.play("A", "B", "C")
    bench.hear(10)
    bench.at_once(*[bench.core.playback.next] * 3)
    bench.hear(1)
    assert bench.state() == "playing"
    assert bench.outcomes() == [("A", "skipped")]


def test_each_play_says_who_queued_the_track_and_why(bench: Bench) -> None:
    playing_with_two_ahead(bench)
    bench.next()
    bench.hear(10)
    bench.stop()
    by_listener, by_smartqueue = bench.plays()
    assert (by_listener.queued_by, by_smartqueue.queued_by) == ("listener", "smartqueue")
    assert by_smartqueue.context["near"] == bench.tracks()["A"]


# Options


def test_single_and_repeat_are_a_rest_and_lifting_them_wakes(bench: Bench) -> None:
    bench.set(single=True, repeat=True)
    bench.play("A")
    bench.set(single=False)
    assert bench.titles() == ["A"]
    bench.set(repeat=False)
    assert len(bench.titles()) == 3


def test_no_option_is_ever_set(bench: Bench) -> None:
    def options() -> list[bool]:
        tracklist = bench.core.tracklist
        asked = tracklist.get_consume(), tracklist.get_random(), tracklist.get_repeat(), tracklist.get_single()
        return [answer.get() for answer in asked]

    playing_with_two_ahead(bench)
    bench.next()
    assert options() == [False] * 4


def test_a_cleared_list_stays_clear(bench: Bench) -> None:
    playing_with_two_ahead(bench)
    bench.clear()
    bench.hear(60)
    assert (bench.titles(), bench.state()) == ([], "stopped")


# What is taken back


def test_a_skip_has_what_follows_chosen_anew(bench: Bench) -> None:
    first, _ = playing_with_two_ahead(bench)
    before = bench.tlids()
    bench.next()
    bench.hear(1)
    assert bench.playing() == first
    assert bench.tlids()[:2] == before[:2]
    assert before[2] not in bench.tlids()
    assert len(bench.tlids()) == 4


def test_what_the_listener_queued_is_never_taken_back(bench: Bench) -> None:
    playing_with_two_ahead(bench)
    bench.add("P")
    own = bench.tlids()[-1]
    bench.next()
    bench.hear(1)
    assert own in bench.tlids()


def test_what_is_next_is_chosen_anew_before_what_the_listener_queued_behind_it(bench: Bench) -> None:
    playing_with_two_ahead(bench)
    bench.add("P", "T")
    before = bench.tlids()
    bench.next()
    bench.hear(1)
    assert before[2] not in bench.tlids()
    assert bench.tlids()[:2] + bench.tlids()[3:] == before[:2] + before[3:]


def test_a_track_of_ours_that_the_listener_deletes_is_not_offered_again(bench: Bench) -> None:
    _, unwanted = playing_with_two_ahead(bench)
    bench.delete(2)
    assert len(bench.titles()) == 2
    for _ in range(4):
        bench.next()
        bench.hear(1)
        assert ahead(bench) == 2
    assert unwanted not in bench.titles()


def test_a_track_of_the_listeners_that_leaves_fewer_is_made_up_for(bench: Bench) -> None:
    bench.play("A", "H", "P")
    bench.delete(1)
    assert bench.titles()[:2] == ["A", "P"]
    assert len(bench.titles()) == 3


def test_its_own_tracks_are_known_after_a_restart(open_bench: Opener) -> None:
    with open_bench(core=RESTORED) as bench:
        playing_with_two_ahead(bench)
        before = bench.tlids()
    with open_bench(core=RESTORED) as bench:
        assert bench.tlids() == before
        bench.choose(0)
        bench.hear(10)
        bench.next()
        bench.hear(1)
        # What follows was ours, so that it is chosen anew.
        assert before[2] not in bench.tlids()
        assert len(bench.tlids()) == 4


def test_played_tracks_of_ours_leave_the_list_when_asked_for_and_the_listeners_stay(open_bench: Opener) -> None:
    with open_bench(smartqueue={"keep_played": "1"}) as bench:
        bench.play("A")
        for _ in range(4):
            bench.next()
            bench.hear(1)
        assert bench.titles()[0] == "A"
        assert len(bench.titles()) == 5
        assert ahead(bench) == 2


def test_a_queued_track_whose_file_is_gone_makes_room_for_another(bench: Bench) -> None:
    following, gone = playing_with_two_ahead(bench)
    bench.file(gone).unlink()
    bench.let_end()
    assert bench.playing() == following
    assert gone not in bench.titles()
    assert ahead(bench) == 2


# What Mopidy or beets do not know


def test_tracks_of_mopidy_file_are_followed_by_such(bench: Bench) -> None:
    bench.do(lambda: bench.core.tracklist.add(uris=[bench.file("A").as_uri()]))
    bench.choose(0)
    uris = [tl_track.track.uri for tl_track in bench.core.tracklist.get_tl_tracks().get()]
    assert len(uris) == 3
    assert all(uri.startswith("file:///") for uri in uris)


def test_tracks_that_mopidy_has_not_scanned_are_passed_over_saying_so_once(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    bench.backend.forget(TITLES[1:13]).get()
    bench.play("A")
    for _ in range(3):
        bench.next()
    assert not set(TITLES[1:13]) & set(bench.titles())
    assert caplog.text.count("mopidy local scan") == 1


def test_what_beets_does_not_know_is_left_alone(open_bench: Opener, folder: Path) -> None:
    change(folder, "DELETE FROM items WHERE title = 'A'")
    with open_bench() as bench:
        bench.play("A")
        bench.hear(10)
        assert bench.titles() == ["A"]
        bench.next()
        assert not bench.plays()


# Mixes


def test_each_mix_is_a_playlist_that_can_be_loaded(bench: Bench) -> None:
    bench.play("A")
    playlists = bench.core.playlists.as_list().get()
    assert [playlist.name for playlist in playlists] == [f"Smartqueue: {name}" for name in (*MIXES, "off", "on")]
    for name in MIXES:
        before = len(bench.titles())
        bench.load(f"mix:{name}")
        assert len(bench.titles()) > before, name


def test_a_mix_works_from_silence(bench: Bench) -> None:
    bench.load("mix:surprise me")
    assert len(set(bench.titles())) == 20
    bench.choose(0)
    assert bench.state() == "playing"


def test_mixes_are_folders_too(bench: Bench) -> None:
    bench.play("A")
    folders = bench.core.library.browse("smartqueue:mixes").get()
    assert [folder.name for folder in folders] == list(MIXES)
    tracks = bench.core.library.browse(folders[0].uri).get()
    assert len(tracks) > 5
    assert all(track.uri.startswith("local:track:") for track in tracks)


def test_a_search_is_nothing_that_mopidy_complains_of(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.core.library.search({"track_name": ["A"]}).get()
    assert "SmartqueueBackend backend returned bad data" not in caplog.text


# All that followed was deleted


def with_nothing_ahead(bench: Bench) -> list[str]:
    """Plays a track and deletes what follows; what that was."""
    deleted = playing_with_two_ahead(bench)
    bench.delete(1, 2)
    assert bench.titles() == ["A"]
    return deleted


def test_where_all_that_follows_was_deleted_new_tracks_come_when_the_playing_one_nears_its_end(bench: Bench) -> None:
    deleted = with_nothing_ahead(bench)
    bench.hear(35)
    assert bench.titles() == ["A"]
    assert "nearly over" in bench.now()["rests"]
    bench.hear(10)
    assert len(bench.titles()) == 3
    assert not set(deleted) & set(bench.titles())
    assert not bench.now()["rests"]
    bench.hear(10)
    assert bench.state() == "playing"
    assert bench.outcomes() == [("A", "finished")]


def test_what_is_deleted_near_the_end_is_made_up_for_at_once(bench: Bench) -> None:
    playing_with_two_ahead(bench)
    bench.hear(43)
    bench.delete(1, 2)
    assert len(bench.titles()) == 3


def test_next_where_all_that_follows_was_deleted_goes_on_with_new_tracks(bench: Bench) -> None:
    deleted = with_nothing_ahead(bench)
    bench.next()
    bench.hear(1)
    assert bench.state() == "playing"
    assert not set(deleted) & set(bench.titles())
    assert bench.outcomes() == [("A", "skipped")]


def test_a_track_of_unknown_length_is_followed_all_the_same(bench: Bench) -> None:
    bench.backend.length = 0.0
    with_nothing_ahead(bench)
    bench.do(bench.core.playback.next)
    assert bench.state() == "playing"


def test_off_is_for_stopping(bench: Bench) -> None:
    with_nothing_ahead(bench)
    bench.load("switch:off")
    bench.hear(60)
    assert (bench.state(), bench.titles()) == ("stopped", ["A"])
