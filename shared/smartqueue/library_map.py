"""The library as a map: where each track is, what colours it, and the way that listening took."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smartqueue.candidates import genres_in
from smartqueue.database import Database, Library
from smartqueue.listening import Play, ends_session

# What a map may be coloured by, in words; the name is a feature's, or tempo, which stands beside the vector.
FEATURES = {
    "tempo": ("Tempo", "beats a minute"),
    "onset rate": ("Notes and strokes", "octaves over one a second"),
    "danceability": ("Steadiness of the beat", "exponent"),
    "loudness": ("Loudness", "LUFS"),
    "loudness range": ("Loudness range", "LU"),
    "centroid mean": ("Brightness", "octaves over 1 kHz"),
    "flatness mean": ("Tones or noise", "dB"),
    "mode": ("Minor or major", "correlation"),
    "pitch entropy": ("Number of pitches", "share"),
}
# A screen has no more places than this along a side, however near it looks.
_PLACES = 65535
# What was heard longer ago, in seconds, was another night.
_TONIGHT = 12 * 3600
# The colours' ends leave out the few tracks beyond, and between them there are so many steps.
_ENDS, _STEPS = (2, 98), 100


@dataclass(frozen=True)
class LibraryMap:
    """places: (tracks, 2) from -1 to 1, in the library's order."""

    library: Library
    places: NDArray[np.float32]

    def columns(self) -> dict[str, Any]:
        """Columns of all tracks: ids; x and y from 0 to 65535; titles; rows of their artists and genres, -1 for none.

        artists, genres: the names, the most frequent first. features: what `feature` knows, in words.
        """
        across, down = np.rint((self.places + 1) / 2 * _PLACES).astype(int).T
        artists, artist = grouped(self.library.artists)
        genres, genre = grouped(first_genres(self.library.genres))
        return {
            "ids": self.library.ids.tolist(),
            "x": across.tolist(),
            "y": down.tolist(),
            "titles": self.library.titles,
            "artists": artists,
            "artist": artist.tolist(),
            "genres": genres,
            "genre": genre.tolist(),
            "features": {
                name: words for name, (words, _) in FEATURES.items() if name in ("tempo", *self.library.features)
            },
        }

    def feature(self, name: str) -> dict[str, Any]:
        """One number a track, in steps from 0 to 100, -1 where it is not known, and what the ends are, with their unit.

        Raises KeyError for a name that is not in FEATURES, or that the library's vectors do not have.
        """
        words, unit = FEATURES[name]
        if name == "tempo":
            values = np.where(self.library.tempi > 0, self.library.tempi, np.nan)
        elif name in self.library.features:
            values = self.library.vectors[:, self.library.features.index(name)]
        else:
            raise KeyError(name)
        known = values[~np.isnan(values)]
        low, high = np.percentile(known, _ENDS).tolist() if len(known) else (0.0, 0.0)
        steps = np.clip((values - low) / max(high - low, 1e-9), 0, 1) * _STEPS
        return {
            "words": words,
            "unit": unit,
            "low": low,
            "high": high,
            "values": np.where(np.isnan(values), -1, np.rint(np.nan_to_num(steps))).astype(int).tolist(),
        }


def grouped(names: Sequence[str]) -> tuple[list[str], NDArray[np.int64]]:
    """The different names, the most frequent first, and (names,) the row of each, -1 for an empty one.

    Names that differ in case alone are one, in its most frequent spelling.
    """
    spellings = Counter(name.strip() for name in names)
    counts: Counter[str] = Counter()
    spelled: dict[str, str] = {}
    for spelling, count in spellings.most_common():
        counts[spelling.casefold()] += count
        spelled.setdefault(spelling.casefold(), spelling)
    counts.pop("", None)
    order = sorted(counts, key=lambda key: (-counts[key], key))
    rows = {key: row for row, key in enumerate(order)}
    of_spelling = {spelling: rows.get(spelling.casefold(), -1) for spelling in spellings}
    return [spelled[key] for key in order], np.array([of_spelling[name.strip()] for name in names], dtype=np.int64)


def first_genres(genres: Sequence[str]) -> list[str]:
    """The first of each track's genres, as beets joins them; empty for none."""
    first = {text: next(filter(None, genres_in(text)), "") for text in set(genres)}
    return [first[text] for text in genres]


def tonight(database: Database, profile: str) -> list[int]:
    """Ids of what a listener heard since the last long pause, in order. Raises DatabaseError."""
    plays = database.plays.since(time.time() - _TONIGHT)
    return [play.track for play in latest_session(play for play in plays if play.profile == profile)]


def latest_session(plays: Iterable[Play]) -> list[Play]:
    """What was played since the last long pause, of plays in the order of time."""
    session: list[Play] = []
    for play in plays:
        if session and ends_session(session[-1], play):
            session = []
        session.append(play)
    return session
