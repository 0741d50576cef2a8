"""Which tracks are versions of one piece, by their titles and their sound: "celtic" and "celtic_fast"."""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from operator import eq

import numpy as np
from numpy.typing import NDArray

from smartqueue.database import Library
from smartqueue.selection import Neighbourhood
from smartqueue.selection.pool import NOBODY, told_apart

# How near versions are by their scaled distance: as most tracks are to the one that is nearest to them.
_SAME_PIECE = 0.7
# Pairs whose sound is compared at once, so that memory stays small.
_BLOCK = 8192
# What is no word, and what a file's name ends with that stands for a title.
_GAP = re.compile(r"(?:[^\w\n]|_)+")
_TYPE = re.compile(r"\.(?:aac|aiff?|flac|m4a|mp3|oga|ogg|opus|wav|wma|wv)$", re.MULTILINE)
# What tells pieces apart, and not versions: "level 1" and "level 1-3", "Battle" and "Battle II".
_NUMBER = re.compile(r"\d|\b[ivx]+\b")


def pieces(library: Library, artists: NDArray[np.int32], near: Neighbourhood) -> NDArray[np.int32]:
    """(tracks,) a number for each piece, the same for all of its recordings and versions.

    A version is by the same artist, by numbers as in Pool, or in the same folder where there is none; its title begins
    with the other's whole title, or is the same; and it sounds much the same.
    """
    recordings = told_apart(library.recordings)
    piece_of = np.arange(len(recordings), dtype=np.int32)
    keys = _keys(library, artists)
    order = np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.int64)
    pairs = np.array(_pairs([keys[row] for row in order.tolist()]), dtype=np.int64).reshape(-1, 2)
    first, second = order[pairs].T
    for block in np.array_split(np.arange(len(first)), len(first) // _BLOCK + 1):
        near_enough = block[near.between(first[block], second[block]) <= _SAME_PIECE]
        for one, other in zip(*recordings[[first[near_enough], second[near_enough]]].tolist(), strict=True):
            if piece_of[other] == other:
                piece_of[other] = piece_of[one]
    return np.asarray(piece_of[recordings])


def _pairs(keys: list[str]) -> list[tuple[int, int]]:
    """Places in sorted keys whose titles may be of versions.

    Each is compared with the first of those with the shortest title that it begins with, and with the one before it.
    """
    heads = list(accumulate(keys, _head))
    return [
        (other, place)
        for place, has_same_head in enumerate(map(eq, heads[1:], heads), 1)
        if has_same_head
        for other in sorted({bisect_left(keys, heads[place]), place - 1})
        if _may_be_versions(keys[place], keys[other])
    ]


def _keys(library: Library, artists: NDArray[np.int32]) -> list[str]:
    """(tracks,) whose each track is, and the words of its title."""
    owners = list(map(str, artists.tolist()))
    for row in np.flatnonzero(artists == NOBODY).tolist():
        owners[row] = os.fsdecode(os.path.dirname(library.files[row]))  # noqa: PTH120 - paths are bytes
    return list(map("\0".join, zip(owners, _words(library.titles), strict=True)))


def _words(titles: Sequence[str]) -> list[str]:
    """The titles' words, with one space between two; of a file's name without its type."""
    # All at once, which takes a fifth of the time.
    text = "\n".join(title.replace("\n", " ") for title in titles).casefold()
    words = _GAP.sub(" ", _TYPE.sub("", text))
    return [line.strip() for line in words.split("\n")] if titles else []


def _head(head: str, key: str) -> str:
    """The shortest title that a key begins with, where `head` is that of the key before it in the alphabet."""
    return head if _begins(key, head) else key


def _begins(key: str, head: str) -> bool:
    return key.startswith(head) and key[len(head) : len(head) + 1] in ("", " ")


def _may_be_versions(key: str, head: str) -> bool:
    return _begins(key, head) and not _NUMBER.search(key[len(head) :])
