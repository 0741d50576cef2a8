"""A library in memory, of whose tracks nothing is known but what is told."""

from __future__ import annotations

from typing import Any

import numpy as np

from smartqueue.database import Library


def library(tracks: int, **known: Any) -> Library:
    """So many tracks, each a recording of its own; `known` are fields of Library."""
    nothing, zeros = [""] * tracks, np.zeros(tracks, dtype=np.float32)
    unknown: dict[str, Any] = {
        "ids": np.arange(1, tracks + 1),
        "item_ids": np.arange(1, tracks + 1),
        "vectors": zeros[:, None],
        "features": ("loudness",),
        "files": [b""] * tracks,
        "recordings": [str(row) for row in range(tracks)],
        **dict.fromkeys(("artists", "titles", "albums", "album_names", "album_types", "genres", "keys"), nothing),
        **dict.fromkeys(("lengths", "tempi", "ratings"), zeros),
        "heard": np.zeros(tracks),
        **dict.fromkeys(("ignored", "in_any_season", "eponymous"), np.zeros(tracks, dtype=bool)),
    }
    return Library(**{**unknown, **known})
