"""beet import with `auto: yes`: hears what is imported beside the import, and waits for the rest at its end."""

from __future__ import annotations

import atexit
from collections.abc import Collection, Iterable
from logging import Logger
from queue import Empty, SimpleQueue
from threading import Event, Thread

from beets.exceptions import UserError
from beets.library import Album, Item, Library
from beets.plugins import BeetsPlugin
from beets.ui import print_
from confuse import Subview

from beetsplug.smartqueue import settings
from beetsplug.smartqueue.fields import fill
from beetsplug.smartqueue.library import missing_extra, opened, shown
from beetsplug.smartqueue.progress import Progress
from smartqueue.analysis import Done, carry_out, plan
from smartqueue.workers import PreparationError


class ImportAnalysis:
    """A thread that is handed the ids of imported items, as they come."""

    def __init__(self, config: Subview, log: Logger) -> None:
        self._config = config
        self._log = log
        self._ids: SimpleQueue[int | None] = SimpleQueue()
        self._stop = Event()
        self._thread: Thread | None = None
        self._total = 0
        self._done: list[Done] = []

    def listen(self, plugin: BeetsPlugin) -> None:
        """Has beets tell of what is imported, and of an import's end."""
        plugin.register_listener("import_begin", self._check)
        plugin.register_listener("album_imported", self._add_album)
        plugin.register_listener("item_imported", self._add_item)
        plugin.register_listener("import", self._wait)

    def _check(self, **_: object) -> None:
        """Names a wrong setting before anything is imported."""
        if settings.is_automatic(self._config):
            settings.check(self._config)

    def _add_album(self, lib: Library, album: Album) -> None:
        self._add(lib, album.items())

    def _add_item(self, lib: Library, item: Item) -> None:
        self._add(lib, [item])

    def _add(self, lib: Library, items: Iterable[Item]) -> None:
        if not settings.is_automatic(self._config):
            return
        if self._thread is None:
            wanted = settings.jobs(self._config), settings.fields(self._config)
            self._thread = Thread(target=self._run, args=[lib, *wanted], name="smartqueue", daemon=True)
            self._thread.start()
            # an import that ends by Ctrl-C or an error does not tell that it is over
            atexit.register(self._end)
        for item in items:
            if item.id is not None:
                self._total += 1
                self._ids.put(item.id)

    def _wait(self, **_: object) -> None:
        if self._thread is None:
            return
        self._ids.put(None)
        if self._thread.is_alive():
            print_("hearing what was imported; Ctrl-C leaves the rest to beet analyze")
        told = 0
        try:
            with Progress(self._total) as progress:
                while self._thread.is_alive():
                    self._thread.join(0.2)
                    progress.update(len(self._done) - told)
                    told = len(self._done)
        except ImportError as error:
            raise missing_extra("import with auto", "analysis", error) from error
        except KeyboardInterrupt:
            self._end()
            print_("stopped; the next beet analyze goes on from here")
        failures = [(one.item.file, one.failure) for one in self._done if one.failure]
        known = sum(one.known for one in self._done)
        print_(f"{len(self._done) - known - len(failures)} analysed, {known} up to date, {len(failures)} failed")
        for file, reason in sorted(failures):
            print_(f"  {shown(file)}: {reason}")

    def _end(self) -> None:
        self._stop.set()
        self._ids.put(None)
        if self._thread is not None:
            self._thread.join()

    # In the thread

    def _run(self, lib: Library, jobs: int, fields: Collection[str]) -> None:
        try:
            while ids := self._next():
                self._hear(lib, ids, jobs, fields)
        except UserError as error:
            self._log.error("{}", error)

    def _next(self) -> list[int]:
        """All ids that wait, at least one; none at the end."""
        ids = []
        following = self._ids.get()
        try:
            while following is not None:
                ids.append(following)
                following = self._ids.get_nowait()
        except Empty:
            return ids
        self._ids.put(None)
        return ids

    def _hear(self, lib: Library, ids: list[int], jobs: int, fields: Collection[str]) -> None:
        with opened(lib) as database:
            work = plan(database.tracks.items(ids), database.tracks.of_items(ids))
            try:
                for one in carry_out(work, database, jobs, stop=self._stop):
                    item: Item | None = lib.get_item(one.item.id)
                    if item is not None:
                        fill(item, one.scalars, fields, one.earlier)
                    self._done.append(one)
            except PreparationError as error:
                raise missing_extra("import with auto", "analysis", error) from error
