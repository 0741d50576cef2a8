"""The survey's page, by requests."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from smartqueue.questionnaire import today
from tests.smartqueue.web.conftest import Pages

HOSTILE = '<script>alert(1)</script>"&'


def question(pages: Pages, query: str = "") -> list[int]:
    """The ids that are asked about."""
    return [track["id"] for track in pages.ask(f"/api/question{query}").json["question"]]


def answer(pages: Pages, tracks: list[int], odd: int | None, query: str = "") -> Any:
    answer = pages.post(f"/api/answer{query}", {"tracks": tracks, "odd": odd})
    assert answer.status == 200
    return answer.json


def said(pages: Pages, profile: str = "default") -> list[tuple[set[int], int]]:
    """The survey's triplets: the two that are near, and the odd one out."""
    with pages.database() as database:
        found = database.triplets.of_profile(profile)
    return [({t.near_a, t.near_b}, t.odd) for t in found if t.source == "survey"]


def test_a_question_is_of_three_tracks_in_words(pages: Pages) -> None:
    asked = pages.ask("/api/question").json
    assert len(asked["question"]) == 3
    for track in asked["question"]:
        assert set(track) == {"id", "title", "artist", "album", "length"}
        assert track["title"]
        assert track["length"] == pytest.approx(8, abs=0.2)
    assert asked["progress"] == {
        "today": 0,
        "all": 0,
        "undecided": 0,
        "each": 10,
        "random_every": 4,
        "foresight": [],
        "more_soon": False,
    }


def test_a_reload_and_a_second_tab_get_the_same_question(pages: Pages) -> None:
    assert question(pages) == question(pages) == question(pages)


def test_an_answer_is_stored_and_the_next_question_comes_with_it(pages: Pages) -> None:
    tracks = question(pages)
    found = answer(pages, tracks, tracks[1])
    assert said(pages) == [({tracks[0], tracks[2]}, tracks[1])]
    assert found["new"]
    assert [track["id"] for track in found["question"]] == question(pages) != tracks
    assert (found["progress"]["today"], found["progress"]["all"]) == (1, 1)


def test_cannot_tell_is_stored_without_a_triplet(pages: Pages) -> None:
    tracks = question(pages)
    progress = answer(pages, tracks, None)["progress"]
    assert (progress["all"], progress["undecided"]) == (1, 1)
    assert said(pages) == []
    assert sorted(question(pages)) != sorted(tracks)


def test_two_tabs_store_an_answer_once(pages: Pages) -> None:
    tracks = question(pages)
    first = answer(pages, tracks, tracks[0])
    second = answer(pages, tracks[::-1], tracks[1])
    assert (first["new"], second["new"]) == (True, False)
    assert second["question"] == first["question"]
    assert said(pages) == [({tracks[1], tracks[2]}, tracks[0])]


def test_many_at_once_store_an_answer_once(pages: Pages) -> None:
    tracks = question(pages)
    with ThreadPoolExecutor(8) as clients:
        found = list(clients.map(lambda _: answer(pages, tracks, tracks[2]), range(16)))
    assert sum(one["new"] for one in found) == 1
    assert said(pages) == [({tracks[0], tracks[1]}, tracks[2])]


def test_undo_asks_the_same_again(pages: Pages) -> None:
    tracks = question(pages)
    answer(pages, tracks, tracks[1])
    found = pages.post("/api/undo", {}).json
    assert found["undone"]
    assert sorted(track["id"] for track in found["question"]) == sorted(tracks)
    assert found["progress"]["all"] == 0
    assert said(pages) == []
    assert not pages.post("/api/undo", {}).json["undone"]


def test_listeners_answer_apart(pages: Pages) -> None:
    tracks = question(pages, "?profile=somebody")
    answer(pages, tracks, tracks[0], "?profile=somebody")
    assert (said(pages), len(said(pages, "somebody"))) == ([], 1)
    assert pages.ask("/api/progress").json["all"] == 0
    assert pages.ask("/api/progress?profile=somebody").json["all"] == 1


def test_the_survey_counts_the_answers_that_the_page_learned_does(pages: Pages) -> None:
    for odd in (0, 1, None, 2):
        tracks = question(pages)
        answer(pages, tracks, None if odd is None else tracks[odd])
    newest = pages.ask("/api/triplets").json["triplets"][0]["id"]
    counts = pages.post("/api/forget", {"id": newest}).json["counts"]
    progress = pages.ask("/api/progress").json
    assert progress["all"] - progress["undecided"] == counts["survey"] == 2


def test_an_answer_of_yesterday_is_not_of_today(pages: Pages) -> None:
    tracks = question(pages)
    answer(pages, tracks, tracks[0])
    with pages.database() as database, database._connection.transaction() as connection:  # noqa: SLF001 - time travel
        connection.execute("UPDATE smartqueue_question SET asked = ?", (today() - 1,))
    progress = pages.ask("/api/progress").json
    assert (progress["today"], progress["all"]) == (0, 1)


def test_when_nothing_is_left_it_says_so(pages: Pages) -> None:
    pages.beets.run("modify", "-y", "-W", "-M", "mb_trackid=one", "title:e")
    found = pages.ask("/api/question").json
    while found["question"]:
        found = answer(pages, [track["id"] for track in found["question"]], None)
    assert "everything" in found["words"]
    assert pages.post("/api/undo", {}).json["question"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"tracks": []},
        {"tracks": [1, 2], "odd": None},
        {"tracks": [1, 2, 3]},
        {"tracks": [1, 2, 3, 4], "odd": None},
        {"tracks": [1, 2, 2], "odd": 2},
        {"tracks": [1, 2, "2"], "odd": 2},
        {"tracks": [1, 2, 3], "odd": 4},
        {"tracks": [1, 2, 3], "odd": "none"},
        {"tracks": [1, 2, 3], "odd": False},
        {"tracks": [1, 2, 3.5], "odd": 1},
        {"tracks": [1, 2, True], "odd": 2},
        {"tracks": [1, 2, -3], "odd": 1},
        {"tracks": [1, 2, None], "odd": 1},
        {"tracks": [1, 2, [3]], "odd": 1},
        {"tracks": [1, 2, 2**63], "odd": 1},
        {"tracks": {"1": 1, "2": 2, "3": 3}, "odd": 1},
        {"tracks": "123", "odd": 1},
    ],
)
def test_what_is_no_answer_is_refused_in_words(pages: Pages, given: dict[str, Any]) -> None:
    refused = pages.post("/api/answer", given)
    assert (refused.status, set(refused.json)) == (400, {"error"})
    assert said(pages) == []


def test_a_track_that_is_not_in_the_library_is_refused(pages: Pages) -> None:
    one, another, _ = question(pages)
    refused = pages.post("/api/answer", {"tracks": [one, another, 999_999], "odd": one})
    assert refused.status == 404
    assert "library" in refused.json["error"]


def test_a_change_needs_the_token(pages: Pages) -> None:
    tracks = question(pages)
    body = {"tracks": tracks, "odd": tracks[0]}
    assert pages.ask("/api/answer", "POST", body, token=False).status == 403
    assert pages.ask("/api/undo", "POST", {}, token=False).status == 403
    assert said(pages) == []


def test_hostile_titles_come_as_text(pages: Pages) -> None:
    pages.beets.run("modify", "-y", "-W", "-M", f"title={HOSTILE}", f"artist={HOSTILE}")
    answer = pages.ask("/api/question")
    assert answer.json["question"][0]["title"] == HOSTILE
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_path_of_the_machine_is_told(pages: Pages) -> None:
    pages.beets.run("modify", "-y", "-W", "-M", "title=", "artist=")
    told = pages.ask("/api/question")
    assert str(pages.beets.music).encode() not in told.body
    assert all(track["title"] and "/" not in track["title"] for track in told.json["question"])


def test_the_page_names_its_listener(pages: Pages) -> None:
    name = quote("Zoë B.")
    assert "Zoë B." in pages.ask(f"/survey?profile={name}").body.decode()
    assert pages.ask(f"/api/question?profile={name}").status == 200
    assert pages.ask("/api/question?profile=%3Cscript%3E").status == 400


def test_after_each_ten_answers_it_is_told_how_well_they_are_predicted(pages: Pages) -> None:
    found = pages.ask("/api/question").json
    for _ in range(30):
        # The earliest of the library is always the odd one out.
        tracks = [track["id"] for track in found["question"]]
        found = answer(pages, tracks, min(tracks))
    progress, until = found["progress"], time.monotonic() + 120
    while not progress["foresight"] and time.monotonic() < until:
        time.sleep(0.1)
        progress = pages.ask("/api/progress").json
    last = progress["foresight"][-1]
    assert (last["skips"], 20 <= last["answers"] <= 30) == (0, True)
    # One question in four judges, and eight do not tell yet.
    assert (last["accuracy"], last["plain"], last["missing"]) == (None, None, 20 - (last["answers"] + 3) // 4)


def test_nothing_of_the_learning_is_loaded_into_the_server() -> None:
    code = "import sys, smartqueue.web.server; sys.exit(any(n in sys.modules for n in ('sklearn', 'scipy', 'av')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
