"""Rhythm: tempo, its steadiness, and how the onsets repeat, from the rise of the bands' levels."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise

import numpy as np
import scipy.fft
import scipy.ndimage
from numpy.typing import ArrayLike, NDArray

from smartqueue.features import CROSS_RHYTHMS, PULSE_PERIODS
from smartqueue.spectra import Spectrum

Array = NDArray[np.float64]

TEMPI = np.geomspace(40.0, 240.0, 1000)
"""Beats a minute that are tried, less than 0.2 % apart."""

LIKELIEST, OCTAVES_AROUND = 118.0, 1.0
"""People hear the beat around this tempo (Moelants, "Preferred tempo reconsidered", 2002)."""

OCTAVES = np.array([0.5, 1.0, 2.0])
"""Of the tempo that the onsets repeat at most, those in which the beat may be."""

BACKBEAT, CHANCE = 1.5, 0.1
"""How much low and high drums in turn speak for a beat, and what alternates by chance and says nothing."""

ONSETS_A_BEAT = 1.25
"""Onsets below which a beat is too fast for the music."""

LOW_BANDS, HIGH_BANDS = slice(0, 3), slice(10, None)
"""Mel bands below 210 Hz, where kick and bass are, and above 660 Hz, where snare and claps are."""

SHORTEST = 2.0
"""Seconds below which there is no tempo."""

BEATS = (1, 2, 4)
THIRDS = (1 / 3, 2 / 3)
LEAST_CONFIDENCE = 0.1
FEWEST = 4
"""Onsets without which there is no beat, however regularly a tone flickers."""

WINDOW, STEP = 8.0, 4.0
SAME_TEMPO = 0.03


class Onsets:
    """The onset strength of a track, (frames,) at `rate` frames a second, and what it says of the beat.

    strokes: (frames,), how hard low drums (above 0) or high ones (below 0) are struck, as by `strokes`.
    """

    def __init__(self, strength: Array, strokes: Array, rate: float) -> None:
        self._strength = strength
        self._smooth = smoothed(strength)
        self._strokes = smoothed(strokes)
        self._rate = rate
        self._lags = int(rate * 60 / TEMPI[0] * max(BEATS)) + 2

    @cached_property
    def correlation(self) -> Array:
        """Autocorrelation by lag in frames, up to four of the slowest beats."""
        return np.asarray(autocorrelation(self._smooth[None], self._lags)[0])

    def _at(self, seconds: ArrayLike) -> Array:
        return self._read(self.correlation, seconds)

    def _read(self, correlation: Array, seconds: ArrayLike) -> Array:
        lags = np.arange(len(correlation))
        return np.asarray(np.interp(np.asarray(seconds) * self._rate, lags, correlation, right=0.0))

    def tempo(self) -> tuple[float, float]:
        """Beats a minute, and how alike the onsets are a beat on, 0 to 1; (0, 0) when there is no beat.

        Right but for its octave, which `octave` chooses.
        """
        if len(self._strength) < SHORTEST * self._rate:
            return 0.0, 0.0
        tempo = TEMPI[int(tempo_strengths(self.correlation[None], self._rate)[0].argmax())]
        confidence = float(self._at(60 / tempo * np.array(BEATS)).max())
        return (self._refined(tempo), min(confidence, 1.0)) if confidence > LEAST_CONFIDENCE else (0.0, 0.0)

    def octave(self, bpm: float) -> float:
        """A tempo, its half or its double, whichever is the beat.

        By how well it fits, by low and high drums in turn from beat to beat (kick and snare, bass and chord), and by
        the onsets, of which a beat that is too fast has too few.
        """
        tempi = bpm * OCTAVES[(bpm * OCTAVES >= TEMPI[0]) & (bpm * OCTAVES <= TEMPI[-1])]
        strengths = np.interp(tempi, TEMPI, tempo_strengths(self.correlation[None], self._rate)[0])
        alike = self._read(autocorrelation(self._strokes[None], self._lags)[0], 60 / tempi)
        enough = np.minimum(self.rate() * 60 / tempi / ONSETS_A_BEAT, 1)
        in_turn = np.maximum(-alike - CHANCE, 0)
        beats = np.maximum(strengths, 1e-3) * np.exp(BACKBEAT * in_turn) * np.sqrt(enough)
        return float(tempi[beats.argmax()])

    def _refined(self, tempo: float) -> float:
        """The tempo by the peak of the parabola through the autocorrelation around its furthest known beat."""
        period = 60 / tempo * self._rate
        beats = min(max(BEATS), int((len(self.correlation) - 3) / period))
        if not beats:
            return tempo
        lag = round(beats * period)
        lag += int(self.correlation[lag - 1 : lag + 2].argmax()) - 1
        before, peak, after = self.correlation[lag - 1 : lag + 2]
        curvature = before - 2 * peak + after
        offset = 0.5 * (before - after) / curvature if curvature < 0 else 0.0
        return float(60 * beats * self._rate / (lag + np.clip(offset, -1, 1)))

    def steadiness(self, bpm: float) -> float:
        """The share of windows of eight seconds that have the tempo of the whole, or an octave of it."""
        size, step = int(WINDOW * self._rate), int(STEP * self._rate)
        if len(self._strength) < size:
            return 1.0
        windows = np.lib.stride_tricks.sliding_window_view(self._smooth, size)[::step]
        tempi = TEMPI[tempo_strengths(autocorrelation(windows, self._lags), self._rate).argmax(axis=1)]
        away = np.abs((np.log2(tempi / bpm) + 0.5) % 1 - 0.5)
        return float((away < SAME_TEMPO).mean())

    def pulses(self) -> dict[str, float]:
        """The strongest repetition among the periods of each octave."""
        return {
            f"pulse {low:g}-{high:g} s": float(self._at(np.linspace(low, high, 100)).max())
            for low, high in pairwise(PULSE_PERIODS)
        }

    def cross_rhythms(self, bpm: float) -> dict[str, float]:
        """How alike the onsets are at a ratio of the beat, in whichever octave, against the beat itself.

        After the cyclic tempogram of Grosche, Müller and Kurth (ICASSP 2010).
        """
        octaves = 60 / bpm * 2.0 ** np.arange(-2, 2)
        beat = self._at(octaves).mean()
        return {
            f"cross rhythm {name}": float(self._at(octaves * ratio).mean() - beat)
            for name, ratio in CROSS_RHYTHMS.items()
        }

    def rate(self) -> float:
        """Onsets a second: local peaks of the onset strength well above their surroundings."""
        strength = self._strength
        size = max(3, int(self._rate / 2))
        around = scipy.ndimage.uniform_filter1d(strength, size, mode="constant")[1:-1]
        middle = strength[1:-1]
        peaks = (middle > strength[:-2]) & (middle >= strength[2:]) & (middle > 1.5 * around + 0.3)
        return float(peaks.sum() * self._rate / len(strength))

    def peakedness(self) -> float:
        """The logarithm of the kurtosis: a few hard strokes are high, swelling notes low."""
        centred = self._strength - self._strength.mean()
        return float(np.log1p((centred**4).mean() / max((centred**2).mean() ** 2, 1e-12)))


def autocorrelation(signals: Array, lags: int) -> Array:
    """Of (signals, samples), for lags 0 to `lags` - 1 or as many as there are, 1 at lag 0; (signals, lags)."""
    samples = signals.shape[1]
    lags = min(lags, samples)
    centred = signals - signals.mean(axis=1, keepdims=True)
    spectrum = scipy.fft.rfft(centred, scipy.fft.next_fast_len(samples + lags, real=True), axis=1)
    correlation = scipy.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :lags]
    # without the bias to short lags
    correlation = correlation / (samples - np.arange(lags))
    return np.asarray(correlation / np.maximum(correlation[:, :1], 1e-12))


def tempo_strengths(correlations: Array, rate: float) -> Array:
    """How well each of `TEMPI` fits the autocorrelations (signals, lags); (signals, tempi).

    That is the mean one, two and four beats on, less what repeats a third of a beat on already: then the true
    beat is three or three halves times as fast.
    """
    beat = rate * 60 / TEMPI
    on_beats = _mean_at(correlations, beat * np.array(BEATS)[:, None])
    on_thirds = _mean_at(correlations, beat * np.array(THIRDS)[:, None])
    likely = np.exp(-0.5 * (np.log2(TEMPI / LIKELIEST) / OCTAVES_AROUND) ** 2)
    return np.asarray((on_beats - 0.5 * np.maximum(on_thirds, 0)) * likely)


def _mean_at(correlations: Array, positions: Array) -> Array:
    """The mean over the rows of `positions`, in lags, of the autocorrelations that reach so far."""
    lags = correlations.shape[1]
    known = positions < lags - 1
    whole = np.where(known, positions, 0).astype(int)
    part = positions - whole
    read = correlations[:, whole] * (1 - part) + correlations[:, np.minimum(whole + 1, lags - 1)] * part
    return np.asarray(np.where(known, read, 0).sum(axis=1) / np.maximum(known.sum(axis=0), 1))


def smoothed(strength: Array) -> Array:
    """So that beats between two frames are found."""
    return np.convolve(strength, (0.25, 0.5, 0.25), mode="same")


def strokes(mel: NDArray[np.float32]) -> Array:
    """The rise of the low bands' amplitude less that of the high ones, each by its deviation, of dB; (frames,)."""
    rise = np.maximum(np.diff(10 ** (mel / 20), axis=0, prepend=0), 0)
    rise[0] = 0
    low, high = rise[:, LOW_BANDS].sum(axis=1), rise[:, HIGH_BANDS].sum(axis=1)
    return np.asarray(low / max(low.std(), 1e-9) - high / max(high.std(), 1e-9), np.float64)


def rhythm(spectrum: Spectrum) -> dict[str, float]:
    """The features of rhythm, and what people ask for: "bpm" and "onsets a second"."""
    strength, rate = spectrum.flux.astype(np.float64), spectrum.rate
    if len(strength) < 4 or strength.max() <= 0:
        return {}
    onsets = Onsets(strength, strokes(spectrum.mel), rate)
    often = onsets.rate()
    values = {
        "onsets a second": often,
        "onset rate": float(np.log2(max(often, 0.125))),
        "onset peakedness": onsets.peakedness(),
    }
    bpm, confidence = onsets.tempo()
    if not bpm or often * len(strength) / rate < FEWEST:
        return values
    angle = 2 * np.pi * np.log2(bpm)
    return {
        **values,
        "bpm": onsets.octave(bpm),
        "tempo cosine": float(np.cos(angle)) * confidence,
        "tempo sine": float(np.sin(angle)) * confidence,
        "tempo confidence": confidence,
        "steadiness": onsets.steadiness(bpm),
        **onsets.pulses(),
        **onsets.cross_rhythms(bpm),
    }
