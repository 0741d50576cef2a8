"""What was learned, told in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demonstration.programs import Beets
from smartqueue.database import Database, Kept
from smartqueue.listening import Play, Triplet
from smartqueue.stories import stories, verdict, weighs


def names(database: Database) -> tuple[list[int], list[str]]:
    """Three tracks of the library, and what they are called."""
    library = database.vectors.library()
    return library.ids[:3].tolist(), [library.name(row) for row in range(3)]


def test_an_answer_says_what_the_listener_said(analysed: Beets) -> None:
    with Database(analysed.library, analysed.music) as database:
        (a, b, c), (near_a, near_b, odd) = names(database)
        (story,) = stories(database, [Triplet(a, b, c, "survey")])
    assert story.in_words() == f"You said that {odd} is the odd one out, beside {near_a} and {near_b}"


@pytest.mark.parametrize(
    ("listened", "said"), [(0.6, "1 s"), (12.3, "12 s"), (59.7, "1 min 0 s"), (75.0, "1 min 15 s")]
)
def test_a_skip_says_after_how_long(beets: Beets, listened: float, said: str) -> None:
    with Database(beets.library, beets.music) as database:
        (a, b, c), (near_a, near_b, odd) = names(database)
        play = database.plays.add(Play(c, "den", "default", 1.0, listened, 300.0, "skipped", "smartqueue"))
        (story,) = stories(database, [Triplet(a, b, c, "skip", play=play)])
    assert story.in_words() == f"You skipped {odd} after {said}, between {near_a} and {near_b}"


def test_a_skip_from_elsewhere_does_not_say_after_how_long(analysed: Beets) -> None:
    with Database(analysed.library, analysed.music) as database:
        (a, b, c), (near_a, near_b, odd) = names(database)
        (story,) = stories(database, [Triplet(a, b, c, "skip")])
    assert story.in_words() == f"You skipped {odd} between {near_a} and {near_b}"


def test_albums_and_artists_say_that_it_was_they(analysed: Beets) -> None:
    with Database(analysed.library, analysed.music) as database:
        (a, b, c), (near_a, near_b, odd) = names(database)
        (story,) = stories(database, [Triplet(a, b, c, "library")])
    assert story.in_words() == f"{near_a} and {near_b} are of one album or artist, {odd} is of another"


def test_a_removed_track_says_so(analysed: Beets) -> None:
    with Database(analysed.library, analysed.music) as database:
        (a, b, _), _ = names(database)
        (story,) = stories(database, [Triplet(a, b, 10_000, "survey")])
    assert "a track that was removed is the odd one out" in story.in_words()


def test_a_name_is_no_part_of_the_sentence(beets: Beets) -> None:
    with Database(beets.library, beets.music) as database:
        (a, b, c), (_, _, odd) = names(database)
        beets.run("modify", "-y", "-W", "-M", f"title:{odd.partition(' – ')[2]}", "title={near_a} {0} {")
        (story,) = stories(database, [Triplet(a, b, c, "survey")])
    assert "{near_a} {0} { is the odd one out" in story.in_words()


KEPT = Kept(7, "weights", "1", 40, 0.62, 0.54, 0.021, 1.7e9, in_use=True)


def test_without_any_lesson_it_is_said_how_to_begin() -> None:
    assert verdict([], "1").startswith("Nothing learned yet: skip what does not fit")


def test_the_metric_in_use_is_told_beside_plain() -> None:
    told = verdict([KEPT], "1").replace("\u00a0", " ")
    assert told.startswith("Metric 7 is in use.")
    assert "62.0 % of the answers that it had not seen, plain in 54.0 %" in told
    assert "+8.0 ± 2.1 points" in told


def test_plain_that_won_is_told_from_plain_that_was_chosen() -> None:
    unused = replace(KEPT, in_use=False)
    assert "nothing that is better" in verdict([unused, replace(KEPT, id=8, learner="plain")], "1")
    assert "by your choice" in verdict([unused], "1")


def test_a_metric_of_an_older_analysis_is_not_said_to_be_in_use() -> None:
    assert verdict([KEPT], "2").startswith("The plain metric is in use")


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (1.83, "counts 1.8 times as much as before"),
        (1.02, "counts as much as before"),
        (0.98, "counts as much as before"),
        (0.456, "counts 0.46 times as much as before"),
        (0.02, "hardly counts any more"),
        (0.0, "hardly counts any more"),
    ],
)
def test_a_weight_is_told_beside_the_plain_one(weight: float, said: str) -> None:
    assert weighs("rhythm", weight) == f"rhythm {said}"
