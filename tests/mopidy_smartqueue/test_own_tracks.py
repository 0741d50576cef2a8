"""The tracks that smartqueue queued itself, before and after a restart."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from mopidy_smartqueue.own_tracks import OwnTracks
from mopidy_smartqueue.requests import Candidate

pytestmark = pytest.mark.mopidy

ODD = Candidate("local:track:odd%FF.flac", b"/music/odd\xff.flac", "Odd", "near", {"near": 1})
EVEN = Candidate("local:track:even.flac", b"/music/even.flac", "Even")


def listed(*tracks: tuple[int, Candidate]) -> list[SimpleNamespace]:
    """A track list as core gives it."""
    return [SimpleNamespace(tlid=tlid, track=SimpleNamespace(uri=candidate.uri)) for tlid, candidate in tracks]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    own = OwnTracks(tmp_path / "own.json")
    own.add(1, ODD)
    own.add(2, EVEN)
    own.begin(1)
    return tmp_path / "own.json"


def test_what_is_still_on_the_list_is_known_again(stored: Path) -> None:
    own = OwnTracks(stored)
    own.load(listed((1, ODD), (2, EVEN)))
    assert own.get(1) == ODD
    assert own.unplayed == {2: EVEN}


def test_what_has_left_the_list_is_not(stored: Path) -> None:
    own = OwnTracks(stored)
    own.load(listed((2, EVEN)))
    assert 1 not in own


def test_another_track_of_the_same_id_is_the_listeners(stored: Path) -> None:
    own = OwnTracks(stored)
    own.load(listed((1, EVEN), (2, ODD)))
    assert not own.tlids


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"tlid": 1}]', "null"])
def test_a_file_that_is_damaged_is_passed_over(stored: Path, text: str) -> None:
    stored.write_text(text)
    own = OwnTracks(stored)
    own.load(listed((1, ODD)))
    assert not own.tlids


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    own = OwnTracks(tmp_path / "nowhere" / "own.json")
    own.add(1, ODD)
    assert own.get(1) == ODD
