"""Tonality: which pitches sound, relative to the key signature, and how they go together."""

from __future__ import annotations

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

from smartqueue.features import DEGREES, INTERVALS
from smartqueue.spectra import frames_of

FRAME = 8192
HOP = 4096
BLOCK = 32
LOWEST, HIGHEST = 65.0, 2100.0
"""Hz between which pitches are looked for."""

CENTRE, BREADTH = 60.0, 18.0
"""Pitches count by a bell around middle C, in semitones."""

QUIETEST = 1e-3
"""Frames with less than this part of the mean frame's sound are silent."""

WIDTH = 0.3
"""Semitones that a peak may lie beside its pitch."""

CHANGE = 3
"""Frames over which the harmony's change is measured, about half a second."""

PROFILES = {
    "major": np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88]),
    "minor": np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17]),
}
"""How well pitch classes fit a key, from its tonic on (Krumhansl, "Cognitive foundations of musical pitch", 1990)."""

Array = NDArray[np.float32]


def chromagram(samples: Array, sample_rate: int) -> Array:
    """The pitch-class profile, from C, of each frame in which a pitch sounds, summing to 1; (frames, 12).

    Of spectral peaks alone, as in Gómez, "Tonal description of music audio signals" (2006).
    """
    frequencies = np.fft.rfftfreq(FRAME, 1 / sample_rate)
    used = (frequencies > LOWEST) & (frequencies < HIGHEST)
    pitch = 12 * np.log2(frequencies[used] / 440) + 69
    beside = (pitch[:, None] - np.arange(12) + 6) % 12 - 6
    weights = np.exp(-0.5 * (beside / WIDTH) ** 2 - 0.5 * ((pitch[:, None] - CENTRE) / BREADTH) ** 2)
    weights = weights.astype(np.float32)[1:-1]
    window = scipy.signal.get_window("hann", FRAME).astype(np.float32)
    windows = frames_of(samples, FRAME, HOP)
    parts = []
    for begin in range(0, len(windows), BLOCK):
        magnitude = np.abs(scipy.fft.rfft(windows[begin : begin + BLOCK] * window, axis=1)[:, used])
        inner = magnitude[:, 1:-1]
        peaks = (inner > magnitude[:, :-2]) & (inner >= magnitude[:, 2:])
        parts.append(np.where(peaks, inner, 0) @ weights)
    chroma = np.concatenate(parts)
    total = chroma.sum(axis=1)
    sounding = total > QUIETEST * max(float(total.mean()), 1e-6)
    return np.asarray(chroma[sounding] / total[sounding, None])


def pitch_class_profile(chroma: Array) -> Array:
    """How much of each pitch class sounds in the whole track, from C, summing to 1; (12,).

    Of square roots, so that a few loud notes do not hide the scale they stand in.
    """
    profile = np.sqrt(chroma).sum(axis=0)
    return np.asarray(profile / profile.sum())


def key_strength(profile: Array, tonic: int, mode: str) -> float:
    """The covariance of a profile with that of a key, both relative to their means: 0 for noise, 0.3 for a cadence.

    Not the correlation, which even the chance unevenness of noise has with some key.
    """
    expected = PROFILES[mode] / PROFILES[mode].mean() - 1
    return max(0.0, float((12 * np.roll(profile, -tonic) - 1) @ expected / 12))


def degrees(profile: Array, tonic: int, mode: str) -> Array:
    """The profile from the tonic of the key signature's major key on: for A minor from C."""
    return np.roll(profile, -((tonic + 3) % 12 if mode == "minor" else tonic))


def tonality(chroma: Array, tonic: int, mode: str) -> dict[str, float]:
    """The features of tonality of sounding frames (frames, 12) in the key of `tonic`, 0 for C to 11 for B."""
    profile = pitch_class_profile(chroma)
    strength = key_strength(profile, tonic, mode)
    values = {
        "key strength": strength,
        "mode": strength if mode == "major" else -strength,
        "pitch entropy": float(-(profile * np.log(profile + 1e-12)).sum() / np.log(12)),
        **_named("degree", DEGREES, degrees(profile, tonic, mode)),
    }
    pairs = np.array([(chroma * np.roll(chroma, interval, axis=1)).sum(axis=1).mean() for interval in range(1, 7)])
    pairs[5] /= 2  # a tritone up and one down are the same pair
    if pairs.sum() > 0:
        values.update(_named("interval", INTERVALS, pairs / pairs.sum()))
    if len(chroma) > CHANGE:
        values["harmonic change"] = float(np.abs(chroma[CHANGE:] - chroma[:-CHANGE]).sum(axis=1).mean())
    return values


def _named(kind: str, names: tuple[str, ...], shares: Array) -> dict[str, float]:
    return {f"{kind} {name}": float(share) for name, share in zip(names, shares, strict=True)}
