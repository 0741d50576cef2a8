"""beet analyze."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from demonstration import synthesis
from demonstration.programs import Beets
from smartqueue.database import Database
from smartqueue.features import FEATURE_GROUPS


def summary(beets: Beets, *options: str) -> str:
    """The line in which beet analyze says what it did."""
    (line,) = (line for line in beets.run("analyze", *options).stdout.splitlines() if " analysed, " in line)
    return line


def paths(beets: Beets) -> list[Path]:
    return sorted(beets.music.rglob("*.flac"))


def vectors(beets: Beets) -> np.ndarray:
    with Database(beets.library, beets.music) as database:
        return database.vectors.library().vectors


def stored(beets: Beets) -> int:
    """How many vectors there are so far."""
    with Database(beets.library, beets.music) as database:
        return len(database.vectors.library().ids) if database.is_ours else 0


def test_every_track_gets_a_vector(analysed: Beets) -> None:
    assert len(vectors(analysed)) == 2 * len(synthesis.PIECES)


def test_a_vector_has_at_least_forty_features_over_timbre_rhythm_tonality_and_dynamics(analysed: Beets) -> None:
    assert vectors(analysed).shape[1] == len(FEATURE_GROUPS) >= 40
    assert {"timbre", "rhythm", "tonality", "dynamics"} <= set(FEATURE_GROUPS)


def test_every_number_of_a_vector_is_finite(analysed: Beets) -> None:
    assert np.isfinite(vectors(analysed)).all()


def test_what_is_analysed_is_not_analysed_again(beets: Beets) -> None:
    assert summary(beets) == "0 analysed, 24 up to date, 0 failed"


def test_a_query_says_which_tracks(own_beets: Beets) -> None:
    title = own_beets.run("ls", "-f", "$title").stdout.splitlines()[0]
    assert summary(own_beets, f"title:={title}") == "1 analysed, 0 up to date, 0 failed"


def test_a_query_that_matches_nothing_is_no_error(beets: Beets) -> None:
    done = beets.run("analyze", "title:nosuchtitle")
    assert "no track of the library matches" in done.stdout


def test_files_that_cannot_be_analysed_are_named_and_the_others_analysed(own_beets: Beets) -> None:
    empty, text, missing, *good = paths(own_beets)
    empty.write_bytes(b"")
    text.write_text("not music at all, only words, however many of them there are")
    missing.unlink()
    done = own_beets.run("analyze")
    line, *reasons = done.stdout.splitlines()[-4:]
    assert line == f"{len(good)} analysed, 0 up to date, 3 failed"
    assert [line.strip().partition(": ")[0] for line in reasons] == sorted(map(str, (empty, text, missing)))
    assert "Traceback" not in done.stderr


def test_it_says_beforehand_how_much_there_is_to_do(own_beets: Beets) -> None:
    assert own_beets.run("analyze").stdout.startswith("6 to analyse, 1 minutes of music: that takes less than a minute")


def test_what_failed_is_not_tried_again(own_beets: Beets) -> None:
    paths(own_beets)[0].write_bytes(b"no music")
    assert summary(own_beets) == "5 analysed, 0 up to date, 1 failed"
    assert "to analyse" not in own_beets.run("analyze").stdout


def test_what_failed_is_tried_again_when_asked_for(own_beets: Beets) -> None:
    paths(own_beets)[0].write_bytes(b"no music")
    own_beets.run("analyze")
    assert own_beets.run("analyze", "--retry-failed").stdout.startswith("1 to analyse")


def test_what_failed_is_tried_again_when_the_file_has_changed(own_beets: Beets) -> None:
    path = paths(own_beets)[0]
    good = path.read_bytes()
    path.write_bytes(b"no music")
    own_beets.run("analyze")
    path.write_bytes(good)
    assert summary(own_beets) == "1 analysed, 5 up to date, 0 failed"


def test_what_failed_can_be_listed(own_beets: Beets) -> None:
    path = paths(own_beets)[0]
    path.write_bytes(b"")
    own_beets.run("analyze")
    assert own_beets.run("analyze", "--failed").stdout.strip() == f"{path}: the file is empty"


def test_pretending_lists_files_and_analyses_none(own_beets: Beets) -> None:
    listed = own_beets.run("analyze", "--pretend").stdout.splitlines()
    assert sorted(listed) == [str(path) for path in paths(own_beets)]
    assert not len(vectors(own_beets))


def test_all_is_analysed_again_when_forced(own_beets: Beets) -> None:
    own_beets.run("analyze")
    assert summary(own_beets, "--force") == "6 analysed, 0 up to date, 0 failed"


def test_a_file_that_is_gone_for_a_while_keeps_its_vector(own_beets: Beets) -> None:
    own_beets.run("analyze")
    path = paths(own_beets)[0]
    path.rename(path.with_suffix(".away"))
    assert summary(own_beets) == "0 analysed, 5 up to date, 1 failed"
    path.with_suffix(".away").rename(path)
    assert summary(own_beets) == "0 analysed, 6 up to date, 0 failed"


def test_a_moved_file_is_not_analysed_again(own_beets: Beets) -> None:
    own_beets.run("analyze")
    path = paths(own_beets)[0]
    renamed = path.with_name("renamed.flac")
    path.rename(renamed)
    own_beets.run("modify", "-y", "-W", "-M", f"path:{path}", f"path={renamed}")
    assert summary(own_beets) == "0 analysed, 6 up to date, 0 failed"


def test_a_file_with_new_tags_is_not_analysed_again(own_beets: Beets) -> None:
    own_beets.run("analyze")
    own_beets.run("modify", "-y", "-w", "-M", "comments=a new and rather long comment, written to the file")
    assert summary(own_beets) == "0 analysed, 6 up to date, 0 failed"


def test_a_file_with_other_audio_is_analysed_again(own_beets: Beets) -> None:
    own_beets.run("analyze")
    synthesis.write(paths(own_beets)[0], synthesis.render(synthesis.PIECES[3], 8.0))
    assert summary(own_beets) == "1 analysed, 5 up to date, 0 failed"


def test_a_file_that_is_imported_again_is_not_analysed_again_and_has_its_fields(own_beets: Beets) -> None:
    own_beets.run("analyze")
    own_beets.run("remove", "-f", "title:Otter Run")
    own_beets.run("import", "-q", "-A", "-s", str(own_beets.music / "Downstream"))
    assert summary(own_beets) == "0 analysed, 6 up to date, 0 failed"
    assert float(own_beets.run("ls", "-f", "$loudness", "title:Otter Run").stdout) < 0


def test_the_death_of_a_worker_costs_one_file(own_beets: Beets) -> None:
    started = own_beets.start("analyze", "-j", "1")
    until(lambda: stored(own_beets) >= 1)
    os.kill(worker_of(started.pid), signal.SIGKILL)
    output, _ = started.communicate()
    assert started.returncode == 0
    assert "5 analysed, 0 up to date, 1 failed" in output
    assert "crashed" in output


def until(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    give_up = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def worker_of(process: int) -> int:
    """The process that hears files for a `beet analyze -j 1`."""
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    pytest.fail("there is no worker")


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


def test_an_empty_library_says_what_to_do_first(music: Path, tmp_path: Path) -> None:
    told = Beets(tmp_path / "beets", music).run("analyze").stdout
    assert told.splitlines()[-1] == "the library is empty: run beet import ~/Music first"


# Ended early, watched and carried


def test_ctrl_c_ends_it_with_what_is_done_kept(own_beets: Beets) -> None:
    started = own_beets.start("analyze", "-j", "1")
    until(lambda: stored(own_beets) >= 1)
    os.killpg(started.pid, signal.SIGINT)
    output, _ = started.communicate()
    assert started.returncode == 130
    assert "stopped; the next beet analyze goes on from here" in output
    assert "Traceback" not in output
    done = stored(own_beets)
    assert summary(own_beets) == f"{6 - done} analysed, {done} up to date, 0 failed"


def test_in_a_log_progress_is_told_in_lines(own_beets: Beets) -> None:
    _, *lines, last = own_beets.run("analyze").stdout.splitlines()
    assert [line.partition(",")[0] for line in lines] == [f"{number} of 6 done" for number in range(1, 6)]
    assert last == "6 analysed, 0 up to date, 0 failed"


def test_what_was_heard_elsewhere_is_not_heard_again(own_beets: Beets, tmp_path: Path) -> None:
    other = Beets(tmp_path / "other", own_beets.music)
    other.run("import", "-q", "-A", str(own_beets.music))
    other.run("analyze", "title:Otter Run")
    assert "what was heard of 1 tracks is in" in other.run("analyze", "--export", str(tmp_path / "heard")).stdout
    taken = own_beets.run("analyze", "--import", str(tmp_path / "heard")).stdout
    assert taken.splitlines()[-1] == f"1 taken from {tmp_path / 'heard'}, 5 left for beet analyze"
    assert vectors(own_beets).tolist() == vectors(other).tolist()
    assert float(own_beets.run("ls", "-f", "$loudness", "title:Otter Run").stdout) < 0


@pytest.mark.usefixtures("without_essentia")
def test_what_was_heard_elsewhere_is_taken_where_there_is_no_essentia(
    analysed: Beets, own_beets: Beets, tmp_path: Path
) -> None:
    analysed.run("analyze", "--export", str(tmp_path / "heard"))
    taken = own_beets.run("analyze", "--import", str(tmp_path / "heard")).stdout
    assert taken.splitlines()[-1] == f"6 taken from {tmp_path / 'heard'}, 0 left for beet analyze"
    assert len(vectors(own_beets)) == 6


@pytest.mark.usefixtures("without_essentia")
def test_without_essentia_it_says_what_else_can_be_done(own_beets: Beets) -> None:
    done = own_beets.run("analyze", check=False)
    assert done.returncode == 1
    assert "pip install 'mopidy-smartqueue[analysis]'" in done.stderr
    assert "beet analyze --import" in done.stderr


@pytest.fixture
def without_essentia(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the programs that a test starts, essentia is not installed."""
    hidden = tmp_path / "hidden" / "essentia.py"
    hidden.parent.mkdir()
    hidden.write_text("raise ModuleNotFoundError(\"No module named 'essentia'\", name='essentia')\n")
    monkeypatch.setenv("PYTHONPATH", str(hidden.parent), prepend=os.pathsep)


def test_a_file_that_holds_nothing_heard_is_refused(own_beets: Beets, tmp_path: Path) -> None:
    (tmp_path / "heard").write_text("only words")
    done = own_beets.run("analyze", "--import", str(tmp_path / "heard"), check=False)
    assert done.returncode == 1
    assert (
        done.stderr.strip() == f"error: {tmp_path / 'heard'} is no file that beet analyze --export wrote, or is damaged"
    )


def test_a_file_that_cannot_be_written_is_named(beets: Beets, tmp_path: Path) -> None:
    done = beets.run("analyze", "--export", str(tmp_path / "nowhere" / "heard"), check=False)
    assert done.returncode == 1
    assert "cannot be written: No such file or directory" in done.stderr


def test_two_things_at_a_time_are_refused(beets: Beets) -> None:
    done = beets.run("analyze", "--failed", "--pretend", check=False)
    assert (done.returncode, "only one of" in done.stderr) == (1, True)


# An upgrade


def heard_by_an_older_version(beets: Beets) -> None:
    with sqlite3.connect(beets.library) as connection:
        connection.execute("UPDATE smartqueue_track SET extractor = '0'")
        connection.execute("UPDATE smartqueue_schema SET extractor = '0'")


def test_older_vectors_stay_in_use_until_all_are_heard_anew(own_beets: Beets) -> None:
    own_beets.run("analyze")
    heard_by_an_older_version(own_beets)
    told = own_beets.run("analyze", "title:Otter Run").stdout
    assert "5 tracks are still to be analysed anew" in told
    assert len(own_beets.run("similar", "title:Otter Run").stdout.splitlines()) == 5
    assert json.loads(own_beets.run("smartqueue", "--json").stdout)["stale"] == 5
    told = own_beets.run("analyze").stdout
    assert "5 analysed, 1 up to date, 0 failed" in told
    assert "all tracks were analysed anew" in told
    assert json.loads(own_beets.run("smartqueue", "--json").stdout)["stale"] == 0


def test_what_failed_is_tried_again_by_a_newer_version(own_beets: Beets) -> None:
    paths(own_beets)[0].write_bytes(b"no music")
    own_beets.run("analyze")
    heard_by_an_older_version(own_beets)
    assert own_beets.run("analyze").stdout.startswith("6 to analyse")


def test_nothing_is_learned_from_older_vectors(own_beets: Beets) -> None:
    own_beets.run("analyze")
    heard_by_an_older_version(own_beets)
    done = own_beets.run("learnmetric", check=False)
    assert (done.returncode, "run beet analyze first" in done.stderr) == (1, True)


# Settings


def test_a_wrong_setting_is_named(own_beets: Beets) -> None:
    beets = Beets(own_beets.folder, own_beets.music, {"smartqueue": {"jobs": "many"}})
    done = beets.run("analyze", check=False)
    assert (done.returncode, "smartqueue.jobs" in done.stderr, "Traceback" in done.stderr) == (1, True, False)


def test_fewer_than_one_job_is_refused(own_beets: Beets) -> None:
    done = own_beets.run("analyze", "-j", "0", check=False)
    assert (done.returncode, done.stderr.strip()) == (1, "error: -j must be 1 or more, not 0")


def test_a_library_that_cannot_be_written_is_named(own_beets: Beets) -> None:
    # The file format's write version of a future SQLite makes the database read-only, for root too.
    with own_beets.library.open("r+b") as file:
        file.seek(18)
        file.write(b"\x09")
    done = own_beets.run("analyze", check=False)
    assert done.returncode == 1
    assert f"{os.fsdecode(own_beets.library)} cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
