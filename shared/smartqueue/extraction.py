"""From an audio file to its feature vector and the numbers that people ask for."""

from __future__ import annotations

from dataclasses import dataclass

import essentia
import numpy as np
from numpy.typing import NDArray

from smartqueue import decoding, spectra
from smartqueue.dynamics import LoudnessMeter
from smartqueue.features import FEATURES
from smartqueue.rhythm import rhythm
from smartqueue.tonality import chromagram, tonality

essentia.log.infoActive = essentia.log.warningActive = essentia.log.errorActive = False
from essentia.standard import Danceability, KeyExtractor  # noqa: E402 - only once it is silent: it greets

HEARD_SECONDS = 120.0
"""How much of a track is analysed, from its middle: more finds no better neighbours. Loudness is that of the whole."""

LENGTH_ERROR = 1.0
"""Seconds by which the length that a file's packets tell may be wrong in an undamaged one."""

DANCE_SECONDS = 5
"""Danceability is about time scales up to some seconds (Streich and Herrera, AES 2005)."""

KEYS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")

SHARPS = {"Ab": "G#", "Bb": "A#", "Db": "C#", "Eb": "D#", "Gb": "F#"}

KEY_FRAME = 2048
"""Samples, as long a time as the 4096 at 44.1 kHz that are essentia's default: the keys found are the same."""

KEY_KNOWN = 0.014
"""Key strength below which there is no key to speak of: noise reaches 0.002, rain and thunder 0.005, drums 0.0105."""


class ExtractionError(Exception):
    """A file that cannot be analysed; its text says why, in words for the one who owns the file."""


@dataclass(frozen=True)
class Analysis:
    """What is known of a track: `vector` (features,), always finite, and the scalars that are truly known.

    `length` is in seconds. Scalars are any of bpm, bpm_confidence, initial_key, key_strength,
    loudness (LUFS), loudness_range (LU), danceability, onset_rate (1/s).
    """

    vector: NDArray[np.float32]
    audio_hash: str
    length: float
    scalars: dict[str, float | str]


def extract(path: bytes) -> Analysis:
    """Analyses a file; raises ExtractionError, in words, when it cannot be."""
    try:
        contents = decoding.contents(path)
        mono, dynamics = _heard(path, contents.length)
    except decoding.DecodingError as error:
        raise ExtractionError(str(error)) from error
    values, scalars = describe(mono, dynamics)
    vector = np.array([values.get(feature.name, feature.neutral) for feature in FEATURES], np.float32)
    neutral = np.array([feature.neutral for feature in FEATURES], np.float32)
    return Analysis(np.where(np.isfinite(vector), vector, neutral), contents.audio_hash, contents.length, scalars)


def _heard(path: bytes, length: float) -> tuple[NDArray[np.float32], dict[str, float]]:
    """The mixture of all channels in the middle of a track, (samples,), and the dynamics of all of it."""
    begin = max(0.0, (length - HEARD_SECONDS) / 2)
    meter, downmix = None, decoding.Downmix()
    parts: list[NDArray[np.float32]] = []
    position = 0.0
    for block in decoding.blocks(path):
        meter = meter or LoudnessMeter(block.sample_rate, block.layout)
        meter.add(block.channels)
        from_begin = position - begin
        position += block.channels.shape[1] / block.sample_rate
        # resampling the rest, too, would cost as much as the key
        if position > begin and from_begin < HEARD_SECONDS:
            parts.append(downmix.add(block)[max(0, round(-from_begin * decoding.SAMPLE_RATE)) :])
    if meter is None:
        raise decoding.DecodingError("there is no audio in it")
    if begin and position < begin + HEARD_SECONDS - LENGTH_ERROR:
        return _heard(path, position)  # a damaged file, of which less can be decoded than it holds
    return np.concatenate(parts)[: int(HEARD_SECONDS * decoding.SAMPLE_RATE)], meter.dynamics()


def describe(mono: NDArray[np.float32], dynamics: dict[str, float]) -> tuple[dict[str, float], dict[str, float | str]]:
    """Features by name, and the scalars, of mono samples whose dynamics are already measured."""
    scalars: dict[str, float | str] = {}
    if "loudness" not in dynamics:
        return dynamics, scalars
    values = dict(dynamics)
    scalars["loudness"] = dynamics["loudness"]
    if "loudness range" in dynamics:
        scalars["loudness_range"] = dynamics["loudness range"]
    spectrum = spectra.analyse(mono, decoding.SAMPLE_RATE)
    values.update(spectra.timbre(spectrum))
    values.update(spectra.modulation(spectrum))
    values.update(rhythm(spectrum))
    if "bpm" in values:
        scalars["bpm"] = values["bpm"]
        scalars["bpm_confidence"] = values["tempo confidence"]
    if "onsets a second" in values:
        scalars["onset_rate"] = values["onsets a second"]
    if len(mono) > DANCE_SECONDS * decoding.SAMPLE_RATE:
        danceability, _ = Danceability(sampleRate=decoding.SAMPLE_RATE)(mono)
        if danceability > 0:  # 0 is essentia's word for a failure
            values["danceability"] = scalars["danceability"] = float(danceability)
    chroma = chromagram(mono, decoding.SAMPLE_RATE)
    if len(chroma):
        tonic, mode = _key(mono)
        values.update(tonality(chroma, tonic, mode))
        if values["key strength"] >= KEY_KNOWN:
            scalars["initial_key"] = KEYS[tonic] + ("m" if mode == "minor" else "")
            scalars["key_strength"] = values["key strength"]
    return values, scalars


def _key(mono: NDArray[np.float32]) -> tuple[int, str]:
    """The tonic, 0 for C to 11 for B, and the mode, by the gated profiles of Faraldo et al. (ECIR 2016)."""
    extractor = KeyExtractor(
        profileType="bgate", sampleRate=decoding.SAMPLE_RATE, frameSize=KEY_FRAME, hopSize=KEY_FRAME
    )
    name, mode, _ = extractor(mono)
    return KEYS.index(SHARPS.get(name, name)), mode
