"""The player as the pages know it: smartqueue's frontend, asked from the web server's thread."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import pykka
from mopidy.exceptions import MopidyException

from mopidy_smartqueue import presentation
from mopidy_smartqueue.chooser import Chooser
from mopidy_smartqueue.frontend import SmartqueueFrontend
from mopidy_smartqueue.queue import Queue
from smartqueue.web.player import PlayerError

Answer = TypeVar("Answer")

# How long an answer may take, in seconds: of the frontend, which may be asking core, and of the chooser, which may be
# loading a large library.
_PATIENCE, _BRIEFLY = 8.0, 2.0


class ActorsPlayer:
    """Asks Pykka's actors on a thread of its own, one thing after the other; see smartqueue.web.player.Player."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smartqueue-player")

    async def now(self) -> dict[str, Any]:
        """What plays, what comes and why."""
        return await self._run(_now)

    async def play(self, track: int) -> bool:
        """Plays a track behind what plays now; whether Mopidy knows it."""
        return await self._run(partial(_play, track))

    async def not_this(self, tlid: int) -> bool:
        """Takes back what smartqueue queued; whether it was there."""
        return await self._run(partial(_wish, lambda queue: queue.not_this(tlid)))

    async def more_like(self, tlid: int) -> bool:
        """Has what comes be more like a track of the list; whether it is there."""
        return await self._run(partial(_wish, lambda queue: queue.more_like(tlid)))

    async def switch(self, *, on: bool) -> None:
        """Adds no more, or adds again."""
        await self._run(lambda: _frontend().switch(on).get(timeout=_PATIENCE))

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Has `changed` called on the frontend's thread."""
        with _in_words():
            frontend = _frontend()
            frontend.watch.defer(changed)

        def end() -> None:
            with contextlib.suppress(pykka.ActorDeadError):
                frontend.unwatch.defer(changed)

        return end

    async def _run(self, question: Callable[[], Answer]) -> Answer:
        with _in_words():
            return await asyncio.get_running_loop().run_in_executor(self._thread, question)


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Says as PlayerError what went wrong with Mopidy."""
    try:
        yield
    except pykka.Timeout:
        raise PlayerError("Mopidy does not answer: try again in a moment") from None
    except pykka.ActorDeadError:
        raise PlayerError("Mopidy is stopping") from None
    except MopidyException as error:
        raise PlayerError(str(error)) from error


def _now() -> dict[str, Any]:
    frontend = _frontend()
    found: dict[str, Any] | None = frontend.now().get(timeout=_PATIENCE)
    if found is None:
        raise PlayerError(frontend.fault.get(timeout=_PATIENCE))
    uris = presentation.uris(found)
    return presentation.with_tracks(found, _chosen(lambda chooser: chooser.tracks(uris)))


def _play(track: int) -> bool:
    uris = _chosen(lambda chooser: chooser.uris(track)) or []
    return bool(_frontend().play(uris).get(timeout=_PATIENCE))


def _wish(wish: Callable[[Queue], bool]) -> bool:
    return bool(_frontend().wish(wish).get(timeout=_PATIENCE))


def _frontend() -> Any:  # noqa: ANN401 - a Pykka proxy has no type
    frontends = pykka.ActorRegistry.get_by_class(SmartqueueFrontend)
    if not frontends:
        raise PlayerError("smartqueue is not running in Mopidy: see Mopidy's log")
    return frontends[0].proxy()


def _chosen(question: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - as the question answers
    """What the chooser answers; None while it has no time."""
    choosers = pykka.ActorRegistry.get_by_class(Chooser)
    try:
        return question(choosers[0].proxy()).get(timeout=_BRIEFLY) if choosers else None
    except (pykka.Timeout, pykka.ActorDeadError):
        return None
