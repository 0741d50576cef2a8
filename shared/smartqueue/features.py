"""The feature vector's schema: each number's name, group, unit and neutral value, and the version of them all."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

EXTRACTOR = "2"
"""The version of the vector's meaning. Vectors of different versions are never compared."""

GROUPS = ("timbre", "modulation", "rhythm", "tonality", "dynamics")
"""The groups in the order of the vector."""

COEFFICIENTS = 12
"""How many mel-frequency cepstral coefficients are kept, without the one of order 0, which is loudness."""

CONTRAST_BANDS = 6
"""Bands of the spectral contrast: up to 200 Hz, then octaves, the last from 3200 Hz on."""

MODULATION_BANDS = ("low", "middle", "high")
"""The bands whose movement is measured: the thirds of the mel scale, up to about 900, 3100 and 10000 Hz."""

MODULATION_RATES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Edges in Hz of the octaves of movement, from a slow swell to a tremolo."""

PULSE_PERIODS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Edges in seconds of the octaves of periods in which the onsets repeat."""

CROSS_RHYTHMS = {"4:3": 4 / 3, "3:2": 3 / 2}
"""Ratios of the beat, on the circle of tempo octaves: triplets and dotted notes."""

DEGREES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")
"""The degrees of the major key of the key signature: A minor and C major have the same degree 1, C."""

INTERVALS = ("minor second", "major second", "minor third", "major third", "fourth", "tritone")
"""The interval classes of pitch-class set theory (Forte, "The Structure of Atonal Music", 1973)."""


@dataclass(frozen=True)
class Feature:
    """One number of the vector.

    `neutral` stands where the number cannot be known, as the key of silence; then the group's
    confidence, which is itself a feature, is 0.
    """

    name: str
    group: str
    unit: str
    neutral: float
    description: str


def _timbre() -> list[Feature]:
    cepstrum = [
        Feature(f"mfcc {order} {statistic}", "timbre", "dB", 0.0, f"{meaning} of cepstral coefficient {order}")
        for statistic, meaning in (
            ("mean", "the mean"),
            ("spread", "the standard deviation"),
            ("change", "the mean change from frame to frame"),
        )
        for order in range(1, COEFFICIENTS + 1)
    ]
    contrast = [
        Feature(
            f"contrast {band} {statistic}", "timbre", "dB", 0.0, f"{meaning} of peaks over valleys in octave {band}"
        )
        for statistic, meaning in (("mean", "the mean"), ("spread", "the standard deviation"))
        for band in range(1, CONTRAST_BANDS + 1)
    ]
    shape = [
        Feature("centroid mean", "timbre", "octaves over 1 kHz", 0.0, "the spectrum's centre of gravity"),
        Feature("centroid spread", "timbre", "octaves", 0.0, "how much the centre of gravity moves"),
        Feature("bandwidth mean", "timbre", "octaves over 1 kHz", 0.0, "how far the spectrum reaches around it"),
        Feature("rolloff mean", "timbre", "octaves over 1 kHz", 0.0, "the frequency below which 85 % lies"),
        Feature("rolloff spread", "timbre", "octaves", 0.0, "how much the rolloff moves"),
        Feature("flatness mean", "timbre", "dB", 0.0, "noise (near 0) or tones (far below)"),
        Feature("flatness spread", "timbre", "dB", 0.0, "how much the flatness moves"),
        Feature("flux mean", "timbre", "dB", 0.0, "how fast the spectrum changes"),
        Feature("audible", "timbre", "share", 0.0, "the share of frames with sound in them; confidence of timbre"),
    ]
    return cepstrum + contrast + shape


def _modulation() -> list[Feature]:
    movement = [
        Feature(
            f"movement {band} {low:g}-{high:g} Hz",
            "modulation",
            "dB",
            -12.5,  # all alike
            f"the share of the {band} bands moving {low:g} to {high:g} times a second in all movement",
        )
        for band in MODULATION_BANDS
        for low, high in pairwise(MODULATION_RATES)
    ]
    depth = Feature("movement depth", "modulation", "dB", 0.0, "how deep all movement is; confidence of the group")
    return [*movement, depth]


def _rhythm() -> list[Feature]:
    pulse = [
        Feature(
            f"pulse {low:g}-{high:g} s",
            "rhythm",
            "correlation",
            0.0,
            f"how strongly onsets repeat after {low:g} to {high:g} s",
        )
        for low, high in pairwise(PULSE_PERIODS)
    ]
    cross = [
        Feature(
            f"cross rhythm {ratio}",
            "rhythm",
            "correlation",
            0.0,
            f"repetition at {ratio} of the beat, against the beat",
        )
        for ratio in CROSS_RHYTHMS
    ]
    circle = "of the tempo on the circle of tempo octaves, times its confidence"
    return [
        Feature("tempo cosine", "rhythm", "circle", 0.0, f"cosine {circle}"),
        Feature("tempo sine", "rhythm", "circle", 0.0, f"sine {circle}"),
        Feature("tempo confidence", "rhythm", "correlation", 0.0, "how alike the onsets are one beat on"),
        Feature("steadiness", "rhythm", "share", 0.0, "the share of the track that keeps the tempo"),
        *pulse,
        *cross,
        Feature("onset rate", "rhythm", "octaves over 1/s", 0.0, "notes and strokes a second"),
        Feature("onset peakedness", "rhythm", "log", 0.0, "percussive strokes (high) or swelling notes (low)"),
        Feature("danceability", "rhythm", "exponent", 1.0, "steadiness of loudness over beats and bars"),
    ]


def _tonality() -> list[Feature]:
    profile = [
        Feature(f"degree {degree}", "tonality", "share", 1 / 12, f"the share of degree {degree} in all pitch")
        for degree in DEGREES
    ]
    intervals = [
        Feature(f"interval {interval}", "tonality", "share", 1 / 6, f"how much of all sounding pairs is a {interval}")
        for interval in INTERVALS
    ]
    return [
        *profile,
        Feature("mode", "tonality", "covariance", 0.0, "major (above 0) or minor (below), times the key strength"),
        Feature("key strength", "tonality", "covariance", 0.0, "how well the key fits; confidence of tonality"),
        *intervals,
        Feature("pitch entropy", "tonality", "share", 1.0, "all twelve pitches alike (1) or a single one (0)"),
        Feature("harmonic change", "tonality", "distance", 0.0, "how far the harmony moves in half a second"),
    ]


def _dynamics() -> list[Feature]:
    return [
        Feature("loudness", "dynamics", "LUFS", -23.0, "integrated loudness by EBU R128"),
        Feature("loudness range", "dynamics", "LU", 0.0, "loudness range by EBU Tech 3342"),
        Feature("crest", "dynamics", "dB", 0.0, "the highest peak above the mean power"),
        Feature("loudness spread", "dynamics", "LU", 0.0, "standard deviation of momentary loudness"),
        Feature("quiet", "dynamics", "LU", 0.0, "how far the quietest tenth lies below the integrated loudness"),
        Feature("audible time", "dynamics", "share", 0.0, "the share of time above the gate; confidence of dynamics"),
    ]


FEATURES: tuple[Feature, ...] = (*_timbre(), *_modulation(), *_rhythm(), *_tonality(), *_dynamics())
"""All features in the order of the vector."""

NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
FEATURE_GROUPS: tuple[str, ...] = tuple(feature.group for feature in FEATURES)
