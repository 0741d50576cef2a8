"""What the chooser knows of a library that changes while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from mopidy_smartqueue.chooser import Chooser
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.requests import Candidate, Request
from mopidy_smartqueue.translator import Translator
from smartqueue.journal import Entry
from smartqueue.listening import Player
from smartqueue.preferences import DEFAULTS, preferences
from tests.mopidy_smartqueue.shelves import Shelf

pytestmark = pytest.mark.mopidy

TITLES = [f"piece {number}" for number in range(6)]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    found = Shelf(tmp_path)
    found.add(*TITLES)
    return found


@pytest.fixture
def chooser(shelf: Shelf) -> Iterator[Any]:
    """The actor, once it has loaded the library."""
    translator = Translator(None, shelf.places.music_directory)
    wanted = preferences(DEFAULTS)
    actor = Chooser.start(shelf.places, translator, Complaints(), Player("den", "den:/"), "default", wanted, ("file",))
    proxy = actor.proxy()
    assert proxy.tracks([]).get() == {}
    yield proxy
    actor.stop()


def begin(chooser: Any, uri: str) -> None:
    chooser.began(Entry(uri, 100.0, 0.0, 60.0, "", "listener")).get()


def chosen(chooser: Any, playing: str, *queued: str) -> list[Candidate]:
    found: SimpleQueue[list[Candidate]] = SimpleQueue()
    chooser.choose(Request(playing, True, queued, queued[-1] if queued else playing), found.put).get()
    return found.get_nowait()


def two_behind(chooser: Any, playing: str) -> set[str]:
    """The two tracks that are queued behind the one that plays."""
    first, *_ = chosen(chooser, playing)
    second, *_ = chosen(chooser, playing, first.uri)
    return {first.uri, second.uri}


def test_a_track_that_was_imported_meanwhile_is_not_queued_behind_itself(shelf: Shelf, chooser: Any) -> None:
    shelf.add("new")
    begin(chooser, shelf.uri("new"))
    assert len(two_behind(chooser, shelf.uri("new")) - {shelf.uri("new")}) == 2


def test_a_track_that_is_analysed_while_it_plays_is_not_queued_behind_itself(shelf: Shelf, chooser: Any) -> None:
    begin(chooser, shelf.uri("new"))
    shelf.add("new")
    assert len(two_behind(chooser, shelf.uri("new")) - {shelf.uri("new")}) == 2
