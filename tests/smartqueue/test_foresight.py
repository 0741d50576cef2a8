"""How well answers are predicted."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from demonstration.programs import Beets
from smartqueue.database import Database
from smartqueue.features import FEATURE_GROUPS, NAMES
from smartqueue.foresight import Foresight, Watch, foresight
from smartqueue.metric import plain


def answer(beets: Beets, count: int, *, at_random: bool = True) -> None:
    """Answers questions as a listener would for whom rhythm alone counts."""
    generator = np.random.default_rng(0)
    with Database(beets.library, beets.music) as database:
        database.migrate()
        library = database.vectors.library()
        heard = plain(NAMES, library.vectors).standardise(library.vectors)[:, np.isin(FEATURE_GROUPS, ["rhythm"])]
        while database.questions.count("default") < count:
            a, b, c = generator.choice(len(heard), 3, replace=False)
            apart = {c: heard[a] - heard[b], b: heard[a] - heard[c], a: heard[b] - heard[c]}
            odd = min(apart, key=lambda track: float(np.linalg.norm(apart[track])))
            database.questions.answer(
                library.ids[[a, b, c]].tolist(), int(library.ids[odd]), "default", at_random=at_random
            )


def found(watch: Watch) -> list[Foresight]:
    """What is known once the work is done."""
    until = time.monotonic() + 120
    while watch.is_at_work and time.monotonic() < until:
        time.sleep(0.05)
    return watch.of("default")


def test_a_listener_who_hears_rhythm_is_predicted_better_than_by_the_plain_metric(beets: Beets) -> None:
    answer(beets, 120)
    with Database(beets.library, beets.music) as database:
        known = foresight(database, "default")
    assert known is not None
    assert (known.answers, known.skips, known.missing) == (120, 0, 0)
    assert (known.accuracy or 0) > (known.plain or 1)


def test_questions_that_were_chosen_to_teach_do_not_tell_how_often_it_is_right(beets: Beets) -> None:
    answer(beets, 12, at_random=True)
    answer(beets, 40, at_random=False)
    with Database(beets.library, beets.music) as database:
        known = foresight(database, "default")
    assert known == Foresight(40, 0, None, None, missing=8)


def test_nothing_is_kept_of_it(beets: Beets) -> None:
    answer(beets, 40)
    with Database(beets.library, beets.music) as database:
        foresight(database, "default")
        assert database.metrics.history("default") == []
        assert {triplet.source for triplet in database.triplets.of_profile("default")} == {"survey"}


@pytest.mark.parametrize("count", [0, 1, 15])
def test_of_few_answers_nothing_is_known(beets: Beets, count: int) -> None:
    answer(beets, count)
    with Database(beets.library, beets.music) as database:
        assert foresight(database, "default") is None


def test_it_is_worked_out_beside_for_each_ten_once(
    beets: Beets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # None of its modules.
    (tmp_path / "json.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    answer(beets, 30)
    watch = Watch(beets.library, beets.music)
    watch.look("default", 30)
    assert watch.is_at_work
    (known,) = found(watch)
    assert known.answers == 30
    watch.look("default", 31)
    assert not watch.is_at_work


def test_of_too_few_answers_it_is_not_worked_out_again_and_again(beets: Beets) -> None:
    answer(beets, 10)
    watch = Watch(beets.library, beets.music)
    watch.look("default", 9)
    assert not watch.is_at_work
    watch.look("default", 10)
    assert found(watch) == []
    watch.look("default", 10)
    assert not watch.is_at_work
