"""Who may ask for the pages and change something, and what hostile requests are answered, on every route there is."""

from __future__ import annotations

import contextlib
import inspect
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from tornado.web import RequestHandler
from tornado.websocket import WebSocketHandler

from smartqueue.web import rules
from tests.smartqueue.web.conftest import Answer, Pages
from tests.smartqueue.web.placing import execute, place

SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "file:///etc/passwd",
    "..\\..\\etc\\passwd",
    "1\0",
    "\0",
    "1.0",
    "-1",
    "0",
    "1e3",
    " 1",
    "１",
    "٣",
    "1" * 30,
    "1" * 5000,
    "9223372036854775808",
    "' OR 1=1 --",
    SCRIPT,
    "%s%n",
    "\ud7ff",
    "",
)
NOT_UTF8 = ("%ff", "%c0%af..%c0%af", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%252e%252e%252f", "%00", "%0d%0aX-Evil:%201")


@dataclass(frozen=True)
class Route:
    """A path with room for what is asked for in it, if anything, and which requests it answers.

    names: all words in its handler's text that may be names of parameters or fields.
    """

    path: str
    gets: bool
    posts: bool
    is_socket: bool
    names: tuple[str, ...]

    @property
    def plain(self) -> str:
        """The path, asking for a first track, or for a script."""
        return self.path.format("site.js" if "static" in self.path else "1")


def routes(pages: Pages) -> list[Route]:
    """All there are."""
    found = []
    for pattern, handler, _ in rules(pages.site):
        assert issubclass(handler, RequestHandler)
        pages_ = re.fullmatch(r"/\(([\w|]+)\)", pattern)
        paths = [f"/{page}" for page in pages_[1].split("|")] if pages_ else [pattern]
        paths = [re.sub(r"\(.*\)", "{}", path).replace(".*", "nothing") for path in paths]
        names = re.findall(r'"([a-z_]+)"', inspect.getsource(handler))
        assert not [path for path in paths if set("()*?[\\") & set(path)], "say here how such a route is asked"
        found += [
            Route(
                path,
                handler.get is not RequestHandler.get,
                handler.post is not RequestHandler.post,
                issubclass(handler, WebSocketHandler),
                tuple(sorted({"profile", *names})),
            )
            for path in paths
        ]
    return found


def requests(pages: Pages) -> Iterator[tuple[str, str, Route]]:
    """A method and a path for all that a route answers."""
    for route in routes(pages):
        if route.gets:
            yield "GET", route.plain, route
        if route.posts:
            yield "POST", route.plain, route


def check_harmless(pages: Pages, answer: Answer, *asked: object) -> None:
    """No answer fails, tells of this machine, or can be taken for a page of ours where it is none."""
    told = answer.body + json.dumps(dict(answer.headers)).encode()
    assert answer.status < 500, asked
    for secret in (str(pages.beets.music), str(pages.beets.folder), str(Path.cwd()), "Traceback", "root:"):
        assert secret.encode() not in told, asked
    assert answer.headers["X-Content-Type-Options"] == "nosniff", asked
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"], asked
    assert "X-Evil" not in answer.headers, asked
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")], asked
    if answer.status >= 400 and answer.body:
        (words,) = answer.json.values()
        assert answer.json.keys() == {"error"}, asked
        assert words, asked


def raw(pages: Pages, request: bytes) -> bytes:
    """The first line that comes back for bytes that no client of ours would send; empty where nothing does."""
    with socket.create_connection(("127.0.0.1", pages.port), timeout=30) as connection:
        connection.sendall(request)
        with connection.makefile("rb") as answer:
            return answer.readline()


# Who may ask


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "192.168.1.7", "[::1]", "[fe80::1]:6680", "LOCALHOST:80"])
def test_an_address_or_a_name_of_this_machine_is_answered(pages: Pages, host: str) -> None:
    assert pages.ask("/survey", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8338",
        "localhost@evil.example",
        "",
        "a:b:c",
        "[::1",
    ],
)
def test_another_name_that_leads_to_this_machine_is_refused(pages: Pages, host: str) -> None:
    for method, path, _ in requests(pages):
        answer = pages.ask(path, method, headers={"Host": host})
        # Of some, Tornado itself says that they are no host, and no more.
        assert answer.status == 403 or (answer.status == 400 and not answer.body), (method, path)


def test_another_sites_page_is_refused(pages: Pages) -> None:
    for method, path, _ in requests(pages):
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1", "http://[::1", "file://"):
            answer = pages.ask(path, method, {} if method == "POST" else None, headers={"Origin": origin})
            assert answer.status == 403, (method, path, origin)
            assert pages.site.token.encode() not in answer.body


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_page_cannot_show_or_play_what_is_ours(pages: Pages, site: str) -> None:
    for _, path, route in requests(pages):
        if route.gets:
            headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
            assert pages.ask(path, headers=headers).status == 403, path


def test_a_link_on_another_sites_page_leads_here(pages: Pages) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert pages.ask("/survey", headers=headers).status == 200


def test_a_page_of_our_own_is_answered(pages: Pages) -> None:
    own = f"http://127.0.0.1:{pages.port}"
    assert pages.ask("/api/token", headers={"Origin": own}).json == {"token": pages.site.token}


def test_pages_load_nothing_from_elsewhere_and_run_no_script_of_their_own(pages: Pages) -> None:
    for page in ("survey", "learned", "map"):
        answer = pages.ask(f"/{page}")
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        for sign in (b"http://", b"https://", b'src="//', b"style=", b"<style", b"onclick=", b"javascript:"):
            assert sign not in answer.body, (page, sign)
        assert all(b"src=" in tag for tag in re.findall(rb"<script[^>]*>", answer.body)), page


# Who may change something


@pytest.mark.parametrize("token", [None, "", "wrong", "ü", "0" * 32])
def test_nothing_is_changed_without_the_token(pages: Pages, token: str | None) -> None:
    with pages.database() as database:
        before = database.triplets.counts("default")
    for method, path, _ in requests(pages):
        if method == "POST":
            headers = {} if token is None else {"X-Smartqueue-Token": token}
            answer = pages.ask(path, "POST", {"tracks": [1, 2, 3], "odd": 1}, headers=headers, token=False)
            assert answer.status == 403, path
    with pages.database() as database:
        assert database.triplets.counts("default") == before


def test_the_token_is_not_taken_from_the_address_or_the_body(pages: Pages) -> None:
    token = pages.site.token
    answer = pages.ask(f"/api/undo?token={token}&X-Smartqueue-Token={token}", "POST", {"token": token}, token=False)
    assert answer.status == 403


def test_nothing_is_changed_by_a_mere_look(pages: Pages) -> None:
    for route in routes(pages):
        for method in ("GET", "HEAD"):
            if route.posts and not route.gets:
                headers = {"X-Smartqueue-Token": pages.site.token}
                assert pages.ask(route.plain, method, headers=headers).status == 405, route


def test_other_methods_are_not_allowed(pages: Pages) -> None:
    for route in routes(pages):
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "POST"):
            if not (route.is_socket or "static" in route.path or (route.posts and method == "POST")):
                answer = pages.ask(route.plain, method, {})
                assert answer.status in (404, 405), (method, route)
                assert pages.site.token.encode() not in answer.body


# What is asked


def test_no_path_leads_anywhere_else(pages: Pages) -> None:
    for route in routes(pages):
        for value in (*(quote(value, safe="") for value in HOSTILE), *NOT_UTF8, "../../../../etc/passwd"):
            for path in (route.path.format(value), f"{route.plain}/{value}", f"/{value}"):
                if "{}" in route.path or path != route.path:
                    answer = pages.ask(path)
                    check_harmless(pages, answer, path)
                    if "{}" in route.path and value != quote("1\0"):
                        assert answer.status >= 300 or answer.body == pages.ask(route.plain).body, path


def test_no_parameter_does_harm(pages: Pages) -> None:
    for _, path, route in requests(pages):
        if route.gets:
            for name in route.names:
                for value in (*(quote(value, safe="") for value in HOSTILE), *NOT_UTF8):
                    check_harmless(pages, pages.ask(f"{path}?{name}={value}"), path, name, value)


@pytest.mark.parametrize("value", [*HOSTILE, 1.0, 1.5, -1, 0, 2**63, 10**400, True, None, [], {}, [1, 2, 3], [[1]]])
def test_no_field_of_a_change_does_harm(pages: Pages, value: object) -> None:
    with pages.database() as database:
        before = database.triplets.counts("default")["survey"]
    for method, path, route in requests(pages):
        if method == "POST":
            for field in route.names:
                check_harmless(pages, pages.post(path, {"tracks": [1, 2, 3], field: value}), path, field, value)
    with pages.database() as database:
        # "Can't tell" may be an answer, but makes no triplet.
        assert database.triplets.counts("default")["survey"] == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"1",
        b'"text"',
        b"{",
        b"{'id': 1}",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"id": ' + b"9" * 60_000 + b"}",
        b"id=1",
    ],
)
def test_a_body_that_is_no_object_is_refused(pages: Pages, body: bytes) -> None:
    for method, path, _ in requests(pages):
        if method == "POST":
            answer = pages.ask(path, "POST", body)
            assert 400 <= answer.status < 500, path
            check_harmless(pages, answer, path)


def test_a_body_too_long_is_refused_unread(pages: Pages) -> None:
    for method, path, _ in requests(pages):
        if method == "POST":
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Smartqueue-Token: {pages.site.token}\r\n"
            for length in ("65537", "99999999"):
                assert b" 413 " in raw(pages, f"{head}Content-Length: {length}\r\n\r\n".encode())


def test_a_body_of_unknown_length_is_refused(pages: Pages) -> None:
    for method, path, _ in requests(pages):
        if method == "POST":
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Smartqueue-Token: {pages.site.token}\r\n"
            answered = raw(pages, f"{head}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n".encode())
            assert b" 411 " in answered, path
            assert b" 411 " in raw(pages, f"{head}\r\n".encode()), path


def test_what_comes_with_a_look_is_not_kept(pages: Pages) -> None:
    for body in (b"x" * 1_000_000, b"{}"):
        assert pages.ask("/api/token", "GET", body).status == 200


@pytest.mark.parametrize(
    "line", [b"GET / HTTP/9.9", b"GET", b"\0\0\0\0", b"GET /\0 HTTP/1.1", b"GET http://evil/ HTTP/1.1"]
)
def test_what_is_no_request_is_refused(pages: Pages, line: bytes) -> None:
    answered = raw(pages, line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert not answered or re.match(rb"HTTP/1.1 (4\d\d|30\d) ", answered)
    assert pages.ask("/survey").status == 200


def test_two_hosts_are_none(pages: Pages) -> None:
    answered = raw(pages, b"GET /survey HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert re.match(rb"HTTP/1.1 40[03] ", answered)


# Whose pages


@pytest.mark.parametrize("profile", ["somebody", "a b.c@d-e", "Änne", "１"])
def test_a_listener_who_is_not_known_has_no_triplets(pages: Pages, profile: str) -> None:
    for _, path, route in requests(pages):
        if route.gets:
            check_harmless(pages, pages.ask(f"{path}?profile={quote(profile)}"), path)
    assert pages.ask(f"/api/triplets?profile={quote(profile)}").json["triplets"] == []
    assert pages.ask(f"/api/progress?profile={quote(profile)}").json["all"] == 0


@pytest.mark.parametrize("profile", ["", "x" * 65, "a/b", "a\nb", SCRIPT, "..\\x", "a;b", '"'])
def test_a_profile_is_a_short_name(pages: Pages, profile: str) -> None:
    for path in ("/survey", "/learned", "/map", "/api/question", "/api/progress", "/api/triplets", "/api/metrics"):
        answer = pages.ask(f"{path}?profile={quote(profile)}")
        assert answer.status == 400, path
        assert SCRIPT.encode() not in answer.body, path


# What is told


def test_no_answer_tells_of_this_machine(pages: Pages) -> None:
    for method, path, _ in requests(pages):
        check_harmless(pages, pages.ask(path, method, {} if method == "POST" else None), method, path)


def test_nor_does_one_for_files_that_are_gone(pages: Pages) -> None:
    execute(pages, "UPDATE items SET title = '', artist = ''")
    place(pages, 1, pages.beets.music / "gone" / "away.mp3")
    for method, path, _ in requests(pages):
        check_harmless(pages, pages.ask(path, method, {} if method == "POST" else None), method, path)


def test_nor_does_one_where_the_library_is_gone(pages: Pages) -> None:
    pages.beets.library.rename(pages.beets.folder / "elsewhere")
    for method, path, _ in requests(pages):
        answer = pages.ask(path, method, {} if method == "POST" else None)
        if answer.status == 503:
            assert str(pages.beets.folder).encode() not in answer.body
            assert "library cannot be used" in answer.json["error"]
        else:
            check_harmless(pages, answer, method, path)


def test_a_title_is_text_and_nothing_else(pages: Pages) -> None:
    for column in ("title", "artist", "album", "albumartist", "genres"):
        with contextlib.suppress(Exception):
            execute(pages, f"UPDATE items SET {column} = ?", SCRIPT)  # noqa: S608 - our own names
    execute(pages, "UPDATE smartqueue_track SET changed = changed + 1")
    told = 0
    for _, path, route in requests(pages):
        if route.gets:
            answer = pages.ask(path)
            if SCRIPT.encode() in answer.body:
                told += 1
                assert answer.headers["Content-Type"].startswith("application/json"), path
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert told
