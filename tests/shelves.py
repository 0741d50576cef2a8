"""A library that beets itself made, with vectors of no music at all, so that nothing has to be analysed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from beets.library import Item, Library

from smartqueue.beets_configuration import BeetsPlaces
from smartqueue.database import Database, FileState, Heard
from smartqueue.features import EXTRACTOR, NAMES


class Shelf:
    """Music that beets knows, as a player gets to see it; its files are empty."""

    def __init__(self, folder: Path, music: Path | None = None) -> None:
        self.places = BeetsPlaces(folder / "library.db", music or folder / "music")
        self.places.music_directory.mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True)
        self.beets = Library(str(self.places.library), str(self.places.music_directory))

    def add(self, *titles: str, **fields: Any) -> None:
        """Imports tracks, and has them analysed."""
        for title in titles:
            file = self.file(title)
            file.touch()
            item = Item(path=bytes(file), title=title, length=60.0, **fields)
            self.beets.add(item)
            vector = np.random.default_rng(item.id).normal(size=len(NAMES)).astype(np.float32)
            with self.database() as database:
                (known,) = database.tracks.items([item.id or 0])
                database.vectors.store(known, FileState(0, 0.0), title, EXTRACTOR, Heard(vector, {}))

    def modify(self, title: str, **fields: Any) -> None:
        """Gives a track other tags."""
        item = self.item(title)
        item.update(fields)
        item.store()

    def item(self, title: str) -> Item:
        """What beets has of a track."""
        (found,) = self.beets.items([f"title:={title}"])
        assert isinstance(found, Item)
        return found

    def file(self, title: str) -> Path:
        """Where a track is."""
        return self.places.music_directory / f"{title}.ogg"

    def uri(self, title: str) -> str:
        """How Mopidy calls a track."""
        return self.file(title).as_uri()

    def database(self) -> Database:
        """Our tables, with nothing in them at first."""
        database = Database(self.places.library, self.places.music_directory)
        database.migrate()
        return database
