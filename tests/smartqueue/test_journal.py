"""What was listened to waits on disk until it has arrived."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartqueue.journal import Entry, Journal, JournalError

ENTRY = Entry("local:track:a.ogg", 100.5, 3.25, 60.0, "skipped", "smartqueue", {"near": 1})


def journal(path: Path) -> Journal:
    """The journal of a player that has just begun."""
    begun = Journal(path)
    begun.load()
    return begun


@contextmanager
def full(path: Path, left: int) -> Iterator[None]:
    """A disk with so many bytes of room left for the journal."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + left, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "plays.jsonl"


def test_what_was_noted_waits_for_the_next_player_too(path: Path) -> None:
    journal(path).note(ENTRY)
    assert journal(path).waiting == [ENTRY]


def test_what_has_arrived_waits_no_more(path: Path) -> None:
    first = journal(path)
    first.note(ENTRY)
    first.done(ENTRY)
    assert (first.waiting, journal(path).waiting) == ([], [])


def test_what_arrived_before_a_kill_may_be_told_twice_but_not_lost(path: Path) -> None:
    first = journal(path)
    later = replace(ENTRY, started=200.0)
    first.note(ENTRY)
    first.note(later)
    first.done(ENTRY)
    assert later in journal(path).waiting


def test_they_wait_in_their_order(path: Path) -> None:
    entries = [replace(ENTRY, started=float(number)) for number in range(5)]
    first = journal(path)
    for entry in entries:
        first.note(entry)
    assert journal(path).waiting == entries


def test_what_goes_on_does_not_wait_yet(path: Path) -> None:
    first = journal(path)
    first.note(replace(ENTRY, outcome=""))
    assert first.waiting == []


def test_what_went_on_when_the_player_was_killed_is_interrupted(path: Path) -> None:
    first = journal(path)
    first.note(replace(ENTRY, outcome="", listened=0.0))
    first.note(replace(ENTRY, outcome="", listened=30.0))
    assert journal(path).waiting == [replace(ENTRY, outcome="interrupted", listened=30.0)]


def test_what_goes_on_stays_while_others_arrive(path: Path) -> None:
    first = journal(path)
    first.note(ENTRY)
    first.note(replace(ENTRY, started=200.0, outcome=""))
    first.done(ENTRY)
    assert journal(path).waiting == [replace(ENTRY, started=200.0, outcome="interrupted")]


def test_the_file_does_not_grow_once_all_has_arrived(path: Path) -> None:
    first = journal(path)
    for number in range(50):
        entry = replace(ENTRY, started=float(number))
        first.note(entry)
        first.done(entry)
    assert path.stat().st_size == 0


@given(st.integers(0, 400))
def test_a_line_that_was_cut_off_costs_that_line_alone(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    path = tmp_path_factory.mktemp("journal") / "plays.jsonl"
    first = journal(path)
    first.note(ENTRY)
    whole = path.stat().st_size
    first.note(replace(ENTRY, started=200.0))
    os.truncate(path, min(whole + length, path.stat().st_size))
    assert journal(path).waiting[0] == ENTRY


def test_a_line_that_was_cut_off_does_not_spoil_the_next(path: Path) -> None:
    journal(path).note(ENTRY)
    os.truncate(path, path.stat().st_size - 5)
    later = replace(ENTRY, started=200.0)
    journal(path).note(later)
    assert journal(path).waiting == [later]


@pytest.mark.parametrize("line", ["", "words", "[]", "3", "{}", '{"uri": 3}', "\udcff"])
def test_a_line_that_is_no_entry_is_left_out(path: Path, line: str) -> None:
    journal(path).note(ENTRY)
    with path.open("a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(f"{line}\n")
    assert journal(path).waiting == [ENTRY]


def test_a_journal_that_cannot_be_written_says_so_and_remembers(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    lost = Journal(tmp_path / "file" / "plays.jsonl")
    with pytest.raises(JournalError, match="cannot be written"):
        lost.note(ENTRY)
    assert lost.waiting == [ENTRY]


@pytest.mark.parametrize("left", [0, 50])
def test_what_a_full_disk_did_not_take_is_written_once_there_is_room(path: Path, left: int) -> None:
    entries = [replace(ENTRY, started=float(number)) for number in range(4)]
    first = journal(path)
    first.note(entries[0])
    with full(path, left):
        for entry in entries[1:3]:
            with pytest.raises(JournalError, match="cannot be written"):
                first.note(entry)
        assert journal(path).waiting == entries[:1]
    first.note(entries[3])
    assert journal(path).waiting == entries
