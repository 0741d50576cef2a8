"""The music goes on: what an MPD client sees of a real Mopidy with smartqueue."""

from __future__ import annotations

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


def test_next_at_every_moment_leads_on(den: Den) -> None:
    den.play("Weir")
    for _ in range(12):
        den.client.next()
    den.until(lambda: den.state() == "play" and len(den.titles()) > 4)
    current = den.client.status()["song"]
    den.until(lambda: len(den.titles()) == int(current) + 3)


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


def test_brackets_in_a_title_stand_in_the_log_as_they_are(open_den: Opener, own_beets: Beets) -> None:
    own_beets.run("modify", "-y", "-W", "-M", "title:Tin Hats", "title=Tin [live] [/Hats]")
    own_beets.run("analyze")
    with open_den(own_beets, settings={"smartqueue": {"ahead": "5"}, "logging": {"verbosity": "1"}}) as den:
        den.play("Otter Run")
        den.until(lambda: "Tin [live] [/Hats]" in den.log())
        den.until(lambda: len(den.titles()) == 6)
        assert "Traceback" not in den.log()
