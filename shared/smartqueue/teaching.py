"""From the triplets that are stored to a metric that is stored: one lesson."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from smartqueue.database import Database, DatabaseError, LearnedMetric
from smartqueue.features import EXTRACTOR, FEATURE_GROUPS, NAMES
from smartqueue.learning import ENOUGH, OWN, Learned, learn
from smartqueue.library_triplets import WEIGHT, library_triplets
from smartqueue.listening import SOURCES, Triplet
from smartqueue.metric import Metric, plain


class LessonError(Exception):
    """There is nothing to learn from; the text says why, and that the plain metric stays."""


class OldVectorsError(LessonError):
    """The vectors in use must not be learned from; the text says what to do."""


@dataclass(frozen=True)
class Lesson:
    """What was learned from how many triplets of each source, and under which number it is kept, if it is."""

    counts: dict[str, int]
    metric: Metric
    learned: Learned
    number: int | None

    @property
    def judged_by_library(self) -> bool:
        """Whether albums and artists judged, because the listener's own answers are too few."""
        return self.counts["survey"] + self.counts["skip"] < OWN


def teach(database: Database, profile: str, *, sources: Collection[str] = SOURCES, keep: bool = True) -> Lesson:
    """Learns a metric for a profile, keeps it, and puts it in use if it is better than plain; else plain.

    sources: which triplets to learn from. keep: without it nothing is kept, and nothing else put in use.
    Raises LessonError.
    """
    if database.vectors.extractor not in ("", EXTRACTOR):
        raise OldVectorsError(
            "the vectors in use are of an older version, which is not learned from: run beet analyze first"
        )
    artists = _draw_library_triplets(database) if "library" in sources else {}
    ids, vectors = database.vectors.taught()
    row = {int(id_): row for row, id_ in enumerate(ids)}
    triplets = [
        triplet
        for triplet in database.triplets.of_profile(profile)
        if triplet.source in sources and {triplet.near_a, triplet.near_b, triplet.odd} <= row.keys()
    ]
    if not triplets:
        raise LessonError("there are no answers, no skips and no two albums to compare: the plain metric stays in use")
    metric = plain(NAMES, vectors)
    learned = learn(
        metric.standardise(vectors),
        np.array([[row[t.near_a], row[t.near_b], row[t.odd]] for t in triplets]),
        weights=np.array([t.weight for t in triplets]),
        groups=np.array(FEATURE_GROUPS),
        sources=np.array([t.source for t in triplets]),
        artists=np.array([artists.get(id_, "") for id_ in ids.tolist()]),
    )
    if not np.isfinite(learned.accuracy):
        raise LessonError("those are too few, or too much alike, to judge a metric by: the plain metric stays in use")
    counts = Counter(triplet.source for triplet in triplets)
    lesson = Lesson(
        {source: counts[source] for source in SOURCES},
        replace(metric, matrix=learned.matrix, learner=learned.learner),
        learned,
        None,
    )
    return replace(lesson, number=_keep(database, profile, lesson, metric)) if keep else lesson


def _draw_library_triplets(database: Database) -> dict[int, str]:
    """Stores what albums and artists say now; returns each track's artist."""
    known, albums, artists = database.tracks.albums_and_artists()
    rows = library_triplets(albums, artists)
    database.triplets.replace_library(
        Triplet(int(near_a), int(near_b), int(odd), "library", WEIGHT) for near_a, near_b, odd in known[rows]
    )
    return dict(zip(known.tolist(), artists, strict=True))


def _keep(database: Database, profile: str, lesson: Lesson, metric: Metric) -> int:
    learned = lesson.learned
    entry = LearnedMetric(
        lesson.metric,
        learned.settings,
        sum(lesson.counts.values()),
        learned.accuracy,
        learned.plain_accuracy,
        learned.uncertainty,
    )
    in_use = learned.better or learned.learner == "plain"
    number = database.metrics.add(entry, profile=profile, extractor=EXTRACTOR, in_use=in_use)
    if not in_use:
        stays = LearnedMetric(metric, {}, entry.triplets, learned.plain_accuracy, learned.plain_accuracy, None)
        database.metrics.add(stays, profile=profile, extractor=EXTRACTOR, in_use=True)
    return number


def verdict(lesson: Lesson) -> str:
    """Which metric was chosen, why, and whether it is in use, in a sentence."""
    learned = lesson.learned
    is_ = "is" if lesson.number is not None else "would be"
    if learned.learner == "plain":
        return f"No learner does better than plain: the plain metric {is_} in use."
    if lesson.judged_by_library:
        return (
            f"Albums and artists alone put no metric in use: the plain metric {is_} in use, until there are {ENOUGH}"
            " answers and skips."
        )
    gain = f"{100 * (learned.accuracy - learned.plain_accuracy):+.1f} ± {100 * learned.uncertainty:.1f} points"
    if learned.likelier is not None:
        gain += f", answers {100 * learned.likelier.mean:+.1f} ± {100 * learned.likelier.error:.1f} % likelier"
    if not learned.better:
        return f"'{learned.learner}' did best, with {gain}, which may be chance: the plain metric {is_} in use."
    number = f"metric {lesson.number}, " if lesson.number is not None else ""
    return f"Better than plain beyond doubt, with {gain}: {number}'{learned.learner}', {is_} in use from now on."


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
