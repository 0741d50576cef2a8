"""What is still done when Mopidy stops."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from demonstration.programs import Beets
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.learner import Learner
from mopidy_smartqueue.recorder import Recorder
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database
from smartqueue.journal import Entry, Journal

pytestmark = pytest.mark.mopidy


def test_what_is_written_at_the_end_starts_no_learning(beets: Beets, tmp_path: Path) -> None:
    places, complaints = BeetsPlaces(beets.library, beets.music), Complaints()
    learner = Learner(places, "default", 1, complaints)
    recorder = Recorder.start(
        places,
        Translator(None, beets.music),
        complaints,
        learner,
        Journal(tmp_path / "plays.jsonl"),
        "player",
        "default",
        count=False,
    )
    with Database(beets.library, beets.music) as database:
        kept, skipped, after = (f"file://{file.decode()}" for file in database.vectors.library().files[:3])
    with contextlib.closing(sqlite3.connect(beets.library, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for started, uri, listened in ((1, kept, 60), (61, skipped, 5), (66, after, 60)):
            outcome = "skipped" if listened < 30 else "finished"
            entry = Entry(uri, 2e9 + started, listened, 60.0, outcome, "smartqueue")
            recorder.proxy().record(entry).get()
    recorder.stop()
    with Database(beets.library, beets.music) as database:
        assert database.metrics.unlearned("default") == 1
    assert learner.process is None
