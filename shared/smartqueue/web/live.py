"""Tells the open pages what plays and what comes, as soon as it changes."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from tornado.web import stream_request_body
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from smartqueue.web.handler import Logged, RefusedError, check_origin, safe_headers
from smartqueue.web.now import player_of
from smartqueue.web.player import Player, PlayerError
from smartqueue.web.site import Site

# A player tells of one change by several events; so many seconds later they have come.
_TOGETHER = 0.1


class Audience:
    """The sockets of the pages that are open; the player is watched while there is one. For the server's thread."""

    def __init__(self) -> None:
        self._sockets: set[Live] = set()
        self._changed = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None
        self._unwatch: Callable[[], None] = lambda: None

    def join(self, socket: Live, player: Player) -> None:
        """A page was opened. Raises PlayerError."""
        if not self._sockets:
            loop = asyncio.get_running_loop()

            def changed() -> None:
                with contextlib.suppress(RuntimeError):  # the server has ended
                    loop.call_soon_threadsafe(self._changed.set)

            self._unwatch = player.watch(changed)
            self._telling = loop.create_task(self._tell(player))
        self._sockets.add(socket)
        # The new one is told how things stand, and with it the others.
        self._changed.set()

    def leave(self, socket: Live) -> None:
        """A page was closed."""
        self._sockets.discard(socket)
        if not self._sockets and self._telling is not None:
            self._unwatch()
            self._telling.cancel()
            self._telling = None

    async def _tell(self, player: Player) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                message = json.dumps(await player.now(), allow_nan=False)
            except PlayerError as error:
                message = json.dumps({"error": str(error)})
            for socket in tuple(self._sockets):
                with contextlib.suppress(WebSocketClosedError):
                    # One that cannot keep up keeps nobody waiting; that it went away meanwhile is no news.
                    socket.write_message(message).add_done_callback(lambda sent: sent.cancelled() or sent.exception())
            await asyncio.sleep(_TOGETHER)


@stream_request_body
class Live(Logged, WebSocketHandler):
    """A socket that sends what api/now answers, at once and at each change; what is said to it is not listened to."""

    def initialize(self, site: Site, audience: Audience) -> None:
        """As Tornado calls it."""
        self._site = site
        self._audience = audience

    def set_default_headers(self) -> None:
        """As Tornado calls it."""
        safe_headers(self)

    def prepare(self) -> None:
        """Refuses strangers; a browser sends a page's origin with every socket, so that there must be one."""
        check_origin(self, self._site)
        if "Origin" not in self.request.headers:
            raise RefusedError(HTTPStatus.FORBIDDEN, "a page of ours asks for this alone")
        player_of(self._site)

    def check_origin(self, origin: str) -> bool:  # noqa: ARG002 - as Tornado calls it
        """Was checked before."""
        return True

    def open(self, *_: str, **__: str) -> None:
        """As Tornado calls it."""
        try:
            self._audience.join(self, player_of(self._site))
        except PlayerError:
            # The page will ask again.
            self.close()

    def on_message(self, message: str | bytes) -> None:  # noqa: ARG002 - as Tornado calls it
        """Nothing of ours speaks here."""
        self.close()

    def data_received(self, chunk: bytes) -> None:
        """As Tornado calls it; nothing is kept."""

    def on_close(self) -> None:
        """As Tornado calls it."""
        self._audience.leave(self)

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ANN401 - as Tornado calls it
        """One line in words."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        words = error.in_words if isinstance(error, RefusedError) else HTTPStatus(status_code).phrase
        self.finish({"error": words})
