"""What the frontend asks the chooser for, and what it gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """A wish for a track to come.

    playing: the URI that plays; chosen: whether the listener queued it. queued: the URIs that are to come after it, in
    order; behind: the one of all these behind which the track is to stand. unknown: URIs that must not be offered.
    going_on: how many are still to be added of several that are added together, this one counted; 0 where it is the
    first. wishes: how often the listener wished for more like a track.
    """

    playing: str
    chosen: bool
    queued: tuple[str, ...]
    behind: str
    unknown: tuple[str, ...] = ()
    going_on: int = 0
    wishes: int = 0


@dataclass(frozen=True)
class Candidate:
    """A track to queue, its file, why in words, and why as it is stored with its play.

    follows: the URI of the track behind which that is why; why_elsewhere: why, in words, behind any other.
    """

    uri: str
    file: bytes
    name: str
    why: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    follows: str = ""
    why_elsewhere: str = ""
