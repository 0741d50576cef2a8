"""The library as it is chosen from: what is stored of it, the metric in use, and what its tracks are to selection."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import translate

import numpy as np
from numpy.typing import NDArray

from smartqueue.database import Database, Library
from smartqueue.metric import Metric
from smartqueue.preferences import Rules
from smartqueue.selection import Pool, neighbourhood
from smartqueue.selection.flow import key_place
from smartqueue.selection.pool import numbered

# A track that was not heard for so many days is as good as new.
_FRESH_AFTER = 60.0


@dataclass(frozen=True)
class Candidates:
    """A library, the metric that compares its tracks, and the pool to choose from, all in one order."""

    library: Library
    metric: Metric
    pool: Pool


def candidates(database: Database, profile: str, rules: Rules) -> Candidates:
    """The library as it is now, for a listener. Raises DatabaseError."""
    library = database.vectors.library()
    metric = database.metric(profile, library)
    return Candidates(library, metric, pool(library, metric, rules, date.today()))  # noqa: DTZ011 - the listener's day


def pool(library: Library, metric: Metric, rules: Rules, today: date) -> Pool:
    """What selection knows of a library's tracks, by a metric and rules, on a day."""
    places = {key: key_place(key) for key in set(library.keys)}
    return Pool(
        near=neighbourhood(metric.points(library.vectors)),
        recordings=numbered(library.recordings),
        artists=numbered(library.artists),
        albums=numbered(library.albums),
        tempi=library.tempi,
        keys=np.array([places[key] for key in library.keys], dtype=np.int8),
        loudness=_feature(library, "loudness"),
        onsets=_feature(library, "onset rate"),
        favour=_favour(library),
        barred=library.ignored | _barred(library, rules, today),
    )


def _feature(library: Library, name: str) -> NDArray[np.float32]:
    """(tracks,) one feature, raw; 0 where the vectors are of a version that has no such name."""
    if name not in library.features:
        return np.zeros(len(library.ids), dtype=np.float32)
    return np.asarray(library.vectors[:, library.features.index(name)])


def _favour(library: Library) -> NDArray[np.float32]:
    """(tracks,) from 0 to 1: half for what was not heard for long, half for its rating, which is even if unknown."""
    days = (time.time() - library.heard) / 86_400
    fresh = np.clip(days / _FRESH_AFTER, 0, 1)
    rating = np.clip(np.nan_to_num(library.ratings, nan=0.5), 0, 1)
    return np.asarray((fresh + rating) / 2, dtype=np.float32)


def _barred(library: Library, rules: Rules, today: date) -> NDArray[np.bool_]:
    """(tracks,) what the rules shut out; a length or genre that is not known is never too much."""
    barred = (library.lengths < rules.shortest) & (library.lengths > 0)
    if rules.longest:
        barred |= library.lengths > rules.longest
    if rules.not_genres:
        barred |= _of_genre(library.genres, rules.not_genres)
    if rules.genres:
        barred |= ~_of_genre(library.genres, rules.genres)
    words = [word for season in rules.seasons if not season.is_now(today) for word in season.words]
    if words:
        seasonal = re.compile("|".join(rf"\b{_inner(word)}\b" for word in words), re.IGNORECASE).search
        for texts in (library.titles, library.albums, library.genres):
            # An album's or a genre's words are looked at once.
            found = {text: seasonal(text) is not None for text in set(texts)}
            barred |= np.fromiter((found[text] for text in texts), bool, len(texts))
    return np.asarray(barred)


def _of_genre(genres: Sequence[str], patterns: Sequence[str]) -> NDArray[np.bool_]:
    """(tracks,) whether one of a track's genres matches one of the patterns, whatever the case."""
    matches = re.compile("|".join(translate(pattern) for pattern in patterns), re.IGNORECASE).match
    # beets joins several by its own sign, people by others.
    found = {text: any(matches(genre.strip()) for genre in re.split(r"\\␀|[;,/]", text)) for text in set(genres)}
    return np.fromiter((found[text] for text in genres), bool, len(genres))


def _inner(word: str) -> str:
    """A pattern with * and ? as a regular expression for a part of a text."""
    return re.escape(word).replace(r"\*", r"\w*").replace(r"\?", r"\w")
