"""beet analyze that is killed at any moment loses nothing: the next run goes on."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from beets.library import Item, Library

from demonstration.programs import Beets
from demonstration.synthesis import write
from smartqueue.database import Database

# How many more files at most, and how many more seconds, a run gets before it is killed.
FILES, SECONDS = 4, 0.5


def library(folder: Path, count: int) -> Beets:
    """A library of so many files of noise."""
    beets = Beets(folder / "beets", folder / "music")
    beets.music.mkdir()
    items = Library(str(beets.library), str(beets.music))
    for number in range(count):
        path = beets.music / f"{number}.flac"
        noise = np.random.default_rng(number).normal(0, 0.1, (10 * 22050, 1))
        write(path, noise.astype(np.float32), 22050, {"title": f"{number}"})
        items.add(Item.from_path(os.fsencode(path)))
    return beets


def stored(beets: Beets) -> int:
    """How many vectors there are so far."""
    with Database(beets.library, beets.music) as database:
        return len(database.vectors.library().ids) if database.is_ours else 0


def run_and_kill(beets: Beets, files: int, seconds: float) -> None:
    """Kills beet analyze and all its workers, so many seconds after so many files have a vector."""
    started = beets.start("analyze", "-j", "2")
    while started.poll() is None and stored(beets) < files:
        time.sleep(0.02)
    with contextlib.suppress(subprocess.TimeoutExpired):
        started.communicate(timeout=seconds)
    with contextlib.suppress(ProcessLookupError):  # it has come to its end already
        os.killpg(started.pid, signal.SIGKILL)
    started.communicate()


@pytest.mark.parametrize("kills", [2, pytest.param(10, marks=pytest.mark.long)])
def test_after_kills_at_any_moment_every_file_has_one_vector(tmp_path: Path, kills: int) -> None:
    beets = library(tmp_path, 8 * kills)
    generator = np.random.default_rng(kills)
    for _ in range(kills):
        run_and_kill(beets, stored(beets) + int(generator.integers(FILES)), generator.uniform(0, SECONDS))
    assert beets.run("analyze").returncode == 0
    with Database(beets.library, beets.music) as database:
        rows = database.tracks.of_items(range(1, 8 * kills + 1))
        assert sorted(row.item_id or 0 for row in rows) == list(range(1, 8 * kills + 1))
        assert not [row.failure for row in rows if row.failure]
        assert len(database.vectors.library().vectors) == 8 * kills
