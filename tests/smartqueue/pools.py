"""Small pools of tracks for the tests of selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from smartqueue.selection import Choice, Context, Past, Pool, Taste, Windows, choose, neighbourhood

NOTHING = np.zeros(0, dtype=np.int64)
# Nearness alone, and always the same.
NEAREST = Taste(tempo_flow=0.0, key_flow=0.0, energy_flow=0.0, adventure=0.0)
NO_WINDOWS = Windows(track=0, artist=0, album=0)


def pool(points: Any, **known: Any) -> Pool:
    """Tracks at points, (tracks,) or (tracks, rank); what is not told is different, unknown or indifferent."""
    array = np.asarray(points, dtype=np.float32)
    array = array[:, None] if array.ndim == 1 else array
    tracks = len(array)
    told = {
        "recordings": np.arange(tracks),
        "pieces": np.arange(tracks),
        "artists": np.arange(tracks),
        "albums": np.arange(tracks),
        "tempi": np.zeros(tracks),
        "keys": np.full(tracks, -1),
        "loudness": np.full(tracks, -14.0),
        "onsets": np.ones(tracks),
        "favour": np.zeros(tracks),
        "brief": np.zeros(tracks, dtype=bool),
        "barred": np.zeros(tracks, dtype=bool),
        **known,
    }
    kinds = dict.fromkeys(("tempi", "loudness", "onsets", "favour"), "f4") | {"keys": "i1", "brief": "?", "barred": "?"}
    return Pool(neighbourhood(array), **{name: np.asarray(told[name], kinds.get(name, "i4")) for name in told})


def line(tracks: int = 6, **known: Any) -> Pool:
    """Tracks in a row, one step apart: the row is the place."""
    return pool(np.arange(tracks), **known)


def past(
    heard: Sequence[int] = (), skipped: Sequence[int] = (), never: Sequence[int] = (), playing: Sequence[int] = ()
) -> Past:
    """What came before, the oldest first, and what plays."""
    return Past(*(np.array(rows, dtype=np.int64) for rows in (heard, skipped, never, playing)))


def chosen(
    tracks: Pool,
    *seeds: int,
    before: Past | None = None,
    windows: Windows = NO_WINDOWS,
    taste: Taste = NEAREST,
    seed: int = 0,
    count: int = 20,
    **context: Any,
) -> list[Choice]:
    """What is chosen to go with the seeds, after the first of them unless it is told what it follows."""
    context.setdefault("last", seeds[0])
    return choose(
        tracks,
        Context(seeds, **context),
        before or past(),
        windows=windows,
        taste=taste,
        generator=np.random.default_rng(seed),
        count=count,
    )


def rows(choices: Sequence[Choice]) -> list[int]:
    """The rows of choices."""
    return [choice.row for choice in choices]
