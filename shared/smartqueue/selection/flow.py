"""How well one track leads to the next: tempo, key and energy, as a listener hears a leap."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# Places on the circle of fifths; a minor key stands where its relative major does.
KEYS = ("C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#", "F")
UNKNOWN_KEY = -1
# What two tracks drawn at random are apart on average: what is unknown counts as that.
_USUAL_TEMPO_LEAP, _USUAL_KEY_STEPS = 0.25, 3.0
# What is the largest cliff in energy: so many LU louder or softer, so many octaves more or fewer notes a second.
_LOUDNESS_CLIFF, _ONSETS_CLIFF = 12.0, 2.0

_NOTES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_KEY = re.compile(r"([A-Ga-g])([#♯b♭]?)\s*(m|min|minor|maj|major)?", re.IGNORECASE)


def key_parts(name: str) -> tuple[int, bool] | None:
    """The tonic, 0 for C to 11 for B, of a key as people write it, and whether it is minor: "Am", "C#m", "Eb".

    None for what cannot be read, as "F sharp".
    """
    match = _KEY.fullmatch(name.strip())
    if match is None:
        return None
    note, accidental, mode = match.groups(default="")
    pitch = _NOTES[note.upper()] + {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(accidental, 0)
    return pitch % 12, mode == "m" or mode.lower() in ("min", "minor")


def key_place(name: str) -> int:
    """The place, 0 to 11, on the circle of fifths of a key that `key_parts` reads; UNKNOWN_KEY for what it does not.

    A minor and C major are 0.
    """
    parts = key_parts(name)
    if parts is None:
        return UNKNOWN_KEY
    tonic, minor = parts
    return (tonic + (3 if minor else 0)) * 7 % 12


def tempo_leap(first: ArrayLike, second: ArrayLike) -> Floats:
    """How far apart tempi in beats a minute are, in octaves, 0 to ½: half and double time are the same tempo.

    A tempo that is not above 0 is unknown, and as far from any other as two tempi are on average.
    """
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    known = (first > 0) & (second > 0)
    octaves = np.log2(np.where(known, second, 1.0) / np.where(known, first, 1.0))
    return np.where(known, np.abs(octaves - np.round(octaves)), _USUAL_TEMPO_LEAP)


def key_steps(first: ArrayLike, second: ArrayLike) -> Floats:
    """How many steps on the circle of fifths places are apart, 0 to 6; 3 where one is unknown."""
    first, second = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    steps = (second - first) % 12
    known = (first >= 0) & (second >= 0)
    return np.where(known, np.minimum(steps, 12 - steps), _USUAL_KEY_STEPS)


def energy_leap(loudness: ArrayLike, next_loudness: ArrayLike, onsets: ArrayLike, next_onsets: ArrayLike) -> Floats:
    """How much of a cliff lies between, 0 to 1: half by loudness, in LUFS, half by onsets, in octaves over 1/s."""
    louder = np.abs(np.asarray(next_loudness, dtype=np.float64) - np.asarray(loudness, dtype=np.float64))
    denser = np.abs(np.asarray(next_onsets, dtype=np.float64) - np.asarray(onsets, dtype=np.float64))
    return np.asarray((np.minimum(louder / _LOUDNESS_CLIFF, 1) + np.minimum(denser / _ONSETS_CLIFF, 1)) / 2)
