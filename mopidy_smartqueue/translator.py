"""Between Mopidy's URIs and the items of beets' library."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

# The schemes whose tracks may be beets' items: those of Mopidy-Local, Mopidy-File and Mopidy-Beets.
SCHEMES = ("local", "file", "beets")
_LOCAL = "local:track:"
# This machine may be named, in three ways (RFC 8089).
_FILE = re.compile(r"file:(?://(?:localhost)?(?=/)|(?!//))(/.*)", re.IGNORECASE | re.DOTALL)
_BEETS = "beets:library:track;"
# SQLite's whole numbers end at nineteen digits.
_ID = re.compile(rb"[0-9]{1,18}")


def scheme_of(uri: str) -> str | None:
    """Which of SCHEMES a URI is of; None for a radio's and all others."""
    found = uri.partition(":")[0].lower()
    return found if found in SCHEMES else None


class Translator:
    """Maps URIs of Mopidy-Local, Mopidy-File and Mopidy-Beets to beets' items, and back.

    Mopidy-Local and Mopidy-File name a file; its path is absolute, as beets spells it, in bytes. Mopidy-Beets names
    the item's id, which beets may give to another item later, so that it is looked up when it is needed.

    media_directory: Mopidy-Local's media_dir, or None where Mopidy-Local is not installed.
    music_directory: beets' own. Either may be a symbolic link to the other, or to a folder in it.
    """

    def __init__(self, media_directory: str | Path | None, music_directory: str | Path | None = None) -> None:
        self._media = _Root(media_directory) if media_directory else None
        self._music = _Root(music_directory) if music_directory else None

    def item(self, uri: str) -> bytes | int | None:
        """The item that a URI stands for, by its file's path or by its id; None if it is no track's of SCHEMES."""
        if uri.startswith(_BEETS):
            id_ = _unquoted(uri.removeprefix(_BEETS))
            return int(id_) if _ID.fullmatch(id_) else None
        if uri.startswith(_LOCAL) and self._media is not None:
            path = os.path.normpath(self._media.spelled + b"/" + _unquoted(uri.removeprefix(_LOCAL)))
        elif (file := _FILE.fullmatch(uri)) is not None:
            path = os.path.normpath(_unquoted(file[1]))
        else:
            return None
        return self.spelled(path)

    def spelled(self, path: bytes) -> bytes:
        """A file's path as beets' setting spells the folder: items may be stored by either name of it."""
        real = self._media.resolved(path) if self._media is not None else None
        return (self._music.respelled(real or path) if self._music is not None else None) or path

    def uri(self, path: bytes, item_id: int, scheme: str | None) -> str | None:
        """The URI in one of SCHEMES of the item with this path and id; None if that scheme cannot reach it."""
        if scheme == "beets":
            # beet web cannot send a file whose name is no UTF-8, and Mopidy falls silent before it.
            return f"{_BEETS}{item_id}" if _is_utf8(path) else None
        if scheme == "file":
            return "file://" + quote_from_bytes(path)
        if scheme != "local" or self._media is None:
            return None
        real = self._music.resolved(path) if self._music is not None else None
        inside = self._media.inside(path) or self._media.inside_resolved(real or path)
        return None if inside is None else _LOCAL + quote_from_bytes(inside)


def _unquoted(text: str) -> bytes:
    """Percent-encoding undone; what no encoding can write, as a client may send it, raises nothing."""
    return unquote_to_bytes(text.encode(errors="surrogatepass"))


def _is_utf8(path: bytes) -> bool:
    try:
        path.decode()
    except UnicodeDecodeError:
        return False
    return True


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
