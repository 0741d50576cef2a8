"""What the chooser knows of a library that changes while it runs."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pykka
import pytest

from mopidy_smartqueue.chooser import Chooser
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.requests import Candidate, Request
from mopidy_smartqueue.translator import Translator
from smartqueue.journal import Entry
from smartqueue.listening import Player
from smartqueue.preferences import DEFAULTS, preferences
from tests.shelves import Shelf

pytestmark = pytest.mark.mopidy

TITLES = [f"piece {number}" for number in range(6)]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    found = Shelf(tmp_path)
    found.add(*TITLES)
    return found


@pytest.fixture
def chooser(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The actor, once it has loaded the library; it looks for changes often."""
    monkeypatch.setattr("mopidy_smartqueue.chooser.LOOK_AFTER", 0.05)
    translator = Translator(None, shelf.places.music_directory)
    wanted = preferences({**DEFAULTS, "not_genres": ["Speech"]})
    actor = Chooser.start(shelf.places, translator, Complaints(), Player("den", "den:/"), "default", wanted, ("file",))
    proxy = actor.proxy()
    assert proxy.tracks([]).get() == {}
    yield proxy
    actor.stop()
    # Mopidy complains of actors that outlive its own end.
    assert not pykka.ActorRegistry.get_all()


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


# What changes while nothing is asked for


def until(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def mixed(chooser: Any) -> list[str]:
    """The titles of a mix, which holds all there is."""
    return sorted(name for _, name in chooser.mix("surprise me").get())


def test_a_changed_genre_is_seen_without_a_track_being_asked_for(shelf: Shelf, chooser: Any) -> None:
    assert mixed(chooser) == TITLES
    shelf.modify(TITLES[0], genres=["Speech"])
    until(lambda: mixed(chooser) == TITLES[1:])
    shelf.modify(TITLES[0], genres=["Folk"])
    until(lambda: mixed(chooser) == TITLES)


def test_a_changed_name_is_seen_without_a_track_being_asked_for(shelf: Shelf, chooser: Any) -> None:
    shelf.modify(TITLES[0], artist="Brass Assembly")
    until(lambda: f"Brass Assembly – {TITLES[0]}" in mixed(chooser))


def test_what_is_ignored_from_now_on_is_seen_without_a_track_being_asked_for(shelf: Shelf, chooser: Any) -> None:
    with shelf.database() as database:
        database.tracks.ignore({shelf.item(TITLES[0]).id or 0})
    until(lambda: mixed(chooser) == TITLES[1:])


def test_new_music_is_seen_without_a_track_being_asked_for(shelf: Shelf, chooser: Any) -> None:
    shelf.add("new")
    until(lambda: mixed(chooser) == ["new", *TITLES])


def test_a_file_that_beets_has_moved_is_seen_by_its_new_name(shelf: Shelf, chooser: Any) -> None:
    item = shelf.item(TITLES[0])
    shelf.file(TITLES[0]).rename(shelf.file("elsewhere"))
    item.path = bytes(shelf.file("elsewhere"))
    item.store()
    with shelf.database() as database:
        database.tracks.follow({item.id or 0}, ())
    until(lambda: chooser.tracks([shelf.uri("elsewhere")]).get() != {shelf.uri("elsewhere"): None})


def test_a_library_that_another_takes_the_place_of_is_seen(shelf: Shelf, chooser: Any, tmp_path: Path) -> None:
    other = Shelf(tmp_path / "other", music=shelf.places.music_directory)
    other.add("one", "two", "three")
    other.places.library.rename(shelf.places.library)
    until(lambda: mixed(chooser) == ["one", "three", "two"])


def test_a_database_that_is_locked_keeps_no_mix_waiting_and_is_seen_when_it_is_free(shelf: Shelf, chooser: Any) -> None:
    with contextlib.closing(sqlite3.connect(shelf.places.library, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE items SET title = 'newer' WHERE title = ?", (TITLES[0],))
        for _ in range(10):
            assert mixed(chooser) == TITLES
            time.sleep(0.1)
        other.execute("COMMIT")
    until(lambda: mixed(chooser) == ["newer", *TITLES[1:]])
