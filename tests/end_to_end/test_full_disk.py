"""A disk that is full for a while costs no listening, and no silence."""

from __future__ import annotations

import errno
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demonstration.programs import Beets
from tests.conftest import copied
from tests.end_to_end.conftest import Den, Opener
from tests.end_to_end.test_never_lost import locked, skip_some, started

pytestmark = pytest.mark.mopidy


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "smartqueue-test", folder], check=False)
    if mounted.returncode:
        pytest.skip("only who may mount a small disk can fill it")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Something else takes all the room that is left."""
    hog = disk / "hog"
    with hog.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    yield
    hog.unlink()


def data_on(disk: Path, tmp_path: Path) -> dict[str, dict[str, str]]:
    """Settings by which Mopidy, and so the journal, keeps its data on the disk."""
    return {"core": {name: str(tmp_path / name) for name in ("cache_dir", "config_dir")} | {"data_dir": str(disk)}}


def heard(den: Den, *titles: str) -> list[int]:
    return [den.track(title) for title in titles]


def test_while_the_librarys_disk_is_full_plays_wait_and_the_music_goes_on(
    open_den: Opener, beets: Beets, disk: Path
) -> None:
    small = copied(beets, disk / "beets")
    with open_den(small) as den:
        den.play("Weir", "Tin Hats", "Warm Front", "Copper Parade")
        with full(disk):
            skip_some(den, 3)
            den.until(lambda: "disk is full" in den.log())
            assert den.state() == "play"
            assert not den.plays()
        den.until(lambda: len(den.plays()) >= 3, 40)
        assert started(den) == sorted(started(den))
        assert [play.track for play in den.plays()[:3]] == heard(den, "Weir", "Tin Hats", "Warm Front")
        assert den.log().count("make room on its disk") == 1
        assert "Traceback" not in den.log()


def test_while_the_journals_disk_is_full_plays_arrive_all_the_same(
    open_den: Opener, beets: Beets, disk: Path, tmp_path: Path
) -> None:
    with open_den(beets, settings=data_on(disk, tmp_path)) as den:
        with full(disk):
            den.play("Weir", "Tin Hats", "Warm Front", "Copper Parade")
            skip_some(den, 3)
            den.until(lambda: len(den.plays()) == 3)
            assert den.state() == "play"
        assert den.log().count("No space left on device") == 1
        assert "Traceback" not in den.log()


def test_what_a_full_disk_kept_from_the_journal_outlives_mopidy_once_there_is_room(
    open_den: Opener, beets: Beets, disk: Path, tmp_path: Path
) -> None:
    settings = data_on(disk, tmp_path)
    with open_den(beets, settings=settings) as den, locked(beets):
        with full(disk):
            den.play("Weir", "Tin Hats", "Warm Front", "Copper Parade")
            skip_some(den, 2)
            den.until(lambda: "No space left on device" in den.log())
        skip_some(den, 1)
        den.until(lambda: b"Copper" in (disk / "smartqueue" / "plays.jsonl").read_bytes())
        den.mopidy.stop(signal.SIGKILL)
    with open_den(beets, scan=False, settings=settings) as den:
        den.until(lambda: len(den.plays()) == 4)
        assert [play.outcome for play in den.plays()] == ["skipped", "skipped", "skipped", "interrupted"]
