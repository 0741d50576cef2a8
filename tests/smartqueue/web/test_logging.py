"""What the pages log, and under which name."""

from __future__ import annotations

import sqlite3

import pytest

from tests.smartqueue.web.conftest import Pages


@pytest.mark.parametrize("path", ["/[/live]", "/static/[/live]", "/api/live", "/survey", "/api/triplets?count=0.5"])
def test_that_a_page_was_asked_for_is_no_news(pages: Pages, path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    pages.ask(path)
    assert not [record for record in caplog.records if record.name.startswith("tornado")]


def test_what_goes_wrong_is_logged_under_our_own_name(pages: Pages, caplog: pytest.LogCaptureFixture) -> None:
    with sqlite3.connect(pages.beets.library) as connection:
        connection.execute("UPDATE smartqueue_track SET vector = x'00'")
    assert pages.ask("/api/map").status == 500
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.name == "smartqueue.web.handler"
    assert record.getMessage() == "GET /api/map went wrong"
    assert record.exc_info is not None
