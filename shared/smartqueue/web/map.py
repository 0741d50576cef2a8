"""The map: the library's places, what colours them, and tonight's path."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from http import HTTPStatus
from itertools import count
from typing import Any

from smartqueue.candidates import Candidates
from smartqueue.layout import layout
from smartqueue.library_map import LibraryMap, tonight
from smartqueue.web.handler import Handler, RefusedError
from smartqueue.web.site import Site

# The maps of so many listeners are kept.
_LISTENERS = 4


@dataclass(frozen=True)
class Drawn:
    """A map and what a page gets of it; its number no other map has while the program runs."""

    number: int
    among: Candidates
    map: LibraryMap
    columns: dict[str, Any]


class Maps:
    """Each listener's latest map, and the next one, which is worked out beside while requests are answered."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._thread: threading.Thread | None = None
        self._latest: dict[str, Drawn] = {}
        self.done = 0.0

    def of(self, among: Candidates, profile: str) -> Drawn | None:
        """A listener's latest map, which may be of the library as it was; has one made of the library as it is.

        One at a time, and each is finished, so that there is one of a library that changes on and on.
        """
        # Listeners to whom the same is near share one.
        drawn = next((drawn for drawn in list(self._latest.values()) if drawn.among is among), None)
        if drawn is not None:
            self._keep(profile, drawn)
        elif self._thread is None or not self._thread.is_alive():
            self.done = 0.0
            # A program that ends does not wait for it.
            self._thread = threading.Thread(
                target=self._draw, args=[among, profile], name="smartqueue-map", daemon=True
            )
            self._thread.start()
        return self.kept(profile)

    def kept(self, profile: str) -> Drawn | None:
        """A listener's latest map, if it is there."""
        return self._latest.get(profile)

    def _keep(self, profile: str, drawn: Drawn) -> None:
        self._latest.pop(profile, None)
        self._latest[profile] = drawn
        while len(self._latest) > _LISTENERS:
            self._latest.pop(next(iter(self._latest)), None)

    def _draw(self, among: Candidates, profile: str) -> None:
        def told(done: float) -> None:
            self.done = done

        drawn = LibraryMap(among.library, layout(among.pool.near, told))
        self._keep(profile, Drawn(next(self._numbers), among, drawn, drawn.columns()))


class MapHandler(Handler):
    """What answers from the maps."""

    def initialize(self, site: Site, maps: Maps) -> None:  # type: ignore[override]  # our own rule gives them
        """As Tornado calls it."""
        super().initialize(site)
        self.maps = maps


class Map(MapHandler):
    """Where the tracks are."""

    async def get(self) -> None:
        """Tells the map, its `number`, and whether it is of the library as it is now (`current`).

        Where none is ready, how much of it is `done`, from 0 to 1; of the one whose number is `known`, not the tracks.
        """
        among = await self.site.store.among(self.profile)
        drawn = self.maps.of(among, self.profile)
        if drawn is None:
            self.answer({"number": None, "current": False, "done": self.maps.done})
            return
        is_known = self.get_query_argument("known", "") == str(drawn.number)
        columns = {} if is_known else drawn.columns
        self.answer({"number": drawn.number, "current": drawn.among is among, "done": 1.0, **columns})


class Feature(MapHandler):
    """What a map's tracks are coloured by."""

    def get(self) -> None:
        """Tells a number for each track of the map of a `number`."""
        drawn = self.maps.kept(self.profile)
        if drawn is None or self.get_query_argument("number", "") != str(drawn.number):
            raise RefusedError(HTTPStatus.CONFLICT, "there is another map: load the page again")
        try:
            found = drawn.map.feature(self.get_query_argument("name", ""))
        except KeyError:
            raise RefusedError(HTTPStatus.NOT_FOUND, "the map cannot be coloured by that") from None
        self.answer(found)


class Path(Handler):
    """Tonight's path through the map."""

    async def get(self) -> None:
        """Tells ids: of what was `played`, in order, of what is `playing`, and of what is `queued`, where it shows."""
        profile = self.profile
        played = await self.site.store.ask(lambda database: tonight(database, profile))
        now = await self.site.player.now() if self.site.player is not None else {"playing": None, "coming": []}
        self.answer(
            {
                "played": played,
                "playing": now["playing"] and now["playing"]["track"],
                "queued": [track["track"] for track in now["coming"] if track["track"] is not None],
            }
        )
