"""What was learned, told in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from demonstration.programs import Beets
from smartqueue.database import Database, Kept, Pin
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
    assert story.in_words() == f"{near_a} and {near_b} share an album or artist; {odd} does not"


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


KEPT = Kept(7, "weights", "1", 40, 0.62, 0.54, 0.021, "survey", 1.7e9, in_use=True, best=True)


def told(
    history: list[Kept],
    pin: Pin | None = None,
    *,
    has_lesson: bool = True,
    is_suspended: bool = False,
    any_three: int = 20,
) -> str:
    words = verdict(history, "1", pin, has_lesson=has_lesson, is_suspended=is_suspended, any_three=any_three)
    return words.replace("\u00a0", " ")


def test_without_any_lesson_it_is_said_how_to_begin() -> None:
    assert told([], has_lesson=False).startswith("Nothing learned yet: skip what does not fit")


def test_the_metric_in_use_is_told_beside_no_learning() -> None:
    assert told([KEPT]) == (
        "What was learned is in use (metric 7). It predicts 62 % of your answers about any three songs, without"
        " learning 54 %, a gain of +8 ± 2 points (guessing: 33 %)."
    )


def test_skips_judge_where_answers_to_any_three_songs_are_few() -> None:
    assert "It predicts 62 % of your skips" in told([replace(KEPT, judged_by="skip")], any_three=2)


def test_where_too_little_judges_it_is_said_how_much_more_it_takes() -> None:
    unjudged = replace(KEPT, judged_by="", accuracy=None, plain_accuracy=None)
    assert told([unjudged], any_three=12).endswith("can be told after 32 more answers in the survey.")


def test_what_earlier_versions_judged_by_teaching_questions_is_not_repeated() -> None:
    assert "%" not in told([replace(KEPT, judged_by="", accuracy=0.5, plain_accuracy=0.17)], any_three=0)


def test_no_learning_that_won_is_told_from_no_learning_that_was_chosen() -> None:
    unused = replace(KEPT, in_use=False, best=False)
    assert "nothing that was learned predicts you better" in told([unused])
    assert "You chose no learning, which stays in use until you choose otherwise." in told([unused], Pin(None, False))


def test_a_choice_stays_and_a_better_metric_is_told_beside_it() -> None:
    chosen = replace(KEPT, id=6, best=False)
    words = told([chosen, replace(KEPT, in_use=False)], Pin(6, False))
    assert words.endswith(
        "You chose metric 6, which stays in use until you choose otherwise. A better one is available: metric 7."
    )


def test_a_choice_that_ended_with_a_new_analysis_says_so() -> None:
    assert told([], Pin(6, True)).startswith("You had chosen metric 6; that ended with the new analysis")


def test_what_was_learned_from_an_older_analysis_is_said_to_be_learned_anew() -> None:
    older = replace(KEPT, extractor="0", in_use=False)
    assert told([older], has_lesson=False, is_suspended=True).startswith("What was learned is of an older analysis")


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
