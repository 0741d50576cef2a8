"""From the triplets that are stored to a metric that is stored: one lesson."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from smartqueue.database import Database, DatabaseError, LearnedMetric, Pin
from smartqueue.features import EXTRACTOR, FEATURE_GROUPS, NAMES
from smartqueue.learning import ENOUGH, Learned, Recipe, learn
from smartqueue.library_triplets import WEIGHT, library_triplets
from smartqueue.listening import SOURCES, Triplet
from smartqueue.metric import Metric, plain

_TOO_LITTLE = "not enough answers, skips and albums yet; nothing changes"


class LessonError(Exception):
    """There is nothing to learn from; the text says why, and that nothing changes."""


class OldVectorsError(LessonError):
    """The vectors in use must not be learned from; the text says what to do."""


@dataclass(frozen=True)
class Lesson:
    """What was learned from how many answers, skips and library triplets, and what came of it.

    outcome: new (a metric was put in use), plain (the one in use was dropped), or same. number: under which it is
    kept, None where it is not. former: the metric that learning had in use before. pin: what the listener chose to
    have in use whatever is learned.
    """

    counts: dict[str, int]
    metric: Metric
    learned: Learned
    outcome: str
    number: int | None
    former: int | None
    pin: Pin | None

    @property
    def judged_by_library(self) -> bool:
        """Whether albums and artists judged, because the listener's own answers are too few."""
        return self.learned.judged_by == "library"


def teach(database: Database, profile: str, *, sources: Collection[str] = SOURCES, keep: bool = True) -> Lesson:
    """Learns a metric for a profile, and puts it in use if it is better than plain and than the one in use.

    The one in use stays where a lesson is inconclusive, and is dropped where it has become worse than plain. What
    the listener pinned stays in use all the same.

    sources: which triplets to learn from. keep: without it nothing is written. Raises LessonError.
    """
    if database.vectors.extractor not in ("", EXTRACTOR):
        raise OldVectorsError(
            "the library was analysed by an older version, which is not learned from: run beet analyze first"
        )
    triplets = [triplet for triplet in database.triplets.of_profile(profile) if triplet.source in sources]
    last_entry = max((triplet.entry or 0 for triplet in triplets if triplet.source != "library"), default=0)
    artists: dict[int, str] = {}
    if "library" in sources:
        drawn, artists = _library(database)
        if keep:
            database.triplets.replace_library(drawn)
        forgotten = database.triplets.forgotten_library()
        own = [triplet for triplet in triplets if triplet.source != "library"]
        triplets = [*own, *(t for t in drawn if (t.near_a, t.near_b, t.odd) not in forgotten)]
    ids, vectors = database.vectors.taught()
    row = {int(id_): row for row, id_ in enumerate(ids)}
    triplets = [triplet for triplet in triplets if {triplet.near_a, triplet.near_b, triplet.odd} <= row.keys()]
    if not triplets:
        raise LessonError(_TOO_LITTLE)
    former = database.metrics.best(profile)
    metric = plain(NAMES, vectors)
    learned = learn(
        metric.standardise(vectors),
        np.array([[row[t.near_a], row[t.near_b], row[t.odd]] for t in triplets]),
        weights=np.array([t.weight for t in triplets]),
        groups=np.array(FEATURE_GROUPS),
        questions=np.array([t.entry or -number for number, t in enumerate(triplets, 1)]),
        sources=np.array([t.source for t in triplets]),
        artists=np.array([artists.get(id_, "") for id_ in ids.tolist()]),
        at_random=np.array([t.at_random for t in triplets]),
        in_use=None if former is None else _recipe(former, triplets),
    )
    if not learned.candidates:
        raise LessonError(_TOO_LITTLE)
    counts = Counter(source for source, _ in {(t.source, t.entry or -number) for number, t in enumerate(triplets, 1)})
    lesson = Lesson(
        {source: counts[source] for source in SOURCES},
        replace(metric, matrix=learned.matrix, learner=learned.learner),
        learned,
        "new" if learned.improves else "plain" if former and learned.in_use_is_worse else "same",
        None,
        None if former is None else former.metric.id,
        database.metrics.pinned(profile),
    )
    return _keep(database, profile, lesson, last_entry) if keep else lesson


def _library(database: Database) -> tuple[list[Triplet], dict[int, str]]:
    """The triplets that albums and artists give now, and each track's artist."""
    known, albums, artists = database.tracks.albums_and_artists()
    rows = library_triplets(albums, artists)
    drawn = [Triplet(int(near_a), int(near_b), int(odd), "library", WEIGHT) for near_a, near_b, odd in known[rows]]
    return drawn, dict(zip(known.tolist(), artists, strict=True))


def _recipe(former: LearnedMetric, triplets: Sequence[Triplet]) -> Recipe:
    seen = np.array([0 < (triplet.entry or 0) <= former.last_entry for triplet in triplets])
    return Recipe(former.metric.learner, float(former.settings.get("library", 0.0)), seen)


def _keep(database: Database, profile: str, lesson: Lesson, last_entry: int) -> Lesson:
    """Stores what came of a lesson; one that changes nothing leaves no metric behind."""
    learned, number = lesson.learned, None
    if lesson.outcome == "new":
        entry = LearnedMetric(
            lesson.metric,
            learned.settings,
            sum(count for source, count in lesson.counts.items() if source != "library"),
            learned.accuracy,
            learned.plain_accuracy,
            learned.uncertainty,
            learned.judged_by,
            last_entry,
        )
        number = database.metrics.add(entry, profile=profile, extractor=EXTRACTOR, in_use=True)
    elif lesson.outcome == "plain":
        database.metrics.drop(profile)
    database.metrics.note_lesson(profile, EXTRACTOR, last_entry)
    return replace(lesson, number=number)


def verdict(lesson: Lesson) -> str:
    """What was learned from what, and what is in use now, for the listener."""
    learned = lesson.learned
    words = f"learned from {said(lesson.counts)}: "
    # A dry run says what would be.
    kept = lesson.outcome != "new" or lesson.number is not None
    if lesson.judged_by_library:
        words += f"albums and artists alone change nothing, until there are {ENOUGH} answers and skips"
    elif lesson.outcome == "new":
        words += f"better than {'before' if lesson.former else 'without learning'}"
        words += f", so metric {lesson.number} is used from now on" if kept else f"; '{learned.learner}' would be used"
    elif lesson.outcome == "plain":
        words += "what was learned before predicts you worse than no learning, so it is not used any more"
    elif lesson.former:
        words += f"not better than metric {lesson.former} yet, so nothing changes"
    else:
        words += "not better than without learning yet, so nothing changes"
    pin = lesson.pin
    if pin is None or pin.lapsed:
        return words
    chosen = "no learning" if pin.metric is None else f"metric {pin.metric}"
    better = lesson.number or (lesson.former if lesson.outcome == "same" else None)
    words += f"; you chose {chosen}, which stays in use"
    if better is not None and better != pin.metric:
        words += f" (a better one is available, metric {better}: beet learnmetric --use auto)"
    return words


def said(counts: Mapping[str, int]) -> str:
    """How many answers and skips, in words: 40 answers and 2 skips."""
    named = [(counts["survey"], "answer"), (counts["skip"], "skip")]
    words = [f"{count} {name}{'' if count == 1 else 's'}" for count, name in named if count]
    return " and ".join(words) or "albums and artists"


def main() -> None:
    """Teaches a profile: python -m smartqueue.teaching LIBRARY MUSIC_DIRECTORY PROFILE."""
    library, music_directory, profile = sys.argv[1:]
    try:
        with Database(library, music_directory) as database:
            print(verdict(teach(database, profile)))
    except LessonError as error:
        print(error)
    except DatabaseError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
