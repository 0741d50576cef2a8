"""beet learnmetric: what is near to what, learned from the triplets there are."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from optparse import Values

import numpy as np
from beets.exceptions import UserError
from beets.library import Library
from beets.ui import Subcommand, print_
from confuse import Subview

from beetsplug.smartqueue.library import missing_extra, opened
from smartqueue.database import Database, LearnedMetric
from smartqueue.features import EXTRACTOR, FEATURE_GROUPS, NAMES
from smartqueue.library_triplets import WEIGHT, library_triplets
from smartqueue.listening import Triplet
from smartqueue.metric import plain


def command(config: Subview) -> Subcommand:
    """The command, to be handed to beets."""
    learnmetric = Subcommand("learnmetric", help="learn from survey answers, skips and albums what is alike")

    def run(lib: Library, _: Values, __: list[str]) -> None:
        with opened(lib) as database:
            if database.vectors.extractor not in ("", EXTRACTOR):
                raise UserError(
                    "the vectors in use are of an older version, which is not learned from: run beet analyze first"
                )
            _learn(database, config["profile"].as_str())

    learnmetric.func = run
    return learnmetric


def _learn(database: Database, profile: str) -> None:
    try:
        from smartqueue.learning import OWN, Learned, learn
    except ImportError as error:
        raise missing_extra("learnmetric", "learning", error) from error

    known, albums, artists = database.tracks.albums_and_artists()
    rows = library_triplets(albums, artists)
    database.triplets.replace_library(
        Triplet(int(near_a), int(near_b), int(odd), "library", WEIGHT, profile) for near_a, near_b, odd in known[rows]
    )
    artist = dict(zip(known.tolist(), artists, strict=True))
    ids, vectors = database.vectors.taught()
    row = {int(id_): row for row, id_ in enumerate(ids)}
    triplets = [t for t in database.triplets.of_profile(profile) if {t.near_a, t.near_b, t.odd} <= row.keys()]
    if not triplets:
        print_("there are no answers, no skips and no two albums to compare: the plain metric stays in use")
        return
    print_(f"learning from {_counts(triplets)}")
    metric = plain(NAMES, vectors)
    learned: Learned = learn(
        metric.standardise(vectors),
        np.array([[row[t.near_a], row[t.near_b], row[t.odd]] for t in triplets]),
        weights=np.array([t.weight for t in triplets]),
        groups=np.array(FEATURE_GROUPS),
        sources=np.array([t.source for t in triplets]),
        artists=np.array([artist.get(id_, "") for id_ in ids.tolist()]),
    )
    if not np.isfinite(learned.accuracy):
        print_("those are too few, or too much alike, to judge a metric by: the plain metric stays in use")
        return
    kept = LearnedMetric(
        replace(metric, matrix=learned.matrix, learner=learned.learner),
        learned.settings,
        len(triplets),
        learned.accuracy,
        learned.plain_accuracy,
        learned.uncertainty,
    )
    number = database.metrics.add(kept, profile=profile, extractor=EXTRACTOR, in_use=learned.better)
    print_(
        f"{learned.learner}: {learned.accuracy:.1%} right on triplets that it had not seen,"
        f" plain {learned.plain_accuracy:.1%} (difference ± {learned.uncertainty:.1%})"
    )
    if sum(triplet.source != "library" for triplet in triplets) < OWN:
        print_(f"(judged by albums and artists; from {OWN} answers and skips on, those judge)")
    if learned.better:
        print_(f"better than plain: metric {number} is in use from now on")
    else:
        database.metrics.add(
            LearnedMetric(metric, {}, 0, learned.plain_accuracy, learned.plain_accuracy, None),
            profile=profile,
            extractor=EXTRACTOR,
            in_use=True,
        )
        print_("not better than plain beyond doubt: the plain metric is in use")


def _counts(triplets: list[Triplet]) -> str:
    counts = Counter(triplet.source for triplet in triplets)
    return ", ".join(f"{count} {source} triplets" for source, count in counts.most_common())
