"""Patterns of drums and notes whose tempo is known, as samples of shape (samples, 1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demonstration.synthesis import SAMPLE_RATE, VOICES, drum, note

CHORDS = ((60, 64, 67), (57, 60, 64), (53, 57, 60), (55, 59, 62))
"""MIDI pitches, a bar each."""

EIGHTHS = tuple(range(0, 16, 2))


@dataclass(frozen=True)
class Groove:
    """A bar of so many beats, divided into steps: on which each drum sounds, how loud, and whether notes go along."""

    drums: dict[str, tuple[tuple[int, ...], float]]
    beats: int = 4
    steps: int = 16
    notes: str = ""


GROOVES = {
    "house": Groove({"kick": ((0, 4, 8, 12), 1), "snare": ((4, 12), 0.6), "hat": ((2, 6, 10, 14), 0.6)}),
    "techno": Groove({"kick": ((0, 4, 8, 12), 1), "snare": ((4, 12), 0.6), "hat": (tuple(range(16)), 0.4)}),
    "rock": Groove({"kick": ((0, 8, 10), 1), "snare": ((4, 12), 0.8), "hat": (EIGHTHS, 0.5)}),
    "two-step": Groove({"kick": ((0, 10), 1), "snare": ((4, 12), 0.8), "hat": (EIGHTHS, 0.5)}),
    "boom bap": Groove({"kick": ((0, 7, 10), 1), "snare": ((4, 12), 0.8), "hat": (EIGHTHS, 0.5)}),
    "waltz": Groove({"kick": ((0,), 1), "hat": ((4, 8), 0.8)}, beats=3, steps=12, notes="waltz"),
    "swing": Groove({"kick": ((0, 3, 6, 9), 0.3), "hat": ((0, 3, 5, 6, 9, 11), 0.7)}, steps=12, notes="walk"),
    "shuffle": Groove(
        {"kick": ((0, 6), 1), "snare": ((3, 9), 0.8), "hat": ((0, 2, 3, 5, 6, 8, 9, 11), 0.5)}, steps=12, notes="walk"
    ),
    "ballad": Groove({"kick": ((0, 8), 1), "snare": ((4, 12), 0.6), "hat": (EIGHTHS, 0.2)}),
    "bass and chords": Groove({}, notes="chords"),
}

TEMPI = {
    "house": (126, 140),
    "techno": (126, 140),
    "rock": (60, 90, 126, 140, 174, 190),
    "two-step": (174, 190),
    "boom bap": (90,),
    "waltz": (90, 126, 140),
    "swing": (126, 140),
    "shuffle": (90, 126, 140),
    "ballad": (60,),
    "bass and chords": (126, 140),
}
"""Beats a minute at which people agree on the beat. A waltz at 174 is as well one in one, at 58; swing at 190 is
often tapped at 95, and a bass and off-beats in turn at 90 are as well a polka at 180."""


def groove(name: str, bpm: float, seconds: float = 24.0) -> NDArray[np.float32]:
    """A pattern played so long, each stroke a little different, with the faint noise of a recording."""
    pattern = GROOVES[name]
    rng = np.random.default_rng(0)
    samples = 0.0005 * rng.standard_normal(int(seconds * SAMPLE_RATE))
    bar = 60 * pattern.beats / bpm

    def play(sound: NDArray[np.float64], at: float, loudness: float) -> None:
        begin = int(at * SAMPLE_RATE)
        sound = sound[: max(0, len(samples) - begin)]
        samples[begin : begin + len(sound)] += loudness * sound

    for number, start in enumerate(np.arange(0, seconds, bar)):
        for stroke, (steps, loudness) in pattern.drums.items():
            for step in steps:
                sound = drum(stroke, SAMPLE_RATE, int(rng.integers(50)))
                play(sound, start + step * bar / pattern.steps, 0.4 * loudness * (1 + 0.2 * rng.standard_normal()))
        for pitch, beat, length, loudness in _notes(pattern.notes, CHORDS[number % len(CHORDS)], rng):
            play(note(pitch, length * 60 / bpm, VOICES["harp"], SAMPLE_RATE), start + beat * 60 / bpm, loudness)
    return np.asarray(0.5 * samples / np.abs(samples).max(), np.float32)[:, None]


def _notes(kind: str, chord: tuple[int, ...], rng: np.random.Generator) -> Iterator[tuple[int, float, float, float]]:
    """The notes of a bar: pitch, and in beats where it begins and how long it is; loudness."""
    bass = chord[0] - 24
    if kind == "waltz":
        yield bass, 0, 1, 0.5
        yield from ((pitch, beat, 0.7, 0.2) for beat in (1, 2) for pitch in chord)
    elif kind == "walk":
        yield from ((bass + int(rng.choice([0, 4, 7, 9])), beat, 1, 0.5) for beat in range(4))
        yield from ((pitch, 5 / 3, 1, 0.15) for pitch in chord)
    elif kind == "chords":
        yield from ((bass, beat, 1, 0.4) for beat in range(4))
        yield from ((pitch, beat, 2, 0.2) for beat in (0, 2) for pitch in chord)
        yield from ((int(rng.choice(chord)) + 12, eighth / 2, 0.5, 0.2) for eighth in range(8))
