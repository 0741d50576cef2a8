"""Keeps the library in memory up with what other programs write, beside the chooser, which core may be waiting for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pykka

from mopidy_smartqueue.catalogue import Loaded, load, load_tags, version
from mopidy_smartqueue.survival import survives
from mopidy_smartqueue.translator import Translator
from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database, DatabaseError, Watch
from smartqueue.preferences import Rules

# Seconds; a writer that holds the database for longer is left alone until the next look.
_PATIENCE = 0.2


class Watcher(pykka.ThreadingActor):
    """Loads anew what has changed, and hands it to the chooser's `take`."""

    def __init__(
        self,
        places: BeetsPlaces,
        translator: Translator,
        profile: str,
        rules: Rules,
        chooser: Any,  # noqa: ANN401 - a Pykka proxy has no type
    ) -> None:
        super().__init__()
        self._places = places
        self._translator = translator
        self._profile = profile
        self._rules = rules
        self._chooser = chooser
        self._watch = Watch(places.library, timeout=_PATIENCE)
        # What the chooser has, and of which day and state of the database it is.
        self._kept: Loaded | None = None
        self._state: object = None

    @survives("closing the library")
    def on_stop(self) -> None:
        """Gives the file back."""
        self._watch.close()

    @survives("looking for changes")
    def look(self, loaded: Loaded) -> None:
        """Looks whether what the chooser has is what there is."""
        try:
            # The day, too, because seasons come and go.
            state = date.today(), self._watch.state()  # noqa: DTZ011 - the listener's day
            if loaded is self._kept and state == self._state:
                return
            with Database(self._places.library, self._places.music_directory, timeout=_PATIENCE) as database:
                self._kept, self._state = self._now(database, loaded), state
        except DatabaseError:
            # The chooser says so where that lasts.
            return
        if self._kept is not loaded:
            self._chooser.take.defer(loaded, self._kept)

    def _now(self, database: Database, loaded: Loaded) -> Loaded:
        """What is in the database: where there are other tracks or another metric all of it, else other tags alone."""
        if version(database, self._profile) == loaded.version:
            found = load_tags(database, self._translator, self._rules, loaded)
            if found is not None:
                return found
        return load(database, self._translator, self._profile, self._rules)
