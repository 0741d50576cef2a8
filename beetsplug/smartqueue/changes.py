"""What other commands do to the library, followed in our tables at the end of each."""

from __future__ import annotations

from logging import Logger

from beets.exceptions import UserError
from beets.library import Item, Library
from beets.plugins import BeetsPlugin
from confuse import ConfigError, Subview

from beetsplug.smartqueue.settings import mark_ignored
from smartqueue.database import Database, DatabaseError


class Changes:
    """Remembers a command's changes of items, because beets may be in the midst of writing when it tells of them."""

    def __init__(self, config: Subview, log: Logger) -> None:
        self._config = config
        self._log = log
        self._changed = False
        self._moved: set[int] = set()
        self._removed: set[int] = set()

    def listen(self, plugin: BeetsPlugin) -> None:
        """Has beets tell of changes, and of a command's end."""
        plugin.register_listener("database_change", self._note)
        plugin.register_listener("item_moved", self._note_move)
        plugin.register_listener("item_removed", self._note_removal)
        plugin.register_listener("cli_exit", self._follow)

    def _note(self, **_: object) -> None:
        self._changed = True

    def _note_move(self, item: Item, **_: object) -> None:
        if item.id is not None and item.id not in self._removed:
            self._moved.add(item.id)

    def _note_removal(self, item: Item, **_: object) -> None:
        if item.id is not None:
            self._moved.discard(item.id)
            self._removed.add(item.id)

    def _follow(self, lib: Library, **_: object) -> None:
        if not self._changed:
            return
        try:
            with Database(lib.path, lib.directory) as database:
                if database.is_ours:
                    database.migrate()
                    database.tracks.follow(self._moved, self._removed)
                    mark_ignored(lib, database, self._config)
        except DatabaseError:
            # The command itself is done; the next beet analyze finds out what it changed.
            return
        except (UserError, ConfigError) as error:
            self._log.warning("{}", error)
