"""The pages in a real Mopidy: what Now tells and takes, and its socket."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from demonstration.programs import Beets, free_port
from tests.end_to_end.conftest import PATIENCE, Den, Opener

pytestmark = pytest.mark.mopidy

# So that the nearest is what comes.
NOTHING_ELSE_COUNTS = dict.fromkeys(
    ("tempo_flow", "key_flow", "energy_flow", "adventure", "artist_window", "album_window"), "0"
)


@dataclass
class Web:
    """A den whose Mopidy serves the pages, and a browser's requests to it."""

    den: Den
    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ask(self, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """A GET, or, with a body, a POST."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            method, sent = ("GET", None) if body is None else ("POST", json.dumps(body))
            connection.request(method, f"/smartqueue/{path}", sent, dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read()

    def post(self, path: str, body: Any) -> int:
        """A change, as a page of ours asks for it; the status of the answer."""
        token = json.loads(self.ask("api/token")[1])["token"]
        return self.ask(path, body, {"X-Smartqueue-Token": token})[0]

    def now(self) -> Any:
        """What Now shows."""
        status, body = self.ask("api/now")
        assert status == 200
        return json.loads(body)

    def coming(self) -> list[str]:
        """The titles that come."""
        return [track["title"] for track in self.now()["coming"]]

    def playing(self, *titles: str, coming: int) -> list[dict[str, Any]]:
        """Plays titles, and holds the first once so many follow; what comes."""
        self.den.play(*titles)
        self.den.until(lambda: len(self.now()["coming"]) == coming)
        self.den.client.pause(1)
        return list(self.now()["coming"])

    def request(self, headers: Mapping[str, str]) -> HTTPRequest:
        """For the socket."""
        return HTTPRequest(f"ws://{self.host}/smartqueue/api/live", headers=dict(headers))


@contextlib.contextmanager
def served(open_den: Opener, beets: Beets, **others: Any) -> Iterator[Web]:
    port, settings = free_port(), others.pop("settings", {})
    with open_den(beets, settings={"http": {"enabled": "true", "port": str(port)}, **settings}, **others) as den:
        web = Web(den, port)
        den.until(lambda: is_up(web))
        yield web
        assert "Traceback" not in den.log()


def test_a_path_that_looks_like_markup_does_no_harm_to_the_log(open_den: Opener, beets: Beets) -> None:
    with served(open_den, beets, settings={"loglevels": {"tornado": "debug"}}) as web:
        assert web.ask("[/live]")[0] == 404
        assert web.ask("static/[/live]")[0] == 404
        web.den.mopidy.stop()
        assert "[/live]" not in web.den.log()


def is_up(web: Web) -> bool:
    with contextlib.suppress(OSError):
        return web.ask("now")[0] == 200
    return False


@pytest.fixture
def web(open_den: Opener, beets: Beets) -> Iterator[Web]:
    with served(open_den, beets) as web:
        yield web


def test_the_pages_are_there_for_this_machine_alone(web: Web) -> None:
    status, body = web.ask("now")
    assert status == 200
    assert b"smartqueue-token" in body
    assert web.ask("static/now.js")[0] == 200
    assert web.ask("now", headers={"Host": "evil.example"})[0] == 403
    assert web.ask("api/now", headers={"Origin": "http://evil.example"})[0] == 403


def test_a_name_is_allowed_by_a_setting(open_den: Opener, beets: Beets) -> None:
    with served(open_den, beets, settings={"smartqueue": {"allowed_hosts": "Music.example"}}) as web:
        assert web.ask("now", headers={"Host": "music.example"})[0] == 200
        assert web.ask("now", headers={"Host": "evil.example"})[0] == 403


def test_silence_is_told_of(web: Web) -> None:
    assert web.now() == {"on": True, "rests": "", "state": "stopped", "playing": None, "coming": [], "more": 0}


def test_what_plays_and_what_comes_is_told_of_and_why(web: Web) -> None:
    web.playing("Weir", "Tin Hats", coming=2)
    # The chooser may have loaded the library only now.
    web.den.until(lambda: web.now()["playing"]["track"] is not None)
    now = web.now()
    assert (now["state"], now["on"], now["rests"]) == ("paused", True, "")
    playing, (listeners, ours) = now["playing"], now["coming"]
    assert (playing["title"], playing["track"], playing["own"]) == ("Weir", web.den.track("Weir"), False)
    assert 0 <= playing["position"] < playing["length"] < 10
    assert (listeners["title"], listeners["own"], listeners["why"]) == ("Tin Hats", False, "")
    assert (ours["title"], ours["own"]) == (web.den.titles()[2], True)
    assert ours["track"] == web.den.track(ours["title"])
    assert ours["why"].startswith("like ")
    assert abs(sum(ours["context"]["groups"].values()) - 1) < 0.01


def test_no_path_of_the_machine_is_told(web: Web) -> None:
    web.playing("Weir", coming=2)
    body = web.ask("api/now")[1].decode()
    assert "Weir" in body
    assert str(web.den.beets.music) not in body
    assert "local:track" not in body


def test_not_this_takes_a_track_back_and_another_comes_at_once(web: Web) -> None:
    first, second = web.playing("Weir", coming=2)
    assert web.post("api/not-this", {"tlid": first["tlid"]}) == 200
    web.den.until(lambda: len(web.coming()) == 2)
    (stayed, another) = web.now()["coming"]
    assert stayed["tlid"] == second["tlid"]
    assert another["title"] not in ("Weir", first["title"], second["title"])
    # It was chosen to follow what is gone.
    assert "tempo" in second["context"]
    assert not {"tempo", "key", "leaps"} & set(stayed["context"])
    assert "→" not in stayed["why"]
    assert "tempo" in another["context"]


def test_after_a_reorder_a_reason_tells_of_no_track_that_came_before(web: Web) -> None:
    first, second = web.playing("Weir", coming=2)
    assert "→" in first["why"]
    assert "→" in second["why"]
    web.den.client.move(2, 1)
    web.den.until(lambda: [track["tlid"] for track in web.now()["coming"]] == [second["tlid"], first["tlid"]])
    for track in web.now()["coming"]:
        assert "→" not in track["why"]
        assert track["why"].startswith("like ")
    web.den.client.move(2, 1)
    web.den.until(lambda: [track["tlid"] for track in web.now()["coming"]] == [first["tlid"], second["tlid"]])
    assert [track["why"] for track in web.now()["coming"]] == [first["why"], second["why"]]


def test_what_plays_tells_how_it_follows_what_played_before(web: Web) -> None:
    first, _ = web.playing("Weir", coming=2)
    web.den.client.next()
    web.den.until(lambda: web.now()["playing"]["tlid"] == first["tlid"])
    assert web.now()["playing"]["why"] == first["why"]


def test_a_track_that_was_picked_tells_of_no_track_that_was_passed_over(web: Web) -> None:
    _, second = web.playing("Weir", coming=2)
    web.den.client.play(2)
    web.den.until(lambda: web.now()["playing"]["tlid"] == second["tlid"])
    assert "→" in second["why"]
    assert "→" not in web.now()["playing"]["why"]


def test_not_this_just_before_it_begins_passes_it_over(web: Web) -> None:
    first, second = web.playing("Weir", coming=2)
    web.den.client.pause(0)
    web.den.client.seekcur(6)
    web.den.until(lambda: web.den.elapsed() > 6.3)
    assert web.post("api/not-this", {"tlid": first["tlid"]}) == 200
    web.den.until(lambda: web.den.current() == second["title"])
    web.den.until(lambda: web.den.ahead() == 2)
    web.den.until(lambda: len(web.den.plays()) == 2)
    assert web.den.plays()[1].listened < 1


def test_what_is_not_smartqueues_or_plays_is_not_taken_back(web: Web) -> None:
    listeners, _ = web.playing("Weir", "Tin Hats", coming=2)
    for tlid in (listeners["tlid"], web.now()["playing"]["tlid"], 99_999):
        assert web.post("api/not-this", {"tlid": tlid}) == 404
    assert web.coming()[0] == "Tin Hats"


def test_a_track_that_was_deleted_leaves_a_rest_which_not_this_ends(web: Web) -> None:
    first, second = web.playing("Weir", coming=2)
    web.den.client.deleteid(second["tlid"])
    web.den.until(lambda: "You removed" in web.now()["rests"])
    assert web.post("api/not-this", {"tlid": first["tlid"]}) == 200
    web.den.until(lambda: len(web.coming()) == 2)
    assert not web.now()["rests"]
    assert not {first["title"], second["title"]} & set(web.coming())


def test_more_like_a_track_changes_what_comes_after_it(open_den: Opener, beets: Beets) -> None:
    with served(open_den, beets, settings={"smartqueue": NOTHING_ELSE_COUNTS}) as web:
        listeners, ours = web.playing("Weir", "Tin Hats", coming=2)
        assert ours["context"]["name"].endswith(" – Weir")
        assert web.post("api/more-like", {"tlid": listeners["tlid"]}) == 200
        web.den.until(lambda: [track["tlid"] for track in web.now()["coming"]][1:] not in ([], [ours["tlid"]]))
        web.den.until(lambda: len(web.coming()) == 2)
        stayed, another = web.now()["coming"]
        assert stayed["tlid"] == listeners["tlid"]
        assert another["context"]["name"].endswith(" – Tin Hats")
        # Another version of what was heard is no news.
        assert not {ours["title"], another["title"]} & {"Weir (another take)", "Tin Hats (another take)"}


def test_more_like_what_is_not_on_the_list_is_refused(web: Web) -> None:
    assert web.post("api/more-like", {"tlid": 99_999}) == 404
    assert web.post("api/more-like", {"tlid": "x"}) == 400


def test_it_is_switched_off_and_on(web: Web) -> None:
    assert web.post("api/switch", {"on": "no"}) == 400
    assert web.post("api/switch", {"on": False}) == 200
    assert not web.now()["on"]
    web.den.play("Weir")
    web.den.until(lambda: web.den.elapsed() > 1)
    assert web.coming() == []
    assert web.post("api/switch", {"on": True}) == 200
    web.den.until(lambda: len(web.coming()) == 2)
    assert web.now()["on"]


def test_why_it_rests_is_told_in_words(web: Web) -> None:
    web.playing("Weir", coming=2)
    for option in ("repeat", "single", "random"):
        getattr(web.den.client, option)(1)
        assert web.now()["rests"].startswith(f"{option.capitalize()} is on")
        getattr(web.den.client, option)(0)
    assert not web.now()["rests"]


def test_a_track_of_the_map_is_played_behind_the_one_that_plays(web: Web) -> None:
    web.playing("Weir", coming=2)
    assert web.post("api/play", {"track": web.den.track("Tin Hats")}) == 200
    web.den.until(lambda: web.now()["playing"]["title"] == "Tin Hats")
    assert web.den.titles()[:2] == ["Weir", "Tin Hats"]
    web.den.until(lambda: bool(web.den.plays()))
    assert web.den.plays()[0].outcome == "chosen_away"


def test_a_track_of_the_map_is_played_from_silence(web: Web) -> None:
    web.den.until(lambda: web.post("api/play", {"track": web.den.track("Tin Hats")}) == 200)
    web.den.until(lambda: web.den.current() == "Tin Hats")
    web.den.until(lambda: len(web.coming()) == 2)


def test_a_track_that_mopidy_does_not_know_is_not_played(open_den: Opener, beets: Beets) -> None:
    with served(open_den, beets, scan=False, settings={"file": {"enabled": "false"}}) as web:
        web.den.until(lambda: bool(web.den.client.listplaylists()))
        for track in (web.den.track("Tin Hats"), 99_999):
            assert web.post("api/play", {"track": track}) == 404
        assert web.den.titles() == []


def test_the_socket_tells_at_once_and_at_each_change(web: Web) -> None:
    async def listen() -> None:
        socket = await websocket_connect(web.request({"Origin": f"http://{web.host}"}))

        async def told() -> Any:
            message = await asyncio.wait_for(socket.read_message(), PATIENCE)
            assert message is not None
            return json.loads(message)

        assert (await told())["playing"]["title"] == "Weir"
        await asyncio.to_thread(web.den.client.next)
        while (now := await told())["playing"]["title"] == "Weir":
            pass
        assert now["playing"]["own"]
        await asyncio.to_thread(web.post, "api/switch", {"on": False})
        while (await told())["on"]:
            pass
        socket.close()

    web.playing("Weir", coming=2)
    asyncio.run(listen())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
    ],
)
def test_the_socket_is_for_pages_of_ours_alone(web: Web, headers: dict[str, str]) -> None:
    async def refused() -> int:
        with pytest.raises(HTTPClientError) as error:
            await websocket_connect(web.request(headers))
        return error.value.code

    assert asyncio.run(refused()) == 403


def test_mopidy_ends_while_pages_are_open(open_den: Opener, beets: Beets) -> None:
    async def ended(web: Web) -> None:
        socket = await websocket_connect(web.request({"Origin": f"http://{web.host}"}))
        assert await socket.read_message() is not None
        await asyncio.to_thread(web.den.mopidy.stop)
        while await socket.read_message() is not None:
            pass

    with served(open_den, beets) as web:
        asyncio.run(ended(web))
        web.den.mopidy.start()
        web.den.until(lambda: is_up(web))
