"""The pages themselves, and the scripts and styles that they load."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

from tornado.web import StaticFileHandler

from smartqueue.web.handler import Handler, Logged, RefusedError, check_origin, in_words, safe_headers
from smartqueue.web.site import Site

_TITLES = {"survey": "Survey", "now": "Now", "learned": "Learned", "map": "Map"}


class Start(Handler):
    """Where there is a player, what it plays; else the survey."""

    def get(self) -> None:
        """Sends on to a page."""
        self.redirect("survey" if self.site.player is None else "now")


class Page(Handler):
    """One of the pages, which loads what it shows by itself."""

    def get(self, name: str) -> None:
        """Sends the page."""
        if name == "now" and self.site.player is None:
            raise RefusedError(HTTPStatus.NOT_FOUND, "nothing plays here: this page is in Mopidy")
        titles = {page: title for page, title in _TITLES.items() if page != "now" or self.site.player is not None}
        self.render(
            f"{name}.html",
            name=name,
            titles=titles,
            token=self.site.token,
            profile=self.profile,
            is_own=self.profile == self.site.profile,
            has_player=self.site.player is not None,
        )


class Token(Handler):
    """For a page that was loaded before the program was started anew."""

    def get(self) -> None:
        """Sends what a change must bring."""
        self.answer({"token": self.site.token})


class Nothing(Handler):
    """Whatever else is asked for."""

    def check(self) -> None:
        """Refuses strangers, and says that there is no such thing."""
        check_origin(self, self.site)
        raise RefusedError(HTTPStatus.NOT_FOUND, "there is no such page")


class Static(Logged, StaticFileHandler):
    """The files beside the pages."""

    def initialize(self, site: Site) -> None:  # type: ignore[override]  # our own rule gives it
        """As Tornado calls it."""
        super().initialize(str(Path(__file__).parent / "static"))
        self._site = site

    def prepare(self) -> None:
        """Refuses strangers."""
        check_origin(self, self._site)

    def set_default_headers(self) -> None:
        """As Tornado calls it."""
        safe_headers(self)

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002 - as Tornado calls it
        """Asked for again each time, and sent where it has changed."""
        self.set_header("Cache-Control", "no-cache")

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ANN401 - as Tornado calls it
        """One line in words."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        self.finish({"error": in_words(self, status_code, error)})
