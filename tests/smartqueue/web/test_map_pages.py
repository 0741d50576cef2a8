"""What the map is told."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from smartqueue.database import LearnedMetric
from smartqueue.features import EXTRACTOR, NAMES
from smartqueue.listening import SESSION_PAUSE, Play
from smartqueue.metric import plain
from tests.smartqueue.web.conftest import Pages

PATIENCE = 60


def mapped(pages: Pages, profile: str = "default") -> Any:
    """The map, once it is worked out."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        found = pages.ask(f"/api/map?profile={profile}").json
        if found["number"] is not None and found["current"]:
            return found
        assert 0 <= found["done"] <= 1
        time.sleep(0.05)
    pytest.fail("the map was not worked out")


def test_the_page_is_there(pages: Pages) -> None:
    answer = pages.ask("/map")
    assert answer.status == 200
    assert b'data-player="no"' in answer.body


def test_every_track_has_a_place_a_title_and_an_artist(pages: Pages) -> None:
    found = mapped(pages)
    with pages.database() as database:
        library = database.vectors.library()
    assert found["ids"] == library.ids.tolist()
    assert found["titles"] == library.titles
    assert [found["artists"][row] for row in found["artist"]] == library.artists
    assert len(found["x"]) == len(found["y"]) == len(library.ids)
    assert all(0 <= place <= 65535 for place in found["x"] + found["y"])
    assert len(set(zip(found["x"], found["y"], strict=True))) > 1


def test_a_map_that_is_known_is_not_sent_again(pages: Pages) -> None:
    found = mapped(pages)
    again = pages.ask(f"/api/map?known={found['number']}").json
    assert again == {"number": found["number"], "current": True, "done": 1.0}


def test_listeners_to_whom_the_same_is_near_share_a_map(pages: Pages) -> None:
    before = mapped(pages)
    assert mapped(pages, "kim")["number"] == before["number"]
    assert mapped(pages)["number"] == before["number"]


def test_listeners_in_turn_do_not_have_each_others_maps_drawn_anew(pages: Pages) -> None:
    with pages.database() as database:
        vectors = database.vectors.library().vectors
        metric = replace(plain(NAMES, vectors), matrix=np.diag(np.linspace(0.5, 1.5, len(NAMES))), learner="weights")
        entry = LearnedMetric(metric, {}, 30, 0.6, 0.5, 0.02)
        database.metrics.add(entry, profile="kim", extractor=EXTRACTOR, in_use=True)
    numbers = [mapped(pages, profile)["number"] for profile in ("default", "kim", "default", "kim")]
    assert numbers[:2] == numbers[2:]
    assert numbers[0] != numbers[1]


def test_another_library_gets_another_map_and_the_former_serves_meanwhile(pages: Pages) -> None:
    before = mapped(pages)
    pages.beets.run("remove", "-f", "title:Otter Run")
    meanwhile = pages.ask("/api/map").json
    assert meanwhile["number"] is not None
    after = mapped(pages)
    assert after["number"] != before["number"]
    assert len(after["ids"]) < len(before["ids"])


def test_a_feature_gives_each_track_a_step_between_its_ends(pages: Pages) -> None:
    found = mapped(pages)
    for name in found["features"]:
        told = pages.ask(f"/api/map/feature?name={name.replace(' ', '+')}&number={found['number']}").json
        assert len(told["values"]) == len(found["ids"])
        assert all(-1 <= value <= 100 for value in told["values"])
        assert told["low"] <= told["high"]
        assert told["unit"]


def test_a_track_whose_tempo_is_not_known_has_no_step(pages: Pages) -> None:
    with pages.database() as database:
        tempi = database.vectors.library().tempi
    found = mapped(pages)
    told = pages.ask(f"/api/map/feature?name=tempo&number={found['number']}").json
    assert [value < 0 for value in told["values"]] == (tempi <= 0).tolist()


@pytest.mark.parametrize("name", ["", "nothing", "../../etc/passwd", "%00", "path"])
def test_an_unknown_feature_is_refused_in_words(pages: Pages, name: str) -> None:
    answer = pages.ask(f"/api/map/feature?name={name}&number={mapped(pages)['number']}")
    assert 400 <= answer.status < 500
    assert answer.json["error"]


@pytest.mark.parametrize("number", ["", "0", "99999", "x"])
def test_a_feature_of_another_map_is_refused(pages: Pages, number: str) -> None:
    mapped(pages)
    assert pages.ask(f"/api/map/feature?name=tempo&number={number}").status == 409


def test_tonights_path_is_what_this_listener_played_since_the_last_long_pause(pages: Pages) -> None:
    now = time.time()
    with pages.database() as database:
        ids = database.vectors.library().ids.tolist()
        for track, profile, ago in [
            (ids[0], "default", 2 * SESSION_PAUSE + 900),
            (ids[1], "default", 600),
            (ids[2], "guest", 500),
            (ids[3], "default", 300),
        ]:
            database.plays.add(Play(track, f"player of {profile}", profile, now - ago, 200, 200, "finished"))
    assert pages.ask("/api/path").json == {"played": [ids[1], ids[3]], "playing": None, "queued": []}


def test_a_night_without_music_has_no_path(pages: Pages) -> None:
    assert pages.ask("/api/path").json == {"played": [], "playing": None, "queued": []}


def test_a_hostile_title_comes_as_text(pages: Pages) -> None:
    pages.beets.run("modify", "-y", "-W", "title:Otter Run", "title=<script>alert(1)</script>")
    answer = pages.ask("/api/map")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert "<script>alert(1)</script>" in mapped(pages)["titles"]


def test_no_path_of_the_machine_is_told(pages: Pages) -> None:
    mapped(pages)
    assert str(pages.beets.music).encode() not in pages.ask("/api/map").body
