"""What was listened to and is not in the database yet, on disk, so that no kill and no lock loses it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from smartqueue.listening import Play


class JournalError(Exception):
    """The journal cannot be read or written; the text says why."""


@dataclass(frozen=True)
class Entry:
    """A listening by the URI of its track, with who queued it and why; see listening.Play for the rest.

    outcome is empty while it goes on.
    """

    uri: str
    started: float
    listened: float
    length: float | None
    outcome: str
    queued_by: str
    context: dict[str, Any] = field(default_factory=dict)
    follows: bool = True

    def as_play(self, track: int, player: str, profile: str) -> Play:
        """The listening as it is stored, of a track by our own id."""
        return Play(
            track,
            player,
            profile,
            self.started,
            self.listened,
            self.length,
            self.outcome,
            self.queued_by,
            self.context,
            self.follows,
        )


class Journal:
    """Lines of JSON in a file, one a listening or a stage of it; the last one of the same start counts.

    What went on when the player was killed is over: it is read as interrupted, as far as it was heard by the last
    line. A line that was cut off, by a kill in the midst of writing, is left out.

    A method that raises JournalError has failed on disk alone: in memory it is done, and the next one that can be
    written brings it to the disk too.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: dict[float, Entry] = {}
        self._playing: Entry | None = None
        # Whether the file holds all that is in memory, and ends with a whole line.
        self._whole = False

    def load(self) -> None:
        """Takes up what an earlier player left; raises JournalError."""
        self._waiting = {entry.started: entry for entry in self._read()} | self._waiting

    @property
    def waiting(self) -> list[Entry]:
        """The listenings that are over and wait, oldest first."""
        return list(self._waiting.values())

    def note(self, entry: Entry) -> None:
        """Keeps a listening, or how far it has come, before anything else is done with it; raises JournalError."""
        if entry.outcome:
            self._waiting[entry.started] = entry
            self._playing = None
        else:
            self._playing = entry
        if self._whole:
            self._write([entry], anew=False)
        else:
            self._write_all()

    @property
    def aside(self) -> Path:
        """Where the listenings go that cannot be stored."""
        return self._path.with_stem(f"{self._path.stem}-set-aside")

    def set_aside(self, entry: Entry) -> None:
        """Keeps a listening where it holds up no other; raises JournalError."""
        with _in_words(self.aside):
            _put(self.aside, [entry], "a")

    def done(self, *entries: Entry) -> None:
        """Listenings have arrived in the database; raises JournalError."""
        for entry in entries:
            self._waiting.pop(entry.started, None)
        self._write_all()

    def _read(self) -> list[Entry]:
        try:
            lines = self._path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise JournalError(f"{self._path} cannot be read: {error.strerror}") from error
        entries: dict[float, Entry] = {}
        for line in lines:
            try:
                entry = Entry(**json.loads(line))
                entry = replace(entry, started=float(entry.started))
                entries[entry.started] = entry
            except (ValueError, TypeError):
                continue
        return [entry if entry.outcome else replace(entry, outcome="interrupted") for entry in entries.values()]

    def _write_all(self) -> None:
        playing = [] if self._playing is None else [self._playing]
        self._write([*self.waiting, *playing], anew=True)

    def _write(self, entries: list[Entry], *, anew: bool) -> None:
        """Appends entries, or puts a new file in place of the old one, which stays until the new one is whole."""
        path = self._path.with_name(f"{self._path.name}.new") if anew else self._path
        self._whole = False
        with _in_words(self._path):
            _put(path, entries, "w" if anew else "a")
            if anew:
                path.replace(self._path)
        self._whole = True


def _put(path: Path, entries: list[Entry], mode: str) -> None:
    """Writes entries into a file, which is made if need be, until the disk has them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode, encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(entry)) + "\n" for entry in entries)
        file.flush()
        os.fsync(file.fileno())


@contextlib.contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise JournalError(f"{path} cannot be written: {error.strerror}") from error
