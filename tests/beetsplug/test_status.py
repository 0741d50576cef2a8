"""beet smartqueue."""

from __future__ import annotations

import json
from pathlib import Path

from demonstration.programs import Beets
from smartqueue.database import Database


def test_the_state_is_one_json_object(analysed: Beets) -> None:
    assert json.loads(analysed.run("smartqueue", "--json").stdout) == {
        "analyzed": 24,
        "stale": 0,
        "failed": 0,
        "plays": 0,
        "triplets": {"survey": 0, "skip": 0, "library": 0},
        "metric": None,
    }


def test_a_library_without_our_tables_is_all_zeros(own_beets: Beets) -> None:
    state = json.loads(own_beets.run("smartqueue", "--json").stdout)
    assert (state["analyzed"], state["plays"]) == (0, 0)


def test_a_library_in_which_nothing_is_analysed_states_the_next_step(own_beets: Beets, tmp_path: Path) -> None:
    assert "next:     no track is analysed yet: run beet analyze first" in own_beets.run("smartqueue").stdout
    empty = Beets(tmp_path / "empty", own_beets.music)
    assert "next:     the library is empty: run beet import ~/Music first" in empty.run("smartqueue").stdout


def test_what_another_listener_said_does_not_count(beets: Beets) -> None:
    with Database(beets.library, beets.music) as database:
        ids = database.vectors.library().ids.tolist()
        for profile, three in (("default", ids[:3]), ("default", ids[1:4]), ("somebody", ids[:3])):
            database.questions.answer(three, three[0], profile)
        database.triplets.forget([database.triplets.of_profile("default")[0].id or 0])
    assert json.loads(beets.run("smartqueue", "--json").stdout)["triplets"]["survey"] == 1
    assert "triplets: 1 from survey, 0 from skip, 0 from library" in beets.run("smartqueue").stdout


def test_failures_are_counted(own_beets: Beets) -> None:
    next(own_beets.music.rglob("*.flac")).write_bytes(b"")
    own_beets.run("analyze")
    state = json.loads(own_beets.run("smartqueue", "--json").stdout)
    assert (state["analyzed"], state["failed"]) == (5, 1)


def test_a_removed_track_does_not_count(own_beets: Beets) -> None:
    own_beets.run("analyze")
    own_beets.run("remove", "-f", "title:Otter Run")
    assert json.loads(own_beets.run("smartqueue", "--json").stdout)["analyzed"] == 5


def test_the_state_can_be_read(analysed: Beets) -> None:
    told = analysed.run("smartqueue").stdout
    assert "24 of 24 tracks" in told
    assert "next:" not in told
