"""Learning beside the music, once there is enough that is new."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demonstration.programs import Beets
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.learner import Learner
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database, LearnedMetric
from smartqueue.features import NAMES
from smartqueue.listening import Triplet
from smartqueue.metric import plain

pytestmark = pytest.mark.mopidy


def answer(database: Database, count: int) -> None:
    ids = database.vectors.library().ids
    generator = np.random.default_rng(count)
    rows = (generator.choice(ids, 3, replace=False).tolist() for _ in range(count))
    database.triplets.add(
        Triplet(near_a, near_b, odd, "survey", created=time.time() + number)
        for number, (near_a, near_b, odd) in enumerate(rows)
    )


def learner(beets: Beets, after: int) -> Learner:
    return Learner(BeetsPlaces(beets.library, beets.music), "default", after, Complaints())


def until(happened: Callable[[], bool]) -> None:
    # The learning gives way to all else on the machine.
    give_up = time.monotonic() + 300
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.1)


def test_enough_that_is_new_is_learned_from(
    beets: Beets, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None of its modules.
    (tmp_path / "json.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    caplog.set_level("INFO")
    with Database(beets.library, beets.music) as database:
        answer(database, 30)
        learner(beets, 30).look(database)
        until(lambda: "Smartqueue: learned from 30 answers" in caplog.text)
        assert database.metrics.has_lesson("default")
        assert not database.metrics.unlearned("default")


def test_what_was_learned_from_an_older_analysis_is_learned_anew_at_once(beets: Beets) -> None:
    with Database(beets.library, beets.music) as database:
        vectors = database.vectors.library().vectors
        earlier = LearnedMetric(replace(plain(NAMES, vectors), learner="weights"), {}, 30, 0.6, 0.5, 0.02)
        database.metrics.add(earlier, profile="default", extractor="0", in_use=True)
        answer(database, 5)
        waiting = learner(beets, 30)
        waiting.look(database)
        assert waiting.process is not None
        waiting.stop()


def test_before_there_is_enough_nothing_is_learned(beets: Beets) -> None:
    with Database(beets.library, beets.music) as database:
        answer(database, 29)
        waiting = learner(beets, 30)
        waiting.look(database)
        assert waiting.process is None


def test_with_nothing_asked_for_nothing_is_learned(beets: Beets) -> None:
    with Database(beets.library, beets.music) as database:
        answer(database, 30)
        never = learner(beets, 0)
        never.look(database)
        assert never.process is None


def test_where_there_was_too_little_it_waits_for_as_much_again(
    own_beets: Beets, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    own_beets.run("modify", "-y", "-W", "-M", "album=One", "artist=Someone", "albumartist=Someone")
    own_beets.run("analyze")
    with Database(own_beets.library, own_beets.music) as database:
        answer(database, 5)
        eager = learner(own_beets, 5)
        eager.look(database)
        first = eager.process
        until(lambda: "not enough answers, skips and albums yet" in caplog.text)
        eager.look(database)
        assert eager.process is first
        answer(database, 5)
        eager.look(database)
        assert eager.process is not first
        eager.stop()


def test_what_is_not_installed_is_told_once_and_learning_begins_when_it_is(
    beets: Beets, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Database(beets.library, beets.music) as database:
        answer(database, 5)
        lacking = learner(beets, 5)
        monkeypatch.setitem(sys.modules, "metric_learn", None)
        lacking.look(database)
        lacking.look(database)
        assert lacking.process is None
        assert caplog.text.count("Mopidy cannot learn") == caplog.text.count("pip install") == 1
        monkeypatch.undo()
        lacking.look(database)
        assert lacking.process is not None
        lacking.stop()


def test_what_went_wrong_is_told(beets: Beets, caplog: pytest.LogCaptureFixture) -> None:
    with Database(beets.library, beets.music) as database:
        answer(database, 5)
        lost = Learner(BeetsPlaces(beets.library / "nowhere", beets.music), "default", 5, Complaints())
        lost.look(database)
        until(lambda: "learning failed: there is no library at" in caplog.text)
