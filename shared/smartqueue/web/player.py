"""What the pages ask of a player."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Player(Protocol):
    """A music player with a queue of which some tracks are smartqueue's. Every method may be called from one thread."""

    async def now(self) -> dict[str, Any]:
        """What plays, what comes and why, as JSON: see smartqueue.web.now."""

    async def play(self, track: int) -> bool:
        """Plays a track, by our own id, behind what plays now; whether the player knows it."""

    async def not_this(self, tlid: int) -> bool:
        """Takes back what smartqueue queued, and does not offer it again this session; whether it was there."""

    async def more_like(self, tlid: int) -> bool:
        """Has what comes be more like a track of the list; whether it is there."""

    async def switch(self, *, on: bool) -> None:
        """Adds no more, or adds again."""

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Has `changed` called, from any thread, when `now` would answer otherwise; returns what ends that."""
