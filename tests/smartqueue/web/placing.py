"""Files put where tracks of a library are."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from tests.smartqueue.web.conftest import Pages


def file_of(pages: Pages, track: int) -> Path:
    """Where a track's audio is."""
    with pages.database() as database:
        files = database.tracks.on_disk(track)
    assert files is not None
    return Path(os.fsdecode(files.audio))


def track_with(pages: Pages, extension: str) -> int:
    """Some track whose file has this extension."""
    with pages.database() as database:
        paths = {track: os.fsdecode(path) for track, (_, path) in database.tracks.recordings().items()}
    return min(track for track, path in paths.items() if path.endswith(extension))


def place(pages: Pages, track: int, file: str | Path) -> None:
    """Has another file be the track's, as if it had been imported and analysed; relative to the music if so given."""
    with contextlib.closing(sqlite3.connect(pages.beets.library)) as library, library:
        path = os.fsencode(file)
        library.execute(
            "UPDATE items SET path = ? WHERE id = (SELECT item_id FROM smartqueue_track WHERE id = ?)", (path, track)
        )
        library.execute("UPDATE smartqueue_track SET path = ? WHERE id = ?", (path, track))


def execute(pages: Pages, statement: str, *values: object) -> None:
    """Changes the library behind the pages' back."""
    with contextlib.closing(sqlite3.connect(pages.beets.library)) as library, library:
        library.execute(statement, values)
