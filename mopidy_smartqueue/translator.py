"""Between Mopidy's URIs and the files of beets' library."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

_LOCAL = "local:track:"
# The schemes whose tracks are files that beets may know.
SCHEMES = ("local", "file")


class Translator:
    """Maps URIs of Mopidy-Local and Mopidy-File to absolute paths as beets spells them, in bytes, and back.

    media_directory: Mopidy-Local's media_dir, or None where Mopidy-Local is not installed.
    music_directory: beets' own. Either may be a symbolic link to the other, or to a folder in it.
    """

    def __init__(self, media_directory: str | Path | None, music_directory: str | Path | None = None) -> None:
        self._media = _Root(media_directory) if media_directory else None
        self._music = _Root(music_directory) if music_directory else None

    def path(self, uri: str) -> bytes | None:
        """The file that a URI stands for; None if it is no file's, such as a radio stream's."""
        parts = urlsplit(uri)
        if uri.startswith(_LOCAL) and self._media is not None:
            path = os.path.normpath(self._media.spelled + b"/" + unquote_to_bytes(uri.removeprefix(_LOCAL)))
        elif parts.scheme == "file" and parts.netloc in ("", "localhost"):
            path = os.path.normpath(unquote_to_bytes(uri.split(":", 1)[1].removeprefix("//" + parts.netloc)))
        else:
            return None
        real = self._media.resolved(path) if self._media is not None else None
        return (self._music.respelled(real or path) if self._music is not None else None) or path

    def uri(self, path: bytes, scheme: str) -> str | None:
        """A file's URI in one of SCHEMES; None if that scheme cannot reach it."""
        if scheme == "file":
            return "file://" + quote_from_bytes(path)
        if scheme != "local" or self._media is None:
            return None
        real = self._music.resolved(path) if self._music is not None else None
        inside = self._media.inside(path) or self._media.inside_resolved(real or path)
        return None if inside is None else _LOCAL + quote_from_bytes(inside)


class _Root:
    """A folder as it is spelled in a setting, and as it is with all links followed."""

    def __init__(self, folder: str | Path) -> None:
        self.spelled = os.path.normpath(os.fsencode(folder))
        self._real = os.path.realpath(self.spelled)

    def inside(self, path: bytes) -> bytes | None:
        """What follows the folder, as spelled, in a path; None if that lies elsewhere."""
        return _after(self.spelled, path)

    def inside_resolved(self, path: bytes) -> bytes | None:
        """The same for a path whose links were followed."""
        return _after(self._real, path)

    def resolved(self, path: bytes) -> bytes | None:
        """A path in the folder, with the folder's links followed."""
        inside = self.inside(path)
        return None if inside is None else self._real + b"/" + inside

    def respelled(self, path: bytes) -> bytes | None:
        """A path in the folder, whose links were followed, as the setting spells it."""
        inside = self.inside_resolved(path)
        return None if inside is None else self.spelled + b"/" + inside


def _after(folder: bytes, path: bytes) -> bytes | None:
    return path[len(folder) + 1 :] if path.startswith(folder + b"/") else None
