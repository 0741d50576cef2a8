"""What is stored of what waits, and what is still done when Mopidy stops."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pykka
import pytest

from demonstration.programs import Beets
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.learner import Learner
from mopidy_smartqueue.recorder import Recorder
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database
from smartqueue.journal import Entry, Journal
from tests.shelves import Shelf

pytestmark = pytest.mark.mopidy


def begun(places: BeetsPlaces, learner: Learner, file: Path, *, count: bool = False) -> pykka.ActorRef[Recorder]:
    """A recorder whose journal is a file."""
    translator = Translator(None, places.music_directory)
    return Recorder.start(places, translator, Complaints(), learner, Journal(file), "player", "default", count=count)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    found = Shelf(tmp_path)
    found.add("weir", "otter run")
    return found


def recorded(shelf: Shelf, file: Path, *entries: Entry, count: bool = False) -> list[tuple[str, float]]:
    """What a recorder stores of entries: titles and when each began."""
    recorder = begun(shelf.places, Learner(shelf.places, "default", 0, Complaints()), file, count=count)
    for entry in entries:
        recorder.proxy().record(entry).get()
    recorder.stop()
    with shelf.database() as database:
        names = database.tracks.names()
        return [(names[play.track], play.started) for play in database.plays.since(0.0)]


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    "broken",
    [{"outcome": "hummed"}, {"length": "long"}, {"listened": None}, {"uri": 3}, {"started": "100", "outcome": 1}],
)
def test_an_entry_that_cannot_be_stored_is_set_aside_and_all_others_are_stored(
    shelf: Shelf, tmp_path: Path, broken: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    file, aside = tmp_path / "plays.jsonl", tmp_path / "plays-set-aside.jsonl"
    entry = Entry(shelf.uri("weir"), 100.0, 60.0, 60.0, "finished", "listener")
    waiting = [{**asdict(entry), **broken}, asdict(replace(entry, started=200.0))]
    file.write_text("".join(json.dumps(one) + "\n" for one in waiting), encoding="utf-8")
    later = Entry(shelf.uri("otter run"), 300.0, 60.0, 60.0, "finished", "listener")
    assert recorded(shelf, file, later) == [("weir", 200.0), ("otter run", 300.0)]
    assert lines(aside) == [{**waiting[0], "started": 100.0}]
    assert caplog.text.count(f"it is set aside in {aside}") == 1
    assert not file.read_text(encoding="utf-8")


def test_an_entry_that_cannot_be_set_aside_either_waits_and_all_others_are_stored(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "plays-set-aside.jsonl").mkdir()
    broken = Entry(shelf.uri("weir"), 100.0, 60.0, 60.0, "hummed", "listener")
    good = replace(broken, started=200.0, outcome="finished")
    assert recorded(shelf, tmp_path / "plays.jsonl", broken, good) == [("weir", 200.0)]
    assert [one["outcome"] for one in lines(tmp_path / "plays.jsonl")] == ["hummed"]


def test_a_rating_that_is_no_number_is_left_alone_and_the_play_is_stored(shelf: Shelf, tmp_path: Path) -> None:
    shelf.modify("weir", rating="four stars", skip_count="nan")
    entry = Entry(shelf.uri("weir"), 100.0, 60.0, 60.0, "finished", "listener")
    assert recorded(shelf, tmp_path / "plays.jsonl", entry, count=True) == [("weir", 100.0)]
    item = shelf.item("weir")
    assert (item["rating"], item["skip_count"], item["play_count"]) == ("four stars", "nan", "1")
    assert not (tmp_path / "plays-set-aside.jsonl").exists()


def test_what_is_written_at_the_end_starts_no_learning(beets: Beets, tmp_path: Path) -> None:
    places = BeetsPlaces(beets.library, beets.music)
    learner = Learner(places, "default", 1, Complaints())
    recorder = begun(places, learner, tmp_path / "plays.jsonl")
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
