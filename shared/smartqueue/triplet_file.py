"""Triplets as lines of JSON, keyed by what a track is called everywhere: its MusicBrainz id and its path."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smartqueue.database import Database
from smartqueue.listening import Triplet

# The library's are drawn anew everywhere.
_SOURCES = ("survey", "skip")
# The year 3000, UTC seconds: what is told of a later moment is damaged, and no calendar shows it.
_FAR_FUTURE = 32_503_680_000


class TripletFileError(Exception):
    """A file that cannot be written or taken; its text says why, and in which line."""


@dataclass(frozen=True)
class Taken:
    """How many answers and skips a file held, were new, and speak of tracks that are not in the library."""

    total: int
    new: int
    unknown: int


def write(path: Path, triplets: Iterable[Triplet], database: Database) -> int:
    """Writes the listener's own triplets, one a line; how many answers and skips. Raises TripletFileError."""
    recordings = database.tracks.recordings()
    own = [triplet for triplet in triplets if triplet.source in _SOURCES]
    lines = [json.dumps(_as_json(triplet, recordings)) for triplet in own]
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    except OSError as error:
        raise TripletFileError(f"{path} cannot be written: {error.strerror}") from error
    return len({triplet.entry for triplet in own})


def _as_json(triplet: Triplet, recordings: dict[int, tuple[str, bytes]]) -> dict[str, object]:
    near_a, near_b, odd = (
        {"mb_trackid": mb_trackid, "path": os.fsdecode(path)}
        for mb_trackid, path in (recordings[track] for track in (triplet.near_a, triplet.near_b, triplet.odd))
    )
    return {
        "near": [near_a, near_b],
        "odd": odd,
        "source": triplet.source,
        "weight": triplet.weight,
        "profile": triplet.profile,
        "created": triplet.created,
        "at_random": triplet.at_random,
    }


def take(path: Path, database: Database) -> Taken:
    """Keeps what `write` wrote, each triplet once however often it is taken; all of it or nothing.

    Raises TripletFileError.
    """
    lines = list(_read(path))
    found = [_identified(triplet, database) for triplet in lines]
    known = [triplet for triplet in found if triplet is not None]
    total = len({_entry(triplet) for triplet in lines})
    identified = len({_entry(triplet) for triplet, one in zip(lines, found, strict=True) if one is not None})
    return Taken(total, database.triplets.add(known), total - identified)


def _entry(triplet: dict[str, Any]) -> tuple[object, ...]:
    """What the triplets of one skip have in common, and no two answers."""
    odd = triplet["odd"]["mb_trackid"], triplet["odd"]["path"]
    whole = triplet["source"], triplet["profile"], triplet["created"], odd
    if triplet["source"] == "skip":
        return whole
    return (*whole, *((near["mb_trackid"], near["path"]) for near in triplet["near"]))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise TripletFileError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TripletFileError(f"{path} is no file of triplets: it is no text") from error
    for number, line in enumerate(lines, 1):
        try:
            triplet = json.loads(line)
            right = _is_triplet(triplet)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            right = False
        if not right:
            raise TripletFileError(f"{path}, line {number}: it is no triplet as beet triplets --export writes it")
        yield triplet


def _is_triplet(triplet: dict[str, Any]) -> bool:
    tracks = [*triplet["near"], triplet["odd"]]
    return (
        len(tracks) == 3
        and all(isinstance(track["mb_trackid"], str) and isinstance(track["path"], str) for track in tracks)
        and triplet["source"] in _SOURCES
        and 0 < triplet["weight"] <= 1
        and isinstance(triplet["profile"], str)
        and 0 <= triplet["created"] < _FAR_FUTURE
        # Earlier versions did not write it.
        and isinstance(triplet.get("at_random", False), bool)
    )


def _identified(triplet: dict[str, Any], database: Database) -> Triplet | None:
    """With our own ids; None where a track is not in the library."""
    ids = [
        database.tracks.of_recording(track["mb_trackid"], os.fsencode(track["path"]))
        for track in (*triplet["near"], triplet["odd"])
    ]
    if None in ids or len(set(ids)) < 3:
        return None
    near_a, near_b, odd = (id_ or 0 for id_ in ids)
    return Triplet(
        near_a,
        near_b,
        odd,
        triplet["source"],
        float(triplet["weight"]),
        triplet["profile"],
        float(triplet["created"]),
        at_random=triplet.get("at_random", False),
    )
