"""What the chooser makes of what was heard, is queued and was taken out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demonstration.programs import Beets
from mopidy_smartqueue.chooser import Chooser
from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.requests import Candidate, Request
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database
from smartqueue.journal import Entry
from smartqueue.listening import Player
from smartqueue.preferences import DEFAULTS, preferences

pytestmark = pytest.mark.mopidy

PLAYER = Player("den", "den:/var/lib/mopidy")
# Nothing but what was heard counts, and a library of 24 tracks has a window of eight.
SETTINGS = dict.fromkeys(("tempo_flow", "key_flow", "energy_flow", "adventure", "artist_window", "album_window"), 0)


@dataclass
class Room:
    """A chooser, and the URIs of the library's tracks by their titles, one version of each piece."""

    chooser: Any
    uris: dict[str, str]

    def hears(self, title: str) -> None:
        self.chooser.began(Entry(self.uris[title], time.time(), 0.0, 8.0, "", "listener")).get()

    def candidates(self, playing: str, *queued: str) -> list[Candidate]:
        uris = [self.uris[title] for title in queued]
        found: list[Candidate] = []
        request = Request(self.uris[playing], True, tuple(uris), [self.uris[playing], *uris][-1])
        self.chooser.choose(request, lambda candidates, _: found.extend(candidates)).get()
        return found


@pytest.fixture
def room(beets: Beets) -> Iterator[Room]:
    with Database(beets.library, beets.music) as database:
        library = database.vectors.library()
    uris = {title: Path(file.decode()).as_uri() for title, file in zip(library.titles, library.files, strict=True)}
    wanted = preferences({**DEFAULTS, **SETTINGS})
    places, translator = BeetsPlaces(beets.library, beets.music), Translator(None, beets.music)
    chooser = Chooser.start(places, translator, Complaints(), PLAYER, "default", wanted, ("file",))
    yield Room(chooser.proxy(), uris)
    chooser.stop()


def pieces(room: Room) -> list[str]:
    """Titles of pieces of which there is another take."""
    return [title for title in room.uris if f"{title} (another take)" in room.uris]


def test_what_is_queued_does_not_make_the_window_shorter(room: Room) -> None:
    heard = pieces(room)[:8]
    for title in heard:
        room.hears(title)
    for title in heard[6:]:
        room.chooser.queued(room.uris[title]).get()
    found = {candidate.uri: candidate.why for candidate in room.candidates(heard[5], *heard[6:])}
    for title in heard[:5]:
        assert found[room.uris[title]].endswith("(heard lately: nothing else was left)")


def test_another_version_of_what_was_taken_out_comes_last(room: Room) -> None:
    playing, unwanted, *_ = pieces(room)
    room.hears(playing)
    room.chooser.taken_out(room.uris[unwanted]).get()
    found = {candidate.uri: candidate.why for candidate in room.candidates(playing)}
    assert room.uris[unwanted] not in found
    version = found.get(room.uris[f"{unwanted} (another take)"], "(skipped lately: nothing else was left)")
    assert version.endswith("(skipped lately: nothing else was left)")


def test_a_candidate_tells_what_it_was_chosen_to_follow(room: Room) -> None:
    playing, queued, *_ = pieces(room)
    room.hears(playing)
    for candidate in room.candidates(playing, queued):
        assert candidate.follows == room.uris[queued]
        assert candidate.why.startswith(candidate.why_elsewhere.split(" (")[0])
        assert "→" not in candidate.why_elsewhere
