"""Mopidy has learning done beside the music, once there is enough that is new."""

from __future__ import annotations

import json
import os
import random
import signal
from pathlib import Path

import pytest

from demonstration.programs import Beets
from smartqueue.database import Database
from tests.end_to_end.conftest import Den, Opener

pytestmark = pytest.mark.mopidy

ANSWERS = 40
# One skip more than the answers that are there already; and Mopidy 4 tells only then what is no warning.
SETTINGS = {"smartqueue": {"auto_learn": str(ANSWERS + 1)}, "logging": {"verbosity": "1"}}
# Learning gives way to all else on the machine.
LEARNING = 300.0


@pytest.fixture
def answered(beets: Beets, tmp_path: Path) -> Beets:
    """A library with answers of a listener's, brought in as from another one's survey."""
    with Database(beets.library, beets.music) as database:
        tracks = [{"mb_trackid": "", "path": os.fsdecode(path)} for _, path in database.tracks.recordings().values()]
    draw = random.Random(0)
    lines = []
    for number in range(ANSWERS):
        near_a, near_b, odd = draw.sample(tracks, 3)
        answer = {"near": [near_a, near_b], "odd": odd, "source": "survey", "weight": 1.0, "profile": "default"}
        lines.append(json.dumps({**answer, "created": 1e9 + number}))
    (tmp_path / "answers").write_text("\n".join(lines), encoding="utf-8")
    beets.run("triplets", "--import", str(tmp_path / "answers"))
    return beets


def skip_one(den: Den) -> None:
    """Keeps a track, skips the next, and keeps the one after it."""
    den.play("Weir")
    den.until(lambda: den.elapsed() > 4.3)
    den.client.next()
    den.until(lambda: den.current() not in (None, "Weir"))
    skipped = den.current()
    den.until(lambda: den.elapsed() > 0.7)
    den.client.next()
    den.until(lambda: den.current() not in (None, skipped))
    den.until(lambda: bool(den.skips()))


def learning(beets: Beets) -> list[int]:
    """The processes that learn from this library."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"smartqueue.teaching" in arguments and os.fsencode(beets.library) in arguments:
            found.append(int(folder.name))
    return found


def has_learned(beets: Beets) -> bool:
    with Database(beets.library, beets.music) as database:
        return database.metrics.has_lesson("default")


def test_a_skip_that_makes_enough_is_learned_from_and_the_music_goes_on(open_den: Opener, answered: Beets) -> None:
    with open_den(answered, settings=SETTINGS) as den:
        skip_one(den)
        den.until(lambda: bool(learning(answered)))
        (process,) = learning(answered)
        assert not has_learned(answered)
        den.until(lambda: os.getpriority(os.PRIO_PROCESS, process) == 19, 1.0)
        den.until(lambda: f"Smartqueue: learned from {ANSWERS} answers and 1 skip" in den.log(), LEARNING)
        assert has_learned(answered)
        assert not learning(answered)
        length = len(den.titles())
        den.until(lambda: den.state() == "play" and len(den.titles()) > length)
        assert "Traceback" not in den.log()


def test_mopidy_that_ends_while_it_learns_leaves_no_process(open_den: Opener, answered: Beets) -> None:
    with open_den(answered, settings=SETTINGS) as den:
        skip_one(den)
        den.until(lambda: bool(learning(answered)))
        den.mopidy.stop()
        den.until(lambda: not learning(answered))
        assert not has_learned(answered)
        assert "Traceback" not in den.log()


def test_learning_whose_mopidy_was_killed_comes_to_an_end_of_its_own(open_den: Opener, answered: Beets) -> None:
    with open_den(answered, settings=SETTINGS) as den:
        skip_one(den)
        den.until(lambda: bool(learning(answered)))
        den.mopidy.stop(signal.SIGKILL)
        den.until(lambda: not learning(answered), LEARNING)
        assert has_learned(answered)
