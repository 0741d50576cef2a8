"""What was learned, told in words: what each triplet comes from, which metric is in use, and what counts in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from smartqueue.database import Database, Kept
from smartqueue.listening import Triplet

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
        return "{near_a} and {near_b} are of one album or artist, {odd} is of another"
    after = "" if listened is None else f" after {_time(listened)},"
    return f"You skipped {{odd}}{after} between {{near_a}} and {{near_b}}"


def _time(seconds: float) -> str:
    minutes, rest = divmod(max(1, round(seconds)), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def verdict(history: Sequence[Kept], extractor: str) -> str:
    """Which metric is in use, and how much better than plain it is; of a profile's history, oldest first.

    extractor: whose vectors are in use; a metric of another's is not.
    """
    if not history:
        return "Nothing learned yet: skip what does not fit, or answer ten questions in the survey."
    used = next((kept for kept in history if kept.in_use), None)
    if used is None:
        return "The plain metric is in use, by your choice: everything counts alike."
    if used.learner == "plain":
        return (
            "The plain metric is in use: everything counts alike. The last lesson found nothing that is better beyond"
            " doubt, and more answers and skips will tell more."
        )
    if used.extractor != extractor:
        return (
            "The plain metric is in use: what was learned is of an older analysis. Learn anew, with beet learnmetric."
        )
    words = f"Metric {used.id} is in use."
    if used.accuracy is not None and used.plain_accuracy is not None:
        words += (
            f" It found the odd one out in {100 * used.accuracy:.1f}\u00a0% of the answers that it had not seen,"
            f" plain in {100 * used.plain_accuracy:.1f}\u00a0%, and guessing finds 33.3\u00a0%."
        )
        gain = 100 * (used.accuracy - used.plain_accuracy)
        if used.uncertainty is not None:
            words += f" That is {gain:+.1f} ± {100 * used.uncertainty:.1f} points against plain."
    return words


def weighs(group: str, weight: float) -> str:
    """How much a group of features counts beside the plain metric, where it counts 1."""
    if abs(weight - 1.0) < _ALIKE:
        return f"{group} counts as much as before"
    if weight < _HARDLY:
        return f"{group} hardly counts any more"
    return f"{group} counts {weight:.{1 if weight > 1 else 2}f} times as much as before"
