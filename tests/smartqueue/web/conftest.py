"""The pages on a real web server, over a real library, and a plain HTTP client."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from demonstration.programs import Beets
from smartqueue.database import Database
from smartqueue.preferences import DEFAULTS, preferences
from smartqueue.web.server import serving
from smartqueue.web.site import Site
from smartqueue.web.store import Store


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Pages:
    """A server of the pages over a library, and how to ask it."""

    site: Site
    port: int
    beets: Beets

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        token: bool = True,
    ) -> Answer:
        """One request as a page of ours makes it; `headers` come in place of its own."""
        known = {"Host": f"127.0.0.1:{self.port}"}
        if method != "GET" and token:
            known["X-Smartqueue-Token"] = self.site.token
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            sent = json.dumps(body).encode() if isinstance(body, dict) else body
            connection.request(method, path, sent, {**known, **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        """A change as a page of ours asks for it."""
        return self.ask(path, "POST", body)

    @contextlib.contextmanager
    def database(self) -> Iterator[Database]:
        """The library behind."""
        with Database(self.beets.library, self.beets.music) as database:
            yield database


@contextlib.contextmanager
def opened(beets: Beets, *, learns: bool = False) -> Iterator[Pages]:
    """The pages over a library, for as long as the context lasts."""
    with Database(beets.library, beets.music) as database:
        database.migrate()
    site = Site.of(Store(beets.library, beets.music, preferences(DEFAULTS).rules), "default", learns=learns)
    with serving(site, "127.0.0.1", 0) as port:
        yield Pages(site, port, beets)


@pytest.fixture
def pages(beets: Beets) -> Iterator[Pages]:
    """The pages over an analysed library of the test's own."""
    with opened(beets) as pages:
        yield pages
