"""A track's cover."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from smartqueue.pictures import cover
from smartqueue.web.handler import Handler, RefusedError


class Cover(Handler):
    """The cover of a track of the library, by our own id."""

    async def get(self, track: str) -> None:
        """Sends it; nothing where the track has none, of which browsers, unlike of an error, do not complain."""
        number = self.number(track)
        files = await self.site.store.ask(lambda database: database.tracks.on_disk(number))
        if files is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "the library has no such track")
        picture = await asyncio.get_running_loop().run_in_executor(None, cover, files)
        if picture is None:
            self.set_status(HTTPStatus.NO_CONTENT)
            return
        self.set_header("Content-Type", picture.type)
        self.set_header("Cache-Control", "private, max-age=3600")
        self.write(picture.image)
