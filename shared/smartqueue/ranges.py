"""The ranges of the numbers that a listener may set; by itself, so that who only needs them loads nothing else."""

from __future__ import annotations

# The least and the most of each number.
RANGES: dict[str, tuple[float, float]] = {
    "tempo_flow": (0, 1),
    "key_flow": (0, 1),
    "energy_flow": (0, 1),
    "adventure": (0, 1),
    "track_window": (0, 10_000),
    "artist_window": (0, 1_000),
    "album_window": (0, 1_000),
    "shortest": (0, 86_400),
    "longest": (0, 86_400),
}
