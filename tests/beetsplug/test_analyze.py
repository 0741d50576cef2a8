"""beet analyze."""

from __future__ import annotations

import os

import numpy as np

from demonstration import synthesis
from demonstration.programs import Beets
from smartqueue.database import Database
from smartqueue.features import EXTRACTOR, FEATURE_GROUPS


def vectors(beets: Beets) -> np.ndarray:
    with Database(beets.library, beets.music) as database:
        return database.tracks.library(EXTRACTOR).vectors


def test_every_track_gets_a_vector(analysed: Beets) -> None:
    assert len(vectors(analysed)) == 2 * len(synthesis.PIECES)


def test_a_vector_has_at_least_forty_features_over_timbre_rhythm_tonality_and_dynamics(analysed: Beets) -> None:
    assert vectors(analysed).shape[1] == len(FEATURE_GROUPS) >= 40
    assert {"timbre", "rhythm", "tonality", "dynamics"} <= set(FEATURE_GROUPS)


def test_every_number_of_a_vector_is_finite(analysed: Beets) -> None:
    assert np.isfinite(vectors(analysed)).all()


def test_what_is_analysed_is_not_analysed_again(beets: Beets) -> None:
    assert beets.run("analyze").stdout.splitlines()[-1] == "0 analysed, 24 up to date, 0 failed"


def test_a_query_says_which_tracks(own_beets: Beets) -> None:
    title = own_beets.run("ls", "-f", "$title").stdout.splitlines()[0]
    assert own_beets.run("analyze", f"title:{title}").stdout.startswith("1 analysed")


def test_a_query_that_matches_nothing_is_no_error(beets: Beets) -> None:
    done = beets.run("analyze", "title:nosuchtitle")
    assert "no track of the library matches" in done.stdout


def test_files_that_cannot_be_analysed_are_named_and_the_others_analysed(own_beets: Beets) -> None:
    empty, text, missing, *good = sorted(own_beets.music.rglob("*.flac"))
    empty.write_bytes(b"")
    text.write_text("not music at all, only words, however many of them there are")
    missing.unlink()
    done = own_beets.run("analyze")
    first, *reasons = done.stdout.splitlines()
    assert first == f"{len(good)} analysed, 0 up to date, 3 failed"
    assert [line.strip().partition(": ")[0] for line in reasons] == sorted(map(str, (empty, text, missing)))
    assert "Traceback" not in done.stderr


def test_a_file_that_was_mended_is_analysed(own_beets: Beets) -> None:
    path, *_ = own_beets.music.rglob("*.flac")
    good = path.read_bytes()
    path.write_bytes(b"")
    own_beets.run("analyze")
    path.write_bytes(good)
    assert own_beets.run("analyze").stdout.splitlines()[0] == "1 analysed, 5 up to date, 0 failed"


def test_a_moved_file_is_not_analysed_again(own_beets: Beets) -> None:
    own_beets.run("analyze")
    path, *_ = sorted(own_beets.music.rglob("*.flac"))
    renamed = path.with_name("renamed.flac")
    path.rename(renamed)
    own_beets.run("modify", "-y", "-W", "-M", f"path:{path}", f"path={renamed}")
    assert own_beets.run("analyze").stdout.splitlines()[0] == "0 analysed, 6 up to date, 0 failed"


def test_scalars_become_fields_that_can_be_queried(analysed: Beets) -> None:
    piece = next(piece for piece in synthesis.PIECES if piece.title == "Copper Parade")
    found = analysed.run("ls", "-f", "$title", f"bpm:{piece.tempo - 2:.0f}..{piece.tempo + 2:.0f}").stdout
    assert piece.title in found.splitlines()


def test_a_field_that_the_user_has_filled_stays(own_beets: Beets) -> None:
    own_beets.run("modify", "-y", "-W", "-M", "bpm=77")
    own_beets.run("analyze")
    assert set(own_beets.run("ls", "-f", "$bpm").stdout.split()) == {"77"}


def test_only_the_fields_that_the_settings_name_are_written(own_beets: Beets) -> None:
    beets = Beets(own_beets.folder, own_beets.music, {"smartqueue": {"fields": ["loudness"]}})
    beets.run("analyze")
    values = beets.run("ls", "-f", "$loudness / $danceability").stdout.splitlines()
    assert all(line.endswith("/ $danceability") and line.startswith("-") for line in values)
    assert len(values) == 6


def test_a_wrong_setting_is_named(own_beets: Beets) -> None:
    beets = Beets(own_beets.folder, own_beets.music, {"smartqueue": {"jobs": "many"}})
    done = beets.run("analyze", check=False)
    assert (done.returncode, "smartqueue.jobs" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_fewer_than_one_job_is_refused(own_beets: Beets) -> None:
    done = own_beets.run("analyze", "-j", "0", check=False)
    assert (done.returncode, done.stderr.strip()) == (1, "error: jobs must be 1 or more, not 0")


def test_a_library_that_cannot_be_written_is_named(own_beets: Beets) -> None:
    # The file format's write version of a future SQLite makes the database read-only, for root too.
    with own_beets.library.open("r+b") as file:
        file.seek(18)
        file.write(b"\x09")
    done = own_beets.run("analyze", check=False)
    assert done.returncode == 1
    assert f"{os.fsdecode(own_beets.library)} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
