"""The page Learned: triplets that can be forgotten, metrics to go back to, and the two plots."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from demonstration.programs import Beets
from smartqueue.database import LearnedMetric
from smartqueue.features import EXTRACTOR, FEATURE_GROUPS, NAMES
from smartqueue.listening import Play, Triplet
from smartqueue.metric import plain
from tests.smartqueue.web.conftest import Pages, opened


def say(pages: Pages, *triplets: tuple[str, float], profile: str = "default") -> list[int]:
    """Adds triplets, each of a source and a moment, about the first three tracks; their ids."""
    with pages.database() as database:
        a, b, c = database.vectors.library().ids[:3].tolist()
        for source, moment in triplets:
            play = None
            if source == "skip":
                play = database.plays.add(Play(c, "den", profile, moment - 90, 12, 180, "skipped", "smartqueue"))
            # Library triplets are about different tracks each, or they are the same.
            odd = c + int(moment) if source == "library" else c
            database.triplets.add([Triplet(a, b, odd, source, profile=profile, created=moment, play=play)])
        return [triplet.id or 0 for triplet in database.triplets.of_profile(profile)]


def listed(pages: Pages, query: str = "") -> list[int]:
    return [triplet["id"] for triplet in pages.ask(f"/api/triplets?{query}").json["triplets"]]


def counting(pages: Pages) -> list[int | None]:
    """The ids of the triplets that a lesson would be given."""
    with pages.database() as database:
        return [triplet.id for triplet in database.triplets.of_profile("default")]


def test_triplets_are_told_newest_first(pages: Pages) -> None:
    first, second, third = say(pages, ("survey", 100.0), ("skip", 300.0), ("survey", 200.0))
    assert listed(pages) == [second, third, first]


def test_a_triplet_is_told_with_its_tracks(pages: Pages) -> None:
    say(pages, ("skip", 100.0))
    with pages.database() as database:
        library = database.vectors.library()
    (told,) = pages.ask("/api/triplets").json["triplets"]
    assert (told["source"], told["created"]) == ("skip", 100.0)
    assert told["story"] == "You skipped {odd} after 12 s, between {near_a} and {near_b}"
    assert told["tracks"] == {
        role: {"id": int(library.ids[row]), "name": library.name(row)}
        for row, role in enumerate(("near_a", "near_b", "odd"))
    }


def test_a_program_that_cannot_learn_by_itself_says_what_to_install(
    beets: Beets, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(beets, learns=True) as pages:
        assert pages.ask("/api/metrics").json["missing"] == ""
        monkeypatch.setitem(sys.modules, "sklearn", None)
        assert "pip install 'mopidy-smartqueue[learning]'" in pages.ask("/api/metrics").json["missing"]


def test_a_program_that_is_not_to_learn_by_itself_misses_nothing(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    assert pages.ask("/api/metrics").json["missing"] == ""


def test_triplets_come_page_by_page(pages: Pages) -> None:
    ids = say(pages, *(("survey", float(moment)) for moment in (1, 2, 2, 2, 3)))
    seen: list[int] = []
    more = True
    while more:
        before = f"&before={seen[-1]}" if seen else ""
        answer = pages.ask(f"/api/triplets?count=2{before}").json
        seen += [triplet["id"] for triplet in answer["triplets"]]
        more = answer["more"]
    assert seen == ids[::-1]


def test_triplets_of_some_sources_can_be_had_alone(pages: Pages) -> None:
    survey, skip, library = say(pages, ("survey", 1.0), ("skip", 2.0), ("library", 3.0))
    assert listed(pages, "source=skip") == [skip]
    assert listed(pages, "source=survey&source=skip") == [skip, survey]
    assert listed(pages) == [library, skip, survey]
    counts = pages.ask("/api/triplets").json["counts"]
    assert counts == {"survey": 1, "skip": 1, "library": 1, "forgotten": 0}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("source=nowhere", 400),
        ("source=", 400),
        ("before=x", 400),
        ("before=0", 400),
        ("before=77", 404),
        ("count=0", 400),
        ("count=201", 400),
        ("count=1e2", 400),
    ],
)
def test_what_cannot_be_listed_is_refused_in_words(pages: Pages, query: str, status: int) -> None:
    answer = pages.ask(f"/api/triplets?{query}")
    assert answer.status == status
    assert answer.json["error"]


def test_what_is_forgotten_teaches_no_more_and_can_be_remembered(pages: Pages) -> None:
    first, second = say(pages, ("survey", 1.0), ("skip", 2.0))
    forgotten = pages.post("/api/forget", {"id": first}).json
    assert forgotten["forgotten"]
    assert forgotten["counts"] == {"survey": 0, "skip": 1, "library": 0, "forgotten": 1}
    assert (counting(pages), listed(pages)) == ([second], [second])
    assert listed(pages, "forgotten=1") == [first]
    assert not pages.post("/api/remember", {"id": first}).json["forgotten"]
    assert counting(pages) == [first, second]


def test_what_is_forgotten_twice_is_forgotten_once(pages: Pages) -> None:
    first, _ = say(pages, ("survey", 1.0), ("skip", 2.0))
    for path, count in (("/api/forget", 1), ("/api/remember", 2)):
        for _ in range(2):
            assert pages.post(path, {"id": first}).status == 200
            assert len(counting(pages)) == count


@pytest.mark.parametrize("path", ["/api/forget", "/api/remember"])
@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"id": None}, 400), ({"id": "x"}, 400), ({"id": -1}, 400), ({"id": 1.5}, 400), ({"id": 77}, 404)],
)
def test_what_is_no_triplet_cannot_be_forgotten(pages: Pages, path: str, body: dict[str, Any], status: int) -> None:
    answer = pages.post(path, body)
    assert answer.status == status
    assert answer.json["error"]


def test_another_listeners_triplets_are_theirs(pages: Pages) -> None:
    (theirs,) = say(pages, ("survey", 1.0), profile="ann")
    assert listed(pages) == []
    assert pages.post("/api/forget", {"id": theirs}).status == 404
    assert pages.ask("/api/triplets?profile=ann").json["triplets"][0]["id"] == theirs
    assert pages.post("/api/forget?profile=ann", {"id": theirs}).status == 200


def test_a_hostile_title_is_text(pages: Pages) -> None:
    say(pages, ("survey", 1.0))
    title = "<script>alert(1)</script>"
    pages.beets.run("modify", "-y", "-W", "-M", f"title={title}")
    answer = pages.ask("/api/triplets")
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json["triplets"][0]["tracks"]["odd"]["name"].endswith(title)


# Metrics


def learn(pages: Pages, *, in_use: bool = True, extractor: str = EXTRACTOR, profile: str = "default") -> int:
    """Keeps a metric in which rhythm counts for more; its id."""
    with pages.database() as database:
        metric = plain(NAMES, database.vectors.library().vectors)
        weights = np.where(np.array(FEATURE_GROUPS) == "rhythm", 1.8, 0.5)
        learned = LearnedMetric(
            replace(metric, matrix=np.diag(weights), learner="weights"), {}, 40, 0.62, 0.54, 0.021, "survey"
        )
        return database.metrics.add(learned, profile=profile, extractor=extractor, in_use=in_use)


def in_use(pages: Pages) -> Any:
    return pages.ask("/api/metrics").json["in_use"]


def test_before_any_lesson_it_is_said_how_to_begin(pages: Pages) -> None:
    told = pages.ask("/api/metrics").json
    assert told["verdict"].startswith("Nothing learned yet")
    assert (told["in_use"], told["metrics"], told["groups"], told["heavier"]) == (None, [], [], [])


def test_what_waits_for_the_next_lesson_is_counted(pages: Pages) -> None:
    say(pages, ("survey", 1e10), ("skip", 1e10), ("library", 1e10))
    assert pages.ask("/api/metrics").json["new"] == 2


def test_the_metric_in_use_says_what_counts(pages: Pages) -> None:
    number = learn(pages)
    told = pages.ask("/api/metrics").json
    assert told["in_use"] == number
    assert told["verdict"].startswith(f"What was learned is in use (metric {number}). It predicts ")
    assert told["groups"][0] == {
        "name": "rhythm",
        "weight": pytest.approx(1.8),
        "words": "rhythm counts 1.8 times as much as before",
    }
    assert {feature["group"] for feature in told["heavier"]} == {"rhythm"}
    assert "rhythm" not in {feature["group"] for feature in told["lighter"]}


def test_metrics_are_told_newest_first_with_their_accuracies(pages: Pages) -> None:
    first, second = learn(pages), learn(pages)
    told = pages.ask("/api/metrics").json["metrics"]
    assert [metric["id"] for metric in told] == [second, first]
    assert {key: told[0][key] for key in ("learner", "triplets", "accuracy", "plain_accuracy", "uncertainty")} == {
        "learner": "weights",
        "triplets": 40,
        "accuracy": 0.62,
        "plain_accuracy": 0.54,
        "uncertainty": 0.021,
    }


def test_an_earlier_metric_and_the_plain_one_can_be_used_again(pages: Pages) -> None:
    first, second = learn(pages), learn(pages)
    assert in_use(pages) == second
    assert pages.post("/api/metric", {"id": first}).json == {"id": first}
    assert in_use(pages) == first
    pages.post("/api/metric", {"id": None})
    assert in_use(pages) is None
    assert pages.ask("/api/metrics").json["chosen"]


def test_what_was_chosen_stays_in_use_until_it_is_left_to_learning_again(pages: Pages) -> None:
    first = learn(pages)
    pages.post("/api/metric", {"id": first})
    second = learn(pages)
    assert in_use(pages) == first
    assert f"A better one is available: metric {second}." in pages.ask("/api/metrics").json["verdict"]
    assert pages.post("/api/metric", {"id": "auto"}).json == {"id": "auto"}
    assert in_use(pages) == second
    assert not pages.ask("/api/metrics").json["chosen"]


def test_a_metric_of_another_analysis_or_listener_or_none_is_refused(pages: Pages) -> None:
    used = learn(pages)
    old, theirs = learn(pages, in_use=False, extractor="0"), learn(pages, profile="ann")
    for number, reason in ((old, "learned from an older analysis"), (theirs, "no metric"), (1000, "no metric")):
        answer = pages.post("/api/metric", {"id": number})
        assert (answer.status, reason in answer.json["error"]) == (409, True)
        assert in_use(pages) == used
    told = pages.ask("/api/metrics").json["metrics"]
    assert {metric["id"]: metric["usable"] for metric in told} == {used: True, old: False}


@pytest.mark.parametrize("body", [{}, {"id": "plain"}, {"id": True}, {"id": 0}, {"id": []}])
def test_what_is_no_metric_changes_nothing(pages: Pages, body: dict[str, Any]) -> None:
    used = learn(pages)
    assert pages.post("/api/metric", body).status == 400
    assert in_use(pages) == used


# Plots


def test_the_distances_of_genres_are_told(pages: Pages) -> None:
    pages.beets.run("modify", "-y", "-W", "-M", "genres=Jazz")
    told = pages.ask("/api/genres").json
    assert told["genres"] == [{"name": "Jazz", "tracks": 24}]
    assert 0.1 < told["distances"][0][0] < 10


def test_without_genres_there_are_no_distances(pages: Pages) -> None:
    assert pages.ask("/api/genres").json == {"genres": [], "distances": []}


def test_what_was_said_and_learned_over_time_is_told(pages: Pages) -> None:
    say(pages, ("survey", 1.7e9), ("skip", 1.7e9 + 3 * 86_400))
    learn(pages)
    told = pages.ask("/api/history").json
    assert told["said"] == {"survey": [1, 1], "skip": [0, 1]}
    assert len(told["days"]) == 2
    assert [(lesson["accuracy"], lesson["plain_accuracy"]) for lesson in told["lessons"]] == [(0.62, 0.54)]


def test_the_page_and_what_it_loads_are_there(pages: Pages) -> None:
    assert b"What it learned from" in pages.ask("/learned").body
    for name in ("learned.js", "learned.css", "plots.js", "plots.css"):
        assert pages.ask(f"/static/{name}").status == 200
