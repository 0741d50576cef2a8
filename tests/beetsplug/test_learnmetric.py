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
    assert re.search(r"\d+\.\d% right .* plain \d+\.\d%", beets.run("learnmetric").stdout)


def test_a_metric_that_is_better_than_plain_is_put_in_use(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    assert "is in use from now on" in beets.run("learnmetric").stdout
    metric = json.loads(beets.run("smartqueue", "--json").stdout)["metric"]
    assert metric["accuracy"] > metric["plain_accuracy"]


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
