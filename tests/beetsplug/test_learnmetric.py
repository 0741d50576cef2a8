"""beet learnmetric."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demonstration.programs import Beets
from smartqueue.database import Database, LearnedMetric
from smartqueue.features import EXTRACTOR, FEATURE_GROUPS, NAMES
from smartqueue.listening import Triplet
from smartqueue.metric import plain


def answer(beets: Beets, groups: set[str], count: int = 200, seed: int = 0) -> None:
    """Answers questions as a listener would for whom some groups of features alone count."""
    generator = np.random.default_rng(seed)
    with Database(beets.library, beets.music) as database:
        library = database.vectors.library()
        heard = plain(NAMES, library.vectors).standardise(library.vectors)[:, np.isin(FEATURE_GROUPS, list(groups))]
        triplets = []
        for number in range(count):
            a, b, c = generator.choice(len(heard), 3, replace=False)
            apart = {c: heard[a] - heard[b], b: heard[a] - heard[c], a: heard[b] - heard[c]}
            odd = min(apart, key=lambda track: float(np.linalg.norm(apart[track])))
            near = [int(library.ids[track]) for track in (a, b, c) if track != odd]
            moment = 1.7e9 + 1000 * seed + number
            triplets.append(Triplet(near[0], near[1], int(library.ids[odd]), "survey", created=moment, at_random=True))
        database.triplets.add(triplets)


def in_use(beets: Beets) -> bool:
    with Database(beets.library, beets.music) as database:
        return database.metrics.in_use("default") is not None


def test_the_held_out_accuracy_stands_beside_that_of_plain(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    told = beets.run("learnmetric").stdout
    assert re.search(r"^without learning +\d+\.\d%$", told, re.MULTILINE)
    assert re.search(r"^weights +\d+\.\d% +[+-]\d+\.\d ± \d+\.\d points", told, re.MULTILINE)


def test_a_metric_that_is_better_than_plain_is_put_in_use(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    assert re.search(
        r"better than without learning, so metric \d+ is used from now on", beets.run("learnmetric").stdout
    )
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
    assert "'weights' would be used" in beets.run("learnmetric", "--dry-run").stdout
    assert beets.run("learnmetric", "--history").stdout.strip() == "no metric was learned yet"
    assert not in_use(beets)
    with Database(beets.library, beets.music) as database:
        assert database.triplets.counts("default")["library"] == 0
        assert database.metrics.unlearned("default") == 200


def test_one_source_can_be_learned_from_alone(beets: Beets) -> None:
    answer(beets, {"rhythm"}, count=40)
    learned = json.loads(beets.run("learnmetric", "--source", "survey", "--json").stdout)
    assert learned["triplets"] == {"survey": 40, "skip": 0, "library": 0}


def test_every_metric_stands_in_the_history_and_can_be_used_again(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    first = json.loads(beets.run("learnmetric", "--json").stdout)["id"]
    with Database(beets.library, beets.music) as database:
        found = database.metrics.in_use("default")
        assert found is not None
        second = database.metrics.add(found, profile="default", extractor=EXTRACTOR, in_use=True)
    history = json.loads(beets.run("learnmetric", "--history", "--json").stdout)
    assert [(kept["id"], kept["in_use"]) for kept in history] == [(first, False), (second, True)]
    beets.run("learnmetric", "--use", str(first))
    assert used(beets) == first
    beets.run("learnmetric", "--use", "plain")
    assert not in_use(beets)
    beets.run("learnmetric", "--use", "auto")
    assert used(beets) == second


def test_a_metric_says_how_many_answers_and_skips_it_was_learned_from(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    assert "learned from 200 answers:" in beets.run("learnmetric").stdout.replace("Learned", "learned")
    heads, metric = beets.run("learnmetric", "--history").stdout.splitlines()
    assert heads.split()[3:6] == ["answers", "and", "skips"]
    assert metric.split()[4] == "200"
    assert json.loads(beets.run("learnmetric", "--history", "--json").stdout)[0]["triplets"] == 200


def used(beets: Beets) -> int:
    return int(json.loads(beets.run("smartqueue", "--json").stdout)["metric"]["id"])


def test_what_the_listener_chose_stays_while_learning_goes_on_and_reports(beets: Beets) -> None:
    beets.run("learnmetric", "--use", "plain")
    answer(beets, {"rhythm"})
    told = beets.run("learnmetric").stdout
    assert "you chose no learning, which stays in use (a better one is available, metric 1" in told
    assert not in_use(beets)
    beets.run("learnmetric", "--use", "auto")
    assert in_use(beets)


def test_an_inconclusive_lesson_changes_nothing_and_leaves_no_row(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    beets.run("learnmetric")
    told = beets.run("learnmetric").stdout
    assert "nothing changes" in told
    assert len(json.loads(beets.run("learnmetric", "--history", "--json").stdout)) == 1
    assert in_use(beets)


def test_a_metric_that_is_not_there_cannot_be_used(beets: Beets) -> None:
    done = beets.run("learnmetric", "--use", "77", check=False)
    assert (done.returncode, "there is no metric 77" in done.stderr) == (1, True)


def kept(beets: Beets, accuracy: float, plain_accuracy: float) -> str:
    """Keeps a metric that was right so often in answers; its number."""
    with Database(beets.library, beets.music) as database:
        metric = replace(plain(NAMES, database.vectors.library().vectors), learner="weights")
        learned = LearnedMetric(metric, {}, 40, accuracy, plain_accuracy, 0.02, "survey")
        return str(database.metrics.add(learned, profile="default", extractor=EXTRACTOR, in_use=False))


def test_whoever_chooses_a_metric_that_is_worse_than_no_learning_is_told_so(beets: Beets) -> None:
    worse, better = kept(beets, 0.45, 0.56), kept(beets, 0.56, 0.45)
    told = beets.run("learnmetric", "--use", worse).stdout
    assert "less often than no learning is: 45.0%, without learning 56.0%" in told
    assert used(beets) == int(worse)
    assert "no learning" not in beets.run("learnmetric", "--use", better).stdout


@pytest.mark.parametrize("other", [["--history"], ["--dry-run"], ["--source", "skip"]])
def test_choosing_a_metric_goes_with_nothing_else(beets: Beets, other: list[str]) -> None:
    done = beets.run("learnmetric", "--use", kept(beets, 0.56, 0.45), *other, check=False)
    assert (done.returncode, "--use" in done.stderr, "do not go together" in done.stderr) == (1, True, True)
    assert not in_use(beets)


def test_a_metric_of_another_version_cannot_be_used(beets: Beets) -> None:
    with Database(beets.library, beets.music) as database:
        vectors = database.vectors.library().vectors
        earlier = LearnedMetric(replace(plain(NAMES, vectors), learner="weights"), {}, 30, 0.6, 0.5, 0.02)
        number = database.metrics.add(earlier, profile="default", extractor="0", in_use=True)
    assert not in_use(beets)
    done = beets.run("learnmetric", "--use", str(number), check=False)
    assert (done.returncode, "learned from an older analysis" in done.stderr) == (1, True)


def test_listeners_learn_apart(beets: Beets) -> None:
    answer(beets, {"rhythm"})
    beets.run("learnmetric")
    assert in_use(beets)
    assert "no metric" in beets.run("learnmetric", "--history", "--profile", "somebody").stdout
    beets.run("learnmetric", "--profile", "somebody")
    assert in_use(beets)


def test_where_plain_is_the_truth_plain_stays(beets: Beets) -> None:
    answer(beets, set(FEATURE_GROUPS))
    assert "nothing changes" in beets.run("learnmetric").stdout
    assert not in_use(beets)
    assert beets.run("learnmetric", "--history").stdout.strip() == "no metric was learned yet"


def test_a_metric_that_has_become_worse_than_no_learning_goes_out_of_use(beets: Beets) -> None:
    answer(beets, {"rhythm"}, count=60)
    beets.run("learnmetric")
    first = used(beets)
    answer(beets, set(FEATURE_GROUPS) - {"rhythm"}, count=400, seed=1)
    beets.run("learnmetric")
    assert not in_use(beets) or used(beets) != first


def test_albums_and_artists_make_library_triplets(beets: Beets) -> None:
    beets.run("learnmetric")
    assert json.loads(beets.run("smartqueue", "--json").stdout)["triplets"]["library"] > 0


def test_without_two_albums_the_plain_metric_stays(own_beets: Beets) -> None:
    own_beets.run("modify", "-y", "-W", "-M", "album=One", "artist=Someone", "albumartist=Someone")
    own_beets.run("analyze")
    assert "nothing changes" in own_beets.run("learnmetric").stdout.lower()


def test_without_analysed_tracks_nothing_changes_and_the_first_step_is_told(own_beets: Beets) -> None:
    told = own_beets.run("learnmetric").stdout
    assert told == "no track is analysed yet: run beet analyze first; nothing changes until then\n"


def test_in_an_empty_library_nothing_changes_and_the_first_step_is_told(music: Path, tmp_path: Path) -> None:
    beets = Beets(tmp_path / "beets", music)
    beets.run("ls")  # a new library comes with words of beets' own
    found = json.loads(beets.run("learnmetric", "--json").stdout)
    first = "the library is empty: run beet import ~/Music first"
    assert found == {"in_use": False, "reason": f"{first}; nothing changes until then"}
