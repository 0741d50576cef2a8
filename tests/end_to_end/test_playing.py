"""The music goes on: what an MPD client sees of a real Mopidy with smartqueue."""

from __future__ import annotations

import time

import pytest

from demonstration import synthesis
from demonstration.programs import Beets
from tests.end_to_end.conftest import Den, Opener

pytestmark = pytest.mark.mopidy


def test_one_track_played_brings_two_more(den: Den) -> None:
    den.play("Weir")
    den.until(lambda: len(den.titles()) == 3)


def test_the_first_to_follow_is_the_nearest_where_nothing_else_counts(open_den: Opener, beets: Beets) -> None:
    names = "tempo_flow", "key_flow", "energy_flow", "adventure", "track_window", "artist_window", "album_window"
    with open_den(beets, settings={"smartqueue": dict.fromkeys(names, "0")}) as den:
        den.play("Copper Parade")
        den.until(lambda: len(den.titles()) == 3)
        assert den.titles()[1] == "Copper Parade (another take)"


def test_the_artist_does_not_come_again_at_once(den: Den) -> None:
    den.play("Copper Parade")
    den.until(lambda: len(den.titles()) == 3)
    artists = [song["artist"] for song in den.client.playlistinfo()]
    assert artists[0] not in artists[1:]


def test_the_listeners_own_tracks_come_first(den: Den) -> None:
    den.play("Weir", "Tin Hats", "Warm Front")
    den.client.next()
    den.until(lambda: len(den.titles()) == 4)
    assert den.titles()[:3] == ["Weir", "Tin Hats", "Warm Front"]


def test_nothing_is_added_while_enough_follows(den: Den) -> None:
    den.play("Weir", "Tin Hats", "Warm Front")
    den.until(lambda: den.elapsed() > 1)
    assert len(den.titles()) == 3


def test_a_track_that_ends_by_itself_is_followed_and_makes_no_triplet(den: Den) -> None:
    den.play("Weir")
    den.until(lambda: den.current() not in (None, "Weir"))
    den.until(lambda: bool(den.plays()))
    assert [(play.outcome, play.track) for play in den.plays()] == [("finished", den.track("Weir"))]
    assert not den.skips()


def test_next_early_makes_a_skip_and_a_triplet_once_the_following_track_is_kept(den: Den) -> None:
    den.play("Weir")
    den.until(lambda: den.current() not in (None, "Weir"))
    skipped = den.current()
    assert skipped is not None
    den.until(lambda: den.elapsed() > 1)
    den.client.next()
    den.until(lambda: den.current() != skipped)
    kept = den.current()
    assert kept is not None
    den.until(lambda: bool(den.skips()))
    (triplet,) = den.skips()
    near = {den.track("Weir"), den.track(kept)}
    assert ({triplet.near_a, triplet.near_b}, triplet.odd) == (near, den.track(skipped))
    assert [play.outcome for play in den.plays()] == ["finished", "skipped"]


def test_what_was_skipped_is_not_offered_again_at_once(den: Den) -> None:
    den.play("Weir")
    den.until(lambda: len(den.titles()) == 3)
    for count in range(3, 7):
        den.skip()
        den.until(lambda count=count: len(den.titles()) == count + 1)  # type: ignore[misc]
    # What is replaced may be chosen again, and stands there twice until it leaves the list.
    den.until(lambda: len(set(den.titles())) == len(den.titles()) == 7)


def test_next_at_every_moment_leads_on(den: Den) -> None:
    den.play("Weir")
    for _ in range(12):
        den.client.next()
    den.until(lambda: den.state() == "play" and len(den.titles()) > 4)
    current = den.client.status()["song"]
    den.until(lambda: len(den.titles()) == int(current) + 3)


def test_a_small_library_goes_round(open_den: Opener, own_beets: Beets) -> None:
    own_beets.run("analyze")
    with open_den(own_beets) as den:
        den.play("Otter Run")
        for _ in range(9):
            length = len(den.titles())
            den.until(lambda: den.ahead() == 2)
            den.skip()
        assert length > 6
        den.until(lambda: den.state() == "play")


def test_each_play_says_who_queued_the_track_and_why(den: Den) -> None:
    den.play("Weir")
    den.until(lambda: len(den.titles()) == 3)
    den.client.next()
    den.client.next()
    den.until(lambda: len(den.plays()) >= 1)
    den.client.stop()
    den.until(lambda: den.plays()[-1].queued_by == "smartqueue")
    assert den.plays()[0].queued_by == "listener"
    assert den.plays()[-1].context["near"] == den.track("Weir")


def test_single_and_repeat_are_a_rest_and_lifting_them_wakes(den: Den) -> None:
    den.client.single(1)
    den.client.repeat(1)
    den.play("Weir")
    den.until(lambda: den.elapsed() > 1)
    assert den.titles() == ["Weir"]
    den.client.single(0)
    assert den.titles() == ["Weir"]
    den.client.repeat(0)
    den.until(lambda: len(den.titles()) == 3)


def test_no_option_is_ever_set(den: Den) -> None:
    def options() -> list[str]:
        return [den.client.status()[name] for name in ("repeat", "random", "single", "consume")]

    before = options()
    den.play("Weir")
    den.until(lambda: len(den.titles()) == 3)
    den.client.next()
    den.until(lambda: len(den.titles()) == 4)
    assert options() == before


def test_a_cleared_list_stays_clear_and_is_no_skip(den: Den) -> None:
    den.play("Weir")
    den.until(lambda: len(den.titles()) == 3)
    den.client.clear()
    den.until(lambda: bool(den.plays()))
    time.sleep(0.5)
    assert (den.titles(), den.state()) == ([], "stop")
    assert [play.outcome for play in den.plays()] == ["removed"]


def test_stop_is_no_skip(den: Den) -> None:
    den.play("Weir")
    den.until(lambda: den.elapsed() > 0.5)
    den.client.stop()
    den.until(lambda: bool(den.plays()))
    assert [play.outcome for play in den.plays()] == ["stopped"]


def test_what_is_held_after_a_stop_and_then_resumed_is_a_listening_of_its_own(den: Den) -> None:
    den.play("Weir")
    den.until(lambda: den.elapsed() > 0.5)
    den.client.stop()
    den.until(lambda: bool(den.plays()))
    # Core begins this one without saying so.
    den.client.pause(1)
    begun = time.monotonic()
    den.client.pause(0)
    den.until(lambda: den.elapsed() > 1)
    den.client.next()
    den.until(lambda: len(den.plays()) == 2)
    assert [play.outcome for play in den.plays()] == ["stopped", "skipped"]
    # It sounds until the next has been read, which takes a while on a busy machine.
    assert 0.5 < den.plays()[1].listened < time.monotonic() - begun


def test_the_end_of_mopidy_interrupts_and_is_written_down(den: Den) -> None:
    den.play("Weir")
    den.until(lambda: den.elapsed() > 0.5)
    den.mopidy.stop()
    assert [play.outcome for play in den.plays()] == ["interrupted"]


def test_tracks_of_mopidy_file_are_followed_by_such(open_den: Opener, beets: Beets) -> None:
    path = beets.music / "River Songs" / "Weir.flac"
    with open_den(beets, scan=False) as den:
        den.client.add(path.as_uri())
        den.client.play(0)
        den.until(lambda: len(den.titles()) == 3)
        assert all(song["file"].startswith("file:///") for song in den.client.playlistinfo())


def test_tracks_that_mopidy_has_not_scanned_are_passed_over_saying_so(open_den: Opener, beets: Beets) -> None:
    with open_den(
        beets, settings={"local": {"media_dir": str(beets.music), "excluded_file_extensions": ".flac"}}
    ) as den:
        den.play("Weir (another take)")
        den.until(lambda: len(den.titles()) == 3)
        flac = [title for title in den.titles() if title in {piece.title for piece in synthesis.PIECES}]
        assert not flac
        assert den.log().count("mopidy local scan") == 1


def test_what_beets_does_not_know_is_left_alone(open_den: Opener, own_beets: Beets) -> None:
    own_beets.run("analyze")
    own_beets.run("remove", "-f", "title:Otter Run")
    with open_den(own_beets) as den:
        den.play("Otter Run")
        den.until(lambda: den.elapsed() > 1)
        assert den.titles() == ["Otter Run"]
        assert not den.plays()


def test_without_a_library_it_says_so_once_and_mopidy_plays(open_den: Opener, beets: Beets) -> None:
    beets.library.unlink()
    with open_den(beets) as den:
        den.play("Weir", "Tin Hats")
        den.until(lambda: den.elapsed() > 0.5)
        den.client.next()
        den.until(lambda: den.current() == "Tin Hats")
        assert den.log().count("there is no library at") == 1
        assert "Traceback" not in den.log()


def test_with_a_library_that_was_never_analysed_it_says_what_to_do(open_den: Opener, own_beets: Beets) -> None:
    with open_den(own_beets) as den:
        den.play("Otter Run")
        den.until(lambda: den.elapsed() > 1)
        assert den.titles() == ["Otter Run"]
        assert den.log().count("run beet analyze") == 1


def test_an_analysis_is_noticed_without_a_restart(open_den: Opener, own_beets: Beets) -> None:
    with open_den(own_beets) as den:
        own_beets.run("analyze")
        den.play("Otter Run")
        den.until(lambda: len(den.titles()) == 3)


def test_a_wrong_setting_is_named_and_mopidy_plays(open_den: Opener, beets: Beets) -> None:
    with open_den(beets, settings={"smartqueue": {"ahead": "0"}}) as den:
        den.play("Weir")
        den.until(lambda: den.elapsed() > 0.5)
        assert "smartqueue/ahead" in den.log()
        assert den.titles() == ["Weir"]


def test_more_tracks_are_kept_ahead_when_asked_for(open_den: Opener, beets: Beets) -> None:
    with open_den(beets, settings={"smartqueue": {"ahead": "5"}}) as den:
        den.play("Weir")
        den.until(lambda: len(den.titles()) == 6)


def test_brackets_in_a_title_stand_in_the_log_as_they_are(open_den: Opener, own_beets: Beets) -> None:
    own_beets.run("modify", "-y", "-W", "-M", "title:Tin Hats", "title=Tin [live] [/Hats]")
    own_beets.run("analyze")
    with open_den(own_beets, settings={"smartqueue": {"ahead": "5"}, "logging": {"verbosity": "1"}}) as den:
        den.play("Otter Run")
        den.until(lambda: "Tin [live] [/Hats]" in den.log())
        den.until(lambda: len(den.titles()) == 6)
        assert "Traceback" not in den.log()
