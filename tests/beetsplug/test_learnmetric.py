"""beet learnmetric."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np

from demonstration.programs import Beets
from smartqueue.database import Database, LearnedMetric
from smartqueue.features import EXTRACTOR, FEATURE_GROUPS, NAMES
from smartqueue.listening import Triplet
from smartqueue.metric import plain


def answer(beets: Beets, groups: set[str], count: int = 200) -> None:
    """Answers questions as a listener would for whom some groups of features alone count."""
    generator = np.random.default_rng(0)
    with Database(beets.library, beets.music) as database:
        library = database.vectors.library()
        heard = plain(NAMES, library.vectors).standardise(library.vectors)[:, np.isin(FEATURE_GROUPS, list(groups))]
        triplets = []
        for a, b, c in (generator.choice(len(heard), 3, replace=False) for _ in range(count)):
            apart = {c: heard[a] - heard[b], b: heard[a] - heard[c], a: heard[b] - heard[c]}
            odd = min(apart, key=lambda track: float(np.linalg.norm(apart[track])))
            near = [int(library.ids[track]) for track in (a, b, c) if track != odd]
            triplets.append(Triplet(near[0], near[1], int(library.ids[odd]), "survey"))
        database.triplets.add(triplets)


def in_use(beets: Beets) -> bool:
    with Database(beets.library, beets.music) as database:
        return database.metrics.in_use("default") is not None


def test_the_held_out_accuracy_stands_beside_that_of_plain(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    told = beets.run("learnmetric").stdout
    assert re.search(r"^plain +\d+\.\d%$", told, re.MULTILINE)
    assert re.search(r"^weights +\d+\.\d% +[+-]\d+\.\d ± \d+\.\d points", told, re.MULTILINE)


def test_a_metric_that_is_better_than_plain_is_put_in_use(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    assert "is in use from now on" in beets.run("learnmetric").stdout
    metric = json.loads(beets.run("smartqueue", "--json").stdout)["metric"]
    assert metric["accuracy"] > metric["plain_accuracy"]


def test_what_counts_more_is_shown_as_a_bar_a_group(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    told = beets.run("learnmetric").stdout
    bars = {line.split()[0]: line.count("█") for line in told.splitlines() if "█" in line}
    assert max(bars, key=lambda group: bars[group]) == "rhythm"
    assert re.search(r"^heavier: .*\d", told, re.MULTILINE)


def test_a_dry_run_keeps_nothing(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    assert "would be in use" in beets.run("learnmetric", "--dry-run").stdout
    assert beets.run("learnmetric", "--history").stdout.strip() == "no metric was learned yet"
    assert not in_use(beets)


def test_one_source_can_be_learned_from_alone(beets: Beets) -> None:
    answer(beets, {"rhythm"}, count=40)
    learned = json.loads(beets.run("learnmetric", "--source", "survey", "--json").stdout)
    assert learned["triplets"] == {"survey": 40, "skip": 0, "library": 0}


def test_every_metric_stands_in_the_history_and_can_be_used_again(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    first = json.loads(beets.run("learnmetric", "--json").stdout)["id"]
    beets.run("learnmetric")
    history = json.loads(beets.run("learnmetric", "--history", "--json").stdout)
    assert [kept["in_use"] for kept in history] == [False, True]
    beets.run("learnmetric", "--use", str(first))
    assert json.loads(beets.run("smartqueue", "--json").stdout)["metric"]["id"] == first
    beets.run("learnmetric", "--use", "plain")
    assert not in_use(beets)


def test_a_metric_that_is_not_there_cannot_be_used(beets: Beets) -> None:
    done = beets.run("learnmetric", "--use", "77", check=False)
    assert (done.returncode, "there is no metric 77" in done.stderr) == (1, True)


def test_a_metric_of_another_version_cannot_be_used(beets: Beets) -> None:
    with Database(beets.library, beets.music) as database:
        vectors = database.vectors.library().vectors
        earlier = LearnedMetric(replace(plain(NAMES, vectors), learner="weights"), {}, 30, 0.6, 0.5, 0.02)
        number = database.metrics.add(earlier, profile="default", extractor="0", in_use=True)
    assert not in_use(beets)
    done = beets.run("learnmetric", "--use", str(number), check=False)
    assert (done.returncode, "vectors of another version" in done.stderr) == (1, True)


def test_listeners_learn_apart(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    beets.run("learnmetric")
    assert in_use(beets)
    assert "no metric" in beets.run("learnmetric", "--history", "--profile", "somebody").stdout
    beets.run("learnmetric", "--profile", "somebody")
    assert in_use(beets)


def test_where_plain_is_the_truth_plain_stays(beets: Beets) -> None:
    answer(beets, set(FEATURE_GROUPS))
    assert "the plain metric is in use" in beets.run("learnmetric").stdout
    assert not in_use(beets)


def test_a_metric_that_is_not_better_any_more_goes_out_of_use(beets: Beets) -> None:
    with Database(beets.library, beets.music) as database:
        vectors = database.vectors.library().vectors
        earlier = LearnedMetric(replace(plain(NAMES, vectors), learner="weights"), {}, 30, 0.6, 0.5, 0.02)
        database.metrics.add(earlier, profile="default", extractor=EXTRACTOR, in_use=True)
    answer(beets, set(FEATURE_GROUPS))
    beets.run("learnmetric")
    assert not in_use(beets)


def test_albums_and_artists_make_library_triplets(beets: Beets) -> None:
    beets.run("learnmetric")
    assert json.loads(beets.run("smartqueue", "--json").stdout)["triplets"]["library"] > 0


def test_without_two_albums_the_plain_metric_stays(own_beets: Beets) -> None:
    own_beets.run("modify", "-y", "-W", "-M", "album=One", "artist=Someone", "albumartist=Someone")
    own_beets.run("analyze")
    assert "the plain metric stays in use" in own_beets.run("learnmetric").stdout


def test_without_analysed_tracks_the_plain_metric_stays(own_beets: Beets) -> None:
    assert "the plain metric stays in use" in own_beets.run("learnmetric").stdout
