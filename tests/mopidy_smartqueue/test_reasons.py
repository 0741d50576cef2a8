"""Why nothing is queued: once per cause in the log, and on the page."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.mopidy_smartqueue.bench import LENGTH, TITLES, Bench
from tests.mopidy_smartqueue.conftest import Opener

pytestmark = pytest.mark.mopidy


def change(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "library.db") as connection:
        connection.execute(statement)


def told(bench: Bench, caplog: pytest.LogCaptureFixture, words: str) -> None:
    """Plays on, and looks whether the words stand on the page, and in the log once."""
    bench.play("A", "B", "C")
    for _ in range(2):
        bench.hear(10)
        bench.next()
        bench.hear(LENGTH / 2)
    assert words in bench.now()["rests"]
    assert bench.titles() == ["A", "B", "C"]
    assert caplog.text.count(words) == 1


def test_what_is_not_in_beets_library(open_bench: Opener, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    change(folder, "DELETE FROM items WHERE title < 'D'")
    with open_bench() as bench:
        told(bench, caplog, "is not in beets' library")


def test_what_is_not_analysed(open_bench: Opener, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    change(
        folder,
        "UPDATE smartqueue_track SET vector = NULL WHERE item_id IN (SELECT id FROM items WHERE title < 'D')",
    )
    with open_bench() as bench:
        told(bench, caplog, "is not analysed yet: run 'beet analyze'")


def test_a_library_that_was_never_analysed(open_bench: Opener, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    change(folder, "UPDATE smartqueue_track SET vector = NULL")
    with open_bench() as bench:
        told(bench, caplog, "has no analysed tracks yet: run beet analyze")


def test_a_library_that_is_not_there(open_bench: Opener, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "library.db").unlink()
    with open_bench() as bench:
        told(bench, caplog, "there is no library at")


def test_a_music_directory_that_holds_nothing_of_it_is_named_at_the_start(
    open_bench: Opener, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "elsewhere").mkdir()
    with open_bench(smartqueue={"music_directory": str(folder / "elsewhere")}) as bench:
        assert caplog.text.count(f"none of beets' files is in {folder / 'elsewhere'}") == 1
        told(bench, caplog, "none of beets' files is in")


def test_a_disk_that_is_mounted_later_is_noticed(
    open_bench: Opener, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "music").rename(folder / "away")
    with open_bench() as bench:
        assert "none of beets' files is in" in caplog.text
        shutil.move(folder / "away", folder / "music")
        bench.play("A")
        assert len(bench.titles()) == 3
        assert not bench.now()["rests"]


def test_some_files_that_are_gone_are_no_reason(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    for title in TITLES[:12]:
        bench.file(title).unlink()
    bench.play("X")
    assert len(bench.titles()) == 3
    assert "none of beets' files" not in caplog.text


def test_what_mopidy_does_not_know(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.backend.forget(TITLES[1:]).get()
    bench.play("A")
    assert "Mopidy does not know" in bench.now()["rests"]
    # It is tried again after ten minutes.
    for _ in range(3):
        bench.hear(700)
        bench.choose(0)
    assert caplog.text.count("run 'mopidy local scan'") == 1


def test_switched_off_also_at_the_start(open_bench: Opener, caplog: pytest.LogCaptureFixture) -> None:
    with open_bench() as bench:
        bench.play("A")
        assert "Switched off" not in caplog.text
        bench.load("switch:off")
        assert "Switched off" in bench.now()["rests"]
        assert caplog.text.count("Switched off") == 1
        bench.clear()
    with open_bench() as bench:
        assert caplog.text.count("Switched off") == 2
        told_before = bench.now()["rests"]
        assert "Switched off" in told_before
        bench.play("A", "B")
        bench.next()
        assert caplog.text.count("Switched off") == 2
        bench.load("switch:on")
        assert not bench.now()["rests"]


@pytest.mark.parametrize("option", ["repeat", "single"])
def test_an_option_asks_for_a_rest(bench: Bench, caplog: pytest.LogCaptureFixture, option: str) -> None:
    words = f"{option.capitalize()} is on"
    bench.set(**{option: True})
    assert words not in caplog.text
    told(bench, caplog, words)
    bench.set(**{option: False})
    assert not bench.now()["rests"]
    bench.set(**{option: True})
    assert caplog.text.count(words) == 2


def test_nothing_is_told_while_all_is_well(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.play("A")
    for _ in range(4):
        bench.let_end()
        assert not bench.now()["rests"]
    assert "WARNING" not in caplog.text
