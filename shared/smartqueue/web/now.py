"""What the page Now shows and takes, and what the map has played."""

from __future__ import annotations

from http import HTTPStatus

from smartqueue.web.handler import Handler, RefusedError
from smartqueue.web.player import Player
from smartqueue.web.site import Site


def player_of(site: Site) -> Player:
    """The player; refuses where nothing plays."""
    if site.player is None:
        raise RefusedError(HTTPStatus.NOT_FOUND, "nothing plays here: this page is in Mopidy")
    return site.player


class Now(Handler):
    """What plays, what comes, and why."""

    async def get(self) -> None:
        """Tells what Player.now does."""
        self.answer(await player_of(self.site).now())


class NotThis(Handler):
    """Takes back a track of smartqueue's: {"tlid": …}."""

    async def post(self) -> None:
        """Another comes in its stead."""
        if not await player_of(self.site).not_this(self.number(self.body().get("tlid"))):
            raise RefusedError(HTTPStatus.NOT_FOUND, "that track is not there to be taken back any more")
        self.answer({})


class MoreLike(Handler):
    """Has what comes be more like a track of the list: {"tlid": …}."""

    async def post(self) -> None:
        """What smartqueue had chosen to follow that track is chosen anew."""
        if not await player_of(self.site).more_like(self.number(self.body().get("tlid"))):
            raise RefusedError(HTTPStatus.NOT_FOUND, "that track is not on the list any more")
        self.answer({})


class Switch(Handler):
    """Whether smartqueue adds music: {"on": …}."""

    async def post(self) -> None:
        """Kept over restarts."""
        on = self.body().get("on")
        if not isinstance(on, bool):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "on is true or false")
        await player_of(self.site).switch(on=on)
        self.answer({"on": on})


class Play(Handler):
    """Plays a track of the library: {"track": …}, by our own id."""

    async def post(self) -> None:
        """It comes behind what plays now, and begins at once."""
        if not await player_of(self.site).play(self.number(self.body().get("track"))):
            raise RefusedError(HTTPStatus.NOT_FOUND, "Mopidy does not know this track: run 'mopidy local scan'")
        self.answer({})
