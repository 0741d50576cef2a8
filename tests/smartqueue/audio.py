"""Sounds whose truth is known: tones, clicks, drums and cadences, as samples of shape (samples, 1)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from demonstration.synthesis import SAMPLE_RATE, SCALES, VOICES, drum, note

KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def tone(frequency: float, decibels: float, seconds: float, sample_rate: int = 48000) -> NDArray[np.float32]:
    """A sine whose peak lies `decibels` below full scale."""
    time = np.arange(int(seconds * sample_rate)) / sample_rate
    sine = 10 ** (decibels / 20) * np.sin(2 * np.pi * frequency * time)
    return sine[:, None].astype(np.float32)


def silence(seconds: float, sample_rate: int = SAMPLE_RATE) -> NDArray[np.float32]:
    return np.zeros((int(seconds * sample_rate), 1), np.float32)


def noise(colour: str, seconds: float, seed: int = 0) -> NDArray[np.float32]:
    """Noise whose power falls with no, the first or the second power of the frequency: white, pink or brown."""
    samples = int(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    fall = {"white": 0.0, "pink": 0.5, "brown": 1.0}[colour]
    sound = np.fft.irfft(spectrum / np.maximum(np.arange(len(spectrum)), 1) ** fall, samples)
    return np.asarray(0.1 * sound / sound.std(), np.float32)[:, None]


def clicks(bpm: float, seconds: float = 20.0) -> NDArray[np.float32]:
    """A click of a millisecond on every beat."""
    samples = np.zeros(int(seconds * SAMPLE_RATE))
    for begin in np.arange(0, seconds - 0.01, 60 / bpm) * SAMPLE_RATE:
        samples[int(begin) : int(begin) + SAMPLE_RATE // 1000] = 0.5
    return samples[:, None].astype(np.float32)


def drums(bpm: float, seconds: float = 20.0) -> NDArray[np.float32]:
    """Kick and snare in turn on the beats, and a hat on each half beat."""
    samples = np.zeros(int((seconds + 1) * SAMPLE_RATE))
    for half in range(int(seconds * bpm / 30)):
        for name in ("hat",) if half % 2 else ("hat", "snare" if half % 4 else "kick"):
            stroke = drum(name, SAMPLE_RATE, half)
            begin = int(half * 30 / bpm * SAMPLE_RATE)
            samples[begin : begin + len(stroke)] += 0.3 * stroke
    return samples[: int(seconds * SAMPLE_RATE), None].astype(np.float32)


def cadence(tonic: int, mode: str) -> NDArray[np.float32]:
    """I, IV, V, I of a key, twice, a second a chord; the dominant is major in minor too."""
    chords = []
    scale = SCALES[mode]
    for degree in (0, 3, 4, 0) * 2:
        pitches = [60 + tonic + scale[(degree + third) % 7] for third in (0, 2, 4)]
        if degree == 4:
            pitches[1] = 60 + tonic + 11
        pitches.append(48 + tonic + scale[degree])
        chords.append(sum(note(pitch, 1.0, VOICES["harp"], SAMPLE_RATE) for pitch in pitches))
    return (0.1 * np.concatenate(chords))[:, None].astype(np.float32)
