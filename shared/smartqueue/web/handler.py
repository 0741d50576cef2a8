"""What every handler does: who may ask, what a page may load, JSON in and out, errors in words."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Awaitable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tornado.web import HTTPError, RequestHandler, stream_request_body

from smartqueue.database import DatabaseError
from smartqueue.names import is_profile
from smartqueue.web.player import PlayerError
from smartqueue.web.site import Site

logger = logging.getLogger(__name__)

# No request of ours is longer, in bytes.
_LONGEST_BODY = 64 * 1024
# Scripts, styles, pictures and sounds from here alone, and none inside the pages themselves.
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


class RefusedError(HTTPError):
    """A request that is not answered; the reason is shown."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(int(status), reason)
        self.in_words = reason


def safe_headers(handler: RequestHandler) -> None:
    """What keeps other sites and the pages' own contents from doing harm."""
    handler.set_header("Content-Security-Policy", _POLICY)
    handler.set_header("X-Content-Type-Options", "nosniff")
    handler.set_header("Referrer-Policy", "no-referrer")
    handler.set_header("Cross-Origin-Resource-Policy", "same-origin")
    handler.set_header("Cross-Origin-Opener-Policy", "same-origin")


def check_origin(handler: RequestHandler, site: Site) -> None:
    """Refuses what was not asked for under this machine's own name, or by a page of another site."""
    host = handler.request.headers.get("Host", "")
    if not site.is_known(host):
        raise RefusedError(HTTPStatus.FORBIDDEN, "this machine does not go by that name: see allowed_hosts")
    headers = handler.request.headers
    # Browsers tell of what needs no Origin, as pictures and sounds, by Sec-Fetch-Site; a link may lead here.
    is_foreign = headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    if (is_foreign and headers.get("Sec-Fetch-Mode") != "navigate") or not _is_of(headers.get("Origin"), host):
        raise RefusedError(HTTPStatus.FORBIDDEN, "another site's page asks for this")


def _is_of(origin: str | None, host: str) -> bool:
    """Whether an Origin header, where there is one, is a page's that came from this host and port."""
    try:
        return origin is None or urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


def in_words(handler: RequestHandler, status: int, error: object) -> str:
    """What a request is answered that went wrong by an error; may change the status."""
    if isinstance(error, RefusedError):
        return error.in_words
    if isinstance(error, DatabaseError):
        # The path in it is nobody's business.
        handler.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
        return "the library cannot be used now: see what the program says in its terminal or log"
    if isinstance(error, PlayerError):
        handler.set_status(HTTPStatus.SERVICE_UNAVAILABLE)
        return str(error)
    return HTTPStatus(status).phrase


class Logged(RequestHandler):
    """Logs what went wrong under our own name alone; that a page was loaded, or refused, is no news.

    What tornado logs of a path is not ours to change, and Mopidy 4 takes it for markup.
    """

    def _log(self) -> None:
        """As Tornado calls it, of each request."""

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:  # noqa: ANN401, ARG002 - as Tornado calls it
        """A request that we refuse is no event, and a database that is away one line."""
        if isinstance(value, DatabaseError | PlayerError):
            logger.warning("%s", value)
        elif not isinstance(value, HTTPError):
            logger.error("%s %s went wrong", self.request.method, self.request.path, exc_info=value)


@stream_request_body
class Handler(Logged):
    """Every answer of ours but the pages' files and sockets."""

    site: Site

    def initialize(self, site: Site) -> None:
        """As Tornado calls it."""
        self.site = site
        self._body = bytearray()

    def set_default_headers(self) -> None:
        """As Tornado calls it."""
        safe_headers(self)
        self.set_header("Cache-Control", "no-store")

    def head(self, *path: str) -> Awaitable[None] | None:
        """As GET; Tornado sends no body."""
        return self.get(*path)

    def check(self) -> None:
        """Refuses strangers, and changes without the token."""
        check_origin(self, self.site)
        if self._may_change:
            token = self.request.headers.get("X-Smartqueue-Token", "")
            if not secrets.compare_digest(token.encode(), self.site.token.encode()):
                raise RefusedError(HTTPStatus.FORBIDDEN, "the page is of an earlier start: load it again")

    @property
    def _may_change(self) -> bool:
        return self.request.method not in ("GET", "HEAD")

    def prepare(self) -> Awaitable[None] | None:
        """Refuses what is not to be answered, and what is too long to be read."""
        refused: RefusedError | None = None
        try:
            self.check()
        except RefusedError as error:
            refused = error
        if self._may_change:
            length = self.request.headers.get("Content-Length")
            if length is None or not length.isdecimal():
                raise refused or RefusedError(HTTPStatus.LENGTH_REQUIRED, "say how long the request is")
            if int(length) > _LONGEST_BODY:
                raise refused or RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "that is too much")
        if refused is not None:
            self._refuse_when_read(refused)
        return None

    def _refuse_when_read(self, refused: RefusedError) -> None:
        """Who is answered before all is read may find the connection broken, and no answer."""

        def refuse(*_: str) -> None:
            raise refused

        setattr(self, str(self.request.method).lower(), refuse)

    def data_received(self, chunk: bytes) -> None:
        """As Tornado calls it; no more comes than was announced, and what comes with a GET is nothing to us."""
        if self._may_change:
            self._body += chunk

    # What was asked

    @property
    def profile(self) -> str:
        """The listener whom the request is about."""
        name = self.get_query_argument("profile", self.site.profile)
        if not is_profile(name):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "a profile is a short name")
        return name

    def body(self) -> dict[str, Any]:
        """The JSON object that came with the request."""
        try:
            found = json.loads(self._body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise RefusedError(HTTPStatus.BAD_REQUEST, "the request is no JSON object")
        return found

    @staticmethod
    def number(given: object) -> int:
        """An id, as a whole number from 1 on that SQLite can hold."""
        if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 19:
            given = int(given)
        if not isinstance(given, int) or isinstance(given, bool) or not 0 < given < 2**63:
            raise RefusedError(HTTPStatus.BAD_REQUEST, "that is no id")
        return given

    # What is answered

    def answer(self, found: dict[str, Any]) -> None:
        """Sends JSON."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(found, allow_nan=False))

    def get_template_path(self) -> str:
        """Our own, whatever server we are in."""
        return str(Path(__file__).parent / "templates")

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ANN401 - as Tornado calls it
        """One line in words, and no traceback."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        self.answer({"error": in_words(self, status_code, error)})
