"""The tracks that smartqueue queued itself, before and after a restart."""

from __future__ import annotations

import json
from dataclasses import asdict
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


def test_a_track_is_added_to_the_file_which_is_not_written_anew(stored: Path) -> None:
    own = OwnTracks(stored)
    own.load(listed((1, ODD), (2, EVEN)))
    own.add(3, EVEN)
    stored.with_name("the same").hardlink_to(stored)
    for tlid in range(4, 104):
        own.add(tlid, EVEN)
        own.begin(tlid)
    assert stored.samefile(stored.with_name("the same"))
    again = OwnTracks(stored)
    again.load(listed((1, ODD), *((tlid, EVEN) for tlid in range(3, 104))))
    assert again.tlids == [1, *range(3, 104)]
    assert list(again.unplayed) == [3]


def test_what_was_long_forgotten_leaves_the_file(stored: Path) -> None:
    own = OwnTracks(stored)
    for tlid in range(3, 1003):
        own.add(tlid, EVEN)
        own.begin(tlid)
        own.keep([tlid])
    assert stored.stat().st_size < 100_000
    again = OwnTracks(stored)
    again.load(listed((1002, EVEN)))
    assert again.tlids == [1002]


def test_a_line_that_was_cut_off_costs_that_line_alone(stored: Path) -> None:
    with stored.open("a") as file:
        file.write('{"tlid": 3, "candi')
    own = OwnTracks(stored)
    own.load(listed((1, ODD), (2, EVEN)))
    assert own.tlids == [1, 2]


def test_a_file_of_an_earlier_version_is_taken_up(stored: Path) -> None:
    candidate = {**asdict(EVEN), "file": "/music/even.flac"}
    stored.write_text(json.dumps([{"tlid": 2, "played": True, "candidate": candidate}]))
    own = OwnTracks(stored)
    own.load(listed((2, EVEN)))
    assert (own.get(2), own.unplayed) == (EVEN, {})


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
