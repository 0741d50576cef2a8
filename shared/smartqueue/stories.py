"""What was learned, told in words: what each triplet comes from, which metric is in use, and what counts in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartqueue.database import Database, Kept, Pin
from smartqueue.listening import JUDGES, Triplet
from smartqueue.survey import RANDOM_EVERY

_REMOVED = "a track that was removed"
# What counts less than so much more, or less, than in the plain metric counts as before.
_ALIKE = 0.05
_HARDLY = 0.1


@dataclass(frozen=True)
class Story:
    """Where a triplet comes from.

    words: a sentence in which {near_a}, {near_b} and {odd} stand for the tracks. names: theirs.
    """

    triplet: Triplet
    words: str
    names: dict[str, str]

    def in_words(self) -> str:
        """The sentence, with the tracks' names in it."""
        return self.words.format(**self.names)


def stories(database: Database, triplets: Sequence[Triplet]) -> list[Story]:
    """The triplets' stories, in their order. Raises DatabaseError."""
    tracks = {track for triplet in triplets for track in (triplet.near_a, triplet.near_b, triplet.odd)}
    names = database.tracks.names(tracks)
    listened = database.plays.listened([triplet.play for triplet in triplets if triplet.play is not None])
    return [
        Story(
            triplet,
            _words(triplet, None if triplet.play is None else listened.get(triplet.play)),
            {role: names.get(getattr(triplet, role), _REMOVED) for role in ("near_a", "near_b", "odd")},
        )
        for triplet in triplets
    ]


def _words(triplet: Triplet, listened: float | None) -> str:
    """The sentence; listened in seconds, None where the play is not known."""
    if triplet.source == "survey":
        return "You said that {odd} is the odd one out, beside {near_a} and {near_b}"
    if triplet.source == "library":
        return "{near_a} and {near_b} share an album or artist; {odd} does not"
    after = "" if listened is None else f" after {_time(listened)},"
    return f"You skipped {{odd}}{after} between {{near_a}} and {{near_b}}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(max(1, round(seconds)), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def verdict(
    history: Sequence[Kept], extractor: str, pin: Pin | None, *, has_lesson: bool, is_suspended: bool, any_three: int
) -> str:
    """Which metric is in use, who decided that, and how often it is right; of a profile's history, oldest first.

    extractor: that of the vectors in use. has_lesson, is_suspended: whether there was a lesson from these vectors, and
    whether what was learned is of older ones. any_three: how many answers are to questions of any three songs.
    """
    words = []
    if pin is not None and pin.lapsed:
        words.append(f"You had chosen {_chosen(pin)}; that ended with the new analysis, and learning decides again.")
    used = next((kept for kept in history if kept.in_use), None)
    best = next(
        (kept for kept in history if kept.best and kept.learner != "plain" and kept.extractor == extractor), None
    )
    if used is not None:
        words += [f"What was learned is in use (metric {used.id}).", _how_often(used, any_three)]
    elif pin is not None and not pin.lapsed:
        words.append("Everything counts alike.")
    elif is_suspended:
        words.append(
            "What was learned is of an older analysis, and is not in use. Mopidy learns anew by itself with the next"
            " track; beet learnmetric does so now."
        )
    elif has_lesson:
        words.append(
            "Everything counts alike: nothing that was learned predicts you better than that yet. More answers and"
            " skips will tell."
        )
    else:
        words.append("Nothing learned yet: skip what does not fit, or answer ten questions in the survey.")
    if pin is not None and not pin.lapsed:
        words.append(f"You chose {_chosen(pin)}, which stays in use until you choose otherwise.")
        if best is not None and best.id != pin.metric:
            words.append(f"A better one is available: metric {best.id}.")
    return " ".join(words)


def _chosen(pin: Pin) -> str:
    return "no learning" if pin.metric is None else f"metric {pin.metric}"


def _how_often(kept: Kept, any_three: int) -> str:
    """How often a metric is right, and in what; or how much it takes until that is known."""
    if kept.accuracy is not None and kept.plain_accuracy is not None and kept.judged_by in ("survey", "skip"):
        right, plain = (f"{100 * share:.0f}\u00a0%" for share in (kept.accuracy, kept.plain_accuracy))
        gain = "" if kept.uncertainty is None else f", a gain of {_points(kept)}"
        of = "answers about any three songs" if kept.judged_by == "survey" else "skips"
        return f"It predicts {right} of your {of}, without learning {plain}{gain} (guessing: 33\u00a0%)."
    missing = max(1, JUDGES - any_three) * RANDOM_EVERY
    return f"How often it is right can be told after {missing} more answers in the survey."


def _points(kept: Kept) -> str:
    gain = 100 * ((kept.accuracy or 0.0) - (kept.plain_accuracy or 0.0))
    return f"{gain:+.0f} ± {100 * (kept.uncertainty or 0.0):.0f} points"


def weighs(group: str, weight: float) -> str:
    """How much a group of features counts, where it counts 1 without learning."""
    if abs(weight - 1.0) < _ALIKE:
        return f"{group} counts as much as before"
    if weight < _HARDLY:
        return f"{group} hardly counts any more"
    return f"{group} counts {weight:.{1 if weight > 1 else 2}f} times as much as before"
