"""Music of a season: the days on which it may be heard, and the words in genres, albums and titles that tell it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smartqueue.database import Library

# What is seasonal music to most; others may name their own.
SEASONS = (
    "11-25..01-06 christmas xmas x-mas navidad weihnacht*"
    " noel+ noël+ papa+ père+ joyeux+ jingle+ bell+ bells+ santa+ claus+ sleigh+",
    "10-15..11-01 halloween",
)
_SOUNDTRACK = re.compile(r"\b(soundtrack|score)s?\b", re.IGNORECASE)


@dataclass(frozen=True)
class Season:
    """Words that tell music of the days from `first` to `last`, as months and days; with * and ? in them.

    A word that ends in + tells it only beside another one of the season.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    words: tuple[str, ...]

    def is_now(self, today: date) -> bool:
        """Whether its music may be heard; a season may span the turn of the year."""
        day = (today.month, today.day)
        if self.first <= self.last:
            return self.first <= day <= self.last
        return day >= self.first or day <= self.last

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds any of the words in a text in lower case; its last group is the number of the word, from 1 on."""
        return re.compile("|".join(rf"(\b{_inner(word.removesuffix('+').casefold())}\b)" for word in self.words))

    def told_by(self, text: str, *, beside: str = "") -> bool:
        """Whether a text tells that it is of this season, not counting the words that another one has."""
        found = self._found(text) - self._found(beside)
        return len(found) > 1 or any(not self.words[number].endswith("+") for number in found)

    def _found(self, text: str) -> set[int]:
        return {(match.lastindex or 0) - 1 for match in self.pattern.finditer(_plain(text))}


def season(text: str) -> Season:
    """A season as people write it: "12-01..12-26 christmas xmas noel+". Raises ValueError for what is none."""
    days, *words = text.split()
    first, last = (_day(day) for day in days.split(".."))
    if not words or not all(word.strip("+*?") for word in words):
        raise ValueError(text)
    return Season(first, last, tuple(words))


def out_of_season(library: Library, seasons: Sequence[Season], today: date) -> NDArray[np.bool_]:
    """(tracks,) whether each is of a season that it is not."""
    out = np.zeros(len(library.ids), dtype=bool)
    for other in seasons:
        if not other.is_now(today):
            rows = np.flatnonzero(_with_words(library, other))
            out[rows] |= np.fromiter((_is_of(library, row, other) for row in rows.tolist()), bool, len(rows))
    return out


def _is_of(library: Library, row: int, season: Season) -> bool:
    """Whether a track is of a season, by its genre, its album or its title, the surest first."""
    album, genre = library.album_names[row], library.genres[row]
    if season.told_by(genre):
        return True
    # Such an album's name, and those of its tracks, speak of a person or a film.
    if library.eponymous[row] or any(map(_SOUNDTRACK.search, (album, genre, library.album_types[row]))):
        return False
    return season.told_by(album) or season.told_by(library.titles[row], beside=library.artists[row])


def _with_words(library: Library, season: Season) -> NDArray[np.bool_]:
    """(tracks,) whether one of the season's words stands in a track's title, album or genre."""
    found = np.zeros(len(library.ids), dtype=bool)
    for texts in (library.titles, library.album_names, library.genres):
        # All at once, a line for each that is different: a search costs more than what it looks through.
        lines = list(dict.fromkeys(texts))
        plain = [_plain(line) for line in lines]
        ends = np.cumsum(np.fromiter(map(len, plain), np.int64, len(plain)) + 1)
        places = [match.start() for match in season.pattern.finditer("\n".join(plain))]
        if places:
            those = {lines[line] for line in np.searchsorted(ends, places, side="right")}
            found |= np.fromiter((text in those for text in texts), bool, len(texts))
    return found


def _plain(text: str) -> str:
    """A text as it is searched: names of files have their words apart by underscores."""
    return text.casefold().replace("_", " ")


def _inner(word: str) -> str:
    """A pattern with * and ? as a regular expression for a part of a text."""
    return re.escape(word).replace(r"\*", r"\w*").replace(r"\?", r"\w")


def _day(text: str) -> tuple[int, int]:
    month, day = (int(part) for part in text.split("-"))
    date(2000, month, day)  # a leap year, which has every day
    return month, day
