"""The mixes as clients get them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pykka
import pytest
from mopidy import backend

from mopidy_smartqueue.backend import SmartqueueBackend
from mopidy_smartqueue.chooser import Chooser
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.translator import Translator
from smartqueue.listening import Player
from smartqueue.preferences import DEFAULTS, preferences
from tests.shelves import Shelf

pytestmark = pytest.mark.mopidy

SURPRISE = "smartqueue:mix:surprise%20me"


class Client(pykka.ThreadingActor, backend.BackendListener):
    """Counts how often it is told to look at the playlists again."""

    def __init__(self) -> None:
        super().__init__()
        self.told = 0

    def playlists_loaded(self) -> None:
        self.told += 1


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@contextlib.contextmanager
def mopidy(shelf: Shelf) -> Iterator[Any]:
    """The backend, and the chooser behind it once it has looked at the library."""
    door = SmartqueueBackend.start(config={}, audio=None)
    translator, wanted = Translator(None, shelf.places.music_directory), preferences(DEFAULTS)
    chooser = Chooser.start(
        shelf.places, translator, Complaints(), Player("den", "den:/"), "default", wanted, ("file",)
    )
    try:
        chooser.proxy().tracks([]).get()
        yield door.proxy()
    finally:
        chooser.stop()
        door.stop()


def surprise(door: Any) -> list[str]:
    return [track.uri for track in door.playlists.lookup(SURPRISE).get().tracks]


def test_a_mix_stays_the_same_list_so_that_a_client_loads_what_it_shows(shelf: Shelf) -> None:
    shelf.add(*(f"piece {number}" for number in range(30)))
    with mopidy(shelf) as door:
        shown = [ref.uri for ref in door.playlists.get_items(SURPRISE).get()]
        assert len(shown) == 20
        for _ in range(3):
            assert surprise(door) == shown
            assert [ref.uri for ref in door.library.browse(SURPRISE).get()] == shown


def test_after_its_time_a_mix_is_made_afresh(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mopidy_smartqueue.backend.LASTS", 0.0)
    shelf.add(*(f"piece {number}" for number in range(30)))
    with mopidy(shelf) as door:
        assert len({tuple(surprise(door)) for _ in range(5)}) > 1


def test_a_mix_of_nothing_is_made_afresh_at_once(shelf: Shelf) -> None:
    with mopidy(shelf) as door:
        assert surprise(door) == []
        shelf.add("piece")
        (chooser,) = pykka.ActorRegistry.get_by_class(Chooser)
        chooser.proxy().look().get()
        assert surprise(door) == [shelf.uri("piece")]


def test_actors_of_other_extensions_are_never_taken_for_ours(shelf: Shelf) -> None:
    class Chooser(pykka.ThreadingActor):
        pass

    class SmartqueueBackend(pykka.ThreadingActor):
        pass

    others: list[pykka.ActorRef[Any]] = [Chooser.start(), SmartqueueBackend.start()]
    shelf.add("piece")
    with mopidy(shelf) as door:
        assert surprise(door) == [shelf.uri("piece")]
    assert all(other.is_alive() for other in others)
    for other in others:
        other.stop()


def test_files_that_are_gone_are_in_no_mix_and_others_take_their_places(shelf: Shelf) -> None:
    titles = [f"piece {number}" for number in range(30)]
    shelf.add(*titles)
    with mopidy(shelf) as door:
        for title in titles[:10]:
            shelf.file(title).unlink()
        assert set(surprise(door)) == {shelf.uri(title) for title in titles[10:]}


def test_where_all_files_are_gone_a_mix_is_empty(shelf: Shelf) -> None:
    shelf.add("piece", "other")
    with mopidy(shelf) as door:
        for title in ("piece", "other"):
            shelf.file(title).unlink()
        assert surprise(door) == []


def test_clients_are_told_once_when_there_are_playlists(shelf: Shelf) -> None:
    client = Client.start()
    with mopidy(shelf) as door:
        assert not door.playlists.as_list().get()
        assert client.proxy().told.get() == 0
        (chooser,) = pykka.ActorRegistry.get_by_class(Chooser)
        for title in ("piece", "other"):
            shelf.add(title)
            chooser.proxy().look().get()
            until_known(chooser, shelf.uri(title))
        assert client.proxy().told.get() == 1
        assert door.playlists.as_list().get()
    client.stop()


def until_known(chooser: pykka.ActorRef[Chooser], uri: str) -> None:
    give_up = time.monotonic() + 60
    while chooser.proxy().tracks([uri]).get() == {uri: None}:
        assert time.monotonic() < give_up
        time.sleep(0.05)
