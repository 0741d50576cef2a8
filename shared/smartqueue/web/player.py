"""What the pages ask of a player."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class PlayerError(Exception):
    """The player does not answer; the message says so in words."""


class Player(Protocol):
    """A music player with a queue of which some tracks are smartqueue's. Every method may raise PlayerError.

    tlid: the player's own number of a place in its list.
    """

    async def now(self) -> dict[str, Any]:
        """What plays, what comes and why, as JSON.

        on: whether smartqueue adds music. rests: why it adds none at the moment, in words; empty where it does. state:
        playing, paused or stopped. playing: a track, or None; coming: the next twenty; more: how many follow these. Of
        a track: tlid; track, our own id, None where it was not analysed; title, artist, album; length, in seconds, or
        None; own, whether smartqueue queued it; why, in words, and context, as Explanation.as_json. Of the playing one
        also its position, in seconds.
        """

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
