"""What the frontend asks the chooser for, and what it gets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    """A wish for tracks like what is playing. queued and unknown are URIs that must not be offered."""

    seed: str
    queued: tuple[str, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A track to queue, its file, and why, as it is stored with its play."""

    uri: str
    file: bytes
    name: str
    context: dict[str, Any] = field(default_factory=dict)
