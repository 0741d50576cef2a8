"""Why there is nothing to choose, in words."""

from __future__ import annotations

import os
from collections.abc import Sequence

from mopidy_smartqueue.complaints import Complaints
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database, DatabaseError

# So many files tell whether those of a library are where they should be.
_SOME = 20


class Reasons:
    """For the chooser's thread."""

    def __init__(self, places: BeetsPlaces, translator: Translator, complaints: Complaints) -> None:
        self._places = places
        self._translator = translator
        self._complaints = complaints

    def why_no_files(self, files: Sequence[bytes]) -> str:
        """Says it where none of some of the library's files is there; empty where one is."""
        some = files[:: max(len(files) // _SOME, 1)]
        if not some or any(os.path.isfile(file) for file in some):  # noqa: PTH113 - paths are bytes
            self._complaints.over("files")
            return ""
        why = (
            f"none of beets' files is in {self._places.music_directory}: set smartqueue/music_directory to what beets"
            " calls directory, or mount its disk"
        )
        self._complaints.say("files", why)
        return why

    def why_nothing(self, uri: str, files: Sequence[bytes], *, is_analysed: bool) -> str:
        """Why nothing can follow a track, of which is known whether it is analysed; empty where that is not clear."""
        why = self._complaints.current("chooser") or self.why_no_files(files)
        return why or ("" if is_analysed else self._why_not_analysed(uri))

    def _why_not_analysed(self, uri: str) -> str:
        item = self._translator.item(uri)
        try:
            with Database(self._places.library, self._places.music_directory, timeout=0.2) as database:
                tracks = database.tracks
                track = tracks.of_id(item) if isinstance(item, int) else tracks.of_file(item) if item else None
        except DatabaseError as error:
            return str(error)
        if track is None:
            return "The playing track is not in beets' library, so Smartqueue does not go on from it."
        return "The playing track is not analysed yet: run 'beet analyze'."
