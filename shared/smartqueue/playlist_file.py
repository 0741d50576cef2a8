"""A playlist as a file: extended M3U in UTF-8, whose paths are the bytes that they are on disk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from smartqueue.whole_file import whole_file

# Players tell a playlist's format by its name, and this is the one that is written.
_SUFFIXES = (".m3u8", ".m3u")


class PlaylistFileError(Exception):
    """A playlist cannot be written; the text says why."""


@dataclass(frozen=True)
class Entry:
    """A track in a playlist: its length in seconds, what it is called, and its absolute path."""

    seconds: float
    name: str
    file: bytes


def write(path: Path, entries: Sequence[Entry], *, relative: bool) -> None:
    """Writes a playlist, whole or not at all, its paths absolute or relative to its own folder.

    Raises PlaylistFileError.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise PlaylistFileError(f"{path} cannot be written: a playlist's name ends in {' or '.join(_SUFFIXES)}")
    folder = os.fsencode(path.absolute().parent.resolve()) if relative else None
    lines = [b"#EXTM3U"]
    for entry in entries:
        lines += [_information(entry), _location(entry.file, folder)]
    try:
        with whole_file(path) as file:
            file.write(b"\n".join([*lines, b""]))
    except OSError as error:
        raise PlaylistFileError(f"{path} cannot be written: {error.strerror}") from error


def _information(entry: Entry) -> bytes:
    # A line break in a name would begin another line of the playlist.
    name = " ".join(entry.name.split())
    return f"#EXTINF:{round(entry.seconds)},{name}".encode(errors="replace")


def _location(file: bytes, folder: bytes | None) -> bytes:
    if b"\n" in file or b"\r" in file:
        raise PlaylistFileError(f"a playlist cannot hold a path with a line break in it: {os.fsdecode(file)!r}")
    if folder is None:
        return file
    # Links are followed on both sides, because a player that goes up from a linked folder goes up from its target.
    directory, name = os.path.split(file)
    location = os.path.relpath(os.path.join(os.path.realpath(directory), name), folder)  # noqa: PTH118 - Path takes no bytes
    # What begins with # is a comment.
    return b"./" + location if location.startswith(b"#") else location
