"""The pages on a web server of their own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from smartqueue.web import rules
from smartqueue.web.site import Site

# In seconds: how long requests in the midst of their work have to see that nobody waits for it any more.
_LEAVE = 5.0


@contextlib.contextmanager
def serving(site: Site, address: str, port: int) -> Iterator[int]:
    """Serves the pages on a thread for as long as the context lasts; gives the port, a free one for 0.

    Raises OSError where the address cannot be had.
    """
    sockets = bind_sockets(port, address)
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        ended = asyncio.Event()
        server = HTTPServer(Application(rules(site)))
        server.add_sockets(sockets)
        begun.set_result((asyncio.get_running_loop(), ended))
        await ended.wait()
        server.stop()
        await server.close_all_connections()
        if working := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(working, timeout=_LEAVE)

    thread = threading.Thread(target=asyncio.run, args=[serve()], name="smartqueue-pages")
    thread.start()
    loop, ended = begun.result()
    try:
        yield int(sockets[0].getsockname()[1])
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        site.store.close()
