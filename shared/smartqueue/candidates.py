"""The library as it is chosen from: what is stored of it, the metric in use, and what its tracks are to selection."""

from __future__ import annotations

import contextlib
import gc
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import translate

import numpy as np
from numpy.typing import NDArray

from smartqueue.database import Database, Library
from smartqueue.metric import Metric
from smartqueue.preferences import Rules
from smartqueue.seasons import out_of_season
from smartqueue.selection import Neighbourhood, Pool, neighbourhood
from smartqueue.selection.flow import key_place
from smartqueue.selection.pool import NOBODY, numbered, told_apart
from smartqueue.versions import pieces

# A track that was not heard for so many days is as good as new.
_FRESH_AFTER = 60.0
# A track of fewer seconds is a jingle, a sound or a pause, near to which there is no music to look for.
_BRIEF = 30.0


@dataclass(frozen=True)
class Candidates:
    """A library, the metric that compares its tracks, and the pool to choose from, all in one order."""

    library: Library
    metric: Metric
    pool: Pool


def candidates(database: Database, profile: str, rules: Rules, like: Candidates | None = None) -> Candidates:
    """The library as it is now, for a listener. Raises DatabaseError.

    like: another listener's, of the same library; all of it is shared but the metric, and how near tracks are by it.
    """
    with _uncollected():
        library = database.vectors.library() if like is None else like.library
        metric = database.metric(profile, library)
        if like is not None:
            return Candidates(library, metric, replace(like.pool, near=_near(library, metric)))
        return Candidates(library, metric, pool(library, metric, rules, date.today()))  # noqa: DTZ011 - the listener's day


def retagged(among: Candidates, database: Database, rules: Rules) -> Candidates | None:
    """The same tracks with the tags that they have now, itself if those are the same; None if there are other tracks.

    What takes long to work out, how near tracks are, stays. Raises DatabaseError.
    """
    with _uncollected():
        library = database.vectors.retagged(among.library)
        if library is None or library is among.library:
            return None if library is None else among
        today = date.today()  # noqa: DTZ011 - the listener's day
        return Candidates(library, among.metric, pool(library, among.metric, rules, today, near=among.pool.near))


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which would look through millions of new objects, all of them of use."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def pool(library: Library, metric: Metric, rules: Rules, today: date, *, near: Neighbourhood | None = None) -> Pool:
    """What selection knows of a library's tracks, by a metric and rules, on a day.

    near: how near these tracks are by this metric, where that is known already.
    """
    places = {key: key_place(key) for key in set(library.keys)}
    near = _near(library, metric) if near is None else near
    artists = numbered(library.artists)
    return Pool(
        near=near,
        recordings=told_apart(library.recordings),
        pieces=pieces(library, artists, near),
        artists=artists,
        albums=numbered(library.albums),
        tempi=library.tempi,
        keys=np.array([places[key] for key in library.keys], dtype=np.int8),
        loudness=_feature(library, "loudness"),
        onsets=_feature(library, "onset rate"),
        favour=_favour(library),
        brief=(library.lengths > 0) & (library.lengths < _BRIEF),
        barred=np.any(list(shut_out(library, rules, today).values()), axis=0),
    )


def _near(library: Library, metric: Metric) -> Neighbourhood:
    return neighbourhood(metric.points(library.vectors))


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


@dataclass(frozen=True)
class Albums:
    """The albums of a pool, each standing in the middle of its tracks.

    of_track: (tracks,) the row of each track's album, -1 for none. allowed: (albums,) of which a track is not barred.
    """

    near: Neighbourhood
    of_track: NDArray[np.int64]
    allowed: NDArray[np.bool_]


def albums(pool: Pool) -> Albums:
    """The albums of a pool."""
    on_one = pool.albums != NOBODY
    numbers, rows, tracks = np.unique(pool.albums[on_one], return_inverse=True, return_counts=True)
    of_track = np.full(len(pool), -1)
    of_track[on_one] = rows
    middle = np.zeros((len(numbers), pool.near.points.shape[1]), dtype=np.float32)
    np.add.at(middle, rows, pool.near.points[on_one])
    allowed = np.zeros(len(numbers), dtype=bool)
    allowed[of_track[on_one & ~pool.barred]] = True
    return Albums(neighbourhood(middle / tracks[:, None]), of_track, allowed)


def shut_out(library: Library, rules: Rules, today: date) -> dict[str, NDArray[np.bool_]]:
    """(tracks,) what each rule shuts out, by its setting's name; a length that is not known is never too much."""
    found = {
        "ignore": library.ignored,
        "shortest": (library.lengths < rules.shortest) & (library.lengths > 0),
        "longest": library.lengths > (rules.longest or np.inf),
    }
    if rules.genres:
        found["genres"] = ~_of_genre(library.genres, rules.genres)
    if rules.not_genres:
        found["not_genres"] = _of_genre(library.genres, rules.not_genres)
    if rules.seasons:
        found["seasons"] = out_of_season(library, rules.seasons, today) & ~library.in_any_season
    return found


def shut_out_in_words(library: Library, rules: Rules, today: date) -> str:
    """Which rules shut out how many tracks; empty if none does."""
    counts = {name: int(out.sum()) for name, out in shut_out(library, rules, today).items()}
    return ", ".join(f"{name} shuts out {count}" for name, count in counts.items() if count)


def _of_genre(genres: Sequence[str], patterns: Sequence[str]) -> NDArray[np.bool_]:
    """(tracks,) whether one of a track's genres matches one of the patterns, whatever the case."""
    matches = re.compile("|".join(translate(pattern) for pattern in patterns), re.IGNORECASE).match
    found = {text: any(matches(genre) for genre in genres_in(text)) for text in set(genres)}
    return np.fromiter((found[text] for text in genres), bool, len(genres))


def genres_in(text: str) -> list[str]:
    """What a track's field of genres holds, which may be one empty genre."""
    # beets joins several by its own sign, people by others.
    return [genre.strip() for genre in re.split(r"\\␀|[;,/]", text)]
