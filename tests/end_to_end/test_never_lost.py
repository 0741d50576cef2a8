"""No listening is lost, whatever becomes of the database or of Mopidy."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from demonstration.programs import Beets
from tests.conftest import copied
from tests.end_to_end.conftest import Den, Opener

pytestmark = pytest.mark.mopidy


@contextmanager
def locked(beets: Beets) -> Iterator[None]:
    """Another program writes to the database, and keeps all others out."""
    connection = sqlite3.connect(beets.library, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield
    connection.rollback()
    connection.close()


def skip_some(den: Den, count: int) -> None:
    """Lets a track begin, and skips so many after it."""
    for _ in range(count):
        before = den.current()
        den.until(lambda: den.elapsed() > 0.2)
        den.client.next()
        den.until(lambda before=before: den.current() not in (None, before))  # type: ignore[misc]


def started(den: Den) -> list[float]:
    return [play.started for play in den.plays()]


@pytest.mark.parametrize("seconds", [12, pytest.param(120, marks=pytest.mark.long)])
def test_a_database_that_is_locked_for_long_has_every_play_afterwards(den: Den, seconds: float) -> None:
    den.play("Weir", "Tin Hats", "Warm Front", "Copper Parade")
    with locked(den.beets):
        locked_at = time.monotonic()
        skip_some(den, 3)
        time.sleep(max(0.0, seconds - (time.monotonic() - locked_at)))
    den.until(lambda: len(den.plays()) >= 3, 40)
    assert started(den) == sorted(started(den))
    assert [play.track for play in den.plays()[:3]] == [
        den.track(title) for title in ("Weir", "Tin Hats", "Warm Front")
    ]


def test_what_waited_when_mopidy_was_killed_is_written_once_by_the_next(open_den: Opener, beets: Beets) -> None:
    with open_den(beets) as den:
        den.play("Weir", "Tin Hats", "Warm Front")
        with locked(beets):
            skip_some(den, 2)
            time.sleep(1)
            den.mopidy.stop(signal.SIGKILL)
    for _ in range(2):
        with open_den(beets, scan=False) as den:
            den.until(lambda: len(den.plays()) == 3)
            outcomes = [play.outcome for play in den.plays()]
    assert outcomes == ["skipped", "skipped", "interrupted"]


def test_a_track_that_played_when_mopidy_was_killed_was_interrupted(open_den: Opener, beets: Beets) -> None:
    with open_den(beets) as den:
        den.play("Weir")
        den.until(lambda: den.elapsed() > 1)
        den.mopidy.stop(signal.SIGKILL)
    with open_den(beets, scan=False) as den:
        den.until(lambda: bool(den.plays()))
        assert [play.outcome for play in den.plays()] == ["interrupted"]


def test_a_database_that_is_away_for_a_while_has_every_play_afterwards(den: Den) -> None:
    den.play("Weir", "Tin Hats", "Warm Front")
    den.beets.library.rename(den.beets.library.with_suffix(".away"))
    skip_some(den, 2)
    assert den.state() == "play"
    shutil.copy(den.beets.library.with_suffix(".away"), den.beets.library)
    den.until(lambda: len(den.plays()) >= 2, 40)
    assert den.log().count("there is no library at") == 1


def test_a_database_that_cannot_be_written_for_a_while_has_every_play_afterwards(den: Den) -> None:
    den.play("Weir", "Tin Hats", "Warm Front")
    write_version(den.beets, 9)  # of a future SQLite, which makes the file read-only, for root too
    skip_some(den, 2)
    assert den.state() == "play"
    write_version(den.beets, 1)
    den.until(lambda: len(den.plays()) >= 2, 40)


def test_a_database_that_is_replaced_by_another_has_every_play_from_then_on(den: Den, tmp_path: Path) -> None:
    other = copied(den.beets, tmp_path / "other")
    den.play("Weir", "Tin Hats", "Warm Front", "Copper Parade")
    skip_some(den, 1)
    den.until(lambda: len(den.plays()) == 1)
    other.library.replace(den.beets.library)
    assert not den.plays()
    skip_some(den, 2)
    den.until(lambda: len(den.plays()) == 2)
    assert [play.track for play in den.plays()] == [den.track("Tin Hats"), den.track("Warm Front")]


def write_version(beets: Beets, version: int) -> None:
    with beets.library.open("r+b") as file:
        file.seek(18)
        file.write(bytes([version]))
