"""Where beets' library is, by Mopidy's settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from smartqueue.beets_configuration import BeetsPlaces, beets_places


def places(settings: dict[str, Any]) -> BeetsPlaces:
    """The library that is configured, by Mopidy's own settings first, else by beets'. Raises ConfigurationError."""
    library, music_directory = settings["library"], settings["music_directory"]
    if library and music_directory:
        return BeetsPlaces(Path(os.fspath(library)), Path(os.fspath(music_directory)))
    found = beets_places()
    return BeetsPlaces(
        Path(os.fspath(library)) if library else found.library,
        Path(os.fspath(music_directory)) if music_directory else found.music_directory,
    )
