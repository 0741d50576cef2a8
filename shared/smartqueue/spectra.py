"""Timbre and modulation: what the short-time spectrum says, in whole-track arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.fft
import scipy.signal
from numpy.typing import NDArray

from smartqueue.features import COEFFICIENTS, CONTRAST_BANDS, MODULATION_BANDS, MODULATION_RATES

Array = NDArray[np.float32]

FRAME = 2048
HOP = 512
BLOCK = 128
RUN = 32
MEL_BANDS = 40
HIGHEST = 10_000.0
"""Hz above which nothing is heard, so that all common sample rates hear the same."""

FLOOR = 1e-7
"""Power, relative to the track's mean, below which everything is silence (-70 dB)."""

AUDIBLE = 1e-5
"""Power of an audible frame, relative to the track's mean frame (-50 dB)."""

MODULATION_WINDOW = 256
"""Frames in which a movement is measured, six seconds."""


@dataclass(frozen=True)
class Spectrum:
    """A track's short-time spectrum, reduced: every row a frame, powers relative to the track's mean frame.

    `mel` (frames, bands) is in dB; `flux` (frames,) is the mean rise of the bands in dB from frame to frame;
    `shape` (frames, 4) are centroid, bandwidth and rolloff in octaves over 1 kHz and flatness in dB;
    `contrast` (frames, bands) in dB; `audible` (frames,) tells frames with sound from silent ones.
    """

    rate: float
    mel: Array
    flux: Array
    shape: Array
    contrast: Array
    audible: NDArray[np.bool_]


def frames_of(samples: Array, frame: int, hop: int) -> Array:
    """A view of shape (frames, frame) on the samples, padded to one frame at least."""
    if len(samples) < frame:
        samples = np.pad(samples, (0, frame - len(samples)))
    return np.lib.stride_tricks.sliding_window_view(samples, frame)[::hop]


def mel_filters(sample_rate: int) -> Array:
    """Triangles of equal area, even on the mel scale of O'Shaughnessy (1987); shape (bins, bands)."""
    mel = np.linspace(0.0, 2595 * np.log10(1 + HIGHEST / 700), MEL_BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.fft.rfftfreq(FRAME, 1 / sample_rate)[:, None]
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    triangles = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)).clip(0)
    return np.asarray(triangles / triangles.sum(axis=0), np.float32)


def analyse(samples: Array, sample_rate: int) -> Spectrum:
    """The short-time spectrum of mono samples."""
    window = scipy.signal.get_window("hann", FRAME).astype(np.float32)
    filters = mel_filters(sample_rate)
    frequencies = np.fft.rfftfreq(FRAME, 1 / sample_rate)
    top = int(np.searchsorted(frequencies, HIGHEST))
    octave = np.log2(np.maximum(frequencies[1:top], 1.0) / 1000).astype(np.float32)
    edges = np.array([1, *np.searchsorted(frequencies, 200.0 * 2.0 ** np.arange(CONTRAST_BANDS - 1)), top])
    windows = frames_of(samples, FRAME, HOP)
    mel, shape, contrast, energy = [], [], [], []
    for begin in range(0, len(windows), BLOCK):
        spectrum = scipy.fft.rfft(windows[begin : begin + BLOCK] * window, axis=1)
        power = spectrum.real**2 + spectrum.imag**2
        mel.append(power @ filters)
        power = power[:, 1:top]
        energy.append(power.sum(axis=1))
        shape.append(_shape(power, energy[-1], octave))
        contrast.append(_contrast(np.sqrt(power), edges - 1))
    energies = np.concatenate(energy)
    audible = energies > AUDIBLE * max(float(energies.mean()), 1e-12)
    bands = np.concatenate(mel)
    decibels = 10 * np.log10(bands / max(float(bands.mean()), 1e-12) + FLOOR)
    flux = np.zeros(len(decibels), np.float32)
    flux[1:] = np.maximum(np.diff(decibels, axis=0), 0).mean(axis=1)
    return Spectrum(sample_rate / HOP, decibels, flux, np.concatenate(shape), np.concatenate(contrast), audible)


def _shape(power: Array, energy: Array, octave: Array) -> Array:
    total = energy + 1e-20
    centroid = power @ octave / total
    bandwidth = np.sqrt(np.maximum(power @ octave**2 / total - centroid**2, 0))
    rolloff = octave[_reached(power, 0.85)]
    flatness = 10 * (np.log10(power + 1e-12).mean(axis=1) - np.log10(total / power.shape[1]))
    return np.stack([centroid, bandwidth, rolloff, flatness], axis=1).astype(np.float32)


def _reached(power: Array, share: float) -> NDArray[np.int_]:
    """The bin by which a frame has this share of its power; (frames,). By runs of bins first: all sums cost thrice."""
    frames, bins = power.shape
    runs = np.cumsum(np.add.reduceat(power, np.arange(0, bins, RUN), axis=1), axis=1)
    wanted = share * runs[:, -1:]
    run = (runs >= wanted).argmax(axis=1)
    before = np.where(run > 0, runs[np.arange(frames), run - 1], 0)[:, None]
    inside = np.minimum(run[:, None] * RUN + np.arange(RUN), bins - 1)
    sums = before + np.cumsum(np.take_along_axis(power, inside, axis=1), axis=1)
    return np.asarray(inside[np.arange(frames), (sums >= wanted * (1 - 1e-6)).argmax(axis=1)])


def _contrast(magnitude: Array, edges: NDArray[np.int_]) -> Array:
    """Spectral contrast of octave bands (Jiang et al., "Music type classification by spectral contrast", 2002)."""
    values = []
    for low, high in pairwise(edges):
        band = np.sort(magnitude[:, low:high], axis=1)
        tail = max(1, (high - low) // 5)
        values.append(20 * np.log10((band[:, -tail:].mean(axis=1) + 1e-9) / (band[:, :tail].mean(axis=1) + 1e-9)))
    return np.stack(values, axis=1).astype(np.float32)


def timbre(spectrum: Spectrum) -> dict[str, float]:
    """The features of timbre, over the audible frames; without any, only that there is none."""
    audible = spectrum.audible
    values = {"audible": float(audible.mean())}
    if not audible.any():
        return values
    cepstrum = scipy.fft.dct(spectrum.mel, axis=1, norm="ortho")[:, 1 : COEFFICIENTS + 1]
    change = np.abs(np.diff(cepstrum, axis=0))[audible[1:] & audible[:-1]]
    cepstrum = cepstrum[audible]
    for index in range(COEFFICIENTS):
        values[f"mfcc {index + 1} mean"] = float(cepstrum[:, index].mean())
        values[f"mfcc {index + 1} spread"] = float(cepstrum[:, index].std())
        values[f"mfcc {index + 1} change"] = float(change[:, index].mean()) if len(change) else 0.0
    for band in range(CONTRAST_BANDS):
        contrast = spectrum.contrast[audible, band]
        values[f"contrast {band + 1} mean"] = float(contrast.mean())
        values[f"contrast {band + 1} spread"] = float(contrast.std())
    shape = spectrum.shape[audible]
    for index, name in enumerate(("centroid", "bandwidth", "rolloff", "flatness")):
        values[f"{name} mean"] = float(shape[:, index].mean())
        values[f"{name} spread"] = float(shape[:, index].std())
    values["flux mean"] = float(spectrum.flux[audible].mean())
    return values


def modulation(spectrum: Spectrum) -> dict[str, float]:
    """How strongly bands of the mel spectrum move, by octaves of rate, over windows of six seconds.

    After the fluctuation patterns of Pampalk, Rauber and Merkl, "Content-based organization and
    visualization of music archives" (2002). Shorter than one window, it is not known.
    """
    size = MODULATION_WINDOW
    if len(spectrum.mel) < size or not spectrum.audible.any():
        return {}
    groups = np.array_split(np.arange(MEL_BANDS), len(MODULATION_BANDS))
    bands = np.stack([spectrum.mel[:, group].mean(axis=1) for group in groups], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(bands, size, axis=0)[:: size // 2]
    windows = windows - windows.mean(axis=2, keepdims=True)
    power = np.abs(scipy.fft.rfft(windows * scipy.signal.get_window("hann", size), axis=2)) ** 2
    power = power.mean(axis=0) / size**2
    rates = np.fft.rfftfreq(size, 1 / spectrum.rate)
    edges = np.searchsorted(rates, MODULATION_RATES)
    total = float(power.sum())
    values = {"movement depth": float(10 * np.log10(1 + total))}
    for band, name in enumerate(MODULATION_BANDS):
        for (low, high), (begin, end) in zip(pairwise(MODULATION_RATES), pairwise(edges), strict=True):
            share = (power[band, begin:end].sum() + 1e-3) / (total + 1e-3)
            values[f"movement {name} {low:g}-{high:g} Hz"] = float(10 * np.log10(share))
    return values
