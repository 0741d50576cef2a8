"""Between Mopidy's URIs and the files of beets' library."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

_LOCAL = "local:track:"
# The schemes whose tracks are files that beets may know.
SCHEMES = ("local", "file")


class Translator:
    """Maps URIs of Mopidy-Local and Mopidy-File to absolute paths as bytes, and back.

    media_directory: Mopidy-Local's media_dir, or None where Mopidy-Local is not installed.
    """

    def __init__(self, media_directory: str | Path | None) -> None:
        self._media = os.path.normpath(os.fsencode(media_directory)) if media_directory else None

    def path(self, uri: str) -> bytes | None:
        """The file that a URI stands for; None if it is no file's, such as a radio stream's."""
        if uri.startswith(_LOCAL) and self._media is not None:
            return os.path.normpath(self._media + b"/" + unquote_to_bytes(uri.removeprefix(_LOCAL)))
        parts = urlsplit(uri)
        if parts.scheme == "file" and parts.netloc in ("", "localhost"):
            return os.path.normpath(unquote_to_bytes(uri.split(":", 1)[1].removeprefix("//" + parts.netloc)))
        return None

    def uri(self, path: bytes, scheme: str) -> str | None:
        """A file's URI in one of SCHEMES; None if that scheme cannot reach it."""
        if scheme == "file":
            return "file://" + quote_from_bytes(path)
        if scheme == "local" and self._media is not None and path.startswith(self._media + b"/"):
            return _LOCAL + quote_from_bytes(path[len(self._media) + 1 :])
        return None
