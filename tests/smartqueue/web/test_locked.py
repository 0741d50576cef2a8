"""The pages while another program holds the library."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.smartqueue.web.conftest import Pages


@contextlib.contextmanager
def locked(pages: Pages, how: str) -> Iterator[None]:
    """Another program writes to the library for as long as the context lasts."""
    with contextlib.closing(sqlite3.connect(pages.beets.library, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        yield
        other.rollback()


def test_many_requests_at_once_are_all_answered_while_the_library_is_locked(pages: Pages) -> None:
    with locked(pages, "EXCLUSIVE"), ThreadPoolExecutor(40) as clients:
        found = list(clients.map(lambda _: pages.ask("/api/triplets"), range(40)))
    assert {answer.status for answer in found} == {503}
    assert pages.ask("/api/triplets").status == 200


def test_a_change_is_refused_in_words_while_another_program_writes(pages: Pages) -> None:
    tracks = [track["id"] for track in pages.ask("/api/question").json["question"]]
    body = {"tracks": tracks, "odd": tracks[0]}
    with locked(pages, "IMMEDIATE"):
        refused = pages.post("/api/answer", body)
        assert (refused.status, "the library cannot be used now" in refused.json["error"]) == (503, True)
        assert pages.ask("/api/triplets").status == 200
    assert pages.post("/api/answer", body).json["new"]
