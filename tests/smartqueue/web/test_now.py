"""Now where nothing plays; with a player it is tested in tests/end_to_end/test_pages_in_mopidy.py."""

from __future__ import annotations

import pytest

from tests.smartqueue.web.conftest import Pages

UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "AAAA", "Sec-WebSocket-Version": "13"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/now", None),
        ("/api/not-this", {"tlid": 1}),
        ("/api/more-like", {"tlid": 1}),
        ("/api/switch", {"on": True}),
        ("/api/play", {"track": 1}),
    ],
)
def test_without_a_player_it_says_so_in_words(pages: Pages, path: str, body: dict[str, object] | None) -> None:
    answer = pages.ask(path) if body is None else pages.post(path, body)
    assert answer.status == 404
    assert "nothing plays here" in answer.json["error"]


def test_without_a_player_there_is_no_page_and_no_door_to_it(pages: Pages) -> None:
    assert pages.ask("/now").status == 404
    assert pages.ask("/").headers["Location"] == "survey"
    assert b'href="now"' not in pages.ask("/survey").body


def test_a_socket_is_refused_without_an_origin_and_without_a_player(pages: Pages) -> None:
    own = {"Origin": f"http://127.0.0.1:{pages.port}"}
    assert pages.ask("/api/live", headers=UPGRADE).status == 403
    assert pages.ask("/api/live", headers={**UPGRADE, "Origin": "http://evil.example"}).status == 403
    answer = pages.ask("/api/live", headers={**UPGRADE, **own})
    assert answer.status == 404
    assert "nothing plays here" in answer.json["error"]


def test_a_socket_takes_no_body(pages: Pages) -> None:
    own = {"Origin": f"http://127.0.0.1:{pages.port}"}
    assert pages.ask("/api/live", "POST", b"x" * 100_000, own).status in (404, 405)
